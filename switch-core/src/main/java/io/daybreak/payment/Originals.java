package io.daybreak.payment;

import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;

/**
 * Finds what a message is about among the payments that are remembered: its own first request (a duplicate), the original that it
 * names, the reversal that came before it. Rules: docs/iso8583.md, chapters 8 and 9.
 * <p>
 * Two candidates are no match. Reads only. Ledger thread only; walks the chains of two hash indexes.
 */
final class Originals {
    static final int NOT_FOUND = PaymentTable.NOT_FOUND;
    /** Several payments answer to the description: no match, and nothing to wait for either. */
    static final int AMBIGUOUS = -2;
    private static final int STAN_SHIFT = 31;
    private static final int STAN_MASK = (1 << 20) - 1;
    private static final int MTI_SHIFT = 51;

    private final PaymentTable payments;
    private final Windows windows;
    /** Older payments are no candidates of the search at work. */
    private long oldestNs;
    /** Command time of the search at work. */
    private long nowNs;

    Originals(final PaymentTable payments, final Windows windows) {
        this.payments = payments;
        this.windows = windows;
    }

    // ---- Duplicates ----

    /**
     * The first request of this identity: by acquirer, terminal, DE 11, 7, message class and DE 37 if present; of a repeat
     * also without DE 7, by acquirer, terminal, DE 11, 37, token and amount.
     */
    int first(final PaymentCommand command) {
        final int messageClass = command.messageClass();
        int place = payments.firstByTrace(command.institution(), command.stan(), command.transmission(), messageClass);
        while (place != NOT_FOUND) {
            final long payment = payments.address(place);
            if (PaymentTable.transmission(payment) == command.transmission() && isSameSender(payment, command, messageClass)
                && hasSameReference(payment, command) && isOfItsYear(payment, command)) {
                return place;
            }
            place = payments.nextByTrace(payment);
        }
        return command.hasRrn() ? withoutTime(command, messageClass) : NOT_FOUND;
    }

    /**
     * The first of a repeat whose DE 7 was refreshed; or, the other way round, the repeat that overtook this first. Of
     * several that match, the newest is meant.
     */
    private int withoutTime(final PaymentCommand command, final int messageClass) {
        final boolean repeat = command.has(PaymentFlags.REPEAT);
        int newest = NOT_FOUND;
        long newestId = 0;
        int place = payments.firstByReference(command.institution(), command.rrn0(), command.rrn1());
        while (place != NOT_FOUND) {
            final long payment = payments.address(place);
            if ((repeat || PaymentTable.hasFlag(payment, PaymentTable.CAME_AS_REPEAT))
                && isSameSender(payment, command, messageClass) && PaymentTable.rrn0(payment) == command.rrn0()
                && PaymentTable.rrn1(payment) == command.rrn1() && PaymentTable.hasTokenOf(payment, command)
                && PaymentTable.amount(payment) == command.amountMinor() && PaymentTable.paymentId(payment) > newestId) {
                newest = place;
                newestId = PaymentTable.paymentId(payment);
            }
            place = payments.nextByReference(payment);
        }
        return newest;
    }

    private static boolean isSameSender(final long payment, final PaymentCommand command, final int messageClass) {
        return PaymentTable.institution(payment) == command.institution() && PaymentTable.terminal(payment) == command.terminal()
            && PaymentTable.stan(payment) == command.stan() && PaymentTable.messageClass(payment) == messageClass;
    }

    /** A request that tells another year than the payment had is not its duplicate. What reports the past is: it has one item, not two. */
    private static boolean isOfItsYear(final long payment, final PaymentCommand command) {
        return command.year() == 0 || command.isAdvice() || command.operation() == PaymentOperation.REVERSAL
            || command.year() == UtcTime.yearOf(UtcTime.nearest(PaymentTable.transmission(payment), PaymentTable.timestampNs(payment)));
    }

    private static boolean hasSameReference(final long payment, final PaymentCommand command) {
        final boolean same = PaymentTable.rrn0(payment) == command.rrn0() && PaymentTable.rrn1(payment) == command.rrn1();
        // Ours is not the acquirer's; but who repeats it from our answer means the same payment.
        return PaymentTable.hasFlag(payment, PaymentTable.RRN_IS_OURS) ? same || !command.hasRrn() : same;
    }

