package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;

/**
 * Books what has happened although nobody had approved it: the wallet pays what it has, the acquirer's exception account the rest, up
 * to the acquirer's cap; above the cap all of it comes from there. Each is an item for a person. Rules: docs/iso8583.md, chapter 13,
 * "What the wallet has is taken from it". Ledger thread only.
 */
final class ForcePost {
    private final Reference reference;
    private final Checks checks;
    private final Postings postings;
    private final Legs legs;
    private final Exceptions exceptions;

    private int reason;
    private long forced;
    private long fromWallet;
    private long aside;
    private int exceptionAccount;

    ForcePost(final Reference reference, final Checks checks, final Postings postings, final Exceptions exceptions) {
        this.reference = reference;
        this.checks = checks;
        this.postings = postings;
        this.legs = postings.legs();
        this.exceptions = exceptions;
    }

    /**
     * Finds out who pays; changes nothing.
     *
     * @param amountMinor  what no hold covers
     * @param coveredMinor what of it a tolerance covers, where the wallet has it; the rest is forced
     * @param ownReason    an {@link ExceptionReason} that stands where the wallet can pay it all; 0: then there is no item
     * @return OK; OPERATION_NOT_GRANTED without the right to force; RECORD_CAPACITY_REACHED never, the caller has asked
     */
    int plan(final Decision decision, final long amountMinor, final long coveredMinor, final int ownReason) {
        exceptionAccount = reference.institutions().exceptionSlot(decision.institution);
        final boolean mayPay = decision.isLocal() && checks.walletMayPay(decision.wallet);
        final long available = mayPay ? legs.debitable(decision.walletAccount) : 0;
        final long covered = available >= coveredMinor ? coveredMinor : 0;
        forced = amountMinor - covered;
        final long has = Math.min(forced, available - covered);
        final boolean beyondWallet = has < forced;
        final boolean aboveCap = (beyondWallet || ownReason != 0)
            && forced > reference.institutions().forcePostCapMinor(decision.institution);
        fromWallet = covered + (aboveCap ? 0 : has);
        aside = amountMinor - fromWallet;
        reason = aboveCap ? ExceptionReason.FORCED_ABOVE_CAP : beyondWallet ? shortReason(decision) : ownReason;
        if (aside > 0 && !checks.hasRight(decision, InstitutionRights.FORCE_POST)) {
            return Result.OPERATION_NOT_GRANTED;
        }
        if (aside > 0 && (exceptionAccount == Legs.NO_ACCOUNT || legs.debitable(exceptionAccount) < aside)) {
            return Result.INSUFFICIENT_FUNDS;
        }
        return Result.OK;
    }

    private static int shortReason(final Decision decision) {
        return decision.isLocal() ? ExceptionReason.FORCED_SHORT_WALLET : ExceptionReason.FORCED_FOR_UNKNOWN_CARD;
    }

    /** What of the planned nothing covers: neither hold nor tolerance. */
    long forced() {
        return forced;
    }

    /** What the wallet will pay of what was planned. */
    long fromWallet() {
        return fromWallet;
    }

    /** Moves what was planned to {@code credit}. Between {@link Postings#begin} and the fee. */
    void post(final Decision decision, final int credit) {
        legs.move(decision.walletAccount, credit, fromWallet);
        postings.payAside(decision.payment, exceptionAccount, credit, aside);
    }

    /** True if what was planned makes an item. */
    boolean makesAnItem() {
        return reason != 0;
    }

    /** Makes the item of what was planned. */
    int item(final Decision decision, final long amountMinor) {
        exceptions.add(reason, decision.payment, amountMinor, 0, 0, decision.nowNs);
        return Result.TAKEN_AS_AN_ITEM;
    }

    /** An item of an advice that was booked otherwise. */
    void note(final Decision decision, final int itemReason, final long amountMinor) {
        exceptions.add(itemReason, decision.payment, amountMinor, 0, 0, decision.nowNs);
    }

    /** An item of an advice that moves nothing. */
    int nothingMoves(final Decision decision, final int itemReason) {
        exceptions.add(itemReason, decision.payment, decision.command.amountMinor(), 0, 0, decision.nowNs);
        decision.state = PaymentState.ITEM;
        return Result.TAKEN_AS_AN_ITEM;
    }
}
