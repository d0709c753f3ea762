package io.daybreak.routing;

import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentDecoder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Requests on their way to issuers: each ends once, by its answer, its deadline, or because it could not leave.
 * <pre>
 *   PENDING ---- approval ------------> APPROVED      CANCELLED -- approval, deadline --> UNDONE, the reversal goes
 *      |  +----- decline -------------> OVER               |  +--- decline, not sent ---> OVER, the reversal is needless
 *      |  +----- deadline, invalid ---> UNDONE + reversal
 *      |  +----- not sent ------------> OVER
 *      +-- the acquirer's reversal ---> CANCELLED + reversal held back
 * </pre>
 * Ledger thread only.
 */
final class IssuerRequests {
    private static final long NS_PER_MS = 1_000_000L;
    /** Links that are tried after the first, for a request of which nothing has left. */
    private static final int MAX_FAILOVERS = 3;
    private static final int PERCENT = 100;

    private final Issuers issuers;
    private final RoutedPayments payments;
    private final StoreAndForward storeAndForward;
    private final IssuerMessages messages;
    private final IssuerOutcomes outcomes;
    private final PaymentDecoder command = new PaymentDecoder();
    private long lateAnswers;

    IssuerRequests(final Issuers issuers, final RoutedPayments payments, final StoreAndForward storeAndForward,
                   final IssuerMessages messages, final IssuerOutcomes outcomes) {
        this.issuers = issuers;
        this.payments = payments;
        this.storeAndForward = storeAndForward;
        this.messages = messages;
        this.outcomes = outcomes;
    }

    int send(final Route route, final int place, final DirectBuffer buffer, final int offset, final long rrnFirst,
             final int rrnLast, final int settlementDate, final long linkId, final long correlationId, final long sequence,
             final long nowNs) {
        final Issuer issuer = issuers.issuer(route.issuerId);
        if (!RoutedPayments.hasCipher(buffer, offset)) {
            return Result.ROUTE_NEEDS_CARD_DATA;
        }
        if (!issuers.isReachable(issuer)) {
            return Result.ISSUER_NOT_REACHABLE;
        }
        if (payments.isFull() || payments.isPendingFull() || !storeAndForward.hasRoomForRequest()
            || !issuers.hasTraceNumber(issuer, nowNs)) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        final IssuerLink link = issuers.choose(issuer, 0, 0, true);
        if (link == null) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        final PaymentDecoder payment = command.wrap(buffer, offset, PaymentDecoder.BLOCK_LENGTH, PaymentDecoder.SCHEMA_VERSION);
        final long waitMs = payment.waitMs() == 0 ? route.deadlineMs : Math.min(payment.waitMs(), route.deadlineMs);
        final int mti = payment.mti() - payment.mti() % 10;
        issuers.takeTraceNumber(issuer, nowNs);
        final int slot = payments.open(sequence, place, buffer, offset, rrnFirst, rrnLast, settlementDate, nowNs);
        final long record = payments.address(slot);
        UnsafeApi.putInt(record + RoutedPayments.STAN, issuers.stan());
        UnsafeApi.putInt(record + RoutedPayments.TRANSMISSION, issuers.transmission());
        RoutedPayments.putShort(record + RoutedPayments.MTI, mti);
        RoutedPayments.putShort(record + RoutedPayments.ISSUER, issuer.id);
        RoutedPayments.putShort(record + RoutedPayments.LINK, link.id);
        RoutedPayments.putShort(record + RoutedPayments.ROUTE, route.id);
        RoutedPayments.putByte(record + RoutedPayments.STATE, RoutedPayments.PENDING);
        UnsafeApi.putLong(record + RoutedPayments.DEADLINE, nowNs + waitMs * NS_PER_MS);
        payments.after(slot);
        payments.index(issuer.id, issuers.transmission(), issuers.stan(), Indexed.payment(slot));
        payments.beginPending(slot, needsReversal(slot));
        link.pending++;
        if (linkId != 0) {
            payments.addWaiter(slot, linkId, correlationId);
        }
        messages.sendRequest(slot, originalOf(slot));
        return Result.AWAITING_ISSUER;
    }

