package io.daybreak.payment;

import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.codec.PaymentEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * A payment message as a value: what an acquirer says, in the words of the ring. Changes make a copy, so that a test can keep a
 * message and say it again.
 */
final class PaymentMessage implements Cloneable {
    static final long TOKEN_LOW = 0x77_0000;

    int mti = 200;
    int operation = PaymentOperation.PURCHASE;
    int processingCode;
    long tokenHi;
    long tokenLo;
    long previousTokenHi;
    long previousTokenLo;
    int bin = 99000100;
    long amount;
    long remaining;
    long cashback;
    long institution = PaymentRig.ACQUIRER;
    String merchant = PaymentRig.merchantName(1);
    String terminal = "T0000001";
    String rrn = "";
    int stan;
    int transmission;
    int currency = PaymentRig.CNY;
    int flags;
    int channel = PaymentChannel.CHIP;
    int pin;
    int expiry = 3012;
    int minimumPercent;
    int tokenKeyId = 1;
    String approvalCode = "";
    long destinationTokenHi;
    long destinationTokenLo;
    long previousDestinationTokenHi;
    long previousDestinationTokenLo;
    long destinationId;
    int originalMti;
    int originalStan;
    int originalTransmission;
    long originalInstitution;
    long forwarding;
    long originalForwarding;
    int year;
    int originalYear;
    boolean hasCipher;

    static PaymentMessage purchase(final int card, final long amount) {
        return new PaymentMessage().card(card).amount(amount);
    }

    static PaymentMessage authorise(final int card, final long amount) {
        return purchase(card, amount).as(100, PaymentOperation.AUTHORISE, 0);
    }

    static PaymentMessage cashOut(final int card, final long amount) {
        return purchase(card, amount).as(200, PaymentOperation.CASH_OUT, 10000).merchant("");
    }

    static PaymentMessage topUp(final int card, final long amount) {
        return purchase(card, amount).as(200, PaymentOperation.TOP_UP, 210000).merchant("");
    }

    static PaymentMessage transfer(final int card, final int toWallet, final long amount) {
        final PaymentMessage message = purchase(card, amount).as(200, PaymentOperation.TRANSFER, 400000).merchant("");
        message.destinationId = toWallet;
        return message;
    }

    static PaymentMessage bill(final int card, final int biller, final long amount) {
        final PaymentMessage message = purchase(card, amount).as(200, PaymentOperation.BILL, 500000).merchant("");
        message.destinationId = biller;
        return message;
    }

    static PaymentMessage balance(final int card) {
        return purchase(card, 0).as(200, PaymentOperation.BALANCE, 310000);
    }

    static PaymentMessage cashback(final int card, final long amount, final long cash) {
        final PaymentMessage message = purchase(card, amount).as(200, PaymentOperation.CASHBACK, 90000);
        message.cashback = cash;
        return message;
    }

    static PaymentMessage refund(final int card, final long amount) {
        return purchase(card, amount).as(200, PaymentOperation.REFUND, 200000);
    }

    static PaymentMessage completion(final PaymentMessage authorisation, final long amount) {
        return authorisation.next().as(220, PaymentOperation.COMPLETION, 0).amount(amount).advice().of(authorisation);
    }

    /** A full reversal of a message, by DE 90, with its DE 37. */
    static PaymentMessage reversal(final PaymentMessage original) {
        return original.next().as(400, PaymentOperation.REVERSAL, original.processingCode).of(original).rrn(original.rrn).pin(0);
    }

    PaymentMessage as(final int newMti, final int newOperation, final int newProcessingCode) {
        final PaymentMessage copy = copy();
        copy.mti = newMti;
        copy.operation = newOperation;
        copy.processingCode = newProcessingCode;
        return copy;
    }

    /** The same card, terminal and merchant; an identity of its own. */
    PaymentMessage next() {
        final PaymentMessage copy = copy();
        copy.stan = 0;
        copy.transmission = 0;
        copy.rrn = "";
        copy.flags = 0;
        copy.originalMti = 0;
        copy.originalStan = 0;
        copy.originalTransmission = 0;
        copy.originalInstitution = 0;
        copy.originalForwarding = 0;
        copy.remaining = 0;
        return copy;
    }

    PaymentMessage card(final int card) {
        return token(card, TOKEN_LOW + card);
    }

    PaymentMessage token(final long hi, final long lo) {
        final PaymentMessage copy = copy();
        copy.tokenHi = hi;
        copy.tokenLo = lo;
        return copy;
    }

    PaymentMessage previousToken(final long hi, final long lo) {
        final PaymentMessage copy = copy();
        copy.previousTokenHi = hi;
        copy.previousTokenLo = lo;
        return copy;
    }

    PaymentMessage bin(final int value) {
        final PaymentMessage copy = copy();
        copy.bin = value;
        copy.hasCipher = true;
        return copy;
    }

    PaymentMessage amount(final long value) {
        final PaymentMessage copy = copy();
        copy.amount = value;
        return copy;
    }

    PaymentMessage merchant(final String value) {
        final PaymentMessage copy = copy();
        copy.merchant = value;
        return copy;
    }

    PaymentMessage terminal(final String value) {
        final PaymentMessage copy = copy();
        copy.terminal = value;
        return copy;
    }

    PaymentMessage rrn(final String value) {
        final PaymentMessage copy = copy();
        copy.rrn = value;
        return copy;
    }

    PaymentMessage stan(final int value) {
        final PaymentMessage copy = copy();
        copy.stan = value;
        return copy;
    }

    PaymentMessage transmission(final int value) {
        final PaymentMessage copy = copy();
        copy.transmission = value;
        return copy;
    }

    /** Of DE 7, as 1993 tells it. */
    PaymentMessage year(final int value) {
        final PaymentMessage copy = copy();
        copy.year = value;
        return copy;
    }

