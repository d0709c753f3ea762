package io.daybreak.routing;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.IssuerAnswerDecoder;
import io.daybreak.protocol.codec.IssuerLinkStatusDecoder;
import io.daybreak.protocol.codec.IssuerSendFailedDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PutIssuerDecoder;
import io.daybreak.protocol.codec.PutIssuerLinkDecoder;
import io.daybreak.protocol.codec.PutRouteDecoder;
import io.daybreak.protocol.codec.StoreAndForwardActionDecoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.StateSections;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

import java.util.function.LongToIntFunction;

/**
 * All that the payments need of issuers: where a card's payment goes, the request on its way, its answer, its reversal, its
 * advice. docs/iso8583.md, "Routing, store-and-forward, stand-in".
 * <p>
 * A payment is named by its place, a slot of the payments' table from 0; a place may be used again after {@link #forget}.
 * Its id is the sequence of the command that asked for it. {@code payment} and {@code offset} name the body of a Payment
 * command (template 104). Amounts are minor units; times are epoch nanoseconds of command time; codes of DE 39 are as
 * {@link IssuerReply#code} makes them; an approval code is six characters in a word as {@link IssuerReply#approvalCode}
 * gives it.
 * <p>
 * How a request ends, {@link IssuerOutcomes} says. What is sent, and who is answered later, goes out as effects
 * (SendToIssuer, DeferredAnswer, ReconcileIssuer, ReferenceChanged). Reply handles (link id and correlation id, 0: nobody)
 * are no state: they are 0 at replay.
 * <p>
 * Every method checks first and then changes: a result other than OK or AWAITING_ISSUER means that nothing was done.
 * Bounds: {@link #configure}. Allocates slabs when it grows, nothing else. Owned by the state machine; ledger thread only.
 */
public final class Issuing implements Stateful {
    /** No route. */
    public static final int NO_ROUTE = -1;
    /** No payment. */
    public static final int NO_PLACE = -1;
    /** No such account. */
    public static final int NO_ACCOUNT = -1;
    /** Not a result code: the record is there with the very contents asked for, or is not there and was to be removed. */
    public static final int UNCHANGED = -2;
    /** {@code remainingMinor} of a reversal of the whole: DE 95 is absent. */
    public static final long NOTHING_REMAINS_TOLD = -1;

    private static final int MAX_REPEATS = 8;
    private static final int HOLD = 1;
    private static final int GO_ON = 2;
    private static final int GIVE_UP = 3;
    /** Reason of an IssuerSendFailed. */
    private static final int CARD_DATA_GONE = 1;

    private final UndoLog undo = new UndoLog();
    private final Told outcomes = new Told();
    private final Issuers issuers = new Issuers();
    private final Routes routes = new Routes(issuers);
    private final RoutedPayments payments;
    private final IssuerMessages messages;
    private final StoreAndForward storeAndForward;
    private final IssuerRequests requests;
    private final Reconciliations reconciliations;
    private final StandIn standIn;
    private final IssuerRecords records;
    private final StoreAndForwardQuery storeAndForwardQuery;
    private final IssuerReply reply = new IssuerReply();
    private final PaymentDecoder command = new PaymentDecoder();
    private final IssuerLinkStatusDecoder linkStatus = new IssuerLinkStatusDecoder();
    private final IssuerSendFailedDecoder sendFailed = new IssuerSendFailedDecoder();
    private final StoreAndForwardActionDecoder action = new StoreAndForwardActionDecoder();
    private long lateAnswers;
    private boolean isConfigured;

    /**
     * @param currencyOf ISO 4217 number of an account's currency by its id, or {@link #NO_ACCOUNT}
     */
    public Issuing(final SlabAllocator allocator, final LongToIntFunction currencyOf) {
        payments = new RoutedPayments(allocator, undo);
        messages = new IssuerMessages(payments);
        storeAndForward = new StoreAndForward(allocator, undo, issuers, payments, messages, outcomes);
        requests = new IssuerRequests(issuers, payments, storeAndForward, messages, outcomes);
        reconciliations = new Reconciliations(allocator, undo, issuers, payments, messages, outcomes);
        standIn = new StandIn(allocator, undo);
        records = new IssuerRecords(issuers, routes, currencyOf);
        storeAndForwardQuery = new StoreAndForwardQuery(issuers, storeAndForward);
    }