    /** True if a message says the same as the first of its identity: DE 2, 3, 4 and 49. */
    static boolean hasSameContents(final long payment, final PaymentCommand command) {
        return PaymentTable.hasTokenOf(payment, command) && PaymentTable.processingCode(payment) == command.processingCode()
            && PaymentTable.amount(payment) == command.amountMinor() && PaymentTable.currency(payment) == command.currency();
    }

    // ---- Originals ----

    /** The original of a reversal, inside the window of reversals: any payment but a reversal. */
    int ofReversal(final PaymentCommand command, final long commandTimeNs) {
        begin(commandTimeNs, windows.reversalNs());
        return namesOriginal(command) ? byTrace(command) : byReference(command, Wanted.REVERSIBLE);
    }

    /** The authorisation that an increment adds to, inside the window of completions. */
    int ofIncrement(final PaymentCommand command, final long commandTimeNs) {
        begin(commandTimeNs, windows.keptNs(PaymentTable.COMPLETABLE));
        return root(namesOriginal(command) ? byTrace(command) : byReference(command, Wanted.AUTHORISATION));
    }

    /**
     * The authorisation that a completion captures from: by DE 90, or by DE 37 and 38, inside its window, so that it is not
     * forgotten before its completion. One that was not approved is none.
     */
    int ofCompletion(final PaymentCommand command, final long commandTimeNs) {
        begin(commandTimeNs, windows.keptNs(PaymentTable.COMPLETABLE));
        final int place = root(namesOriginal(command) ? byTrace(command)
            : byReference(command, command.approvalWord() != 0 ? Wanted.AUTHORISATION_BY_CODE : Wanted.AUTHORISATION));
        return place >= 0 && isApprovedOrAwaited(payments.address(place)) ? place : NOT_FOUND;
    }

    private static boolean isApprovedOrAwaited(final long payment) {
        return Answers.isApproval(PaymentTable.result(payment)) || PaymentTable.state(payment) == PaymentState.AWAITING_ISSUER;
    }

    /**
     * What a refund gives back: a purchase, a purchase with cashback, a completion or the authorisation completed; inside
     * the window of refunds.
     */
    int ofRefund(final PaymentCommand command, final long commandTimeNs) {
        begin(commandTimeNs, windows.refundNs());
        int place = namesOriginal(command) ? byTrace(command) : byReference(command, Wanted.REFUNDABLE);
        if (place >= 0 && isPartOfAnother(payments.address(place))) {
            place = rootOf(payments.address(place));
        }
        return place >= 0 && isRefundable(payments.address(place)) ? place : NOT_FOUND;
    }

    /** An increment stands for its first authorisation; anything else than an authorisation for nothing. */
    private int root(final int place) {
        if (place < 0) {
            return NOT_FOUND;
        }
        final long payment = payments.address(place);
        if (PaymentTable.operation(payment) != PaymentOperation.AUTHORISE) {
            return NOT_FOUND;
        }
        return isPartOfAnother(payment) ? rootOf(payment) : place;
    }

    /** An increment; one that its issuer declined added nothing, and stands for itself alone. */
    private static boolean isPartOfAnother(final long payment) {
        return PaymentTable.hasFlag(payment, PaymentTable.INCREMENT) && isApprovedOrAwaited(payment);
    }

    /** The authorisation of an increment or completion, if it still counts. */
    private int rootOf(final long payment) {
        final int place = originalOf(payment);
        return place != NOT_FOUND && isKept(payments.address(place)) ? place : NOT_FOUND;
    }

    private void begin(final long commandTimeNs, final long windowNs) {
        nowNs = commandTimeNs;
        oldestNs = commandTimeNs - windowNs;
    }

