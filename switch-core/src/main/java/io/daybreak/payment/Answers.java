package io.daybreak.payment;

import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentAnswerEncoder;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Writes what the response to a payment says: from the payment itself, so that a repeat's answer is the first one's. Rule:
 * docs/iso8583.md, chapter 8, "A repeat gets". Ledger thread only.
 */
final class Answers {
    /** Bytes of an answer. */
    static final int BYTES = PaymentAnswerEncoder.BLOCK_LENGTH;
    /** The approval code within {@link PaymentTable#approvalWord}. */
    static final long APPROVAL_MASK = 0xFFFF_FFFF_FFFFL;

    private static final int ISSUER_CODE_SHIFT = 48;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int RRN = PaymentAnswerEncoder.rrnEncodingOffset();
    private static final int APPROVAL_CODE = PaymentAnswerEncoder.approvalCodeEncodingOffset();

    private final PaymentAnswerEncoder encoder = new PaymentAnswerEncoder();

    /** DE 39 that the issuer gave, as two characters; 0: none. */
    static int issuerCode(final long payment) {
        return (int) (PaymentTable.approvalWord(payment) >>> ISSUER_CODE_SHIFT);
    }

    static void issuerCode(final long payment, final int code) {
        PaymentTable.approvalWord(payment, PaymentTable.approvalWord(payment) & APPROVAL_MASK | (long) code << ISSUER_CODE_SHIFT);
    }

    static void approvalCode(final long payment, final long code) {
        PaymentTable.approvalWord(payment, PaymentTable.approvalWord(payment) & ~APPROVAL_MASK | code & APPROVAL_MASK);
    }

    /** True for results that the acquirer is told as approvals. */
    static boolean isApproval(final int result) {
        return result == Result.OK || result >= Result.APPROVED_IN_PART && result <= Result.NOTHING_LEFT_TO_REVERSE;
    }

    /**
     * The answer to a payment that is remembered.
     *
     * @param responseMti of the response to the message at work, which may be a repeat
     * @param moreFlags   of {@link PaymentAnswerFlags}, besides those that follow from the payment
     */
    void ofPayment(final long payment, final int responseMti, final int moreFlags, final MutableDirectBuffer answer,
                   final int offset) {
        final int result = PaymentTable.result(payment);
        final boolean approved = isApproval(result);
        final boolean inPart = result == Result.APPROVED_IN_PART;
        final boolean cashback = approved && PaymentTable.operation(payment) == PaymentOperation.CASHBACK;
        final boolean balances = approved && PaymentTable.hasFlag(payment, PaymentTable.BALANCES_TOLD);
        final boolean limit = PaymentTable.hasFlag(payment, PaymentTable.LIMIT_TOLD);
        final int flags = moreFlags | (inPart ? PaymentAnswerFlags.HAS_AMOUNT : 0) | (balances ? PaymentAnswerFlags.HAS_BALANCES : 0)
            | (cashback ? PaymentAnswerFlags.HAS_CASHBACK : 0) | (limit ? PaymentAnswerFlags.HAS_DETAIL : 0);
        encoder.wrap(answer, offset)
            .paymentId(PaymentTable.paymentId(payment))
            .amountMinor(inPart ? PaymentTable.approved(payment) : PaymentTable.amount(payment))
            .ledgerBalanceMinor(balances ? PaymentTable.aside(payment) : 0)
            .availableBalanceMinor(balances ? PaymentTable.available(payment) : 0)
            .detailMinor(limit ? PaymentTable.aside(payment) : 0)
            .cashbackMinor(cashback ? PaymentTable.cashback(payment) : 0)
            .stan(PaymentTable.stan(payment))
            .processingCode(PaymentTable.processingCode(payment))
            .settlementDate(PaymentTable.settlementDate(payment))
            .transmission(PaymentTable.transmission(payment))
            .mti(responseMti)
            .currency(balances ? PaymentTable.currency(payment) : 0)
            .issuerCode(issuerCode(payment))
            .flags(flags)
            .detail(limit ? result : 0)
            .result(result)
            .issuerLinkId(PaymentTable.issuerLink(payment));
        putRrn(answer, offset, PaymentTable.rrn0(payment), PaymentTable.rrn1(payment));
        putApprovalCode(answer, offset, approved ? PaymentTable.approvalWord(payment) : 0);
    }

    /** The answer to a message of which nothing is remembered: refused before it was decided, or an enquiry. */
    void ofMessage(final Decision decision, final int result, final MutableDirectBuffer answer, final int offset) {
        final PaymentCommand command = decision.command;
        encoder.wrap(answer, offset)
            .paymentId(0)
            .amountMinor(command.amountMinor())
            .ledgerBalanceMinor(decision.ledgerBalance)
            .availableBalanceMinor(decision.availableBalance)
            .detailMinor(decision.detailMinor)
            .cashbackMinor(0)
            .stan(command.stan())
            .processingCode(command.processingCode())
            .settlementDate(decision.businessDate)
            .transmission(command.transmission())
            .mti(command.responseMti())
            .currency(decision.balanceCurrency)
            .issuerCode(0)
            .flags(decision.balancesTold ? PaymentAnswerFlags.HAS_BALANCES : 0)
            .detail(0)
            .result(result)
            .issuerLinkId(0);
        if (command.hasRrn() || !Result.isDecided(result)) {
            putRrn(answer, offset, command.rrn0(), command.rrn1());
        } else {
            putRrn(answer, offset, MadeReference.head(decision.nowNs, decision.sequence), MadeReference.tail(decision.sequence));
        }
        putApprovalCode(answer, offset, 0);
    }

    /** An answer without anything in it but its result: nothing of the message was read. */
    void ofNothing(final int result, final MutableDirectBuffer answer, final int offset) {
        answer.setMemory(offset, BYTES, (byte) 0);
        encoder.wrap(answer, offset).result(result);
    }

    /** The answer to a file update. */
    void ofFileUpdate(final int result, final int mti, final int stan, final int transmission, final int date,
                      final MutableDirectBuffer answer, final int offset) {
        ofNothing(result, answer, offset);
        encoder.stan(stan).transmission(transmission).settlementDate(date).mti(mti / 10 * 10 + 10);
    }

    private static void putRrn(final MutableDirectBuffer answer, final int offset, final long rrn0, final int rrn1) {
        answer.putLong(offset + RRN, rrn0, ORDER);
        answer.putInt(offset + RRN + 8, rrn1, ORDER);
    }

    private static void putApprovalCode(final MutableDirectBuffer answer, final int offset, final long word) {
        answer.putInt(offset + APPROVAL_CODE, (int) word, ORDER);
        answer.putShort(offset + APPROVAL_CODE + 4, (short) (word >>> 32), ORDER);
    }
}
