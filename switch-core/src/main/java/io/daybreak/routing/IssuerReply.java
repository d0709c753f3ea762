package io.daybreak.routing;

import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * What an issuer's response says, read from the command that carries it. Valid during the call that hands it over.
 * Amounts are minor units of the payment's currency. Ledger thread only.
 */
public final class IssuerReply {
    /** The response had no DE 4. */
    public static final long NO_AMOUNT = -1;
    /** DE 39 = 00. */
    public static final int CODE_00 = code('0', '0');

    /** DE 39 of a reversal that the acquirer wanted. */
    static final int CODE_17 = code('1', '7');
    /** DE 39 of a reversal after a time-out. */
    static final int CODE_68 = code('6', '8');

    private static final int CODE_08 = code('0', '8');
    private static final int CODE_10 = code('1', '0');
    private static final int CODE_11 = code('1', '1');
    private static final int CODE_16 = code('1', '6');
    private static final int CODE_85 = code('8', '5');

    private final IssuerAnswerDecoder answer = new IssuerAnswerDecoder();

    IssuerReply() {
    }

    IssuerReply wrap(final DirectBuffer command, final int offset) {
        answer.wrap(command, offset, IssuerAnswerDecoder.BLOCK_LENGTH, IssuerAnswerDecoder.SCHEMA_VERSION);
        return this;
    }

    /** DE 39 as a number: the first character in the high byte. */
    public static int code(final char first, final char second) {
        return first << 8 | second;
    }

    /** DE 39 as {@link #code} makes it; 0 if the response had none. */
    public int responseCode() {
        return answer.responseCode();
    }

    /** 00, 08, 10, 11, 16 and 85 approve; everything else declines. */
    public boolean isApproval() {
        final int code = responseCode();
        return code == CODE_00 || isPartialApproval() || code == CODE_08 || code == CODE_11 || code == CODE_16 || code == CODE_85;
    }

    /** DE 39 = 10: DE 4 says how much. */
    public boolean isPartialApproval() {
        return responseCode() == CODE_10;
    }

    /** DE 4, or {@link #NO_AMOUNT}. */
    public long amountMinor() {
        return answer.amountMinor();
    }

    /** DE 38, six characters in the low bytes, the first one lowest, as they lie in the message; 0: none. */
    public long approvalCode() {
        final DirectBuffer buffer = answer.buffer();
        final int at = answer.offset() + IssuerAnswerDecoder.approvalCodeEncodingOffset();
        return buffer.getInt(at) & 0xFFFF_FFFFL | (buffer.getShort(at + 4) & 0xFFFFL) << 32;
    }

    /** Currency of the balances; 0: the response had none. */
    public int balanceCurrency() {
        return answer.currency();
    }

    /** DE 54, amount type 01. */
    public long ledgerBalanceMinor() {
        return answer.ledgerBalanceMinor();
    }

    /** DE 54, amount type 02. */
    public long availableBalanceMinor() {
        return answer.availableBalanceMinor();
    }

    /** The link that it came on. */
    public int linkId() {
        return answer.linkId();
    }

    int stan() {
        return (int) answer.stan();
    }

    int transmission() {
        return (int) answer.transmission();
    }

    /** True if this is the type of the response to a message of type {@code mti}, whatever the repeat digit and the version. */
    boolean answers(final int mti) {
        return answer.mti() % 1_000 / 10 == mti % 1_000 / 10 + 1;
    }

    /** True if DE 37 is absent or the same as the twelve characters at this address. */
    boolean agreesInRrn(final long rrn) {
        final DirectBuffer buffer = answer.buffer();
        final int at = answer.offset() + IssuerAnswerDecoder.rrnEncodingOffset();
        final long first = buffer.getLong(at);
        final int last = buffer.getInt(at + 8);
        return first == 0 && last == 0 || first == UnsafeApi.getLong(rrn) && last == UnsafeApi.getInt(rrn + 8);
    }
}
