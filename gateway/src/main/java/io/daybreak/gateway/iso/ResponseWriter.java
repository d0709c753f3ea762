package io.daybreak.gateway.iso;

import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.codec.MessageBuilder;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.iso8583.link.Mti93;
import io.daybreak.iso8583.mac.MessageMac;
import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.ReconciliationAnswerDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.charset.StandardCharsets;

/**
 * Writes responses: what comes back of the request, byte for byte, what the answer says, and the MAC; with its frame. Rule:
 * docs/iso8583.md, "Messages".
 * <p>
 * {@link #begin} for each response, then what it says, then {@link #write}. Event loop's thread only; allocates nothing.
 */
final class ResponseWriter {
    /** Room that any response takes at most, its frame included. */
    static final int MAX_BYTES = 8_192;

    /** File updates have no business date. */
    private static final int FILE_CLASS = 3;
    private static final int CODE = 39;
    private static final int DETAIL = 44;
    private static final int BALANCES = 54;
    private static final int TEXT = 32;
    private static final int BALANCE_CHARS = 40;
    private static final int YEARS = 1_000_000;
    private static final int MONTHS = 10_000;
    /** Too short for a card number. */
    private static final long SHORT = MessageKind.fields(38, 39);
    private static final long NETWORK_CODE = MessageKind.high(70);
    private static final long TOTALS = MessageKind.high(74, 75, 76, 77, 86, 87, 88, 89, 97);
    private static final byte[][] LIMIT_NAMES = {
        text("PAY"), text("DAY"), text("MON"), text("YEA"), text("CNT"), text("BAL")};
    private static final int LIMIT_NAME_CHARS = 3;
    private static final int AMOUNT_DIGITS = 12;

    private final MessageBuilder builder = new MessageBuilder();
    private final PaymentAnswerDecoder payment = new PaymentAnswerDecoder();
    private final ReconciliationAnswerDecoder totals = new ReconciliationAnswerDecoder();
    private final byte[] detail = new byte[TEXT];
    private final byte[] balances = new byte[BALANCE_CHARS];

    private LinkPlan plan;
    private MessageIndex request;
    private MessageIndex issuer;
    private long issuerFields;
    private int mti87;
    private long echo;
    private long own;
    private long ownHigh;
    private long code;
    private long amount;
    private long processingCode;
    private int settlementDate;
    private int detailLength;
    private DirectBuffer answer;
    private int answerOffset;
    /** Where DE 37 lies in the answer. */
    private int referenceOffset;

