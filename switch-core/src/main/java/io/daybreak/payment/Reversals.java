package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;

/**
 * Reversals (0400, 0420): undo an original in full or in part. Rules: docs/iso8583.md, chapter 10.
 * <p>
 * DE 95 says what <em>remains</em>; what is given back is the difference to what is left. A reversal that finds no original is
 * remembered, and its original is refused when it comes. Ceilings, freezes, cards, merchants and terminals are not asked about.
 * Ledger thread only.
 */
final class Reversals {
    private final Reference reference;
    private final Checks checks;
    private final Originals originals;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final RoutedPayments routed;
    private final Totals totals;
    private final Exceptions exceptions;

    Reversals(final Reference reference, final Checks checks, final Originals originals, final Postings postings,
              final PaymentTable payments, final RoutedPayments routed, final Totals totals, final Exceptions exceptions) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.routed = routed;
        this.totals = totals;
        this.exceptions = exceptions;
    }

    /** Decides about a new reversal. */
    int decide(final Decision decision) {
        final int granted = checks.operationIsGranted(decision);
        if (granted != Result.OK) {
            return granted;
        }
        final PaymentCommand command = decision.command;
        final int place = originals.ofReversal(command, decision.nowNs);
        if (place < 0) {
            return withoutOriginal(decision, place);
        }
        final long original = payments.address(place);
        decision.original = place;
        if (PaymentTable.currency(original) != command.currency()) {
            return Result.CURRENCY_DIFFERS;
        }
        return PaymentTable.state(original) == PaymentState.AWAITING_ISSUER
            ? inFlight(decision, original) : finished(decision, original);
    }

    /** Answered 25, and remembered: the original may be on its way. */
    private int withoutOriginal(final Decision decision, final int place) {
        final PaymentCommand command = decision.command;
        if (place == Originals.NOT_FOUND && !Originals.isOfAnotherAcquirer(command) && !Originals.isOfAnotherYear(command, decision.nowNs)
            && (Originals.namesOriginal(command) || command.hasRrn())) {
            final long payment = decision.payment;
            PaymentTable.originalId(payment, Originals.awaitedWord(command));
            // A reversal holds nothing: the place is free for the DE 33 that its original has to have.
            PaymentTable.held(payment, command.has(PaymentFlags.HAS_ORIGINAL) ? command.originalForwarding() : ForwardingMark.NONE);
            if (Originals.namesOriginal(command)) {
                PaymentTable.available(payment, command.originalMti() / 10 * 10);
            } else {
                PaymentTable.available(payment, Originals.partsNamed(command));
                PaymentTable.addFlag(payment, PaymentTable.AWAITS_BY_REFERENCE);
            }
            payments.await(decision.place);
            decision.state = PaymentState.REVERSAL_BEFORE_ORIGINAL;
            decision.retention = PaymentTable.REVERSIBLE;
        }
        if (command.isAdvice() && command.has(PaymentFlags.NOT_FOUND_IS_OK)) {
            exceptions.add(ExceptionReason.ADVICE_WITHOUT_ORIGINAL, decision.payment, command.amountMinor(), 0, 0, decision.nowNs);
            return Result.TAKEN_AS_AN_ITEM;
        }
        return Result.ORIGINAL_NOT_FOUND;
    }

    /** With its issuer: answered at once, and the payment is declined whatever the issuer says. */
    private int inFlight(final Decision decision, final long original) {
        if (!routed.hasRoomToStore()) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        routed.cancel(decision.original, original, decision.nowNs);
        return done(decision, 0);
    }

    private int finished(final Decision decision, final long original) {
        final long left = left(original, decision.nowNs);
        final PaymentCommand command = decision.command;
        final long remaining = command.has(PaymentFlags.HAS_REMAINING) ? command.remainingMinor() : 0;
        if (command.has(PaymentFlags.AMOUNT_IS_THE_ORIGINALS) && command.amountMinor() != PaymentTable.amount(original)
            && command.amountMinor() != PaymentTable.approved(original)) {
            return exceeds(decision);
        }
        if (left == 0) {
            return remaining == 0 || isUndone(original) ? nothingLeft(decision) : exceeds(decision);
        }
        if (remaining < 0 || remaining > left) {
            return exceeds(decision);
        }
        if (remaining == left) {
            return done(decision, 0);
        }
        if (PaymentTable.hasFlag(original, PaymentTable.ROUTED) && !routed.hasRoomToStore()) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        return giveBack(decision, original, left - remaining, remaining);
    }

    private static boolean isUndone(final long original) {
        final int state = PaymentTable.state(original);
        return state == PaymentState.DECLINED || state == PaymentState.REVERSED || state == PaymentState.EXPIRED;
    }

    private static int nothingLeft(final Decision decision) {
        decision.state = PaymentState.POSTED;
        return Result.NOTHING_LEFT_TO_REVERSE;
    }

    private int exceeds(final Decision decision) {
        if (decision.command.isAdvice()) {
            exceptions.add(ExceptionReason.REVERSAL_EXCEEDS, decision.payment, decision.command.remainingMinor(), 0, 0, decision.nowNs);
        }
        return Result.EXCEEDS_WHAT_IS_LEFT;
    }

    private static int done(final Decision decision, final long givenBackMinor) {
        decision.approved = givenBackMinor;
        decision.state = PaymentState.POSTED;
        return Result.OK;
    }

    /** What a reversal may still give back or release of a payment. */
    private long left(final long original, final long nowNs) {
        if (isUndone(original) || !Answers.isApproval(PaymentTable.result(original))) {
            return 0;
        }
        final long own = PaymentTable.approved(original) - PaymentTable.reversed(original) - PaymentTable.refunded(original);
        if (PaymentTable.operation(original) == PaymentOperation.AUTHORISE) {
            return leftOfHold(original, nowNs);
        }
        final int root = PaymentTable.operation(original) == PaymentOperation.COMPLETION
            ? originals.originalOf(original) : PaymentTable.NOT_FOUND;
        if (root == PaymentTable.NOT_FOUND) {
            return Math.max(0, own);
        }
        final long first = payments.address(root);
        return Math.max(0, Math.min(own, PaymentTable.captured(first) - PaymentTable.refunded(first)));
    }

    /** Of an authorisation what is not captured; of an increment its own part of that. */
    private long leftOfHold(final long original, final long nowNs) {
        final boolean increment = PaymentTable.hasFlag(original, PaymentTable.INCREMENT);
        final int place = increment ? originals.originalOf(original) : PaymentTable.NOT_FOUND;
        if (increment && place == PaymentTable.NOT_FOUND) {
            return 0;
        }
        final long root = increment ? payments.address(place) : original;
        final long held;
        if (PaymentTable.hasFlag(root, PaymentTable.ROUTED)) {
            held = PaymentTable.state(root) == PaymentState.AUTHORISED
                ? Math.max(0, PaymentTable.held(root) - PaymentTable.captured(root)) : 0;
        } else {
            held = postings.heldLeft(root, nowNs);
        }
        return increment ? Math.min(held, PaymentTable.approved(original) - PaymentTable.reversed(original)) : held;
    }

    private int giveBack(final Decision decision, final long original, final long backMinor, final long remainingMinor) {
        final int result;
        postings.begin(decision);
        if (PaymentTable.operation(original) == PaymentOperation.AUTHORISE) {
            release(decision, original, backMinor);
            result = done(decision, backMinor);
        } else {
            result = undo(decision, original, backMinor);
        }
        if (Answers.isApproval(result) && decision.approved > 0) {
            noteReversed(decision, original, backMinor, remainingMinor);
        }
        return result;
    }

    private void noteReversed(final Decision decision, final long original, final long backMinor, final long remainingMinor) {
        payments.beforeChange(original);
        PaymentTable.reversed(original, PaymentTable.reversed(original) + backMinor);
        if (isReversedInFull(original, remainingMinor)) {
            PaymentTable.state(original, PaymentState.REVERSED);
        } else if (remainingMinor == 0 && PaymentTable.operation(original) == PaymentOperation.AUTHORISE) {
            PaymentTable.state(original, PaymentState.COMPLETED);
        }
        payments.afterChange(original);
        if (PaymentTable.hasFlag(original, PaymentTable.ROUTED)) {
            routed.reverse(decision.original, PaymentTable.approved(original), remainingMinor, backMinor, decision.nowNs);
        }
        if (PaymentTable.hasFlag(original, PaymentTable.COUNTED)) {
            final int kind = isCredit(original) ? Totals.CREDIT_REVERSAL : Totals.DEBIT_REVERSAL;
            totals.count(PaymentTable.institution(original), PaymentTable.currency(original), decision.businessDate, kind, backMinor);
            routed.countForIssuer(original, kind, backMinor);
        }
    }

    /** All of a posting has gone back, and not only what refunds had left of it: those may be reversed, and then the rest is there again. */
    private static boolean isReversedInFull(final long original, final long remainingMinor) {
        return PaymentTable.operation(original) == PaymentOperation.AUTHORISE
            ? remainingMinor == 0 && PaymentTable.captured(original) == 0
            : PaymentTable.reversed(original) == PaymentTable.approved(original);
    }

    private static boolean isCredit(final long payment) {
        return PaymentTable.operation(payment) == PaymentOperation.REFUND || PaymentTable.operation(payment) == PaymentOperation.TOP_UP;
    }

    // ---- Holds ----

    private void release(final Decision decision, final long original, final long backMinor) {
        final boolean increment = PaymentTable.hasFlag(original, PaymentTable.INCREMENT);
        final long root = increment ? payments.address(originals.originalOf(original)) : original;
        if (!PaymentTable.hasFlag(root, PaymentTable.ROUTED)) {
            legs.release(postings.openHold(root, decision.nowNs), backMinor);
        }
        payments.beforeChange(root);
        PaymentTable.held(root, PaymentTable.held(root) - backMinor);
        payments.afterChange(root);
        final boolean whole = !increment && PaymentTable.captured(root) == 0 && PaymentTable.held(root) == 0;
        giveLimitsBack(original, original, backMinor, whole);
    }

    /** Limits were used when the money was held, or else when it was paid. */
    private void giveLimitsBack(final long original, final long usedBy, final long backMinor, final boolean whole) {
        final int wallet = PaymentTable.wallet(original);
        if (wallet != Decision.NOT_FOUND) {
            reference.limits().giveBack(wallet, PaymentTable.channel(usedBy), backMinor, whole ? 1 : 0, PaymentTable.timestampNs(usedBy));
        }
    }

    // ---- Postings ----

    /**
     * Moves money back from who was paid to who paid. Where a merchant is short its acquirer's settlement account pays; where a wallet
     * or that account is short, a request is refused, and of an advice the exception account pays, as an item.
     */
    private int undo(final Decision decision, final long original, final long backMinor) {
        if (PaymentTable.hasFlag(original, PaymentTable.NOT_BOOKED)) {
            // The issuer is told; here nothing had moved.
            noteUndone(original, backMinor, 0, 0);
            return done(decision, backMinor);
        }
        final int payee = PaymentTable.creditAccount(original);
        final long remainingOfFee = PaymentTable.approved(original) - PaymentTable.reversed(original) - backMinor;
        final boolean refund = PaymentTable.operation(original) == PaymentOperation.REFUND;
        final long fee = postings.feeToGiveBack(original, remainingOfFee);
        final long feeBack = refund ? 0 : Math.min(fee, feeStillThere(original));
        final long lacking = Math.max(0, backMinor - feeBack - legs.debitable(payee));
        final boolean merchantIsShort = lacking > 0 && Requests.paysAFee(PaymentTable.operation(original));
        int cover = merchantIsShort ? reference.institutions().settlementSlot(decision.institution) : Legs.NO_ACCOUNT;
        boolean item = false;
        if (lacking > 0 && (cover == Legs.NO_ACCOUNT || cover == payee || legs.debitable(cover) < lacking)) {
            if (!decision.command.isAdvice()) {
                return merchantIsShort ? Result.MERCHANT_SHORT_OF_FUNDS : Result.INSUFFICIENT_FUNDS;
            }
            cover = reference.institutions().exceptionSlot(decision.institution);
            item = true;
            if (cover == Legs.NO_ACCOUNT || legs.debitable(cover) < lacking) {
                return notBookable(decision, backMinor);
            }
        }
        final int payer = payerToGiveBackTo(decision, original);
        if (payer == Legs.NO_ACCOUNT) {
            return decision.command.isAdvice() ? notBookable(decision, backMinor) : Result.WALLET_NOT_ACTIVE;
        }
        final long toPayer = backMinor - move(original, payer, payee, cover, backMinor, feeBack, lacking);
        if (refund) {
            takeFeeAgain(original, payer, fee);
        }
        noteUndone(original, backMinor, toPayer, refund ? fee : feeBack);
        if (item) {
            exceptions.add(ExceptionReason.FORCED_SHORT_WALLET, decision.payment, lacking, 0, 0, decision.nowNs);
            done(decision, backMinor);
            return Result.TAKEN_AS_AN_ITEM;
        }
        return done(decision, backMinor);
    }

    private int notBookable(final Decision decision, final long backMinor) {
        exceptions.add(ExceptionReason.ADVICE_NOT_BOOKABLE, decision.payment, backMinor, 0, 0, decision.nowNs);
        decision.state = PaymentState.ITEM;
        return Result.TAKEN_AS_AN_ITEM;
    }

    private long feeStillThere(final long original) {
        return PaymentTable.fee(original) == 0 ? 0 : legs.debitable(PaymentTable.feeAccount(original));
    }

    /** Who had paid; an account that is closed since cannot take it: an advice gives it to the exception account. */
    private int payerToGiveBackTo(final Decision decision, final long original) {
        final int payer = PaymentTable.debitAccount(original);
        if (!legs.isClosed(payer)) {
            return payer;
        }
        return decision.command.isAdvice() ? reference.institutions().exceptionSlot(decision.institution) : Legs.NO_ACCOUNT;
    }

    /** Returns what went to another than the payer. */
    private long move(final long original, final int payer, final int payee, final int cover, final long backMinor, final long feeBack,
                      final long lacking) {
        if (feeBack > 0) {
            legs.move(PaymentTable.feeAccount(original), payee, feeBack);
        }
        if (lacking > 0) {
            legs.move(cover, payee, lacking);
        }
        final long aside = PaymentTable.hasFlag(original, PaymentTable.PAID_ASIDE) ? Math.min(backMinor, PaymentTable.aside(original)) : 0;
        final boolean funded = PaymentTable.operation(original) == PaymentOperation.REFUND
            || PaymentTable.hasFlag(original, PaymentTable.ROUTED);
        if (aside > 0 && !funded) {
            // What another account paid goes back there first.
            legs.move(payee, PaymentTable.asideAccount(original), aside);
            legs.move(payee, payer, backMinor - aside);
        } else {
            legs.move(payee, payer, backMinor);
            if (aside > 0) {
                legs.move(payer, PaymentTable.asideAccount(original), Math.min(aside, legs.debitable(payer)));
            }
        }
        if (aside > 0) {
            payments.beforeChange(original);
            PaymentTable.aside(original, PaymentTable.aside(original) - aside);
            payments.afterChange(original);
        }
        return aside;
    }

    /** A refund that gave its share of the fee back takes it again. */
    private void takeFeeAgain(final long original, final int merchantAccount, final long feeMinor) {
        if (feeMinor > 0) {
            legs.move(merchantAccount, PaymentTable.feeAccount(original), Math.min(feeMinor, legs.debitable(merchantAccount)));
        }
    }

    /** What the reversed payment had used: limits, a part of a captured authorisation, a part of what can be refunded. */
    private void noteUndone(final long original, final long backMinor, final long toPayerMinor, final long feeMinor) {
        payments.beforeChange(original);
        PaymentTable.fee(original, PaymentTable.fee(original) - feeMinor);
        payments.afterChange(original);
        final int operation = PaymentTable.operation(original);
        final int place = originals.originalOf(original);
        long besides = toPayerMinor;
        final boolean withoutHold = PaymentTable.hasFlag(original, PaymentTable.WITHOUT_HOLD);
        if (place != PaymentTable.NOT_FOUND && operation == PaymentOperation.COMPLETION) {
            final long root = payments.address(place);
            payments.beforeChange(root);
            if (PaymentTable.hasFlag(root, PaymentTable.ROUTED)) {
                // What can still be completed does not grow: the hold, of which there is none here, is not opened again.
                PaymentTable.held(root, Math.min(PaymentTable.held(root), Math.max(PaymentTable.held(root), PaymentTable.captured(root)) - backMinor));
            }
            PaymentTable.captured(root, PaymentTable.captured(root) - backMinor);
            PaymentTable.fee(root, PaymentTable.fee(root) - Math.min(feeMinor, PaymentTable.fee(root)));
            payments.afterChange(root);
            if (!withoutHold) {
                // The hold used limits in its own time, and its completion what the wallet paid besides; that goes back first.
                besides = Math.min(toPayerMinor, paidBesides(original, backMinor - toPayerMinor));
                giveLimitsBack(original, root, toPayerMinor - besides, false);
            }
        } else if (place != PaymentTable.NOT_FOUND && operation == PaymentOperation.REFUND) {
            refundable(place, backMinor, feeMinor);
        }
        final boolean whole = PaymentTable.reversed(original) + backMinor == PaymentTable.approved(original)
            && (operation != PaymentOperation.COMPLETION || withoutHold);
        giveLimitsBack(original, original, besides, whole);
    }

    /** What the wallet paid of a completion besides the hold and has not got back; {@code asideMinor} goes to another right now. */
    private static long paidBesides(final long completion, final long asideMinor) {
        final long aside = asideMinor + (PaymentTable.hasFlag(completion, PaymentTable.PAID_ASIDE) ? PaymentTable.aside(completion) : 0);
        return Math.max(0, PaymentTable.approved(completion) - PaymentTable.reversed(completion) - aside - PaymentTable.held(completion));
    }

    /** What was refunded may be refunded anew. */
    private void refundable(final int firstPlace, final long backMinor, final long feeMinor) {
        int place = firstPlace;
        while (place != PaymentTable.NOT_FOUND) {
            final long refunded = payments.address(place);
            payments.beforeChange(refunded);
            PaymentTable.refunded(refunded, PaymentTable.refunded(refunded) - backMinor);
            PaymentTable.fee(refunded, PaymentTable.fee(refunded) + feeMinor);
            payments.afterChange(refunded);
            place = originals.originalOf(refunded);
        }
    }
}
