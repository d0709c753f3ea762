package io.daybreak.payment;

import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * A payment message as it lies in the ring, reduced to what decides about it (message Payment of the schema). A flyweight:
 * it reads where it is wrapped, and copies nothing.
 * <p>
 * Card data are tokens only. Amounts are minor units of DE 49. Ledger thread only; valid for the time of one command.
 */
public final class PaymentCommand {
    /** Bytes of the body. */
    public static final int BYTES = PaymentDecoder.BLOCK_LENGTH;
    /** Message class of authorisations: second digit of the message type. */
    public static final int CLASS_AUTHORISATION = 1;
    /** Message class of financial messages. */
    public static final int CLASS_FINANCIAL = 2;
    /** Message class of file actions. */
    public static final int CLASS_FILE = 3;
    /** Message class of reversals. */
    public static final int CLASS_REVERSAL = 4;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int TOKEN = PaymentDecoder.tokenEncodingOffset();
    private static final int PREVIOUS_TOKEN = PaymentDecoder.previousTokenEncodingOffset();
    private static final int DESTINATION_TOKEN = PaymentDecoder.destinationTokenEncodingOffset();
    private static final int PREVIOUS_DESTINATION_TOKEN = PaymentDecoder.previousDestinationTokenEncodingOffset();
    private static final int MERCHANT = PaymentDecoder.merchantEncodingOffset();
    private static final int TERMINAL = PaymentDecoder.terminalEncodingOffset();
    private static final int RRN = PaymentDecoder.rrnEncodingOffset();
    private static final int APPROVAL_CODE = PaymentDecoder.approvalCodeEncodingOffset();
    private static final int CARD_CIPHER = PaymentDecoder.cardCipherEncodingOffset();

    private DirectBuffer buffer;
    private int offset;

    /** Reads the body at {@code offset} from now on. */
    public PaymentCommand wrap(final DirectBuffer newBuffer, final int newOffset) {
        buffer = newBuffer;
        offset = newOffset;
        return this;
    }

    /** True if this bit of {@link PaymentFlags} is set. */
    public boolean has(final int flag) {
        return (flags() & flag) != 0;
    }

    /** True for an advice (0120, 0220, 0420 and their repeats): it reports what has happened. */
    public boolean isAdvice() {
        return has(PaymentFlags.ADVICE);
    }

    /** Second digit of the message type. */
    public int messageClass() {
        return mti() / 100;
    }

    /** Message type of the response: 0201 gives 0210, 0421 gives 0430. */
    public int responseMti() {
        return mti() / 10 * 10 + 10;
    }

    /** Upper half of the card's token under the key in use. */
    public long tokenHi() {
        return longAt(TOKEN);
    }

    /** Lower half of the card's token. */
    public long tokenLo() {
        return longAt(TOKEN + 8);
    }

    /** True if the message names a card. */
    public boolean hasToken() {
        return (tokenHi() | tokenLo()) != 0;
    }

    /** Upper half of the token under the key before; zero: there is none. */
    public long previousTokenHi() {
        return longAt(PREVIOUS_TOKEN);
    }

    /** Lower half of the token under the key before. */
    public long previousTokenLo() {
        return longAt(PREVIOUS_TOKEN + 8);
    }

    /** Upper half of the token of DE 103; zero: DE 103 is no card. */
    public long destinationTokenHi() {
        return longAt(DESTINATION_TOKEN);
    }

    /** Lower half of the token of DE 103. */
    public long destinationTokenLo() {
        return longAt(DESTINATION_TOKEN + 8);
    }

    /** Upper half of the token of DE 103 under the key before; zero: there is none. */
    public long previousDestinationTokenHi() {
        return longAt(PREVIOUS_DESTINATION_TOKEN);
    }

    /** Lower half of the token of DE 103 under the key before. */
    public long previousDestinationTokenLo() {
        return longAt(PREVIOUS_DESTINATION_TOKEN + 8);
    }

    /** First eight bytes of DE 42; zero: absent. */
    public long merchant0() {
        return longAt(MERCHANT);
    }

    /** Last eight bytes of DE 42. */
    public long merchant1() {
        return longAt(MERCHANT + 8);
    }

    /** The eight bytes of DE 41; zero: absent. */
    public long terminal() {
        return longAt(TERMINAL);
    }

    /** First eight bytes of DE 37; zero: absent. */
    public long rrn0() {
        return longAt(RRN);
    }

    /** Last four bytes of DE 37. */
    public int rrn1() {
        return intAt(RRN + 8);
    }

    /** True if DE 37 is there. */
    public boolean hasRrn() {
        return rrn0() != 0 || rrn1() != 0;
    }

    /** The six bytes of DE 38 in the lower six bytes of a word, as they lie in memory; zero: absent. */
    public long approvalWord() {
        return intAt(APPROVAL_CODE) & 0xFFFF_FFFFL | (long) shortAt(APPROVAL_CODE + 4) << 32;
    }

    /** The buffer that holds the ciphertext of card number and expiry at {@link #cardCipherOffset}. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Where the 48 bytes of the card's ciphertext lie; all zero: the card is not routed. */
    public int cardCipherOffset() {
        return offset + CARD_CIPHER;
    }

    /** The first sixteen characters of DE 48 of a bill payment begin here. */
    public int referenceOffset() {
        return offset + PaymentDecoder.referenceEncodingOffset();
    }