    /** Says who hears what becomes of messages; to be called once, before any command. */
    public void tell(final IssuerOutcomes listener) {
        outcomes.listener(listener);
    }

    /** From now on effects go to {@code emitter}; before that nowhere. */
    public void emitTo(final EffectEmitter emitter) {
        messages.emitTo(emitter);
    }

    /**
     * Sets the bounds. What is in the tables stays when a bound is lowered.
     *
     * @param paymentCapacity         routed payments remembered (payment capacity)
     * @param requestCapacity         requests without an answer; also waiting repeats
     * @param storeAndForwardCapacity entries over all issuers; an eighth is kept for reversals and advices, so that a
     *                                request is refused before the reversal that it may need could find no room
     * @param standInCapacity         cards that stand-in counts for in one day
     */
    public void configure(final long paymentCapacity, final long requestCapacity, final long storeAndForwardCapacity,
                          final long standInCapacity) {
        payments.configure(paymentCapacity, requestCapacity, storeAndForwardCapacity);
        storeAndForward.configure(storeAndForwardCapacity);
        standIn.configure(standInCapacity);
        isConfigured = true;
    }

    // ---- Requests ----

    /**
     * The route of a card: among the active routes to active issuers whose conditions hold, the longest prefix wins, then
     * the lowest id. Amount limits are inclusive.
     *
     * @param bin8 first eight digits of the card
     * @return route slot, or {@link #NO_ROUTE}
     */
    public int route(final long bin8, final long amountMinor, final int channel, final int currency) {
        return routes.find(bin8, amountMinor, channel, currency);
    }

    /** PinMode of a route. */
    public int pinMode(final int route) {
        return routes.route(route).pinMode;
    }

    /** The issuer that a route leads to. */
    public int issuerOf(final int route) {
        return routes.route(route).issuerId;
    }

    /** The account of an issuer, where what it owes and is owed adds up. */
    public long settlementAccountId(final int issuerId) {
        return issuers.issuer(issuerId).settlementAccountId;
    }

    /** The account of an issuer for what it should have paid and did not. */
    public long exceptionAccountId(final int issuerId) {
        return issuers.issuer(issuerId).exceptionAccountId;
    }

    /** ISO 4217 number of an issuer's settlement account. */
    public int currencyOf(final int issuerId) {
        return issuers.issuer(issuerId).currency;
    }

    /** Business-day group of an issuer. */
    public int dayGroupOf(final int issuerId) {
        return issuers.issuer(issuerId).dayGroup;
    }

    /** True for an issuer that wants our totals (0500). */
    public boolean wantsTotals(final int issuerId) {
        final Issuer issuer = issuers.issuer(issuerId);
        return issuer != null && issuer.isActive() && (issuer.flags & Issuer.WANTS_TOTALS) != 0;
    }

    /** The largest issuer id that was ever put; 0: none. For walks over issuers in a fixed order. */
    public int lastIssuerId() {
        return issuers.lastIssuerId();
    }

    /**
     * Sends a payment to the route's issuer and waits for the answer until the route's deadline, or the acquirer's
     * {@code waitMs} where that is shorter. The repeat digit of its MTI is left out: to the issuer it is new.
     *
     * @param place          the payment's; has no request yet
     * @param rrnFirst       first eight characters of DE 37, as they lie in a message: the acquirer's, or the one made for it
     * @param rrnLast        its last four
     * @param settlementDate YYYYMMDD
     * @param linkId         with {@code correlationId}: who is answered; 0 at replay
     * @param sequence       of this command: the payment's id
     * @return AWAITING_ISSUER; or ISSUER_NOT_REACHABLE (no link up), ISSUER_REQUEST_CAPACITY_REACHED (table, links' windows,
     *         trace numbers or store-and-forward full), ROUTE_NEEDS_CARD_DATA (no ciphertext), and nothing was done
     */
    public int request(final int route, final int place, final DirectBuffer payment, final int offset, final long rrnFirst,
                       final int rrnLast, final int settlementDate, final long linkId, final long correlationId,
                       final long sequence, final long nowNs) {
        return requests.send(routes.route(route), place, payment, offset, rrnFirst, rrnLast, settlementDate, linkId, correlationId,
            sequence, nowNs);
    }