    /** The payment that DE 90 names, by what we sent of it: an increment's authorisation. */
    private int originalOf(final int slot) {
        final int place = outcomes.originalOf(payments.place(slot));
        return place == Issuing.NO_PLACE ? RoutedPayments.NONE : payments.at(place);
    }

    private boolean needsReversal(final int slot) {
        return RoutedPayments.small(payments.address(slot) + RoutedPayments.OPERATION) != PaymentOperation.BALANCE;
    }

    void cancel(final int slot, final long nowNs) {
        payments.setState(slot, RoutedPayments.CANCELLED);
        if (needsReversal(slot)) {
            payments.releasePromise();
            storeAndForward.addRequestReversal(slot, UnsafeApi.getLong(payments.address(slot) + RoutedPayments.AMOUNT),
                Issuing.NOTHING_REMAINS_TOLD, IssuerReply.CODE_17, true, nowNs);
        }
    }

    /** A response that names this request's trace number. Returns false if it is not waited for. */
    boolean onAnswer(final int slot, final IssuerReply reply, final long nowNs, final long sequence) {
        final long record = payments.address(slot);
        if (RoutedPayments.number(record + RoutedPayments.LINK) != reply.linkId()
            || !reply.answers(RoutedPayments.number(record + RoutedPayments.MTI))
            || !reply.agreesInRrn(record + RoutedPayments.RRN) || !agreesInAmount(record, reply)) {
            return false;
        }
        if (reply.responseCode() == 0) {
            return payments.state(slot) == RoutedPayments.PENDING && onUnreadableAnswer(slot, reply, nowNs, sequence);
        }
        switch (payments.state(slot)) {
            case RoutedPayments.PENDING:
                onTimelyAnswer(slot, reply, nowNs, sequence);
                return true;
            case RoutedPayments.CANCELLED:
                onAnswerToCancelled(slot, reply, nowNs, sequence);
                return true;
            case RoutedPayments.UNDONE:
                return onLateAnswer(slot, reply, nowNs, sequence);
            default:
                return false;
        }
    }

    /** DE 4 is absent, or what was sent; in a partial approval it is judged later. */
    private static boolean agreesInAmount(final long record, final IssuerReply reply) {
        return reply.amountMinor() == IssuerReply.NO_AMOUNT || reply.isPartialApproval()
            || reply.amountMinor() == UnsafeApi.getLong(record + RoutedPayments.AMOUNT);
    }

    private void onTimelyAnswer(final int slot, final IssuerReply reply, final long nowNs, final long sequence) {
        final long paymentId = payments.paymentId(slot);
        final int place = payments.place(slot);
        final boolean movesMoney = needsReversal(slot);
        endPending(slot);
        unindex(slot);
        if (!reply.isApproval()) {
            releasePromise(movesMoney);
            payments.setState(slot, RoutedPayments.OVER);
            outcomes.onDeclined(place, paymentId, reply, nowNs, sequence);
        } else if (reply.isPartialApproval() && !isGoodPart(slot, reply)) {
            undo(slot, movesMoney, IssuerReply.CODE_00, nowNs);
            outcomes.onInvalid(place, paymentId, reply, nowNs, sequence);
        } else {
            releasePromise(movesMoney);
            approve(slot, reply, movesMoney);
            outcomes.onApproved(place, paymentId, reply, nowNs, sequence);
        }
        removeIfOver(slot, paymentId);
    }

    /** An answer without DE 39, or of the wrong form, is none: nobody knows what the issuer did, and waiting would not tell. */
    private boolean onUnreadableAnswer(final int slot, final IssuerReply reply, final long nowNs, final long sequence) {
        final long paymentId = payments.paymentId(slot);
        final int place = payments.place(slot);
        endPending(slot);
        unindex(slot);
        undo(slot, needsReversal(slot), IssuerReply.CODE_00, nowNs);
        outcomes.onInvalid(place, paymentId, reply, nowNs, sequence);
        removeIfOver(slot, paymentId);
        return true;
    }