    /** DE 103 as a wallet's or biller's number; 0: none. */
    public long destinationId() {
        return longAt(PaymentDecoder.destinationIdEncodingOffset());
    }

    /** DE 4, minor units. */
    public long amountMinor() {
        return longAt(PaymentDecoder.amountMinorEncodingOffset());
    }

    /** DE 95, first amount: what remains of the original. */
    public long remainingMinor() {
        return longAt(PaymentDecoder.remainingMinorEncodingOffset());
    }

    /** DE 54, amount type 40. */
    public long cashbackMinor() {
        return longAt(PaymentDecoder.cashbackMinorEncodingOffset());
    }

    /** DE 32. */
    public long institution() {
        return longAt(PaymentDecoder.institutionEncodingOffset());
    }

    /** DE 32 within DE 90; 0: not known. */
    public long originalInstitution() {
        return longAt(PaymentDecoder.originalInstitutionEncodingOffset());
    }

    /** {@link ForwardingMark} of DE 33. */
    public int forwarding() {
        return intAt(PaymentDecoder.forwardingEncodingOffset());
    }

    /** {@link ForwardingMark} of DE 33 within DE 90. */
    public int originalForwarding() {
        return intAt(PaymentDecoder.originalForwardingEncodingOffset());
    }

    /** DE 11. */
    public int stan() {
        return intAt(PaymentDecoder.stanEncodingOffset());
    }

    /** DE 7, MMDDhhmmss as a number. */
    public int transmission() {
        return intAt(PaymentDecoder.transmissionEncodingOffset());
    }

    /** Year of DE 7 where the message tells it, as those of 1993 do; 0: not told. */
    public int year() {
        return shortAt(PaymentDecoder.yearEncodingOffset());
    }

    /** Year of the original's DE 7 where the message tells it; 0: not told. */
    public int originalYear() {
        return shortAt(PaymentDecoder.originalYearEncodingOffset());
    }

    /** DE 7 within DE 90; 0: not known. */
    public int originalTransmission() {
        return intAt(PaymentDecoder.originalTransmissionEncodingOffset());
    }

    /** DE 11 within DE 90; 0: not known. */
    public int originalStan() {
        return intAt(PaymentDecoder.originalStanEncodingOffset());
    }

    /** DE 3. */
    public int processingCode() {
        return intAt(PaymentDecoder.processingCodeEncodingOffset());
    }

    /** First eight digits of the card. */
    public int bin() {
        return intAt(PaymentDecoder.binEncodingOffset());
    }

    /** DE 12, hhmmss. */
    public int localTime() {
        return intAt(PaymentDecoder.localTimeEncodingOffset());
    }

    /** Bits of {@link PaymentFlags}. */
    public int flags() {
        return intAt(PaymentDecoder.flagsEncodingOffset());
    }

    /** How long the acquirer waits for the answer; 0: not known. */
    public int waitMs() {
        return intAt(PaymentDecoder.waitMsEncodingOffset());
    }

    /** Message type in the terms of 1987, the repeat digit kept: 200 is 0200. */
    public int mti() {
        return shortAt(PaymentDecoder.mtiEncodingOffset());
    }

    /** Message type within DE 90; 0: not known. */
    public int originalMti() {
        return shortAt(PaymentDecoder.originalMtiEncodingOffset());
    }

    /** DE 49. */
    public int currency() {
        return shortAt(PaymentDecoder.currencyEncodingOffset());
    }

    /** DE 18; 0: absent. */
    public int mcc() {
        return shortAt(PaymentDecoder.mccEncodingOffset());
    }

    /** DE 22. */
    public int entryMode() {
        return shortAt(PaymentDecoder.entryModeEncodingOffset());
    }

    /** DE 25. */
    public int condition() {
        return shortAt(PaymentDecoder.conditionEncodingOffset());
    }

    /** DE 14, YYMM; 0: absent. */
    public int expiry() {
        return shortAt(PaymentDecoder.expiryEncodingOffset());
    }

    /** DE 13, MMDD. */
    public int localDate() {
        return shortAt(PaymentDecoder.localDateEncodingOffset());
    }

    /** Key of {@link #tokenHi}. */
    public int tokenKeyId() {
        return shortAt(PaymentDecoder.tokenKeyIdEncodingOffset());
    }

    /** A {@link io.daybreak.protocol.PaymentOperation}. */
    public int operation() {
        return buffer.getByte(offset + PaymentDecoder.operationEncodingOffset()) & 0xFF;
    }

    /** A {@link io.daybreak.protocol.PaymentChannel}. */
    public int channel() {
        return buffer.getByte(offset + PaymentDecoder.channelEncodingOffset()) & 0xFF;
    }

    /** A {@link io.daybreak.protocol.PinState}. */
    public int pin() {
        return buffer.getByte(offset + PaymentDecoder.pinEncodingOffset()) & 0xFF;
    }

    /** Per cent of the amount, below which the link wants no partial approval. */
    public int minimumPercent() {
        return buffer.getByte(offset + PaymentDecoder.minimumPercentEncodingOffset()) & 0xFF;
    }

    private long longAt(final int field) {
        return buffer.getLong(offset + field, ORDER);
    }

    private int intAt(final int field) {
        return buffer.getInt(offset + field, ORDER);
    }

    private int shortAt(final int field) {
        return buffer.getShort(offset + field, ORDER) & 0xFFFF;
    }
}
