package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;

/**
 * Requests that a wallet's money follows at once: purchase, with cash too, authorisation and increment, cash-out, top-up, transfer, bill.
 * Rules: docs/iso8583.md, chapter 5; their order: chapter 7.
 * <p>
 * Everything is checked first, then posted. Ledger thread only.
 */
final class Requests {
    private static final int PERCENT = 100;

    private final Reference reference;
    private final Checks checks;
    private final Originals originals;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final Windows windows;
    private final RoutedPayments routed;

    Requests(final Reference reference, final Checks checks, final Originals originals, final Postings postings,
             final PaymentTable payments, final Windows windows, final RoutedPayments routed) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.windows = windows;
        this.routed = routed;
    }

    /** Decides about a new request. */
    int decide(final Decision decision) {
        decision.wantsApprovalCode = true;
        int result = checks.merchantAndTerminal(decision);
        if (result == Result.OK) {
            result = checks.cardIsKnown(decision);
        }
        if (result == Result.OK) {
            result = checks.cardIsGood(decision);
        }
        if (result == Result.OK) {
            result = checks.operationIsGranted(decision);
        }
        if (result == Result.OK) {
            result = destination(decision);
        }
        if (result != Result.OK) {
            return result;
        }
        return decision.isRouted() ? routed.request(decision, otherAccount(decision)) : local(decision);
    }

    private int local(final Decision decision) {
        if (decision.command.operation() == PaymentOperation.AUTHORISE && legs.holdsAreFull()) {
            // Not a decision, so it comes before the first check that leaves a trace.
            return Result.HOLD_CAPACITY_REACHED;
        }
        int result = checks.currencyIsTheWallets(decision);
        if (result == Result.OK) {
            result = otherHasTheCurrency(decision);
        }
        if (result == Result.OK) {
            result = amount(decision);
        }
        if (result == Result.OK) {
            result = checks.pin(decision);
        }
        if (result != Result.OK) {
            return result;
        }
        switch (decision.command.operation()) {
            case PaymentOperation.AUTHORISE:
                return decision.original == Decision.NOT_FOUND ? authorise(decision) : increment(decision);
            case PaymentOperation.TOP_UP:
                return topUp(decision);
            default:
                return pay(decision);
        }
    }

    // ---- The other side: who is paid, or who pays a top-up; the authorisation that an increment adds to ----

    /** Finds the destination of a transfer or bill, and the authorisation of an increment. */
    int destination(final Decision decision) {
        switch (decision.command.operation()) {
            case PaymentOperation.AUTHORISE:
                return decision.command.has(PaymentFlags.HAS_ORIGINAL) ? findAuthorisation(decision) : Result.OK;
            case PaymentOperation.TRANSFER:
                return findDestinationWallet(decision);
            case PaymentOperation.BILL:
                return findBiller(decision);
            default:
                return Result.OK;
        }
    }

    private int findAuthorisation(final Decision decision) {
        decision.original = originals.ofIncrement(decision.command, decision.nowNs);
        if (decision.original < 0) {
            decision.original = Decision.NOT_FOUND;
            return Result.ORIGINAL_NOT_FOUND;
        }
        final long root = payments.address(decision.original);
        final boolean open = PaymentTable.state(root) == PaymentState.AUTHORISED
            && (PaymentTable.hasFlag(root, PaymentTable.ROUTED) || postings.openHold(root, decision.nowNs) != Legs.NO_HOLD);
        return open ? Result.OK : Result.ORIGINAL_NOT_OPEN;
    }

    private int findDestinationWallet(final Decision decision) {
        final PaymentCommand command = decision.command;
        int wallet = Decision.NOT_FOUND;
        if ((command.destinationTokenHi() | command.destinationTokenLo()) != 0) {
            final int card = checks.findCard(command.destinationTokenHi(), command.destinationTokenLo(), command.previousDestinationTokenHi(),
                command.previousDestinationTokenLo());
            wallet = card == Decision.NOT_FOUND ? Decision.NOT_FOUND : reference.cards().walletSlot(card);
        } else if (command.destinationId() != 0) {
            wallet = reference.wallets().find(command.destinationId());
        }
        if (wallet == Decision.NOT_FOUND || reference.wallets().status(wallet) == RecordStatus.REMOVED) {
            return Result.DESTINATION_NOT_FOUND;
        }
        decision.destinationWallet = wallet;
        return wallet == decision.wallet ? Result.DESTINATION_IS_THE_SOURCE : Result.OK;
    }

    private int findBiller(final Decision decision) {
        final long number = decision.command.destinationId();
        final int biller = number <= 0 || number > Integer.MAX_VALUE ? Decision.NOT_FOUND : reference.merchants().findBiller((int) number);
        if (biller == Decision.NOT_FOUND || reference.merchants().status(biller) != RecordStatus.ACTIVE
            || !legs.isOpenForCredits(reference.merchants().accountSlot(biller))) {
            return Result.DESTINATION_NOT_FOUND;
        }
        // From here on the biller is the merchant who is paid.
        decision.merchant = biller;
        PaymentTable.merchant0(decision.payment, reference.merchants().merchant0(biller));
        PaymentTable.merchant1(decision.payment, reference.merchants().merchant1(biller));
        return Result.OK;
    }

    /** Account on the other side of the wallet's. */
    int otherAccount(final Decision decision) {
        switch (decision.command.operation()) {
            case PaymentOperation.CASH_OUT:
            case PaymentOperation.TOP_UP:
                return reference.institutions().settlementSlot(decision.institution);
            case PaymentOperation.TRANSFER:
                return reference.wallets().accountSlot(decision.destinationWallet);
            default:
                return reference.merchants().accountSlot(decision.merchant);
        }
    }

    private int otherHasTheCurrency(final Decision decision) {
        final int currency = decision.command.currency();
        final boolean same = legs.currency(otherAccount(decision)) == currency
            && (decision.original == Decision.NOT_FOUND || PaymentTable.currency(payments.address(decision.original)) == currency);
        return same ? Result.OK : Result.CURRENCY_DIFFERS;
    }

    private int amount(final Decision decision) {
        final PaymentCommand command = decision.command;
        final boolean fits = command.amountMinor() > 0
            && (command.operation() == PaymentOperation.TOP_UP || legs.creditable(otherAccount(decision)) >= command.amountMinor())
            && (command.operation() != PaymentOperation.CASHBACK
            || command.cashbackMinor() >= 0 && command.cashbackMinor() <= command.amountMinor());
        return fits ? Result.OK : Result.AMOUNT_INVALID;
    }

    // ---- Payments out of the wallet ----

    private int pay(final Decision decision) {
        int result = checks.limits(decision);
        if (result == Result.OK && decision.destinationWallet != Decision.NOT_FOUND) {
            result = checks.ceiling(decision, decision.destinationWallet);
        }
        if (result == Result.OK) {
            result = mayPay(decision);
        }
        if (result == Result.OK) {
            result = funds(decision, decision.command.operation() == PaymentOperation.PURCHASE);
        }
        if (!Answers.isApproval(result)) {
            return result;
        }
        final long payment = decision.payment;
        final int other = otherAccount(decision);
        if (decision.command.operation() == PaymentOperation.CASHBACK) {
            PaymentTable.cashback(payment, decision.command.cashbackMinor());
        }
        postings.begin(decision);
        postings.pay(payment, decision.walletAccount, other, decision.approved);
        if (paysAFee(decision.command.operation())) {
            postings.takeFee(payment, decision.merchant, other, decision.approved - PaymentTable.cashback(payment));
        }
        useLimits(decision, 1);
        decision.state = PaymentState.POSTED;
        decision.totalsKind = Totals.DEBIT;
        decision.retention = isRefundable(decision.command.operation()) ? PaymentTable.REFUNDABLE : PaymentTable.REVERSIBLE;
        return result;
    }

    /** True for operations that a merchant, or a biller, is paid by. */
    static boolean paysAFee(final int operation) {
        return operation == PaymentOperation.PURCHASE || operation == PaymentOperation.CASHBACK || operation == PaymentOperation.BILL
            || operation == PaymentOperation.COMPLETION;
    }

    static boolean isRefundable(final int operation) {
        return operation == PaymentOperation.PURCHASE || operation == PaymentOperation.CASHBACK;
    }

    private int mayPay(final Decision decision) {
        final boolean destination = decision.destinationWallet == Decision.NOT_FOUND || checks.walletMayTake(decision.destinationWallet);
        return destination && checks.walletMayPay(decision.wallet) && legs.isOpenForCredits(otherAccount(decision))
            ? Result.OK : Result.WALLET_NOT_ACTIVE;
    }

    /** What the wallet has is enough; or a part is, where a part was asked for. Sets what is approved. */
    private int funds(final Decision decision, final boolean inPart) {
        final long asked = decision.command.amountMinor();
        final long has = legs.debitable(decision.walletAccount);
        if (has >= asked) {
            decision.approved = asked;
            return Result.OK;
        }
        if (!inPart || !decision.command.has(PaymentFlags.PARTIAL_APPROVAL) || has < leastPart(asked, decision.command.minimumPercent())) {
            return Result.INSUFFICIENT_FUNDS;
        }
        decision.approved = has;
        return Result.APPROVED_IN_PART;
    }

    /** The least part of an amount that the link wants, rounded up, and more than nothing. */
    private static long leastPart(final long amountMinor, final int minimumPercent) {
        final long part = amountMinor / PERCENT * minimumPercent
            + (amountMinor % PERCENT * minimumPercent + PERCENT - 1) / PERCENT;
        return Math.max(1, part);
    }

    private void useLimits(final Decision decision, final int count) {
        reference.limits().reserve(decision.wallet, decision.command.channel(), decision.approved, count, decision.nowNs);
        PaymentTable.wallet(decision.payment, decision.wallet);
    }

    // ---- Holds ----

    private int authorise(final Decision decision) {
        int result = checks.limits(decision);
        if (result == Result.OK) {
            result = mayPay(decision);
        }
        if (result == Result.OK) {
            result = funds(decision, true);
        }
        if (!Answers.isApproval(result)) {
            return result;
        }
        final long payment = decision.payment;
        final int merchantAccount = otherAccount(decision);
        PaymentTable.debitAccount(payment, decision.walletAccount);
        PaymentTable.creditAccount(payment, merchantAccount);
        PaymentTable.held(payment, decision.approved);
        postings.begin(decision);
        legs.hold(decision.walletAccount, merchantAccount, decision.approved, decision.nowNs + windows.holdNs(), decision.place);
        useLimits(decision, 1);
        decision.state = PaymentState.AUTHORISED;
        decision.retention = PaymentTable.COMPLETABLE;
        return result;
    }

    /** Adds to an open hold; needs the funds and limits of the addition alone, and counts as no payment of its own. */
    private int increment(final Decision decision) {
        int result = reference.limits().check(decision.wallet, decision.command.channel(), decision.command.amountMinor(), 0,
            decision.nowNs);
        if (result != Result.OK) {
            decision.detailMinor = reference.limits().leftMinor();
            decision.limitTold = true;
            return result;
        }
        result = mayPay(decision);
        if (result == Result.OK) {
            result = funds(decision, true);
        }
        if (!Answers.isApproval(result)) {
            return result;
        }
        postings.begin(decision);
        addToHold(decision, payments.address(decision.original));
        useLimits(decision, 0);
        return result;
    }

    /** Adds what was approved to a hold that is open. */
    void addToHold(final Decision decision, final long root) {
        legs.increase(postings.openHold(root, decision.nowNs), decision.approved);
        payments.beforeChange(root);
        PaymentTable.held(root, PaymentTable.held(root) + decision.approved);
        payments.afterChange(root);
        final long payment = decision.payment;
        PaymentTable.addFlag(payment, PaymentTable.INCREMENT);
        PaymentTable.debitAccount(payment, PaymentTable.debitAccount(root));
        PaymentTable.creditAccount(payment, PaymentTable.creditAccount(root));
        decision.state = PaymentState.AUTHORISED;
        decision.retention = PaymentTable.COMPLETABLE;
    }

    // ---- Into the wallet ----

    private int topUp(final Decision decision) {
        final int settlement = otherAccount(decision);
        final long amount = decision.command.amountMinor();
        final int ceiling = checks.ceiling(decision, decision.wallet);
        if (ceiling != Result.OK) {
            return ceiling;
        }
        if (!checks.walletMayTake(decision.wallet)) {
            return Result.WALLET_NOT_ACTIVE;
        }
        if (!legs.isOpenForDebits(settlement) || legs.debitable(settlement) < amount
            || legs.creditable(decision.walletAccount) < amount) {
            return Result.INSUFFICIENT_FUNDS;
        }
        postings.begin(decision);
        decision.approved = amount;
        postings.pay(decision.payment, settlement, decision.walletAccount, amount);
        decision.state = PaymentState.POSTED;
        decision.totalsKind = Totals.CREDIT;
        decision.retention = PaymentTable.REVERSIBLE;
        return Result.OK;
    }
}