    /**
     * Whether a payment still counts for what is left of it: what can be refunded or completed for those windows, everything else for
     * that of reversals. Payments are forgotten a few at a time, so whether one is still remembered must decide nothing: this says so of
     * none later than it may be forgotten.
     */
    private boolean isKept(final long payment) {
        int retention = PaymentTable.retention(payment);
        if (retention >= PaymentTable.COMPLETABLE && PaymentTable.operation(payment) == PaymentOperation.AUTHORISE) {
            // What was captured of it can be refunded, whatever queue it waits in.
            retention = PaymentTable.captured(payment) != 0 ? PaymentTable.REFUNDABLE
                : Answers.isApproval(PaymentTable.result(payment)) ? PaymentTable.COMPLETABLE : PaymentTable.REVERSIBLE;
        }
        return PaymentTable.timestampNs(payment) >= nowNs - windows.keptNs(retention);
    }

    /** Place of the payment that this one refers to, if it is still remembered. The only way to follow a link. */
    int originalOf(final long payment) {
        final int place = PaymentTable.originalPlace(payment);
        return place != NOT_FOUND && PaymentTable.paymentId(payments.address(place)) == PaymentTable.originalId(payment)
            ? place : NOT_FOUND;
    }

    /** DE 90 names its original only if message type, DE 11 and DE 7 in it are not zero. */
    static boolean namesOriginal(final PaymentCommand command) {
        return command.has(PaymentFlags.HAS_ORIGINAL) && command.originalMti() != 0 && command.originalStan() != 0
            && command.originalTransmission() != 0;
    }

    private int byTrace(final PaymentCommand command) {
        if (isOfAnotherAcquirer(command)) {
            return NOT_FOUND;
        }
        final int byReference = command.hasRrn() ? traceAtOneTerminal(command, true) : NOT_FOUND;
        return byReference == NOT_FOUND ? traceAtOneTerminal(command, false) : byReference;
    }

    /** Terminals have trace numbers of their own, and DE 90 does not tell them apart: where two answer to it, DE 41 decides. */
    private int traceAtOneTerminal(final PaymentCommand command, final boolean withReference) {
        final int found = trace(command, withReference, false);
        return found == AMBIGUOUS ? orAmbiguous(trace(command, withReference, true)) : found;
    }

    private static int orAmbiguous(final int found) {
        return found == NOT_FOUND ? AMBIGUOUS : found;
    }

    /** The one payment that DE 90 names; where two answer to it, DE 37 decides if it was sent, and then DE 41. */
    private int trace(final PaymentCommand command, final boolean withReference, final boolean withTerminal) {
        final int mti = command.originalMti() / 10 * 10;
        int found = NOT_FOUND;
        int place = payments.firstByTrace(command.institution(), command.originalStan(), command.originalTransmission(), mti / 100);
        while (place != NOT_FOUND) {
            final long payment = payments.address(place);
            if (PaymentTable.institution(payment) == command.institution() && PaymentTable.stan(payment) == command.originalStan()
                && PaymentTable.transmission(payment) == command.originalTransmission() && PaymentTable.mti(payment) == mti
                && agreesInForwarding(payment, command) && agreesInYear(payment, command) && isOriginal(payment, command) && (!withReference || hasSameReference(payment, command))
                && (!withTerminal || PaymentTable.terminal(payment) == command.terminal())) {
                if (found != NOT_FOUND) {
                    return AMBIGUOUS;
                }
                found = place;
            }
            place = payments.nextByTrace(payment);
        }
        return found;
    }

    /** The year of an original, where the message tells it, is that of its own transmission. */
    private static boolean agreesInYear(final long payment, final PaymentCommand command) {
        return command.originalYear() == 0 || command.originalTransmission() == 0
            || command.originalYear() == UtcTime.yearOf(UtcTime.nearest(PaymentTable.transmission(payment), PaymentTable.timestampNs(payment)));
    }

    /** True if a message names an original of another year than one that may still come would have: there is nothing to wait for. */
    static boolean isOfAnotherYear(final PaymentCommand command, final long nowNs) {
        if (command.originalYear() == 0 || command.originalTransmission() == 0) {
            return false;
        }
        final long near = UtcTime.nearest(command.originalTransmission(), nowNs);
        return near == UtcTime.NO_TIME || UtcTime.yearOf(near) != command.originalYear();
    }

    /** True if DE 90 names another acquirer than the one that speaks: then it names nothing. */
    static boolean isOfAnotherAcquirer(final PaymentCommand command) {
        return command.has(PaymentFlags.HAS_ORIGINAL) && command.originalInstitution() != 0
            && command.originalInstitution() != command.institution();
    }

