package io.daybreak.routing;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.port.EffectEmitter;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.function.LongPredicate;

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
public final class Issuing {
    /** No route. */
    public static final int NO_ROUTE = -1;
    /** No payment. */
    public static final int NO_PLACE = -1;
    /** {@code remainingMinor} of a reversal of the whole: DE 95 is absent. */
    public static final long NOTHING_REMAINS_TOLD = -1;

    /**
     * @param outcomes      hears what becomes of messages
     * @param accountExists true for an account that an issuer may name
     */
    public Issuing(final SlabAllocator allocator, final IssuerOutcomes outcomes, final LongPredicate accountExists) {
    }

    /** From now on effects go to {@code emitter}; before that nowhere. */
    public void emitTo(final EffectEmitter emitter) {
    }

    /**
     * Sets the bounds. What is in the tables stays when a bound is lowered.
     *
     * @param payments        routed payments remembered (payment capacity)
     * @param requests        requests without an answer; also waiting repeats
     * @param storeAndForward entries over all issuers; an eighth is kept for reversals and advices, so that a request is
     *                        refused before the reversal that it may need could find no room
     * @param standInCards    cards that stand-in counts for in one day
     */
    public void configure(final long payments, final long requests, final long storeAndForward, final long standInCards) {
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
        return NO_ROUTE;
    }

    /** PinMode of a route. */
    public int pinMode(final int route) {
        return 0;
    }

    /** The issuer that a route leads to. */
    public int issuerOf(final int route) {
        return 0;
    }

    /** The account of an issuer, where what it owes and is owed adds up. */
    public long settlementAccountId(final int issuerId) {
        return 0;
    }

    /** The account of an issuer for what it should have paid and did not. */
    public long exceptionAccountId(final int issuerId) {
        return 0;
    }

    /** ISO 4217 number of an issuer's settlement account. */
    public int currencyOf(final int issuerId) {
        return 0;
    }

    /** Business-day group of an issuer. */
    public int dayGroupOf(final int issuerId) {
        return 0;
    }

    /** True for an issuer that wants our totals (0500). */
    public boolean wantsTotals(final int issuerId) {
        return false;
    }

    /** The largest issuer id that was ever put; 0: none. For walks over issuers in a fixed order. */
    public int lastIssuerId() {
        return 0;
    }

    /**
     * Sends a payment to the route's issuer and waits for the answer until the route's deadline, or the acquirer's
     * {@code waitMs} where that is shorter. The repeat digit of its MTI is left out: to the issuer it is new.
     *
     * @param place          the payment's; has no request yet
     * @param settlementDate YYYYMMDD
     * @param linkId         with {@code correlationId}: who is answered; 0 at replay
     * @param sequence       of this command: the payment's id
     * @return AWAITING_ISSUER; or ISSUER_NOT_REACHABLE (no link up), ISSUER_REQUEST_CAPACITY_REACHED (table, links' windows,
     *         trace numbers or store-and-forward full), ROUTE_NEEDS_CARD_DATA (no ciphertext), and nothing was done
     */
    public int request(final int route, final int place, final DirectBuffer payment, final int offset, final int settlementDate,
                       final long linkId, final long correlationId, final long sequence, final long nowNs) {
        throw new UnsupportedOperationException();
    }

    /** True while the payment's request waits for its issuer and the payment was not cancelled. */
    public boolean isAwaiting(final int place) {
        return false;
    }