    private void approve(final int slot, final IssuerReply reply, final boolean movesMoney) {
        payments.before(slot);
        final long record = payments.address(slot);
        RoutedPayments.putByte(record + RoutedPayments.STATE, movesMoney ? RoutedPayments.APPROVED : RoutedPayments.OVER);
        RoutedPayments.putApprovalCode(record + RoutedPayments.APPROVAL_CODE, reply.approvalCode());
        if (reply.isPartialApproval()) {
            UnsafeApi.putLong(record + RoutedPayments.AMOUNT, reply.amountMinor());
        }
        payments.after(slot);
    }

    /** A part is offered for purchase and authorisation alone, whatever the link asks for: docs/iso8583.md, OP-19. */
    private boolean isGoodPart(final int slot, final IssuerReply reply) {
        final long record = payments.address(slot);
        final int operation = RoutedPayments.small(record + RoutedPayments.OPERATION);
        if (operation != PaymentOperation.PURCHASE && operation != PaymentOperation.AUTHORISE) {
            return false;
        }
        final long asked = UnsafeApi.getLong(record + RoutedPayments.AMOUNT);
        final long part = reply.amountMinor();
        final int minimumPercent = RoutedPayments.small(record + RoutedPayments.MINIMUM_PERCENT);
        final long least = asked / PERCENT * minimumPercent + (asked % PERCENT * minimumPercent + PERCENT - 1) / PERCENT;
        return (UnsafeApi.getInt(record + RoutedPayments.FLAGS) & PaymentFlags.PARTIAL_APPROVAL) != 0 && part > 0 && part <= asked
            && part >= least;
    }

    private void onAnswerToCancelled(final int slot, final IssuerReply reply, final long nowNs, final long sequence) {
        final long paymentId = payments.paymentId(slot);
        endPending(slot);
        unindex(slot);
        if (reply.isApproval() && needsReversal(slot)) {
            payments.setState(slot, RoutedPayments.UNDONE);
            storeAndForward.releaseHeldBack(slot, nowNs);
        } else {
            payments.setState(slot, RoutedPayments.OVER);
            storeAndForward.endNeedless(slot, reply.responseCode(), nowNs, sequence);
        }
        removeIfOver(slot, paymentId);
    }

    /** The reversal is made already: a late approval leads to no other one, a late decline to none at all. */
    private boolean onLateAnswer(final int slot, final IssuerReply reply, final long nowNs, final long sequence) {
        final long record = payments.address(slot);
        if (UnsafeApi.getByte(record + RoutedPayments.LATE) != 0) {
            return false;
        }
        final long paymentId = payments.paymentId(slot);
        lateAnswers++;
        payments.setByte(slot, RoutedPayments.LATE, reply.isApproval() ? RoutedPayments.LATE_APPROVAL : RoutedPayments.LATE_DECLINE);
        if (!reply.isApproval()) {
            storeAndForward.endNeedless(slot, reply.responseCode(), nowNs, sequence);
        } else if (RoutedPayments.small(record + RoutedPayments.REVERSAL_STATE) == RoutedPayments.REVERSAL_NOT_FOUND
            && storeAndForward.hasRoom()) {
            storeAndForward.addRequestReversalAgain(slot, nowNs);
        }
        removeIfOver(slot, paymentId);
        return true;
    }

    /** Answers that were known to be late, since start. Not state. */
    long lateAnswers() {
        return lateAnswers;
    }

    /** No byte of the request has left. Returns false if that is no news. */
    boolean onSendFailed(final int slot, final int linkId, final long nowNs, final long sequence) {
        final long record = payments.address(slot);
        final int state = payments.state(slot);
        if (RoutedPayments.number(record + RoutedPayments.LINK) != linkId) {
            return false;
        }
        if (state == RoutedPayments.UNDONE) {
            final long paymentId = payments.paymentId(slot);
            final boolean ended = storeAndForward.endNeedless(slot, 0, nowNs, sequence);
            removeIfOver(slot, paymentId);
            return ended;
        }
        if (state != RoutedPayments.PENDING && state != RoutedPayments.CANCELLED) {
            return false;
        }
        if (state == RoutedPayments.CANCELLED || !sendOnAnother(slot, linkId)) {
            onNotSent(slot, state == RoutedPayments.CANCELLED, nowNs, sequence);
        }
        return true;
    }

