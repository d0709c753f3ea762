package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.routing.Issuing;

/**
 * Advices (0120, 0220): what has happened already. Rules: docs/iso8583.md, chapter 13. They are refused for an unknown or
 * missing right only; all else is booked, or becomes an item for a person, and is answered 00.
 * <p>
 * Ledger thread only.
 */
final class Advices {
    private final Reference reference;
    private final Checks checks;
    private final Originals originals;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final Windows windows;
    private final ForcePost forcePost;
    private final Requests requests;
    private final Refunds refunds;
    private final Completions completions;
    private final RoutedPayments routed;

    Advices(final Reference reference, final Checks checks, final Originals originals, final Postings postings,
            final PaymentTable payments, final Windows windows, final ForcePost forcePost, final Requests requests,
            final Refunds refunds, final Completions completions, final RoutedPayments routed) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.windows = windows;
        this.forcePost = forcePost;
        this.requests = requests;
        this.refunds = refunds;
        this.completions = completions;
        this.routed = routed;
    }

    /**
     * Decides about a new advice.
     *
     * @param isBeforeWindow it is older than identities are remembered: nobody knows whether it is new
     */
    int decide(final Decision decision, final boolean isBeforeWindow) {
        final int granted = checks.operationIsGranted(decision);
        if (granted != Result.OK) {
            return granted;
        }
        if (isBeforeWindow) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_BEFORE_WINDOW);
        }
        if (!checks.merchantAndTerminalAreKnown(decision)) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        // An unknown card leaves neither wallet nor route: the families book on the exception account then.
        checks.cardIsKnown(decision);
        switch (decision.command.operation()) {
            case PaymentOperation.COMPLETION:
                return completions.advise(decision);
            case PaymentOperation.REFUND:
                return refunds.advise(decision);
            case PaymentOperation.AUTHORISE:
                return authorised(decision);
            case PaymentOperation.TOP_UP:
                return toppedUp(decision);
            default:
                return paid(decision);
        }
    }

    // ---- Authorisation advices ----

    private int authorised(final Decision decision) {
        final PaymentCommand command = decision.command;
        final int merchantAccount = reference.merchants().accountSlot(decision.merchant);
        if (command.amountMinor() <= 0 || legs.currency(merchantAccount) != command.currency() || legs.isClosed(merchantAccount)
            || decision.isLocal() && legs.currency(decision.walletAccount) != command.currency()) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        if (decision.isRouted()) {
            return routed.advise(decision, merchantAccount, Issuing.NO_PLACE, 0);
        }
        if (!decision.isLocal()) {
            return forcePost.nothingMoves(decision, ExceptionReason.FORCED_FOR_UNKNOWN_CARD);
        }
        if (legs.holdsAreFull()) {
            return Result.HOLD_CAPACITY_REACHED;
        }
        final long has = checks.walletMayPay(decision.wallet) ? legs.debitable(decision.walletAccount) : 0;
        decision.approved = Math.min(has, command.amountMinor());
        final boolean good = checks.cardIsGood(decision) == Result.OK;
        hold(decision, merchantAccount);
        if (decision.approved < command.amountMinor()) {
            return item(decision, ExceptionReason.FORCED_SHORT_WALLET, command.amountMinor() - decision.approved);
        }
        return good ? Result.OK : item(decision, ExceptionReason.FORCED_ON_BLOCKED_CARD, decision.approved);
    }

    private void hold(final Decision decision, final int merchantAccount) {
        final long payment = decision.payment;
        if (decision.approved == 0) {
            decision.state = PaymentState.ITEM;
            return;
        }
        postings.begin(decision);
        final int root = decision.command.has(PaymentFlags.HAS_ORIGINAL) ? originals.ofIncrement(decision.command, decision.nowNs) : Decision.NOT_FOUND;
        if (root >= 0 && PaymentTable.state(payments.address(root)) == PaymentState.AUTHORISED
            && postings.openHold(payments.address(root), decision.nowNs) != Legs.NO_HOLD) {
            decision.original = root;
            requests.addToHold(decision, payments.address(root));
        } else {
            PaymentTable.debitAccount(payment, decision.walletAccount);
            PaymentTable.creditAccount(payment, merchantAccount);
            PaymentTable.held(payment, decision.approved);
            legs.hold(decision.walletAccount, merchantAccount, decision.approved, decision.nowNs + windows.holdNs(), decision.place);
            decision.state = PaymentState.AUTHORISED;
            decision.retention = PaymentTable.COMPLETABLE;
        }
        reference.limits().reserve(decision.wallet, decision.command.channel(), decision.approved,
            decision.original == Decision.NOT_FOUND ? 1 : 0, decision.nowNs);
        PaymentTable.wallet(payment, decision.wallet);
    }

    private int item(final Decision decision, final int reason, final long amountMinor) {
        forcePost.note(decision, reason, amountMinor);
        return Result.TAKEN_AS_AN_ITEM;
    }

    // ---- Into the wallet ----

    private int toppedUp(final Decision decision) {
        final int settlement = reference.institutions().settlementSlot(decision.institution);
        final long amount = decision.command.amountMinor();
        final boolean bookable = amount > 0 && legs.currency(settlement) == decision.command.currency()
            && legs.debitable(settlement) >= amount;
        if (decision.isRouted() && bookable) {
            return routed.advise(decision, settlement, Issuing.NO_PLACE, ExceptionReason.FORCED_WITHOUT_HOLD);
        }
        if (!bookable || !decision.isLocal() || legs.currency(decision.walletAccount) != decision.command.currency()
            || legs.isClosed(decision.walletAccount)) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        postings.begin(decision);
        postings.pay(decision.payment, settlement, decision.walletAccount, amount);
        decision.approved = amount;
        decision.state = PaymentState.POSTED;
        decision.totalsKind = Totals.CREDIT;
        decision.retention = PaymentTable.REVERSIBLE;
        return item(decision, ExceptionReason.FORCED_WITHOUT_HOLD, amount);
    }

    // ---- Out of the wallet ----

    /** Purchase with cash, cash-out, transfer, bill: as forced as a completion without a hold. */
    private int paid(final Decision decision) {
        final PaymentCommand command = decision.command;
        final int payee = payee(decision);
        if (payee == Legs.NO_ACCOUNT || command.amountMinor() <= 0 || legs.currency(payee) != command.currency()
            || legs.isClosed(payee) || legs.creditable(payee) < command.amountMinor()
            || decision.isLocal() && legs.currency(decision.walletAccount) != command.currency()) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        PaymentTable.cashback(decision.payment, command.operation() == PaymentOperation.CASHBACK
            ? Math.max(0, Math.min(command.amountMinor(), command.cashbackMinor())) : 0);
        if (decision.isRouted()) {
            return routed.advise(decision, payee, Issuing.NO_PLACE, ExceptionReason.FORCED_WITHOUT_HOLD);
        }
        final int plan = forcePost.plan(decision, command.amountMinor(), 0, ExceptionReason.FORCED_WITHOUT_HOLD);
        if (plan == Result.INSUFFICIENT_FUNDS) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        return plan == Result.OK ? bookPaid(decision, payee) : plan;
    }

    private int bookPaid(final Decision decision, final int payee) {
        final long payment = decision.payment;
        final int operation = decision.command.operation();
        final long amount = decision.command.amountMinor();
        postings.begin(decision);
        forcePost.post(decision, payee);
        PaymentTable.debitAccount(payment, decision.isLocal() ? decision.walletAccount
            : reference.institutions().exceptionSlot(decision.institution));
        PaymentTable.creditAccount(payment, payee);
        if (Requests.paysAFee(operation)) {
            postings.takeFee(payment, decision.merchant, payee, amount - PaymentTable.cashback(payment));
        }
        if (decision.isLocal()) {
            PaymentTable.wallet(payment, decision.wallet);
            reference.limits().reserve(decision.wallet, decision.command.channel(), forcePost.fromWallet(), 1, decision.nowNs);
        }
        decision.approved = amount;
        decision.state = PaymentState.POSTED;
        decision.totalsKind = Totals.DEBIT;
        decision.retention = Requests.isRefundable(operation) ? PaymentTable.REFUNDABLE : PaymentTable.REVERSIBLE;
        return forcePost.item(decision, amount);
    }

    private int payee(final Decision decision) {
        final PaymentCommand command = decision.command;
        switch (command.operation()) {
            case PaymentOperation.CASH_OUT:
                return reference.institutions().settlementSlot(decision.institution);
            case PaymentOperation.TRANSFER:
            case PaymentOperation.BILL:
                return requests.destination(decision) == Result.OK ? requests.otherAccount(decision) : Legs.NO_ACCOUNT;
            default:
                return decision.merchant == Decision.NOT_FOUND || reference.merchants().status(decision.merchant) == RecordStatus.REMOVED
                    ? Legs.NO_ACCOUNT : reference.merchants().accountSlot(decision.merchant);
        }
    }
}