    private static byte[] text(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Begins the response to a request.
     *
     * @param newMti87 of the request, in the terms of 1987
     * @param newEcho  fields 1 to 64 that come back, as far as the request has them
     */
    ResponseWriter begin(final LinkPlan newPlan, final MessageIndex newRequest, final int newMti87, final long newEcho) {
        plan = newPlan;
        request = newRequest;
        mti87 = newMti87;
        echo = newEcho;
        own = 0;
        ownHigh = 0;
        detailLength = 0;
        issuer = null;
        issuerFields = 0;
        return this;
    }

    /** DE 39 of a result. */
    ResponseWriter result(final int result) {
        code = plan.codes.word(result, mti87);
        own |= bit(CODE);
        return this;
    }

    /** DE 44 with the digits of a field. */
    ResponseWriter wrongField(final int field) {
        if (plan.hasErrorDetail) {
            detail[0] = (byte) ('0' + field / 100);
            detail[1] = (byte) ('0' + field / 10 % 10);
            detail[2] = (byte) ('0' + field % 10);
            detailLength = 3;
            own |= bit(DETAIL);
        }
        return this;
    }

    /** DE 15; nothing if the date is 0. */
    ResponseWriter settlementDate(final int date) {
        if (date != 0) {
            settlementDate = date;
            own |= bit(15);
        }
        return this;
    }

    /** What a PaymentAnswer says. */
    ResponseWriter payment(final int result, final DirectBuffer newAnswer, final int offset) {
        answer = newAnswer;
        answerOffset = offset;
        payment.wrap(newAnswer, offset, PaymentAnswerDecoder.BLOCK_LENGTH, PaymentAnswerDecoder.SCHEMA_VERSION);
        final int flags = payment.flags();
        final int issuerCode = payment.issuerCode();
        code = issuerCode == 0 ? plan.codes.word(result, mti87) : plan.codes.issuerWord(issuerCode, mti87);
        own |= bit(CODE);
        if (mti87 / 100 != FILE_CLASS) {
            settlementDate((int) payment.settlementDate());
        }
        final boolean isApproval = ResponseCodes.isApproval(result);
        if ((flags & PaymentAnswerFlags.HAS_AMOUNT) != 0) {
            amount = payment.amountMinor();
            own |= bit(4);
        }
        if ((flags & PaymentAnswerFlags.REPEATED) != 0 && payment.processingCode() != 0) {
            processingCode = payment.processingCode();
            own |= bit(3);
        }
        if (!request.has(37) && payment.rrn(0) != 0) {
            own |= bit(37);
            referenceOffset = PaymentAnswerDecoder.rrnEncodingOffset();
        }
        if (isApproval && payment.approvalCode(0) != 0) {
            own |= bit(38);
        }
        if (isApproval && (flags & PaymentAnswerFlags.HAS_BALANCES) != 0) {
            own |= bit(BALANCES);
        }
        if (result == Result.TRANSMISSION_TIME_IN_THE_FUTURE) {
            wrongField(plan.is1993 ? 12 : 7);
        } else if ((flags & PaymentAnswerFlags.HAS_DETAIL) != 0 && plan.hasErrorDetail) {
            putLimit(result, payment.detail(), payment.detailMinor());
        }
        return this;
    }

    /**
     * What an issuer has answered, after {@link #payment}: only where the payment's answer says that it is the issuer's.
     *
     * @param response indexed; kept until {@link #write}
     * @param passed   fields 1 to 64 that the route passes
     */
    ResponseWriter issuerFields(final MessageIndex response, final long passed) {
        if ((payment.flags() & PaymentAnswerFlags.PASS_ISSUER_FIELDS) != 0) {
            issuer = response;
            issuerFields = passed & response.lowBitmap();
            // 1993 allows more characters than 1987.
            if (response.charLength(DETAIL) > plan.dialect.field(DETAIL).maxLength()) {
                issuerFields &= ~bit(DETAIL);
            }
            dropCardNumbers();
        }
        return this;
    }

    /** SEC-10: what an issuer says is passed whole or, with a card number in it, not at all. */
    private void dropCardNumbers() {
        long fields = issuerFields & ~SHORT;
        while (fields != 0) {
            final int zeros = Long.numberOfLeadingZeros(fields);
            final long bit = Long.MIN_VALUE >>> zeros;
            fields ^= bit;
            if (Pan.isWithin(issuer, zeros + 1, request)) {
                issuerFields ^= bit;
            }
        }
    }

    /** DE 44: which limit, of which channel, and what is left of it; of other refusals the field. */
    private void putLimit(final int result, final int told, final long left) {
        final int limit = result - Result.LIMIT_PER_PAYMENT;
        if (limit < 0 || limit >= LIMIT_NAMES.length) {
            wrongField(told % 1_000);
            return;
        }
        System.arraycopy(LIMIT_NAMES[limit], 0, detail, 0, LIMIT_NAME_CHARS);
        detail[LIMIT_NAME_CHARS] = (byte) ('0' + told % 10);
        putDigits(detail, LIMIT_NAME_CHARS + 1, AMOUNT_DIGITS, left);
        detailLength = LIMIT_NAME_CHARS + 1 + AMOUNT_DIGITS;
        own |= bit(DETAIL);
    }

    /**
     * What a ReconciliationAnswer says.
     *
     * @param openDate DE 15 where it says none, YYYYMMDD
     */
    ResponseWriter reconciliation(final int result, final DirectBuffer newAnswer, final int offset, final int openDate) {
        answer = newAnswer;
        answerOffset = offset;
        totals.wrap(newAnswer, offset, ReconciliationAnswerDecoder.BLOCK_LENGTH, ReconciliationAnswerDecoder.SCHEMA_VERSION);
        result(result);
        settlementDate(totals.settlementDate() == 0 ? openDate : (int) totals.settlementDate());
        if (!request.has(37) && totals.rrn(0) != 0) {
            own |= bit(37);
            referenceOffset = ReconciliationAnswerDecoder.rrnEncodingOffset();
        }
        if (result == Result.OK || result == Result.OUT_OF_BALANCE) {
            ownHigh |= TOTALS;
            if (!plan.is1993) {
                ownHigh |= MessageKind.high(66);
            }
        }
        return this;
    }

    /** DE 15 of the request comes back. */
    ResponseWriter dateAsAsked() {
        echo |= bit(15);
        return this;
    }

    /** The network code comes back. */
    ResponseWriter network() {
        if (plan.is1993) {
            echo |= MessageKind.fields(24);
        } else {
            ownHigh |= request.highBitmap() & NETWORK_CODE;
        }
        return this;
    }

    /**
     * Writes the response with its frame.
     *
     * @param mac          seals it; null without MACs
     * @param headerSource holds the request's header
     * @param out          with room for {@link #MAX_BYTES} from {@code at} on
     * @return bytes of the whole frame
     */
    int write(final MessageMac mac, final DirectBuffer headerSource, final int headerOffset, final MutableDirectBuffer out, final int at) {
        try {
            return writeAll(mac, headerSource, headerOffset, out, at);
        } catch (final IllegalArgumentException ex) {
            if (issuerFields == 0) {
                throw ex;
            }
            // What the issuer's dialect holds need not fit into the acquirer's: then without it.
            issuerFields = 0;
            return writeAll(mac, headerSource, headerOffset, out, at);
        } finally {
            answer = null;
            request = null;
            issuer = null;
        }
    }

    private int writeAll(final MessageMac mac, final DirectBuffer headerSource, final int headerOffset, final MutableDirectBuffer out, final int at) {
        final Framing framing = plan.framing;
        final int begin = at + framing.overhead();
        builder.begin(plan.dialect, out, begin, responseMti(), ownHigh != 0);
        final long written = own;
        final long passed = issuerFields;
        long fields = echo & request.lowBitmap() | written | passed;
        while (fields != 0) {
            final int zeros = Long.numberOfLeadingZeros(fields);
            final long bit = Long.MIN_VALUE >>> zeros;
            fields ^= bit;
            if ((passed & bit) != 0) {
                builder.echo(zeros + 1, issuer);
            } else if ((written & bit) != 0) {
                putOwn(zeros + 1);
            } else {
                builder.echo(zeros + 1, request);
            }
        }
        fields = ownHigh;
        while (fields != 0) {
            final int zeros = Long.numberOfLeadingZeros(fields);
            fields ^= Long.MIN_VALUE >>> zeros;
            putHigh(zeros + 65);
        }
        final int length = mac == null ? builder.end() : mac.seal(builder);
        framing.writePrefix(out, at, length);
        if (framing.headerLength() != 0) {
            framing.answerHeader(headerSource, headerOffset, out, at + framing.prefixLength());
        }
        return framing.overhead() + length;
    }

    /** Of the link's version, whatever the request said; 0303 is answered 0312, since its last digit says more than that it is a repeat. */
    private int responseMti() {
        return (plan.is1993 ? 1_000 : 0) + Mti93.answer(request.mti() % 1_000);
    }

    private void putOwn(final int field) {
        switch (field) {
            case 3 -> builder.number(field, processingCode);
            case 4 -> builder.number(field, amount);
            case 15 -> builder.number(field, settlementDate % (plan.is1993 ? YEARS : MONTHS));
            case 37 -> builder.ascii(field, answer, answerOffset + referenceOffset, PaymentAnswerDecoder.rrnLength());
            case 38 -> builder.ascii(field, answer, answerOffset + PaymentAnswerDecoder.approvalCodeEncodingOffset(),
                PaymentAnswerDecoder.approvalCodeLength());
            case CODE -> builder.word(field, code);
            case DETAIL -> builder.ascii(field, detail, 0, detailLength);
            case BALANCES -> putBalances();
            default -> throw new IllegalStateException("field " + field);
        }
    }

    private void putBalances() {
        putBalance(0, '1', payment.ledgerBalanceMinor());
        putBalance(BALANCE_CHARS / 2, '2', payment.availableBalanceMinor());
        builder.ascii(BALANCES, balances, 0, BALANCE_CHARS);
    }

    private void putBalance(final int at, final char type, final long balance) {
        balances[at] = '0';
        balances[at + 1] = '0';
        balances[at + 2] = '0';
        balances[at + 3] = (byte) type;
        putDigits(balances, at + 4, 3, payment.currency());
        balances[at + 7] = (byte) (balance < 0 ? 'D' : 'C');
        putDigits(balances, at + 8, AMOUNT_DIGITS, Math.abs(balance));
    }

    private static void putDigits(final byte[] to, final int at, final int count, final long number) {
        long rest = number;
        for (int i = count - 1; i >= 0; i--) {
            to[at + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void putHigh(final int field) {
        switch (field) {
            case 66 -> builder.number(field, totals.settlementCode());
            case 70 -> builder.echo(field, request);
            case 74 -> builder.number(field, totals.creditCount());
            case 75 -> builder.number(field, totals.creditReversalCount());
            case 76 -> builder.number(field, totals.debitCount());
            case 77 -> builder.number(field, totals.debitReversalCount());
            case 86 -> builder.number(field, totals.creditAmount());
            case 87 -> builder.number(field, totals.creditReversalAmount());
            case 88 -> builder.number(field, totals.debitAmount());
            case 89 -> builder.number(field, totals.debitReversalAmount());
            case 97 -> builder.signedNumber(field, totals.netAmount());
            default -> throw new IllegalStateException("field " + field);
        }
    }

    private static long bit(final int field) {
        return Long.MIN_VALUE >>> field - 1;
    }
}