    /** True while the payment's request waits for its issuer and the payment was not cancelled. */
    public boolean isAwaiting(final int place) {
        final int slot = payments.at(place);
        return slot != RoutedPayments.NONE && payments.state(slot) == RoutedPayments.PENDING;
    }

    /**
     * A repeat waits for the first's answer. Not state.
     *
     * @return WAITS_FOR_THE_FIRST, or TOO_MANY_REPEATS_WAIT: at most eight a payment
     */
    public int waitAlso(final int place, final long linkId, final long correlationId) {
        final int slot = payments.at(place);
        if (!payments.mayWait(slot, MAX_REPEATS + 1)) {
            return Result.TOO_MANY_REPEATS_WAIT;
        }
        payments.addWaiter(slot, linkId, correlationId);
        return Result.WAITS_FOR_THE_FIRST;
    }

    /**
     * Answers all who wait for a payment, and forgets them: one DeferredAnswer effect each, in the order in which they came.
     *
     * @param answer a PaymentAnswer block
     */
    public void answer(final int place, final DirectBuffer answer, final int offset, final int length, final long sequence,
                       final long timestampNs) {
        final int slot = payments.at(place);
        if (slot == RoutedPayments.NONE) {
            return;
        }
        final Waiters waiters = payments.waiters();
        for (int node = payments.firstWaiter(slot); node != RoutedPayments.NONE; node = waiters.next(node)) {
            messages.answer(waiters.linkId(node), waiters.correlationId(node), answer, offset, length, sequence, timestampNs);
        }
        payments.dropWaiters(slot);
    }

    /**
     * The acquirer reversed a payment whose request is with its issuer ({@link #isAwaiting}). Its one reversal stands in
     * store-and-forward from now on, and goes out when the issuer has approved or the deadline has passed, so that it
     * cannot overtake the request; a decline makes it needless. None of the request's outcomes is told any more. The caller
     * then answers those who wait.
     */
    public void cancel(final int place, final long nowNs) {
        requests.cancel(payments.at(place), nowNs);
    }

    /**
     * The payment is forgotten: its place may be used again. What still waits for the issuer goes on, and is reported with
     * {@link #NO_PLACE}. Does nothing for a payment that was never routed.
     */
    public void forget(final int place) {
        final int slot = payments.at(place);
        if (slot != RoutedPayments.NONE) {
            payments.detach(slot);
            payments.removeIfOver(slot);
        }
    }

    // ---- Store-and-forward ----

    /** True if store-and-forward has room for a reversal or an advice: to be asked before either. */
    public boolean hasRoomToStore() {
        return storeAndForward.hasRoom();
    }

    /** True if the payment was sent, or is to be sent, to an issuer, and so can be reversed or referred to there. */
    public boolean isKnownToIssuer(final int place) {
        final int slot = payments.at(place);
        return slot != RoutedPayments.NONE && (payments.state(slot) == RoutedPayments.APPROVED || payments.isAdvised(slot));
    }