    /** DE 33 in DE 90, if it is known, is that of the original. */
    private static boolean agreesInForwarding(final long payment, final PaymentCommand command) {
        return !command.has(PaymentFlags.HAS_ORIGINAL) || command.originalForwarding() == ForwardingMark.NONE
            || PaymentTable.forwarding(payment) == command.originalForwarding();
    }

    /** A reversal or a file update is no original; nor is another card's payment, nor one that is too old. */
    private boolean isOriginal(final long payment, final PaymentCommand command) {
        final int messageClass = PaymentTable.messageClass(payment);
        return (messageClass == PaymentCommand.CLASS_AUTHORISATION || messageClass == PaymentCommand.CLASS_FINANCIAL)
            && PaymentTable.timestampNs(payment) >= oldestNs && isKept(payment) && PaymentTable.hasTokenOf(payment, command);
    }

    /** What is looked for by DE 37, and what has to agree besides acquirer and token. */
    private enum Wanted {
        /** DE 41 and 4. */
        REVERSIBLE,
        /** DE 41. */
        AUTHORISATION,
        /** DE 38. */
        AUTHORISATION_BY_CODE,
        /** DE 41 and 42. */
        REFUNDABLE
    }

    private int byReference(final PaymentCommand command, final Wanted wanted) {
        if (!command.hasRrn() || isOfAnotherAcquirer(command)) {
            return NOT_FOUND;
        }
        int found = NOT_FOUND;
        int place = payments.firstByReference(command.institution(), command.rrn0(), command.rrn1());
        while (place != NOT_FOUND) {
            final long payment = payments.address(place);
            if (PaymentTable.institution(payment) == command.institution() && PaymentTable.rrn0(payment) == command.rrn0()
                && PaymentTable.rrn1(payment) == command.rrn1() && isOriginal(payment, command)
                && agreesWithZeroes(payment, command) && fits(payment, command, wanted)) {
                if (found == NOT_FOUND) {
                    found = place;
                } else if (wanted == Wanted.REVERSIBLE || family(found) != family(place)) {
                    return AMBIGUOUS;
                } else {
                    found = family(place);
                }
            }
            place = payments.nextByReference(payment);
        }
        return found;
    }

    /** What DE 90 does say has to agree, although it does not say all. */
    private static boolean agreesWithZeroes(final long payment, final PaymentCommand command) {
        return !command.has(PaymentFlags.HAS_ORIGINAL)
            || (command.originalMti() == 0 || command.originalMti() / 10 * 10 == PaymentTable.mti(payment))
            && (command.originalStan() == 0 || command.originalStan() == PaymentTable.stan(payment))
            && (command.originalTransmission() == 0 || command.originalTransmission() == PaymentTable.transmission(payment))
            && agreesInForwarding(payment, command) && agreesInYear(payment, command);
    }

    private static boolean fits(final long payment, final PaymentCommand command, final Wanted wanted) {
        switch (wanted) {
            case REVERSIBLE:
                return PaymentTable.terminal(payment) == command.terminal()
                    && (PaymentTable.amount(payment) == command.amountMinor()
                    || PaymentTable.result(payment) == Result.APPROVED_IN_PART
                    && PaymentTable.approved(payment) == command.amountMinor());
            case AUTHORISATION:
                return PaymentTable.terminal(payment) == command.terminal() && isHeld(payment);
            case AUTHORISATION_BY_CODE:
                return (PaymentTable.approvalWord(payment) & Answers.APPROVAL_MASK) == command.approvalWord() && isHeld(payment);
            default:
                return PaymentTable.terminal(payment) == command.terminal()
                    && PaymentTable.merchant0(payment) == command.merchant0()
                    && PaymentTable.merchant1(payment) == command.merchant1() && isRefundable(payment)
                    && PaymentTable.state(payment) != PaymentState.DECLINED;
        }
    }

    /** A declined authorisation is no candidate: an acquirer that tries anew may keep its DE 37. */
    private static boolean isHeld(final long payment) {
        return PaymentTable.operation(payment) == PaymentOperation.AUTHORISE && PaymentTable.state(payment) != PaymentState.DECLINED;
    }

