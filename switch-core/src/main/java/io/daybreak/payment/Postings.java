package io.daybreak.payment;

import io.daybreak.ledger.Legs;

/**
 * What a payment moves: the table "Postings" of docs/iso8583.md, chapter 5. Everything has been checked when something is called
 * here; all legs of a command are one atomic step, since nothing comes between them.
 * <p>
 * A fee is taken from the merchant, in the same step, and is never more than the amount that it is reckoned on: so the
 * merchant has it. Amounts are minor units. Ledger thread only.
 */
final class Postings {
    private final Legs legs;
    private final Reference reference;
    private final PaymentTable payments;

    Postings(final Legs legs, final Reference reference, final PaymentTable payments) {
        this.legs = legs;
        this.reference = reference;
        this.payments = payments;
    }

    /** The legs that follow belong to this decision. */
    void begin(final Decision decision) {
        legs.begin(decision.sequence, decision.nowNs, decision.command.operation(), decision.sequence);
    }

    // ---- Posting ----

    /** Moves the amount; with cashback in two legs, goods and cash. The payment remembers both accounts. */
    void pay(final long payment, final int debit, final int credit, final long amountMinor) {
        PaymentTable.debitAccount(payment, debit);
        PaymentTable.creditAccount(payment, credit);
        final long cash = Math.min(amountMinor, PaymentTable.cashback(payment));
        legs.move(debit, credit, amountMinor - cash);
        legs.move(debit, credit, cash);
    }

    /** Another account pays a part in place of the usual one: the exception account, to whoever is paid. */
    void payAside(final long payment, final int asideAccount, final int credit, final long amountMinor) {
        if (amountMinor != 0) {
            rememberAside(payment, asideAccount, amountMinor);
            legs.move(asideAccount, credit, amountMinor);
        }
    }

    /** The settlement account funds what a merchant lacks. */
    void fund(final long payment, final int asideAccount, final int merchantAccount, final long amountMinor) {
        if (amountMinor != 0) {
            rememberAside(payment, asideAccount, amountMinor);
            legs.move(asideAccount, merchantAccount, amountMinor);
        }
    }

    private static void rememberAside(final long payment, final int asideAccount, final long amountMinor) {
        PaymentTable.asideAccount(payment, asideAccount);
        PaymentTable.aside(payment, amountMinor);
        PaymentTable.flags(payment, PaymentTable.flags(payment) & ~PaymentTable.BALANCES_TOLD | PaymentTable.PAID_ASIDE);
    }

    // ---- Fees ----

    /** Row of fees for a merchant of an acquirer, or -1 for none. */
    int feeRow(final long acquirer, final int merchantSlot, final int currency) {
        final int mcc = merchantSlot == Decision.NOT_FOUND ? 0 : reference.merchants().mcc(merchantSlot);
        return reference.fees().find(acquirer, mcc, currency);
    }

    /** The fee of an amount, at most the amount itself. */
    long fee(final int row, final long amountMinor) {
        return row == Decision.NOT_FOUND ? 0 : Math.min(amountMinor, reference.fees().fee(row, amountMinor));
    }

    /** Takes the fee of {@code baseMinor} from the merchant who was just paid. */
    long takeFee(final long payment, final int merchantSlot, final int merchantAccount, final long baseMinor) {
        final int row = feeRow(PaymentTable.institution(payment), merchantSlot, PaymentTable.currency(payment));
        final long fee = fee(row, baseMinor);
        if (fee == 0) {
            return 0;
        }
        final int feeAccount = reference.fees().feeAccountSlot(row);
        PaymentTable.fee(payment, fee);
        PaymentTable.feeAccount(payment, feeAccount);
        legs.move(merchantAccount, feeAccount, fee);
        return fee;
    }

    /** What a reversal gives back of a fee: the fee that stands, less the fee of what remains. */
    long feeToGiveBack(final long payment, final long remainingMinor) {
        final long standing = PaymentTable.fee(payment);
        if (standing == 0 || remainingMinor == 0) {
            return standing;
        }
        final int merchant = reference.merchants().find(PaymentTable.merchant0(payment), PaymentTable.merchant1(payment));
        final int row = feeRow(PaymentTable.institution(payment), merchant, PaymentTable.currency(payment));
        // Where refunds take their share of the fee along, it does not stand any more, and nothing of it remains.
        final boolean isTakenAlong = row != Decision.NOT_FOUND && reference.fees().givesBackOnRefund(row);
        final long remaining = remainingMinor - (isTakenAlong ? PaymentTable.refunded(payment) : 0);
        return remaining <= 0 ? standing : Math.max(0, standing - fee(row, Math.max(0, remaining - PaymentTable.cashback(payment))));
    }

    // ---- Holds ----

    /** The open hold of an authorisation, or {@link Legs#NO_HOLD}; one that is due counts as expired, swept or not. */
    int openHold(final long authorisation, final long nowNs) {
        final int hold = legs.findHold(PaymentTable.timestampNs(authorisation), PaymentTable.paymentId(authorisation));
        return hold == Legs.NO_HOLD || legs.isDue(hold, nowNs) ? Legs.NO_HOLD : hold;
    }

    /** What reversals and expiry may still release of an authorisation. */
    long heldLeft(final long authorisation, final long nowNs) {
        final int hold = openHold(authorisation, nowNs);
        return hold == Legs.NO_HOLD ? 0 : legs.left(hold);
    }

    Legs legs() {
        return legs;
    }

    PaymentTable payments() {
        return payments;
    }
}
