package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import io.daybreak.routing.Issuing;

import java.math.BigInteger;

/**
 * Refunds: a payment in the other direction, in parts up to what was captured. Rules: docs/iso8583.md, chapter 12.
 * <p>
 * The full amount goes to the wallet and the fee stays, unless the fee's setting gives a share of it back. Where the merchant is
 * short, its acquirer's settlement account funds the refund up to a limit. A linked refund does not ask how the card is.
 * Ledger thread only.
 */
final class Refunds {
    private final Reference reference;
    private final Checks checks;
    private final Originals originals;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final RoutedPayments routed;
    private final Exceptions exceptions;

    Refunds(final Reference reference, final Checks checks, final Originals originals, final Postings postings,
            final PaymentTable payments, final RoutedPayments routed, final Exceptions exceptions) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.routed = routed;
        this.exceptions = exceptions;
    }

    // ---- Requests ----

    /** Decides about a new refund. */
    int decide(final Decision decision) {
        decision.wantsApprovalCode = true;
        int result = checks.merchantAndTerminal(decision);
        if (result == Result.OK) {
            result = checks.cardIsKnown(decision);
        }
        if (result != Result.OK) {
            return result;
        }
        decision.original = originals.ofRefund(decision.command, decision.nowNs);
        result = isLinked(decision) ? Result.OK : checks.cardIsGood(decision);
        if (result == Result.OK) {
            result = checks.operationIsGranted(decision);
        }
        if (result == Result.OK) {
            result = mayRefund(decision);
        }
        if (result == Result.OK) {
            result = currencyAndAmount(decision);
        }
        if (result != Result.OK) {
            return result;
        }
        return decision.isRouted() ? toIssuer(decision) : toWallet(decision);
    }

    private static boolean isLinked(final Decision decision) {
        return decision.original >= 0;
    }

    /** Without an original it takes a right of its own; a DE 90 that finds nothing is never taken for none. */
    private int mayRefund(final Decision decision) {
        final boolean unlinked = !decision.command.has(PaymentFlags.HAS_ORIGINAL)
            && checks.hasRight(decision, InstitutionRights.UNLINKED_REFUND);
        return isLinked(decision) || unlinked ? Result.OK : Result.ORIGINAL_NOT_FOUND;
    }

    private int currencyAndAmount(final Decision decision) {
        final PaymentCommand command = decision.command;
        final boolean local = !decision.isRouted();
        if (isLinked(decision) && PaymentTable.currency(payments.address(decision.original)) != command.currency()
            || local && legs.currency(decision.walletAccount) != command.currency()
            || legs.currency(merchantAccount(decision)) != command.currency()) {
            return Result.CURRENCY_DIFFERS;
        }
        if (command.amountMinor() <= 0) {
            return Result.AMOUNT_INVALID;
        }
        return isLinked(decision) && command.amountMinor() > left(payments.address(decision.original))
            ? Result.EXCEEDS_WHAT_WAS_CAPTURED : Result.OK;
    }

    /** What can still be refunded: what was captured, less what was reversed and refunded. */
    long left(final long original) {
        if (PaymentTable.operation(original) == PaymentOperation.AUTHORISE) {
            // Also of one that its issuer declined behind its completion.
            return Math.max(0, PaymentTable.captured(original) - PaymentTable.refunded(original));
        }
        if (!Answers.isApproval(PaymentTable.result(original)) || PaymentTable.hasFlag(original, PaymentTable.NOT_BOOKED)) {
            return 0;
        }
        final long own = PaymentTable.approved(original) - PaymentTable.reversed(original) - PaymentTable.refunded(original);
        final int root = originals.originalOf(original);
        if (root == PaymentTable.NOT_FOUND) {
            return Math.max(0, own);
        }
        final long first = payments.address(root);
        return Math.max(0, Math.min(own, PaymentTable.captured(first) - PaymentTable.refunded(first)));
    }

    /** The merchant who was paid; of an unlinked refund the one of the message. */
    private int merchantAccount(final Decision decision) {
        final int paid = isLinked(decision) ? PaymentTable.creditAccount(payments.address(decision.original)) : Legs.NO_ACCOUNT;
        return paid == Legs.NO_ACCOUNT ? reference.merchants().accountSlot(decision.merchant) : paid;
    }

    private int toIssuer(final Decision decision) {
        final int pin = checks.pin(decision);
        if (pin != Result.OK) {
            return pin;
        }
        final int merchant = merchantAccount(decision);
        final long lacking = Math.max(0, decision.command.amountMinor() - legs.debitable(merchant));
        final int funding = isAboveUnlinkedLimit(decision) ? Result.UNLINKED_REFUND_LIMIT : mayFund(decision, lacking);
        if (funding != Result.OK) {
            return funding;
        }
        final int result = routed.request(decision, merchant);
        if (result == Result.AWAITING_ISSUER) {
            // Taken at once, so that two refunds in flight do not exceed what was captured; given back if the issuer declines.
            noteRefunded(decision, 0);
        }
        return result;
    }

    private int toWallet(final Decision decision) {
        final int pin = checks.pin(decision);
        if (pin != Result.OK) {
            return pin;
        }
        if (isAboveUnlinkedLimit(decision)) {
            return Result.UNLINKED_REFUND_LIMIT;
        }
        if (!legs.isOpenForCredits(decision.walletAccount) || legs.creditable(decision.walletAccount) < decision.command.amountMinor()) {
            return Result.WALLET_NOT_ACTIVE;
        }
        final long feeBack = feeBack(decision);
        final long lacking = Math.max(0, decision.command.amountMinor() - feeBack - legs.debitable(merchantAccount(decision)));
        final int funding = mayFund(decision, lacking);
        if (funding == Result.OK) {
            post(decision, feeBack, reference.institutions().settlementSlot(decision.institution), lacking);
        }
        return funding;
    }

    private boolean isAboveUnlinkedLimit(final Decision decision) {
        return !isLinked(decision)
            && decision.command.amountMinor() > reference.institutions().unlinkedRefundLimitMinor(decision.institution);
    }

    private int mayFund(final Decision decision, final long lackingMinor) {
        final boolean may = lackingMinor == 0
            || lackingMinor <= reference.institutions().refundFundingLimitMinor(decision.institution)
            && legs.debitable(reference.institutions().settlementSlot(decision.institution)) >= lackingMinor;
        return may ? Result.OK : Result.MERCHANT_SHORT_OF_FUNDS;
    }

    /** The refund's share of the fee that stands, if the fee's row gives it back; the last part gives all that is left. */
    private long feeBack(final Decision decision) {
        if (!isLinked(decision)) {
            return 0;
        }
        final long original = payments.address(decision.original);
        final long fee = PaymentTable.fee(original);
        final int row = postings.feeRow(decision.command.institution(), decision.merchant, decision.command.currency());
        if (fee == 0 || row == Decision.NOT_FOUND || !reference.fees().givesBackOnRefund(row)) {
            return 0;
        }
        final long share = share(fee, decision.command.amountMinor(), left(original));
        return Math.min(share, legs.debitable(feeAccount(original)));
    }

    private int feeAccount(final long original) {
        return PaymentTable.feeAccount(original);
    }

    /** fee * part / whole, rounded down, without overflow; all of it where the part is the whole. */
    static long share(final long fee, final long part, final long whole) {
        if (part >= whole) {
            return fee;
        }
        if (Math.multiplyHigh(fee, part) == 0 && fee * part >= 0) {
            return fee * part / whole;
        }
        // Beyond any payment by card; allocates, and is exact all the same.
        return BigInteger.valueOf(fee).multiply(BigInteger.valueOf(part)).divide(BigInteger.valueOf(whole)).longValueExact();
    }

    private void post(final Decision decision, final long feeBack, final int fundingAccount, final long lacking) {
        final long payment = decision.payment;
        final int merchant = merchantAccount(decision);
        postings.begin(decision);
        if (feeBack > 0) {
            final int feeAccount = feeAccount(payments.address(decision.original));
            legs.move(feeAccount, merchant, feeBack);
            PaymentTable.fee(payment, feeBack);
            PaymentTable.feeAccount(payment, feeAccount);
        }
        postings.fund(payment, fundingAccount, merchant, lacking);
        postings.pay(payment, merchant, decision.walletAccount, decision.command.amountMinor());
        noteRefunded(decision, feeBack);
        decision.approved = decision.command.amountMinor();
        decision.state = PaymentState.POSTED;
        decision.totalsKind = Totals.CREDIT;
        decision.retention = PaymentTable.REVERSIBLE;
    }

    /** A part of the original is refunded; of a completion also a part of its authorisation. */
    private void noteRefunded(final Decision decision, final long feeBack) {
        int place = decision.original;
        while (place >= 0) {
            final long original = payments.address(place);
            payments.beforeChange(original);
            PaymentTable.refunded(original, PaymentTable.refunded(original) + decision.command.amountMinor());
            PaymentTable.fee(original, Math.max(0, PaymentTable.fee(original) - feeBack));
            payments.afterChange(original);
            place = originals.originalOf(original);
        }
    }

    // ---- Advices ----

    /** Books a refund that has happened: refused for a missing right only; what is lacking comes from the exception account. */
    int advise(final Decision decision) {
        decision.original = originals.ofRefund(decision.command, decision.nowNs);
        if (!isLinked(decision) && !checks.hasRight(decision, InstitutionRights.UNLINKED_REFUND)) {
            return Result.OPERATION_NOT_GRANTED;
        }
        final long amount = decision.command.amountMinor();
        final int merchant = merchantAccount(decision);
        if (legs.currency(merchant) != decision.command.currency() || amount <= 0) {
            return notBookable(decision);
        }
        final boolean exceeds = isLinked(decision) && amount > left(payments.address(decision.original));
        final int reason = exceeds ? ExceptionReason.FORCED_ABOVE_HOLD : isLinked(decision) ? 0 : ExceptionReason.ADVICE_WITHOUT_ORIGINAL;
        if (decision.isRouted()) {
            final int result = routed.advise(decision, merchant, routedOriginal(decision), reason);
            if (Answers.isApproval(result)) {
                noteRefunded(decision, 0);
            }
            return result;
        }
        return decision.isLocal() ? adviseToWallet(decision, merchant, reason) : notBookable(decision);
    }

    private int routedOriginal(final Decision decision) {
        return isLinked(decision) && PaymentTable.hasFlag(payments.address(decision.original), PaymentTable.ROUTED)
            ? decision.original : Issuing.NO_PLACE;
    }

    private int adviseToWallet(final Decision decision, final int merchant, final int reason) {
        final long lacking = Math.max(0, decision.command.amountMinor() - legs.debitable(merchant));
        final int exceptionAccount = reference.institutions().exceptionSlot(decision.institution);
        final boolean settled = mayFund(decision, lacking) == Result.OK;
        if (legs.isClosed(decision.walletAccount) || !settled && legs.debitable(exceptionAccount) < lacking) {
            return notBookable(decision);
        }
        post(decision, 0, settled ? reference.institutions().settlementSlot(decision.institution) : exceptionAccount, lacking);
        final int itemReason = settled ? reason : ExceptionReason.FORCED_SHORT_WALLET;
        if (itemReason == 0) {
            return Result.OK;
        }
        exceptions.add(itemReason, decision.payment, decision.command.amountMinor(), 0, 0, decision.nowNs);
        return Result.TAKEN_AS_AN_ITEM;
    }

    private int notBookable(final Decision decision) {
        exceptions.add(ExceptionReason.ADVICE_NOT_BOOKABLE, decision.payment, decision.command.amountMinor(), 0, 0, decision.nowNs);
        decision.state = PaymentState.ITEM;
        return Result.TAKEN_AS_AN_ITEM;
    }
}