    /** Of this kind; one that was declined or reversed has nothing left, which is another answer than not being found. */
    private static boolean isRefundable(final long payment) {
        switch (PaymentTable.operation(payment)) {
            case PaymentOperation.PURCHASE:
            case PaymentOperation.CASHBACK:
            case PaymentOperation.COMPLETION:
            case PaymentOperation.AUTHORISE:
                return true;
            default:
                return false;
        }
    }

    /** The authorisation of a completion or increment that is still remembered; else the payment itself. */
    private int family(final int place) {
        final long payment = payments.address(place);
        final int root = rootOf(payment);
        return root == NOT_FOUND ? place : root;
    }

    // ---- Reversals that came before their original ----

    /** The word that a reversal waits under: the trace that it names, or the reference. */
    static long awaitedWord(final PaymentCommand reversal) {
        return namesOriginal(reversal)
            ? traceWord(reversal.originalStan(), reversal.originalTransmission()) : referenceWord(reversal.rrn0(), reversal.rrn1());
    }

    private static long traceWord(final int stan, final int transmission) {
        return (long) stan << 32 | transmission;
    }

    private static long referenceWord(final long rrn0, final int rrn1) {
        return Long.rotateLeft(rrn0, 7) ^ (long) rrn1 << 20;
    }

    /** The reversal that waits for this new message, or {@link #NOT_FOUND}. */
    int reversalBefore(final PaymentCommand command, final long nowNs) {
        if (payments.awaitedCount() == 0 || command.messageClass() > PaymentCommand.CLASS_FINANCIAL) {
            return NOT_FOUND;
        }
        final int named = awaiting(command, traceWord(command.stan(), command.transmission()), false, nowNs);
        return named != NOT_FOUND || !command.hasRrn() ? named
            : awaiting(command, referenceWord(command.rrn0(), command.rrn1()), true, nowNs);
    }

    private int awaiting(final PaymentCommand command, final long word, final boolean byReference, final long nowNs) {
        int place = payments.firstAwaited(command.institution(), word);
        while (place != NOT_FOUND) {
            final long reversal = payments.address(place);
            if (PaymentTable.institution(reversal) == command.institution() && PaymentTable.originalId(reversal) == word
                && PaymentTable.hasTokenOf(reversal, command)
                && PaymentTable.timestampNs(reversal) >= nowNs - windows.reversalNs()
                && PaymentTable.hasFlag(reversal, PaymentTable.AWAITS_BY_REFERENCE) == byReference
                && (PaymentTable.held(reversal) == ForwardingMark.NONE || PaymentTable.held(reversal) == command.forwarding())
                && (byReference ? isNamedByReference(reversal, command)
                : PaymentTable.available(reversal) == command.mti() / 10 * 10)) {
                return place;
            }
            place = payments.nextAwaited(reversal);
        }
        return NOT_FOUND;
    }

    private static boolean isNamedByReference(final long reversal, final PaymentCommand command) {
        return PaymentTable.rrn0(reversal) == command.rrn0() && PaymentTable.rrn1(reversal) == command.rrn1()
            && PaymentTable.terminal(reversal) == command.terminal() && PaymentTable.amount(reversal) == command.amountMinor()
            && agreesWithParts(PaymentTable.available(reversal), command);
    }

    /** What a DE 90 with zeros does say: message type, DE 11 and DE 7 in one word; 0 for what it does not say. */
    static long partsNamed(final PaymentCommand reversal) {
        return !reversal.has(PaymentFlags.HAS_ORIGINAL) ? 0
            : (long) (reversal.originalMti() / 10 * 10) << MTI_SHIFT | (long) reversal.originalStan() << STAN_SHIFT
            | reversal.originalTransmission();
    }

    private static boolean agreesWithParts(final long parts, final PaymentCommand command) {
        final int mti = (int) (parts >>> MTI_SHIFT);
        final int stan = (int) (parts >>> STAN_SHIFT) & STAN_MASK;
        final int transmission = (int) parts & Integer.MAX_VALUE;
        return (mti == 0 || mti == command.mti() / 10 * 10) && (stan == 0 || stan == command.stan())
            && (transmission == 0 || transmission == command.transmission());
    }
}