    /**
     * Reverses at the issuer what a payment's request or advice did: an 0420 in store-and-forward. At most one for each
     * message that was sent: while it was not sent yet, a further one takes its place with what remains then; after that
     * it is ignored. {@link #hasRoomToStore} was asked. Requests that timed out, were invalid or were cancelled have theirs.
     *
     * @param amountMinor    DE 4: what the original was approved for
     * @param remainingMinor DE 95: what remains of it; {@link #NOTHING_REMAINS_TOLD} if all is reversed
     * @return OK; NOTHING_LEFT_TO_REVERSE if there is one already; ORIGINAL_NOT_FOUND if the issuer knows nothing of the
     *         payment; RECORD_CAPACITY_REACHED
     */
    public int reverse(final int place, final long amountMinor, final long remainingMinor, final long nowNs) {
        if (!isKnownToIssuer(place)) {
            return Result.ORIGINAL_NOT_FOUND;
        }
        final int slot = payments.at(place);
        final boolean ofAdvice = payments.isAdvised(slot);
        if (payments.reversalState(slot, ofAdvice) == RoutedPayments.REVERSAL_NONE) {
            if (!storeAndForward.hasRoom()) {
                return Result.RECORD_CAPACITY_REACHED;
            }
            if (ofAdvice) {
                storeAndForward.addAdviceReversal(slot, amountMinor, remainingMinor, nowNs);
            } else {
                storeAndForward.addRequestReversal(slot, amountMinor, remainingMinor, IssuerReply.CODE_17, false, nowNs);
            }
            return Result.OK;
        }
        return storeAndForward.change(slot, ofAdvice, amountMinor, remainingMinor) ? Result.OK : Result.NOTHING_LEFT_TO_REVERSE;
    }

    /**
     * Stand-in for a request that could not be sent ({@link #request} said ISSUER_NOT_REACHABLE): the advice of it.
     * {@link #hasRoomToStore} and {@link #mayStandIn} were asked. Counts towards the card's day.
     *
     * @param mti          120 or 220
     * @param approvalCode DE 38 that we gave
     */
    public void adviseStandIn(final int place, final int route, final int mti, final DirectBuffer payment, final int offset,
                              final long rrnFirst, final int rrnLast, final int settlementDate, final long amountMinor,
                              final int responseCode, final long approvalCode, final long nowNs, final long sequence) {
        final Route chosen = routes.route(route);
        final int slot = payments.openAdvised(sequence, place, payment, offset, rrnFirst, rrnLast, settlementDate, chosen.issuerId,
            route, nowNs);
        countStandIn(slot, amountMinor, nowNs);
        storeAndForward.addAdvice(slot, RoutedPayments.NONE, mti, amountMinor, responseCode, approvalCode, 0, 0, nowNs);
    }

    /** Stand-in within {@link IssuerOutcomes#onTimedOut} or onNotSent: as {@link #adviseStandIn}, from what was kept of the request. */
    public void adviseStandInAfterTimeOut(final int place, final int mti, final long amountMinor, final int responseCode,
                                          final long approvalCode, final long nowNs) {
        final int slot = payments.at(place);
        countStandIn(slot, amountMinor, nowNs);
        storeAndForward.addAdvice(slot, RoutedPayments.NONE, mti, amountMinor, responseCode, approvalCode, 0, 0, nowNs);
    }

    private void countStandIn(final int slot, final long amountMinor, final long nowNs) {
        final long record = payments.address(slot);
        standIn.count(amountMinor, UnsafeApi.getLong(record + RoutedPayments.TOKEN_HI),
            UnsafeApi.getLong(record + RoutedPayments.TOKEN_LO), nowNs);
    }

