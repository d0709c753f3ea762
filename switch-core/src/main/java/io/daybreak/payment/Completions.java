package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.routing.Issuing;

/**
 * Completions (0220): take from the hold what was sold, in full, in part, in several parts, or somewhat more. Rules: docs/iso8583.md,
 * chapter 11. They report what has happened, so what the hold does not cover is booked by {@link ForcePost}.
 * <p>
 * Ledger thread only.
 */
final class Completions {
    private static final int PER_MILLE = 1_000;

    private final Reference reference;
    private final Checks checks;
    private final Originals originals;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final ForcePost forcePost;
    private final RoutedPayments routed;

    Completions(final Reference reference, final Checks checks, final Originals originals, final Postings postings,
                final PaymentTable payments, final ForcePost forcePost, final RoutedPayments routed) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.forcePost = forcePost;
        this.routed = routed;
    }

    /** Books a completion; the card has been looked for, merchant and terminal are in order. */
    int advise(final Decision decision) {
        final int found = originals.ofCompletion(decision.command, decision.nowNs);
        decision.original = found < 0 ? Decision.NOT_FOUND : found;
        final boolean known = decision.original != Decision.NOT_FOUND;
        final long root = known ? payments.address(decision.original) : 0;
        final boolean isPayeeKnown = known && PaymentTable.creditAccount(root) != Legs.NO_ACCOUNT;
        if (isPayeeKnown) {
            sellBy(decision, root);
        }
        final int payee = isPayeeKnown ? PaymentTable.creditAccount(root) : reference.merchants().accountSlot(decision.merchant);
        if (!fits(decision, root, payee)) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        if (known ? PaymentTable.hasFlag(root, PaymentTable.ROUTED) : decision.isRouted()) {
            return toIssuer(decision, root, payee);
        }
        return fromWallet(decision, root, payee);
    }

    /**
     * Who was authorised is paid, so fee, tolerance and what a refund has to name are that merchant's, whatever DE 42 of the completion
     * says.
     */
    private void sellBy(final Decision decision, final long root) {
        final int merchant = reference.merchants().find(PaymentTable.merchant0(root), PaymentTable.merchant1(root));
        if (merchant != Decision.NOT_FOUND) {
            decision.merchant = merchant;
            PaymentTable.merchant0(decision.payment, PaymentTable.merchant0(root));
            PaymentTable.merchant1(decision.payment, PaymentTable.merchant1(root));
        }
    }

    private boolean fits(final Decision decision, final long root, final int payee) {
        final int currency = decision.command.currency();
        final long amount = decision.command.amountMinor();
        return amount >= 0 && legs.currency(payee) == currency && !legs.isClosed(payee) && legs.creditable(payee) >= amount
            && (root == 0 || PaymentTable.currency(root) == currency)
            && (!decision.isLocal() || legs.currency(decision.walletAccount) == currency);
    }

    // ---- Of a local authorisation ----

    private int fromWallet(final Decision decision, final long root, final int payee) {
        final int hold = root == 0 || PaymentTable.state(root) != PaymentState.AUTHORISED
            ? Legs.NO_HOLD : postings.openHold(root, decision.nowNs);
        if (hold != Legs.NO_HOLD) {
            payByTheHoldsWallet(decision, root);
        }
        final long amount = decision.command.amountMinor();
        final long left = hold == Legs.NO_HOLD ? 0 : legs.left(hold);
        final long fromHold = Math.min(amount, left);
        final long excess = amount - fromHold;
        final long tolerated = hold == Legs.NO_HOLD ? 0 : tolerated(decision, root, fromHold, excess);
        final int reason = reason(decision, root, hold, excess > tolerated);
        final int plan = forcePost.plan(decision, excess, tolerated, reason);
        if (plan == Result.INSUFFICIENT_FUNDS) {
            return forcePost.nothingMoves(decision, ExceptionReason.ADVICE_NOT_BOOKABLE);
        }
        if (plan != Result.OK) {
            return plan;
        }
        post(decision, root, hold, left, fromHold, payee);
        return forcePost.makesAnItem() ? forcePost.item(decision, forcePost.forced() == 0 ? amount : forcePost.forced()) : Result.OK;
    }

    /**
     * Whose money is held pays, whatever wallet the card leads to now, if any: a reversal has to give it back there. Where that wallet
     * is gone nobody else pays what the hold does not cover.
     */
    private void payByTheHoldsWallet(final Decision decision, final long root) {
        final int wallet = PaymentTable.wallet(root);
        final boolean isThere = wallet != Decision.NOT_FOUND && reference.wallets().status(wallet) != RecordStatus.REMOVED
            && reference.wallets().accountSlot(wallet) == PaymentTable.debitAccount(root);
        decision.wallet = isThere ? wallet : Decision.NOT_FOUND;
        decision.walletAccount = isThere ? PaymentTable.debitAccount(root) : Legs.NO_ACCOUNT;
    }

    /** Why a person should look at it, if the wallet can pay the excess; 0 if nobody has to. */
    private int reason(final Decision decision, final long root, final int hold, final boolean exceeds) {
        if (hold == Legs.NO_HOLD) {
            return root != 0 && isExpired(root, decision.nowNs)
                ? ExceptionReason.FORCED_AFTER_EXPIRY : ExceptionReason.FORCED_WITHOUT_HOLD;
        }
        if (exceeds) {
            return ExceptionReason.FORCED_ABOVE_HOLD;
        }
        return decision.command.amountMinor() == 0 || checks.cardIsGood(decision) == Result.OK ? 0 : ExceptionReason.FORCED_ON_BLOCKED_CARD;
    }

    private static boolean isExpired(final long root, final long nowNs) {
        // A hold past its deadline that was not swept yet is still AUTHORISED, and has no open hold.
        return PaymentTable.state(root) == PaymentState.EXPIRED || PaymentTable.state(root) == PaymentState.AUTHORISED;
    }

    /**
     * What the tolerance of the merchant's category, in thousandths of all that was authorised, covers of an excess; all
     * completions together have it once.
     */
    private long tolerated(final Decision decision, final long root, final long fromHold, final long excess) {
        final int row = postings.feeRow(decision.command.institution(), decision.merchant, decision.command.currency());
        final long perMille = row == Decision.NOT_FOUND ? 0 : reference.fees().tolerancePerMille(row);
        final long held = PaymentTable.held(root);
        final long tolerance = held / PER_MILLE * perMille + held % PER_MILLE * perMille / PER_MILLE;
        final long room = held + tolerance - PaymentTable.captured(root) - fromHold;
        return Math.max(0, Math.min(excess, Math.min(tolerance, room)));
    }

    private void post(final Decision decision, final long root, final int hold, final long left, final long fromHold, final int payee) {
        final long payment = decision.payment;
        final long amount = decision.command.amountMinor();
        final boolean last = !decision.command.has(PaymentFlags.MORE_TO_FOLLOW);
        postings.begin(decision);
        if (hold != Legs.NO_HOLD && (fromHold > 0 || last)) {
            captureOrRelease(hold, fromHold, last);
        }
        forcePost.post(decision, payee);
        PaymentTable.debitAccount(payment, hold != Legs.NO_HOLD ? PaymentTable.debitAccount(root)
            : decision.isLocal() ? decision.walletAccount : reference.institutions().exceptionSlot(decision.institution));
        PaymentTable.creditAccount(payment, payee);
        final long fee = amount == 0 ? 0 : postings.takeFee(payment, decision.merchant, payee, amount);
        final boolean closes = last || fromHold == left;
        final long released = last && hold != Legs.NO_HOLD ? left - fromHold : 0;
        if (root != 0) {
            noteCaptured(root, amount, fee, released, hold != Legs.NO_HOLD && closes);
            if (released > 0 && PaymentTable.wallet(root) != Decision.NOT_FOUND) {
                reference.limits().giveBack(PaymentTable.wallet(root), PaymentTable.channel(root), released,
                    PaymentTable.captured(root) == 0 ? 1 : 0, PaymentTable.timestampNs(root));
            }
        }
        PaymentTable.held(payment, fromHold);
        useLimits(decision, amount > 0 && hold == Legs.NO_HOLD, forcePost.fromWallet());
        booked(decision, amount);
    }

    private void captureOrRelease(final int hold, final long fromHold, final boolean last) {
        if (fromHold > 0) {
            legs.capture(hold, fromHold, last);
        } else {
            legs.release(hold, legs.left(hold));
        }
    }

    private void noteCaptured(final long root, final long amount, final long fee, final long released, final boolean closes) {
        payments.beforeChange(root);
        PaymentTable.captured(root, PaymentTable.captured(root) + amount);
        PaymentTable.held(root, PaymentTable.held(root) - released);
        PaymentTable.fee(root, PaymentTable.fee(root) + fee);
        if (closes) {
            PaymentTable.state(root, PaymentState.COMPLETED);
        }
        payments.afterChange(root);
    }

    /**
     * What came from the hold was reserved with it; what the wallet paid besides is used now, whatever the limits say. Without a
     * hold it is one payment more, whoever pays.
     */
    private void useLimits(final Decision decision, final boolean withoutHold, final long besidesMinor) {
        if (decision.isLocal()) {
            PaymentTable.wallet(decision.payment, decision.wallet);
            if (withoutHold) {
                PaymentTable.addFlag(decision.payment, PaymentTable.WITHOUT_HOLD);
            }
            if (withoutHold || besidesMinor > 0) {
                reference.limits().reserve(decision.wallet, decision.command.channel(), besidesMinor, withoutHold ? 1 : 0, decision.nowNs);
            }
        }
    }

    private static void booked(final Decision decision, final long amount) {
        decision.approved = amount;
        decision.state = PaymentState.POSTED;
        decision.retention = PaymentTable.REFUNDABLE;
        decision.totalsKind = amount == 0 ? Decision.NOT_FOUND : Totals.DEBIT;
    }

    // ---- Of a routed authorisation ----

    /** Checked against what the issuer approved; booked and passed on in any case. */
    private int toIssuer(final Decision decision, final long root, final int payee) {
        final long amount = decision.command.amountMinor();
        final boolean open = root != 0 && PaymentTable.state(root) == PaymentState.AUTHORISED;
        final long left = open ? Math.max(0, PaymentTable.held(root) - PaymentTable.captured(root)) : 0;
        final boolean exceeds = amount > left && open && tolerated(decision, root, left, amount - left) < amount - left;
        final int reason = !open ? ExceptionReason.FORCED_WITHOUT_HOLD : exceeds ? ExceptionReason.FORCED_ABOVE_HOLD : 0;
        final int result = routed.advise(decision, payee, root == 0 ? Issuing.NO_PLACE : decision.original, reason);
        if (Answers.isApproval(result) && root != 0) {
            final boolean last = !decision.command.has(PaymentFlags.MORE_TO_FOLLOW);
            final long released = last ? Math.max(0, left - amount) : 0;
            noteCaptured(root, amount, PaymentTable.fee(decision.payment), released, open && (last || amount >= left));
        }
        return result;
    }
}
