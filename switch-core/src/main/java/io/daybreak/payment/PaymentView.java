package io.daybreak.payment;

import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.codec.PaymentRecordAnswerEncoder;

/**
 * Reads the table of payments for those who look at a state without being part of it: the tools that execute a journal again. Changes nothing;
 * no decision knows of it. Allocates. The thread that owns the state.
 */
public final class PaymentView {
    /** No such payment, or forgotten. */
    public static final int NOT_FOUND = PaymentTable.NOT_FOUND;
    private static final int APPROVAL_CODE_LENGTH = PaymentRecordAnswerEncoder.approvalCodeLength();

    private final Payments payments;
    private final PaymentTable table;

    public PaymentView(final Payments payments) {
        this.payments = payments;
        this.table = payments.table();
    }

    /** A payment as it is remembered; amounts are minor units, slots those of the reference tables, -1 for none. */
    public record Seen(int place, long paymentId, long institution, long rrn0, int rrn1, int stan, int transmission, int mti, int operation,
                       int channel, int currency, long amountMinor, long approvedMinor, long capturedMinor, long refundedMinor,
                       long reversedMinor, long feeMinor, long holdLeftMinor, long cashbackMinor, int state, int result, long timestampNs,
                       long originalId, String approvalCode, int issuerCode, int settlementDate, int walletSlot, int debitAccountSlot,
                       int creditAccountSlot, boolean isRouted, boolean stoodIn, boolean isRrnOurs, long limitLeftMinor,
                       boolean isLimitTold) {
    }

    /** Place of the payment that a command of this sequence made, by the reference that it has; {@link #NOT_FOUND} if there is none. */
    public int find(final long institution, final long rrn0, final int rrn1, final long paymentId) {
        if (table.capacity() == 0) {
            return NOT_FOUND;
        }
        int place = table.firstByReference(institution, rrn0, rrn1);
        while (place != NOT_FOUND) {
            final long payment = table.address(place);
            if (PaymentTable.paymentId(payment) == paymentId && PaymentTable.institution(payment) == institution) {
                return place;
            }
            place = table.nextByReference(payment);
        }
        return NOT_FOUND;
    }

    /** True if the payment is still there, and something of it is not as it was seen. */
    public boolean hasChanged(final Seen seen) {
        final long payment = table.address(seen.place());
        return PaymentTable.paymentId(payment) == seen.paymentId() && (PaymentTable.state(payment) != seen.state()
            || PaymentTable.result(payment) != seen.result() || PaymentTable.captured(payment) != seen.capturedMinor()
            || PaymentTable.refunded(payment) != seen.refundedMinor() || PaymentTable.reversed(payment) != seen.reversedMinor()
            || holdLeft(payment) != seen.holdLeftMinor() || PaymentTable.amount(payment) != seen.amountMinor());
    }

    /** The payment at a place, or null if another has taken it since. */
    public Seen read(final int place, final long paymentId) {
        final long payment = table.address(place);
        if (PaymentTable.paymentId(payment) != paymentId) {
            return null;
        }
        final int flags = PaymentTable.flags(payment);
        return new Seen(place, paymentId, PaymentTable.institution(payment), PaymentTable.rrn0(payment), PaymentTable.rrn1(payment),
            PaymentTable.stan(payment), PaymentTable.transmission(payment), PaymentTable.mti(payment), PaymentTable.operation(payment),
            PaymentTable.channel(payment), PaymentTable.currency(payment), PaymentTable.amount(payment), PaymentTable.approved(payment),
            PaymentTable.captured(payment), PaymentTable.refunded(payment), PaymentTable.reversed(payment), PaymentTable.fee(payment),
            holdLeft(payment), PaymentTable.cashback(payment), PaymentTable.state(payment), PaymentTable.result(payment),
            PaymentTable.timestampNs(payment), PaymentTable.originalId(payment), text(PaymentTable.approvalWord(payment)),
            Answers.issuerCode(payment), PaymentTable.settlementDate(payment), PaymentTable.wallet(payment),
            PaymentTable.debitAccount(payment), PaymentTable.creditAccount(payment), (flags & PaymentTable.ROUTED) != 0,
            (flags & PaymentTable.STOOD_IN) != 0, (flags & PaymentTable.RRN_IS_OURS) != 0, PaymentTable.aside(payment),
            (flags & PaymentTable.LIMIT_TOLD) != 0);
    }

    /** What can still be captured of an authorisation, here or with its issuer. */
    private static long holdLeft(final long payment) {
        return PaymentTable.state(payment) == PaymentState.AUTHORISED ? Math.max(0, PaymentTable.held(payment) - PaymentTable.captured(payment)) : 0;
    }

    private static String text(final long word) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < APPROVAL_CODE_LENGTH; i++) {
            final int character = (int) (word >>> i * Byte.SIZE) & 0xFF;
            if (character > ' ' && character <= '~') {
                text.append((char) character);
            }
        }
        return text.toString();
    }

    /** Id of the route that a card's payment would take, or a negative number. */
    public int route(final PaymentCommand command) {
        return payments.issuing().route(command.bin() & 0xFFFF_FFFFL, command.amountMinor(), command.channel(), command.currency());
    }
}