    /**
     * Advice of a payment that refers to a routed one, as a completion does to its authorisation. It goes to the
     * original's issuer, and DE 90 names what we sent.
     *
     * @param place         of the payment that the advice tells of; has no request
     * @param originalPlace of the payment that it refers to; {@link #NO_PLACE} if it is not known: then {@code route} says
     *                      where it goes, and it has no DE 90
     * @param route         used without an original
     * @param mti           120 or 220
     * @param approvalCode  DE 38
     * @return OK; ORIGINAL_NOT_FOUND if the issuer knows nothing of the original; RECORD_CAPACITY_REACHED;
     *         ROUTE_NEEDS_CARD_DATA if neither the command nor the original has the ciphertext
     */
    public int advise(final int place, final int originalPlace, final int route, final int mti, final DirectBuffer payment,
                      final int offset, final long rrnFirst, final int rrnLast, final int settlementDate, final long amountMinor,
                      final int responseCode, final long approvalCode, final long linkId, final long correlationId,
                      final long nowNs, final long sequence) {
        final boolean hasOriginal = originalPlace != NO_PLACE;
        if (hasOriginal && !isKnownToIssuer(originalPlace)) {
            return Result.ORIGINAL_NOT_FOUND;
        }
        final int original = hasOriginal ? payments.at(originalPlace) : RoutedPayments.NONE;
        if (!storeAndForward.hasRoom() || payments.isFull()) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        final boolean hasCipher = RoutedPayments.hasCipher(payment, offset);
        if (!hasCipher && (!hasOriginal || !payments.hasCipher(original))) {
            return Result.ROUTE_NEEDS_CARD_DATA;
        }
        final int routeId = hasOriginal ? payments.route(original) : route;
        final int issuerId = hasOriginal ? payments.issuer(original) : routes.route(route).issuerId;
        final int slot = payments.openAdvised(sequence, place, payment, offset, rrnFirst, rrnLast, settlementDate, issuerId, routeId,
            nowNs);
        if (hasOriginal) {
            payments.takeCardFrom(original, slot, !hasCipher);
        }
        storeAndForward.addAdvice(slot, original, mti, amountMinor, responseCode, approvalCode, linkId, correlationId, nowNs);
        return Result.OK;
    }

    // ---- Stand-in ----

    /**
     * True if the route lets us approve this payment for an issuer that cannot be reached: floor, sum and count of the card's
     * UTC day, categories, channels, operations; never cash-out, refund or balance. The negative file is the caller's.
     *
     * @param mcc category of the merchant's record; 0: there is none, and DE 18 tells it
     */
    public boolean mayStandIn(final int route, final DirectBuffer payment, final int offset, final int mcc, final long nowNs) {
        final PaymentDecoder body = command.wrap(payment, offset, PaymentDecoder.BLOCK_LENGTH, PaymentDecoder.SCHEMA_VERSION);
        return hasRoomToStore() && !payments.isFull() && RoutedPayments.hasCipher(payment, offset)
            && standIn.isAllowed(routes.route(route), body.operation(), body.channel(), mcc != 0 ? mcc : body.mcc(),
                body.amountMinor(),
                body.token().hi(), body.token().lo(), nowNs);
    }

    /** The same for a request that was not answered; within {@link IssuerOutcomes#onTimedOut} or onNotSent only. */
    public boolean mayStandInAfterTimeOut(final int place, final int mcc, final long nowNs) {
        final int slot = payments.at(place);
        final long record = payments.address(slot);
        return hasRoomToStore() && standIn.isAllowed(routes.route(payments.route(slot)),
            RoutedPayments.small(record + RoutedPayments.OPERATION), RoutedPayments.small(record + RoutedPayments.CHANNEL),
            mcc != 0 ? mcc : RoutedPayments.number(record + RoutedPayments.MCC), UnsafeApi.getLong(record + RoutedPayments.AMOUNT),
            UnsafeApi.getLong(record + RoutedPayments.TOKEN_HI), UnsafeApi.getLong(record + RoutedPayments.TOKEN_LO), nowNs);
    }

    // ---- Commands of the switch itself, and of the operator ----