    /** Of the original's DE 7. */
    PaymentMessage originalYear(final int value) {
        final PaymentMessage copy = copy();
        copy.originalYear = value;
        return copy;
    }

    PaymentMessage institution(final long value) {
        final PaymentMessage copy = copy();
        copy.institution = value;
        return copy;
    }

    /** DE 33. */
    PaymentMessage forwarding(final long value) {
        final PaymentMessage copy = copy();
        copy.forwarding = value;
        return copy;
    }

    /** DE 33 within DE 90. */
    PaymentMessage originalForwarding(final long value) {
        final PaymentMessage copy = copy();
        copy.originalForwarding = value;
        return copy;
    }

    PaymentMessage currency(final int value) {
        final PaymentMessage copy = copy();
        copy.currency = value;
        return copy;
    }

    PaymentMessage processingCode(final int value) {
        final PaymentMessage copy = copy();
        copy.processingCode = value;
        return copy;
    }

    PaymentMessage mti(final int value) {
        final PaymentMessage copy = copy();
        copy.mti = value;
        return copy;
    }

    PaymentMessage pin(final int value) {
        final PaymentMessage copy = copy();
        copy.pin = value;
        return copy;
    }

    PaymentMessage expiry(final int value) {
        final PaymentMessage copy = copy();
        copy.expiry = value;
        return copy;
    }

    PaymentMessage channel(final int value) {
        final PaymentMessage copy = copy();
        copy.channel = value;
        return copy;
    }

    PaymentMessage approvalCode(final String value) {
        final PaymentMessage copy = copy();
        copy.approvalCode = value;
        return copy;
    }

    PaymentMessage flag(final int flag) {
        final PaymentMessage copy = copy();
        copy.flags |= flag;
        return copy;
    }

    PaymentMessage without(final int flag) {
        final PaymentMessage copy = copy();
        copy.flags &= ~flag;
        return copy;
    }

    /** 0120, 0220, 0420: the MTI's third digit becomes 2. */
    PaymentMessage advice() {
        final PaymentMessage copy = flag(PaymentFlags.ADVICE);
        copy.mti = mti / 100 * 100 + 20 + mti % 10;
        return copy;
    }

    /** The repeat of this message. */
    PaymentMessage repeat() {
        final PaymentMessage copy = flag(PaymentFlags.REPEAT);
        copy.mti = mti / 10 * 10 + 1;
        return copy;
    }

    /** DE 95: what remains. */
    PaymentMessage remaining(final long value) {
        final PaymentMessage copy = flag(PaymentFlags.HAS_REMAINING);
        copy.remaining = value;
        return copy;
    }

    PaymentMessage partialApproval(final int percent) {
        final PaymentMessage copy = flag(PaymentFlags.PARTIAL_APPROVAL);
        copy.minimumPercent = percent;
        return copy;
    }

    PaymentMessage moreToFollow() {
        return flag(PaymentFlags.MORE_TO_FOLLOW);
    }

    /** DE 90 names a message. */
    PaymentMessage of(final PaymentMessage original) {
        final PaymentMessage copy = flag(PaymentFlags.HAS_ORIGINAL);
        copy.originalMti = original.mti / 10 * 10;
        copy.originalStan = original.stan;
        copy.originalTransmission = original.transmission;
        copy.originalInstitution = original.institution;
        return copy;
    }

    /** DE 90 is absent. */
    PaymentMessage withoutOriginal() {
        final PaymentMessage copy = without(PaymentFlags.HAS_ORIGINAL);
        copy.originalMti = 0;
        copy.originalStan = 0;
        copy.originalTransmission = 0;
        copy.originalInstitution = 0;
        copy.originalForwarding = 0;
        return copy;
    }

    PaymentMessage copy() {
        try {
            return (PaymentMessage) clone();
        } catch (final CloneNotSupportedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    int encode(final MutableDirectBuffer buffer, final int offset) {
        buffer.setMemory(offset, PaymentEncoder.BLOCK_LENGTH, (byte) 0);
        final PaymentEncoder encoder = new PaymentEncoder().wrap(buffer, offset);
        encoder.token().hi(tokenHi).lo(tokenLo);
        encoder.previousToken().hi(previousTokenHi).lo(previousTokenLo);
        encoder.destinationToken().hi(destinationTokenHi).lo(destinationTokenLo);
        encoder.previousDestinationToken().hi(previousDestinationTokenHi).lo(previousDestinationTokenLo);
        encoder.forwarding(ForwardingMark.of(forwarding)).originalForwarding(ForwardingMark.of(originalForwarding)).year(year)
            .originalYear(originalYear);
        encoder.destinationId(destinationId).amountMinor(amount).remainingMinor(remaining).cashbackMinor(cashback)
            .institution(institution).originalInstitution(originalInstitution).merchant(merchant).rrn(rrn).stan(stan)
            .terminal(terminal).transmission(transmission).originalTransmission(originalTransmission).originalStan(originalStan)
            .processingCode(processingCode).bin(bin).flags(flags).mti(mti).originalMti(originalMti).currency(currency).expiry(expiry)
            .tokenKeyId(tokenKeyId).approvalCode(approvalCode).operation((short) operation).channel((short) channel)
            .pin((short) pin).minimumPercent((short) minimumPercent);
        if (hasCipher) {
            for (int i = 0; i < PaymentEncoder.cardCipherLength(); i++) {
                encoder.cardCipher(i, (short) (i + 1));
            }
        }
        return PaymentEncoder.BLOCK_LENGTH;
    }

    @Override
    public String toString() {
        return "mti " + mti + " operation " + operation + " stan " + stan + " rrn " + rrn + " amount " + amount;
    }
}