    /**
     * A repeat waits for the first's answer. Not state.
     *
     * @return WAITS_FOR_THE_FIRST, or TOO_MANY_REPEATS_WAIT: at most eight a payment
     */
    public int waitAlso(final int place, final long linkId, final long correlationId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Answers all who wait for a payment, and forgets them: one DeferredAnswer effect each, in the order in which they came.
     *
     * @param answer a PaymentAnswer block
     */
    public void answer(final int place, final DirectBuffer answer, final int offset, final int length, final long sequence,
                       final long timestampNs) {
        throw new UnsupportedOperationException();
    }

    /**
     * The acquirer reversed a payment whose request is with its issuer ({@link #isAwaiting}). Its one reversal stands in
     * store-and-forward from now on, and goes out when the issuer has approved or the deadline has passed, so that it
     * cannot overtake the request; a decline makes it needless. None of the request's outcomes is told any more. The caller
     * then answers those who wait.
     */
    public void cancel(final int place, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /**
     * The payment is forgotten: its place may be used again. What still waits for the issuer goes on, and is reported with
     * {@link #NO_PLACE}. Does nothing for a payment that was never routed.
     */
    public void forget(final int place) {
        throw new UnsupportedOperationException();
    }

    // ---- Store-and-forward ----

    /** True if store-and-forward has room for a reversal or an advice: to be asked before either. */
    public boolean hasRoomToStore() {
        return false;
    }

    /** True if the payment was sent, or is to be sent, to an issuer, and so can be reversed or referred to there. */
    public boolean isKnownToIssuer(final int place) {
        return false;
    }

    /**
     * Reverses at the issuer what a payment's request or advice did: an 0420 in store-and-forward. At most one for each
     * message that was sent: while it was not sent yet, a further one takes its place with what remains then; after that
     * it is ignored. {@link #hasRoomToStore} was asked. Requests that timed out, were invalid or were cancelled have theirs.
     *
     * @param amountMinor    DE 4: what the original was approved for
     * @param remainingMinor DE 95: what remains of it; {@link #NOTHING_REMAINS_TOLD} if all is reversed
     * @return OK; NOTHING_LEFT_TO_REVERSE if there is one already; ORIGINAL_NOT_FOUND if the issuer knows nothing of the payment
     */
    public int reverse(final int place, final long amountMinor, final long remainingMinor, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /**
     * Stand-in for a request that could not be sent ({@link #request} said ISSUER_NOT_REACHABLE): the advice of it.
     * {@link #hasRoomToStore} and {@link #mayStandIn} were asked. Counts towards the card's day.
     *
     * @param mti          120 or 220
     * @param approvalCode DE 38 that we gave
     */
    public void adviseStandIn(final int place, final int route, final int mti, final DirectBuffer payment, final int offset,
                              final int settlementDate, final long amountMinor, final int responseCode, final long approvalCode,
                              final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /** Stand-in within {@link IssuerOutcomes#onTimedOut} or onNotSent: as {@link #adviseStandIn}, from what was kept of the request. */
    public void adviseStandInAfterTimeOut(final int place, final int mti, final long amountMinor, final int responseCode,
                                          final long approvalCode, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
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
                      final int offset, final int settlementDate, final long amountMinor, final int responseCode,
                      final long approvalCode, final long linkId, final long correlationId, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    // ---- Stand-in ----

    /**
     * True if the route lets us approve this payment for an issuer that cannot be reached: floor, sum and count of the card's
     * UTC day, categories, channels, operations; never cash-out, refund or balance. The negative file is the caller's.
     */
    public boolean mayStandIn(final int route, final DirectBuffer payment, final int offset, final long nowNs) {
        return false;
    }

    /** The same for a request that was not answered; within {@link IssuerOutcomes#onTimedOut} or onNotSent only. */
    public boolean mayStandInAfterTimeOut(final int place, final long nowNs) {
        return false;
    }

    // ---- Commands of the switch itself, and of the operator ----

    /**
     * An issuer's response (107). One that agrees with a pending request in issuer link, DE 11, 7 and message type, and in DE 37
     * and 4 if present, ends it. One that comes late cancels the reversal if it declines and that was not sent yet.
     *
     * @return OK; ANSWER_NOT_WAITED_FOR if nothing is known of it or nothing came of it; MALFORMED_COMMAND
     */
    public int onAnswer(final DirectBuffer command, final int offset, final int length, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /** A link is up or down (108); link 0: all are down. OK, RECORD_NOT_FOUND, MALFORMED_COMMAND. */
    public int onLinkStatus(final DirectBuffer command, final int offset, final int length, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /** No byte of a message has left (109): another link, or the end of the request. OK, ANSWER_NOT_WAITED_FOR, MALFORMED_COMMAND. */
    public int onSendFailed(final DirectBuffer command, final int offset, final int length, final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    /**
     * PutIssuer, PutIssuerLink, PutRoute, StoreAndForwardAction (91 to 94). The caller has checked the right.
     *
     * @return OK, MALFORMED_COMMAND, RESERVED_MUST_BE_ZERO, RECORD_INVALID, RECORD_NOT_FOUND, RECORD_NAMES_AN_UNKNOWN_ACCOUNT,
     *         RECORD_NAMES_AN_UNKNOWN_RECORD
     */
    public int administer(final int templateId, final DirectBuffer command, final int offset, final int length, final long nowNs,
                          final long sequence) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    // ---- Deadlines ----

    /** Earliest deadline; {@link Long#MAX_VALUE} if there is none. */
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /** Lets the earliest deadline, which has passed, fall due: of equal ones requests, then store-and-forward, then sequence. */
    public void expireNext(final long nowNs, final long sequence) {
        throw new UnsupportedOperationException();
    }

    // ---- Questions ----

    /** Requests without an answer. */
    public int pendingRequests() {
        return 0;
    }

    /** Command time of the oldest request without an answer; 0: none. */
    public long oldestPendingNs() {
        return 0;
    }

    /** Store-and-forward entries of all issuers. */
    public int storeAndForwardEntries() {
        return 0;
    }

    /** Command time at which the oldest entry was made; 0: none. */
    public long oldestEntryNs() {
        return 0;
    }

    /** Answers that came late or that nobody waited for, since start. Not state. */
    public long lateAnswers() {
        return 0;
    }

    /**
     * Answers QueryStoreAndForward (131) with a whole StoreAndForwardAnswer.
     *
     * @param allowed false if the asker has no right to it
     * @return bytes of the answer
     */
    public int query(final boolean allowed, final DirectBuffer query, final int offset, final long asOfSequence,
                     final MutableDirectBuffer answer, final int answerOffset) {
        throw new UnsupportedOperationException();
    }

    /** Slots of the records that a message of {@code templateId} (91 to 93) puts: {@link #encode} takes those below it. */
    public int slotEnd(final int templateId) {
        return 0;
    }

    /**
     * A record as the message that puts it, with its header and correlation id 0.
     *
     * @return bytes; 0 if the slot holds none
     */
    public int encode(final int templateId, final int slot, final MutableDirectBuffer buffer, final int offset) {
        return 0;
    }

    // ---- Digest ----

    /** Running digest of all that decides. */
    public long digest() {
        return 0;
    }

    /** The digest, computed from the tables. */
    public long computeDigest() {
        return 0;
    }
}