    /**
     * An issuer's response (107). One that agrees with a pending request in issuer link, DE 11, 7 and message type, and in DE 37
     * and 4 if present, ends it. One that comes late cancels the reversal if it declines and that was not sent yet.
     *
     * @return OK; ANSWER_NOT_WAITED_FOR if nothing is known of it or nothing came of it; MALFORMED_COMMAND
     */
    public int onAnswer(final DirectBuffer command, final int offset, final int length, final long nowNs, final long sequence) {
        if (length != IssuerAnswerDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        reply.wrap(command, offset);
        if (take(nowNs, sequence)) {
            return Result.OK;
        }
        lateAnswers++;
        return Result.ANSWER_NOT_WAITED_FOR;
    }

    private boolean take(final long nowNs, final long sequence) {
        final IssuerLink link = issuers.link(reply.linkId());
        if (link == null) {
            return false;
        }
        final long value = payments.indexed(link.issuerId, reply.transmission(), reply.stan());
        if (value == RoutedPayments.NONE) {
            return false;
        }
        final int slot = Indexed.slot(value);
        switch (Indexed.kind(value)) {
            case Indexed.PAYMENT:
                return requests.onAnswer(slot, reply, nowNs, sequence);
            case Indexed.ENTRY:
                return storeAndForward.agrees(slot, reply)
                    && storeAndForward.onAnswer(slot, reply.responseCode(), nowNs, sequence);
            default:
                return reconciliations.onAnswer(issuers.issuer(slot), reply, nowNs, sequence);
        }
    }

    /** A link is up or down (108); link 0: all are down. OK, RECORD_NOT_FOUND, MALFORMED_COMMAND. */
    public int onLinkStatus(final DirectBuffer command, final int offset, final int length, final long nowNs) {
        if (length != IssuerLinkStatusDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        linkStatus.wrap(command, offset, IssuerLinkStatusDecoder.BLOCK_LENGTH, IssuerLinkStatusDecoder.SCHEMA_VERSION);
        final int status = linkStatus.status();
        if (status > 1 || linkStatus.linkId() == 0 && status != 0 || linkStatus.reserved() != 0) {
            return Result.MALFORMED_COMMAND;
        }
        if (linkStatus.linkId() == 0) {
            for (int linkId = 1; linkId <= issuers.lastLinkId(); linkId++) {
                if (issuers.link(linkId) != null && issuers.link(linkId).up) {
                    issuers.setUp(issuers.link(linkId), false);
                }
            }
            return Result.OK;
        }
        final IssuerLink link = issuers.link(linkStatus.linkId());
        if (link == null) {
            return Result.RECORD_NOT_FOUND;
        }
        issuers.setUp(link, status == 1);
        storeAndForward.send(issuers.issuer(link.issuerId), StoreAndForward.MANY, nowNs);
        return Result.OK;
    }

    /** No byte of a message has left (109): another link, or the end of the request; of an entry whose card nobody can read, its end. OK, ANSWER_NOT_WAITED_FOR, MALFORMED_COMMAND. */
    public int onSendFailed(final DirectBuffer command, final int offset, final int length, final long nowNs, final long sequence) {
        if (length != IssuerSendFailedDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        sendFailed.wrap(command, offset, IssuerSendFailedDecoder.BLOCK_LENGTH, IssuerSendFailedDecoder.SCHEMA_VERSION);
        final int linkId = sendFailed.linkId();
        final IssuerLink link = issuers.link(linkId);
        final long value = link == null ? RoutedPayments.NONE
            : payments.indexed(link.issuerId, (int) sendFailed.transmission(), (int) sendFailed.stan());
        final boolean known = value != RoutedPayments.NONE && (Indexed.kind(value) == Indexed.PAYMENT
            ? requests.onSendFailed(Indexed.slot(value), linkId, nowNs, sequence)
            : Indexed.kind(value) == Indexed.ENTRY && (sendFailed.reason() == CARD_DATA_GONE
                ? storeAndForward.onCardDataGone(Indexed.slot(value), linkId, nowNs, sequence)
                : storeAndForward.onSendFailed(Indexed.slot(value), linkId, nowNs)));
        return known ? Result.OK : Result.ANSWER_NOT_WAITED_FOR;
    }

    /**
     * PutIssuer, PutIssuerLink, PutRoute, StoreAndForwardAction (91 to 94). The caller has checked the right.
     *
     * @return OK, MALFORMED_COMMAND, RESERVED_MUST_BE_ZERO, RECORD_INVALID, RECORD_NOT_FOUND, RECORD_NAMES_AN_UNKNOWN_ACCOUNT,
     *         RECORD_NAMES_AN_UNKNOWN_RECORD, or {@link #UNCHANGED}
     */
    public int administer(final int templateId, final DirectBuffer command, final int offset, final int length, final long nowNs,
                          final long sequence) {
        switch (templateId) {
            case PutIssuerDecoder.TEMPLATE_ID:
                return length == PutIssuerDecoder.BLOCK_LENGTH ? putIssuer(command, offset, nowNs) : Result.MALFORMED_COMMAND;
            case PutIssuerLinkDecoder.TEMPLATE_ID:
                return length == PutIssuerLinkDecoder.BLOCK_LENGTH ? putLink(command, offset, nowNs) : Result.MALFORMED_COMMAND;
            case PutRouteDecoder.TEMPLATE_ID:
                return length == PutRouteDecoder.BLOCK_LENGTH ? told(templateId, records.putRoute(command, offset))
                    : Result.MALFORMED_COMMAND;
            case StoreAndForwardActionDecoder.TEMPLATE_ID:
                return length == StoreAndForwardActionDecoder.BLOCK_LENGTH ? act(command, offset, nowNs, sequence)
                    : Result.MALFORMED_COMMAND;
            default:
                return Result.MALFORMED_COMMAND;
        }
    }

    private int putIssuer(final DirectBuffer buffer, final int offset, final long nowNs) {
        final int result = records.putIssuer(buffer, offset);
        if (result == Result.OK) {
            final int at = offset + PutIssuerDecoder.issuerIdEncodingOffset();
            storeAndForward.send(issuers.issuer(buffer.getShort(at) & 0xFFFF), StoreAndForward.MANY, nowNs);
        }
        return told(PutIssuerDecoder.TEMPLATE_ID, result);
    }

    private int putLink(final DirectBuffer buffer, final int offset, final long nowNs) {
        final int result = records.putLink(buffer, offset);
        if (result == Result.OK) {
            final int at = offset + PutIssuerLinkDecoder.issuerIdEncodingOffset();
            storeAndForward.send(issuers.issuer(buffer.getShort(at) & 0xFFFF), StoreAndForward.MANY, nowNs);
        }
        return told(PutIssuerLinkDecoder.TEMPLATE_ID, result);
    }

    private int told(final int templateId, final int result) {
        if (result == Result.OK) {
            messages.changed(templateId);
        }
        return result;
    }

    private int act(final DirectBuffer buffer, final int offset, final long nowNs, final long sequence) {
        action.wrap(buffer, offset, StoreAndForwardActionDecoder.BLOCK_LENGTH, StoreAndForwardActionDecoder.SCHEMA_VERSION);
        if (action.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int what = action.action();
        if (what != HOLD && what != GO_ON && what != GIVE_UP || action.entryId() == 0 == (what == GIVE_UP)) {
            return Result.RECORD_INVALID;
        }
        final Issuer issuer = issuers.issuer(action.issuerId());
        if (issuer == null) {
            return Result.RECORD_NOT_FOUND;
        }
        if (what == GIVE_UP) {
            return storeAndForward.giveUp(action.entryId(), issuer.id, nowNs, sequence) ? Result.OK : Result.RECORD_NOT_FOUND;
        }
        issuers.before(issuer);
        issuer.flags = what == HOLD ? issuer.flags | Issuer.HELD : issuer.flags & ~Issuer.HELD;
        issuers.after(issuer);
        storeAndForward.send(issuer, StoreAndForward.MANY, nowNs);
        return Result.OK;
    }

    // ---- Totals ----

    /**
     * Sends our totals to an issuer that asks for them, again and again until it answers, its maximum age or its maximum of
     * tries. A second one of the same issuer takes the place of one that waits.
     *
     * @param totals a ReconciliationAnswer block
     */
    public void reconcile(final int issuerId, final int date, final DirectBuffer totals, final int offset, final int length,
                          final long nowNs, final long sequence) {
        reconciliations.start(issuers.issuer(issuerId), date, totals, offset, length, nowNs, sequence);
    }

    // ---- Deadlines ----

    /** Earliest deadline; {@link Long#MAX_VALUE} if there is none. */
    public long nextDeadlineNs() {
        return Math.min(payments.deadlines().earliestNs(),
            Math.min(storeAndForward.deadlines().earliestNs(), reconciliations.deadlines().earliestNs()));
    }

    /** Lets the earliest deadline, which has passed, fall due: of equal ones requests, then store-and-forward, then sequence. */
    public void expireNext(final long nowNs, final long sequence) {
        final long earliest = nextDeadlineNs();
        if (payments.deadlines().earliestNs() == earliest) {
            requests.expireNext(nowNs, sequence);
        } else if (storeAndForward.deadlines().earliestNs() == earliest) {
            storeAndForward.expireNext(nowNs, sequence);
        } else {
            reconciliations.expireNext(nowNs, sequence);
        }
    }

    // ---- Questions ----

    /** Requests without an answer. */
    public int pendingRequests() {
        return payments.pending();
    }

    /** Command time of the oldest request without an answer; 0: none. */
    public long oldestPendingNs() {
        return payments.oldestPendingNs();
    }

    /** Store-and-forward entries of all issuers. */
    public int storeAndForwardEntries() {
        return storeAndForward.count();
    }

    /** Command time at which the oldest entry was made; 0: none. */
    public long oldestEntryNs() {
        long oldest = 0;
        for (int issuerId = 1; issuerId <= issuers.lastIssuerId(); issuerId++) {
            final Issuer issuer = issuers.issuer(issuerId);
            if (issuer != null && issuer.first != Issuer.NONE) {
                final long createdNs = UnsafeApi.getLong(storeAndForward.address(issuer.first) + StoreAndForward.CREATED);
                oldest = oldest == 0 ? createdNs : Math.min(oldest, createdNs);
            }
        }
        return oldest;
    }

    /** Answers that came late or that nobody waited for, since start. Not state. */
    public long lateAnswers() {
        return lateAnswers + requests.lateAnswers();
    }

    /**
     * Answers QueryStoreAndForward (131) with a whole StoreAndForwardAnswer.
     *
     * @param allowed false if the asker has no right to it
     * @return bytes of the answer
     */
    public int query(final boolean allowed, final DirectBuffer query, final int offset, final long asOfSequence,
                     final MutableDirectBuffer answer, final int answerOffset) {
        return storeAndForwardQuery.answer(allowed, query, offset, asOfSequence, answer, answerOffset);
    }

    /** Slots of the records that a message of {@code templateId} (91 to 93) puts: {@link #encode} takes those below it. */
    public int slotEnd(final int templateId) {
        return records.slotEnd(templateId);
    }

    /**
     * A record as the message that puts it, with its header and correlation id 0.
     *
     * @return bytes; 0 if the slot holds none
     */
    public int encode(final int templateId, final int slot, final MutableDirectBuffer buffer, final int offset) {
        return records.encode(templateId, slot, buffer, offset);
    }

    // ---- State ----

    /** Adds what is state here to the list. */
    public void addTo(final StateSections sections) {
        sections.add("issuing-configured", 1, this);
        sections.add("issuers", 1, issuers);
        sections.add("routes", 1, routes);
        sections.add("routed-payments", 1, payments);
        sections.add("store-and-forward", 1, storeAndForward);
        sections.add("issuer-totals", 1, reconciliations);
        sections.add("stand-in", 1, standIn);
    }

    /** What is no part of a table. */
    @Override
    public void image(final StateImage image) {
        isConfigured = image.flag(isConfigured);
    }

    // ---- Digest ----

    /** Running digest of all that decides; 0 before {@link #configure}. */
    public long digest() {
        return !isConfigured ? 0 : combine(issuers.digest(), routes.digest(), payments.digest(), storeAndForward.digest(), standIn.digest());
    }

    /** The digest, computed from the tables. */
    public long computeDigest() {
        return !isConfigured ? 0 : combine(issuers.computeDigest(), routes.computeDigest(), payments.computeDigest(), storeAndForward.computeDigest(),
            standIn.computeDigest());
    }

    private static long combine(final long issuersDigest, final long routesDigest, final long paymentsDigest,
                                final long storeAndForwardDigest, final long standInDigest) {
        return Hashing.mix(Hashing.mix(issuersDigest, routesDigest), Hashing.mix(paymentsDigest, storeAndForwardDigest))
            + Hashing.mix(standInDigest);
    }
}