    private boolean sendOnAnother(final int slot, final int failedLinkId) {
        final long record = payments.address(slot);
        final int failovers = UnsafeApi.getByte(record + RoutedPayments.FAILOVERS);
        final Issuer issuer = issuers.issuer(RoutedPayments.number(record + RoutedPayments.ISSUER));
        final IssuerLink link = failovers < MAX_FAILOVERS ? issuers.choose(issuer, 0, failedLinkId, true) : null;
        if (link == null) {
            return false;
        }
        issuers.link(failedLinkId).pending--;
        link.pending++;
        payments.before(slot);
        RoutedPayments.putShort(record + RoutedPayments.LINK, link.id);
        RoutedPayments.putByte(record + RoutedPayments.FAILOVERS, failovers + 1);
        payments.after(slot);
        messages.sendRequest(slot, originalOf(slot));
        return true;
    }

    private void onNotSent(final int slot, final boolean cancelled, final long nowNs, final long sequence) {
        final long paymentId = payments.paymentId(slot);
        final boolean movesMoney = needsReversal(slot);
        endPending(slot);
        unindex(slot);
        payments.setState(slot, RoutedPayments.OVER);
        if (cancelled) {
            storeAndForward.endNeedless(slot, 0, nowNs, sequence);
        } else {
            releasePromise(movesMoney);
            outcomes.onNotSent(payments.place(slot), paymentId, nowNs, sequence);
        }
        removeIfOver(slot, paymentId);
    }

    /** Lets the earliest deadline fall due: nobody knows what the issuer did. */
    void expireNext(final long nowNs, final long sequence) {
        final int slot = payments.deadlines().earliestHolder();
        final long paymentId = payments.paymentId(slot);
        final boolean movesMoney = needsReversal(slot);
        final boolean cancelled = payments.state(slot) == RoutedPayments.CANCELLED;
        endPending(slot);
        if (cancelled) {
            payments.setState(slot, movesMoney ? RoutedPayments.UNDONE : RoutedPayments.OVER);
            storeAndForward.releaseHeldBack(slot, nowNs);
        } else {
            undo(slot, movesMoney, IssuerReply.CODE_68, nowNs);
            outcomes.onTimedOut(payments.place(slot), paymentId, nowNs, sequence);
        }
        removeIfOver(slot, paymentId);
    }

    /** What the issuer did, or may have done, is to be undone. */
    private void undo(final int slot, final boolean movesMoney, final int reason, final long nowNs) {
        releasePromise(movesMoney);
        payments.setState(slot, movesMoney ? RoutedPayments.UNDONE : RoutedPayments.OVER);
        if (movesMoney) {
            storeAndForward.addRequestReversal(slot, UnsafeApi.getLong(payments.address(slot) + RoutedPayments.AMOUNT),
                Issuing.NOTHING_REMAINS_TOLD, reason, false, nowNs);
        }
    }

    private void endPending(final int slot) {
        payments.endPending(slot);
        issuers.link(RoutedPayments.number(payments.address(slot) + RoutedPayments.LINK)).pending--;
    }

    private void unindex(final int slot) {
        final long record = payments.address(slot);
        payments.unindex(RoutedPayments.number(record + RoutedPayments.ISSUER),
            UnsafeApi.getInt(record + RoutedPayments.TRANSMISSION), UnsafeApi.getInt(record + RoutedPayments.STAN));
    }

    private void releasePromise(final boolean movesMoney) {
        if (movesMoney) {
            payments.releasePromise();
        }
    }

    private void removeIfOver(final int slot, final long paymentId) {
        if (payments.isHolding(slot, paymentId)) {
            payments.removeIfOver(slot);
        }
    }
}
