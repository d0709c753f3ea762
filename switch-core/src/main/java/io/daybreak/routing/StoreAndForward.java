package io.daybreak.routing;

import io.daybreak.deadline.DeadlineHeap;
import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * Reversals and advices that an issuer must get, however long it takes. docs/iso8583.md, "Store-and-forward".
 * <p>
 * Entries of one card at one issuer keep their order: the next is sent when the one before it is over. Other cards overtake. At most
 * the issuer's window is sent without an answer. Nothing is sent while no link is up, or while the operator holds the queue.
 * An entry gets DE 11 and 7 when it is made, and keeps them: every further try is the same message with the repeat digit.
 * <pre>
 *   HELD_BACK -> READY -> SENT -> over       HELD_BACK  until the request that it reverses was answered or timed out
 *   QUEUED ------^  ^       |                QUEUED     behind another of its card
 *                   RETRY <-+                RETRY      until its pause is over
 *
 *    0 entry id       8 zero                16 payment id        24 created          32 deadline        40 amount
 *   48 remaining     56 stan (4), transmission (4)               64 stan (4), transmission (4) of the original
 *   72 mti of the original, mti, issuer, link last sent on (2 each)
 *   80 tries (2), state (1), kind (1), response code of an advice (2), last answer (2)                  88 order among the ready
 *   96 approval code (6), held back (1)    112 slot of its payment (4)                                 120 the table's own
 * </pre>
 * Each has a deadline: for its answer, for its next try, or for its age. {@code tries} counts what may have left: a try that
 * did not leave is taken back. Ledger thread only.
 */
final class StoreAndForward implements Stateful {
    static final int NONE = -1;
    /** Of the capacity, kept from requests: an eighth. */
    static final int RESERVE_SHIFT = 3;
    /** Sent at most because an entry is over, or was not answered; the answers to these bring on the next. */
    static final int FEW = 4;
    /**
     * Sent because of a new entry, or one whose pause is over. What is answered with a wish to be asked later, or did not leave, brings on
     * nothing: so an issuer that can do nothing just now is not asked for the whole queue, one entry behind the other.
     */
    static final int ONE = 1;
    /** The same when a link comes up or a held queue goes on. */
    static final int MANY = 32;

    static final int HELD_BACK = 1;
    static final int QUEUED = 2;
    static final int READY = 3;
    static final int SENT = 4;
    static final int RETRY = 5;

    /** Reverses the payment's request. */
    static final int REQUEST_REVERSAL = 1;
    /** Reverses the payment's advice. */
    static final int ADVICE_REVERSAL = 2;
    static final int ADVICE = 3;

    static final int REVERSAL_MTI = 420;

    private static final int ENTRY_ID = 0;
    private static final int PAYMENT_ID = 16;
    static final int CREATED = 24;
    static final int DEADLINE = 32;
    static final int AMOUNT = 40;
    static final int REMAINING = 48;
    static final int STAN = 56;
    static final int TRANSMISSION = 60;
    static final int ORIGINAL_STAN = 64;
    static final int ORIGINAL_TRANSMISSION = 68;
    static final int ORIGINAL_MTI = 72;
    static final int MTI = 74;
    static final int ISSUER = 76;
    static final int LINK = 78;
    static final int TRIES = 80;
    static final int STATE = 82;
    private static final int KIND = 83;
    static final int ADVICE_CODE = 84;
    private static final int LAST_CODE = 86;
    private static final int ORDER = 88;
    static final int APPROVAL_CODE = 96;
    private static final int IS_HELD_BACK = 102;
    private static final int HASHED_WORDS = 14;
    private static final int PAYMENT_SLOT = 112;
    private static final int RECORD_BYTES = 128;

    private static final int SIDE_BYTES = 64;
    private static final int OLDER = 0;
    private static final int YOUNGER = 4;
    private static final int READY_BEFORE = 8;
    private static final int READY_AFTER = 12;
    private static final int CARD_BEFORE = 16;
    private static final int CARD_AFTER = 20;
    private static final int CARD = 24;
    private static final int ORIGIN_LINK = 32;
    private static final int ORIGIN_CORRELATION = 40;

    private static final int CARD_BYTES = 32;
    private static final int CARD_FIRST = 16;
    private static final int CARD_LAST = 20;

    private static final long NS_PER_MS = 1_000_000L;
    private static final int MAX_DOUBLINGS = 4;

    private final RecordTable entries;
    private final RecordTable cards;
    private final RecordSlabs side;
    private final DeadlineHeap deadlines;
    private final Issuers issuers;
    private final RoutedPayments payments;
    private final IssuerMessages messages;
    private final IssuerOutcomes outcomes;
    private long lastEntryId;
    private long lastOrder;

    StoreAndForward(final SlabAllocator allocator, final UndoLog undo, final Issuers issuers, final RoutedPayments payments,
                    final IssuerMessages messages, final IssuerOutcomes outcomes) {
        this.entries = new RecordTable(allocator, undo, RECORD_BYTES, HASHED_WORDS);
        this.cards = new RecordTable(allocator, undo, CARD_BYTES, 2);
        this.side = new RecordSlabs(allocator, SIDE_BYTES);
        this.deadlines = new DeadlineHeap(allocator, undo);
        this.issuers = issuers;
        this.payments = payments;
        this.messages = messages;
        this.outcomes = outcomes;
    }

    void configure(final long capacity) {
        entries.configure(capacity);
        cards.configure(capacity);
    }

    // ---- Room ----

    /** True if an entry may be added that no pending request counts on. */
    boolean hasRoom() {
        return (long) entries.count() + payments.promisedReversals() < entries.capacity();
    }

    /** True if a request may be sent: its reversal has room, and the reserve stays. */
    boolean hasRoomForRequest() {
        return (long) entries.count() + payments.promisedReversals() < entries.capacity() - (entries.capacity() >> RESERVE_SHIFT);
    }

    // ---- Adding ----

    /**
     * Adds the one reversal of a payment's request. Room was promised when the request was sent.
     *
     * @param reason   DE 39 of it, as {@link IssuerReply#code} makes it
     * @param heldBack true if it must wait until the request was answered
     */
    void addRequestReversal(final int payment, final long amountMinor, final long remainingMinor, final int reason,
                            final boolean heldBack, final long nowNs) {
        final long record = payments.address(payment);
        assert RoutedPayments.small(record + RoutedPayments.REVERSAL_STATE) == RoutedPayments.REVERSAL_NONE;
        final int entry = add(payment, REQUEST_REVERSAL, REVERSAL_MTI, amountMinor, remainingMinor, nowNs);
        final long address = entries.address(entry);
        UnsafeApi.putInt(address + ORIGINAL_STAN, UnsafeApi.getInt(record + RoutedPayments.STAN));
        UnsafeApi.putInt(address + ORIGINAL_TRANSMISSION, UnsafeApi.getInt(record + RoutedPayments.TRANSMISSION));
        RoutedPayments.putShort(address + ORIGINAL_MTI, RoutedPayments.number(record + RoutedPayments.MTI));
        RoutedPayments.putApprovalCode(address + APPROVAL_CODE, RoutedPayments.approvalCode(record + RoutedPayments.APPROVAL_CODE));
        RoutedPayments.putByte(address + IS_HELD_BACK, heldBack ? 1 : 0);
        RoutedPayments.putShort(address + ADVICE_CODE, reason);
        takeTraceNumber(entry, nowNs);
        payments.before(payment);
        UnsafeApi.putLong(record + RoutedPayments.REVERSAL, UnsafeApi.getLong(address + ENTRY_ID));
        RoutedPayments.putByte(record + RoutedPayments.REVERSAL_STATE, RoutedPayments.REVERSAL_QUEUED);
        RoutedPayments.putShort(record + RoutedPayments.REVERSAL_REASON, reason);
        UnsafeApi.putInt(record + RoutedPayments.REVERSAL_STAN, UnsafeApi.getInt(address + STAN));
        UnsafeApi.putInt(record + RoutedPayments.REVERSAL_TRANSMISSION, UnsafeApi.getInt(address + TRANSMISSION));
        payments.after(payment);
        place(entry, nowNs);
    }

    /** Adds the same reversal once more, as a repeat: the issuer did not know the request, and approved it afterwards. */
    void addRequestReversalAgain(final int payment, final long nowNs) {
        final long record = payments.address(payment);
        final int entry = add(payment, REQUEST_REVERSAL, REVERSAL_MTI, UnsafeApi.getLong(record + RoutedPayments.AMOUNT),
            Issuing.NOTHING_REMAINS_TOLD, nowNs);
        final long address = entries.address(entry);
        UnsafeApi.putInt(address + ORIGINAL_STAN, UnsafeApi.getInt(record + RoutedPayments.STAN));
        UnsafeApi.putInt(address + ORIGINAL_TRANSMISSION, UnsafeApi.getInt(record + RoutedPayments.TRANSMISSION));
        RoutedPayments.putShort(address + ORIGINAL_MTI, RoutedPayments.number(record + RoutedPayments.MTI));
        RoutedPayments.putShort(address + TRIES, 1);
        RoutedPayments.putShort(address + ADVICE_CODE, RoutedPayments.number(record + RoutedPayments.REVERSAL_REASON));
        UnsafeApi.putInt(address + STAN, UnsafeApi.getInt(record + RoutedPayments.REVERSAL_STAN));
        UnsafeApi.putInt(address + TRANSMISSION, UnsafeApi.getInt(record + RoutedPayments.REVERSAL_TRANSMISSION));
        index(entry);
        payments.before(payment);
        UnsafeApi.putLong(record + RoutedPayments.REVERSAL, UnsafeApi.getLong(address + ENTRY_ID));
        RoutedPayments.putByte(record + RoutedPayments.REVERSAL_STATE, RoutedPayments.REVERSAL_QUEUED);
        payments.after(payment);
        place(entry, nowNs);
    }

    /** Adds the one reversal of a payment's advice. */
    void addAdviceReversal(final int payment, final long amountMinor, final long remainingMinor, final long nowNs) {
        final long record = payments.address(payment);
        final int entry = add(payment, ADVICE_REVERSAL, REVERSAL_MTI, amountMinor, remainingMinor, nowNs);
        final long address = entries.address(entry);
        UnsafeApi.putInt(address + ORIGINAL_STAN, UnsafeApi.getInt(record + RoutedPayments.ADVICE_STAN));
        UnsafeApi.putInt(address + ORIGINAL_TRANSMISSION, UnsafeApi.getInt(record + RoutedPayments.ADVICE_TRANSMISSION));
        RoutedPayments.putShort(address + ORIGINAL_MTI, RoutedPayments.number(record + RoutedPayments.ADVICE_MTI));
        RoutedPayments.putShort(address + ADVICE_CODE, IssuerReply.CODE_17);
        takeTraceNumber(entry, nowNs);
        payments.setByte(payment, RoutedPayments.ADVICE_REVERSAL_STATE, RoutedPayments.REVERSAL_QUEUED);
        UnsafeApi.putInt(record + RoutedPayments.ADVICE_REVERSAL_SLOT, entry);
        place(entry, nowNs);
    }

    /**
     * Adds the advice of a payment.
     *
     * @param original slot of the payment that DE 90 names by what we sent of it; NONE: no DE 90
     */
    void addAdvice(final int payment, final int original, final int mti, final long amountMinor, final int responseCode,
                   final long approvalCode, final long originLinkId, final long originCorrelationId, final long nowNs) {
        final int entry = add(payment, ADVICE, mti, amountMinor, Issuing.NOTHING_REMAINS_TOLD, nowNs);
        final long address = entries.address(entry);
        if (original != NONE) {
            RoutedPayments.putShort(address + ORIGINAL_MTI, payments.sentMti(original));
            UnsafeApi.putInt(address + ORIGINAL_STAN, payments.sentStan(original));
            UnsafeApi.putInt(address + ORIGINAL_TRANSMISSION, payments.sentTransmission(original));
        }
        RoutedPayments.putShort(address + ADVICE_CODE, responseCode);
        RoutedPayments.putApprovalCode(address + APPROVAL_CODE, approvalCode);
        takeTraceNumber(entry, nowNs);
        UnsafeApi.putLong(side.address(entry) + ORIGIN_LINK, originLinkId);
        UnsafeApi.putLong(side.address(entry) + ORIGIN_CORRELATION, originCorrelationId);
        final long record = payments.address(payment);
        payments.before(payment);
        UnsafeApi.putInt(record + RoutedPayments.ADVICE_STAN, UnsafeApi.getInt(address + STAN));
        UnsafeApi.putInt(record + RoutedPayments.ADVICE_TRANSMISSION, UnsafeApi.getInt(address + TRANSMISSION));
        RoutedPayments.putShort(record + RoutedPayments.ADVICE_MTI, mti);
        payments.after(payment);
        place(entry, nowNs);
    }

    /** A new entry with its changes begun; {@link #place} ends them. */
    private int add(final int payment, final int kind, final int mti, final long amountMinor, final long remainingMinor,
                    final long nowNs) {
        final int entry = entries.add(++lastEntryId, 0);
        side.ensureCapacity(entry + 1L);
        entries.beforeChange(entry);
        final long address = entries.address(entry);
        final long record = payments.address(payment);
        UnsafeApi.putLong(address + PAYMENT_ID, UnsafeApi.getLong(record));
        UnsafeApi.putLong(address + CREATED, nowNs);
        UnsafeApi.putLong(address + AMOUNT, amountMinor);
        UnsafeApi.putLong(address + REMAINING, remainingMinor);
        RoutedPayments.putShort(address + MTI, mti);
        RoutedPayments.putShort(address + ISSUER, RoutedPayments.number(record + RoutedPayments.ISSUER));
        RoutedPayments.putByte(address + KIND, kind);
        UnsafeApi.putInt(address + PAYMENT_SLOT, payment);
        final long beside = side.address(entry);
        UnsafeApi.setMemory(beside, SIDE_BYTES, (byte) 0);
        payments.addQueued(payment, 1);
        return entry;
    }

    private void takeTraceNumber(final int entry, final long nowNs) {
        final long address = entries.address(entry);
        issuers.takeTraceNumber(issuers.issuer(RoutedPayments.number(address + ISSUER)), nowNs);
        UnsafeApi.putInt(address + STAN, issuers.stan());
        UnsafeApi.putInt(address + TRANSMISSION, issuers.transmission());
        index(entry);
    }

    private void index(final int entry) {
        final long address = entries.address(entry);
        payments.index(RoutedPayments.number(address + ISSUER), UnsafeApi.getInt(address + TRANSMISSION),
            UnsafeApi.getInt(address + STAN), Indexed.entry(entry));
    }

    /** Puts a new entry behind those of its issuer and of its card. */
    private void place(final int entry, final long nowNs) {
        final long address = entries.address(entry);
        final Issuer issuer = issuerOf(entry);
        appendToIssuer(issuer, entry);
        final boolean isFirst = appendToCard(entry);
        final boolean heldBack = UnsafeApi.getByte(address + IS_HELD_BACK) != 0;
        RoutedPayments.putByte(address + STATE, !isFirst ? QUEUED : heldBack ? HELD_BACK : READY);
        if (isFirst && !heldBack) {
            appendToReady(issuer, entry);
        }
        UnsafeApi.putLong(address + DEADLINE, ageDeadline(entry));
        entries.afterChange(entry);
        deadlines.add(entry, UnsafeApi.getLong(address + DEADLINE), UnsafeApi.getLong(address + ENTRY_ID));
        send(issuer, ONE, nowNs);
    }

    // ---- What becomes of a request's reversal before it was sent ----

    /** The request was answered or its time is over: its reversal may go. */
    void releaseHeldBack(final int payment, final long nowNs) {
        final int entry = reversalOf(payment);
        if (entry == NONE || UnsafeApi.getByte(entries.address(entry) + IS_HELD_BACK) == 0) {
            return;
        }
        entries.beforeChange(entry);
        RoutedPayments.putByte(entries.address(entry) + IS_HELD_BACK, 0);
        entries.afterChange(entry);
        if (state(entry) == HELD_BACK) {
            makeReady(entry);
            send(issuerOf(entry), FEW, nowNs);
        }
    }

    /** The issuer did nothing: ends the payment's reversal if none of it may have left. Returns false if there is no such one. */
    boolean endNeedless(final int payment, final int responseCode, final long nowNs, final long sequence) {
        final int entry = reversalOf(payment);
        if (entry == NONE || tries(entry) > 0) {
            return false;
        }
        end(entry, responseCode, IssuerOutcomes.NEEDLESS, nowNs, sequence);
        return true;
    }

    /** Changes the reversal of the request or the advice, if nothing of it may have left. Returns false if there is no such one. */
    boolean change(final int payment, final boolean ofAdvice, final long amountMinor, final long remainingMinor) {
        final int entry = ofAdvice ? adviceReversalOf(payment) : reversalOf(payment);
        if (entry == NONE || tries(entry) > 0) {
            return false;
        }
        entries.beforeChange(entry);
        UnsafeApi.putLong(entries.address(entry) + AMOUNT, amountMinor);
        UnsafeApi.putLong(entries.address(entry) + REMAINING, remainingMinor);
        entries.afterChange(entry);
        return true;
    }

    private int reversalOf(final int payment) {
        final long entryId = UnsafeApi.getLong(payments.address(payment) + RoutedPayments.REVERSAL);
        return entryId == 0 ? NONE : entries.find(entryId, 0);
    }

    private int adviceReversalOf(final int payment) {
        final long record = payments.address(payment);
        return RoutedPayments.small(record + RoutedPayments.ADVICE_REVERSAL_STATE) == RoutedPayments.REVERSAL_QUEUED
            ? UnsafeApi.getInt(record + RoutedPayments.ADVICE_REVERSAL_SLOT) : NONE;
    }

    // ---- Sending ----

    /** Sends what may be sent now, at most {@code most}. */
    void send(final Issuer issuer, final int most, final long nowNs) {
        for (int i = 0; i < most && issuer.readyFirst != NONE && issuer.inFlight < issuer.window && !issuer.isHeld(); i++) {
            final int entry = issuer.readyFirst;
            final int payment = UnsafeApi.getInt(entries.address(entry) + PAYMENT_SLOT);
            final IssuerLink link = issuers.choose(issuer,
                RoutedPayments.number(payments.address(payment) + RoutedPayments.LINK), 0, false);
            if (link == null) {
                return;
            }
            removeFromReady(issuer, entry);
            issuer.inFlight++;
            sendOn(link, entry, payment, nowNs + issuer.answerTimeoutMs * NS_PER_MS);
        }
    }

    private void sendOn(final IssuerLink link, final int entry, final int payment, final long deadlineNs) {
        final long address = entries.address(entry);
        entries.beforeChange(entry);
        final int mti = RoutedPayments.number(address + MTI) + (tries(entry) > 0 ? 1 : 0);
        RoutedPayments.putShort(address + LINK, link.id);
        RoutedPayments.putShort(address + TRIES, tries(entry) + 1);
        RoutedPayments.putByte(address + STATE, SENT);
        UnsafeApi.putLong(address + ORDER, 0);
        UnsafeApi.putLong(address + DEADLINE, deadlineNs);
        entries.afterChange(entry);
        moveDeadline(entry);
        messages.sendEntry(payment, address, mti, UnsafeApi.getLong(side.address(entry) + ORIGIN_LINK),
            UnsafeApi.getLong(side.address(entry) + ORIGIN_CORRELATION));
    }

    // ---- Answers ----

    /** True if the response is of this entry, which was sent: type, DE 37 and 4 agree. */
    boolean agrees(final int entry, final IssuerReply reply) {
        final long address = entries.address(entry);
        return tries(entry) > 0 && reply.responseCode() != 0 && reply.answers(RoutedPayments.number(address + MTI))
            && reply.agreesInRrn(payments.address(UnsafeApi.getInt(address + PAYMENT_SLOT)) + RoutedPayments.RRN)
            && (reply.amountMinor() == IssuerReply.NO_AMOUNT || reply.amountMinor() == UnsafeApi.getLong(address + AMOUNT));
    }

    /** The issuer's answer to an entry. Returns false if nothing came of it. */
    boolean onAnswer(final int entry, final int responseCode, final long nowNs, final long sequence) {
        final boolean repeats = EndCodes.repeats(responseCode) || responseCode == EndCodes.NOT_FOUND && isOfLateApproval(entry);
        if (EndCodes.ends(responseCode) && !repeats) {
            end(entry, responseCode, IssuerOutcomes.ENDED, nowNs, sequence);
        } else if (!repeats) {
            end(entry, responseCode, IssuerOutcomes.REFUSED, nowNs, sequence);
        } else if (state(entry) == SENT) {
            tryAgain(entry, responseCode, nowNs, sequence);
        } else {
            return false;
        }
        return true;
    }

    /**
     * True for the reversal of a request that the issuer approved late: that it does not know the request is an old answer, or
     * one given before the request came, and no end.
     */
    private boolean isOfLateApproval(final int entry) {
        final long address = entries.address(entry);
        final long record = payments.address(UnsafeApi.getInt(address + PAYMENT_SLOT));
        return UnsafeApi.getByte(address + KIND) == REQUEST_REVERSAL
            && UnsafeApi.getByte(record + RoutedPayments.LATE) == RoutedPayments.LATE_APPROVAL;
    }

    /** Nobody can read the card number any more. Returns false if it was not sent on this link, or not lately. */
    boolean onCardDataGone(final int entry, final int linkId, final long nowNs, final long sequence) {
        if (state(entry) != SENT || RoutedPayments.number(entries.address(entry) + LINK) != linkId) {
            return false;
        }
        end(entry, lastCode(entry), IssuerOutcomes.CARD_DATA_GONE, nowNs, sequence);
        return true;
    }

    /** No byte of the last try has left. Returns false if it was not sent on this link, or not lately. */
    boolean onSendFailed(final int entry, final int linkId, final long nowNs) {
        if (state(entry) != SENT || RoutedPayments.number(entries.address(entry) + LINK) != linkId) {
            return false;
        }
        final Issuer issuer = issuerOf(entry);
        issuer.inFlight--;
        pause(entry, tries(entry) - 1, nowNs + issuer.retryMs * NS_PER_MS);
        return true;
    }

    private void tryAgain(final int entry, final int responseCode, final long nowNs, final long sequence) {
        final Issuer issuer = issuerOf(entry);
        final int tries = tries(entry);
        if (responseCode != 0) {
            entries.beforeChange(entry);
            RoutedPayments.putShort(entries.address(entry) + LAST_CODE, responseCode);
            entries.afterChange(entry);
        }
        if (tries >= issuer.maximumTries) {
            end(entry, lastCode(entry), IssuerOutcomes.TOO_MANY_TRIES, nowNs, sequence);
        } else if (nowNs >= ageDeadline(entry)) {
            end(entry, lastCode(entry), IssuerOutcomes.TOO_OLD, nowNs, sequence);
        } else {
            issuer.inFlight--;
            pause(entry, tries, nowNs + (issuer.retryMs << Math.min(tries - 1, MAX_DOUBLINGS)) * NS_PER_MS);
            if (responseCode == 0) {
                send(issuer, FEW, nowNs);
            }
        }
    }

    private void pause(final int entry, final int tries, final long untilNs) {
        final long address = entries.address(entry);
        entries.beforeChange(entry);
        RoutedPayments.putShort(address + TRIES, tries);
        RoutedPayments.putByte(address + STATE, RETRY);
        UnsafeApi.putLong(address + DEADLINE, Math.min(untilNs, ageDeadline(entry)));
        entries.afterChange(entry);
        moveDeadline(entry);
    }

    // ---- Deadlines ----

    DeadlineHeap deadlines() {
        return deadlines;
    }

    /** Lets the earliest deadline fall due. */
    void expireNext(final long nowNs, final long sequence) {
        final int entry = deadlines.earliestHolder();
        if (state(entry) == SENT) {
            tryAgain(entry, 0, nowNs, sequence);
        } else if (nowNs >= ageDeadline(entry)) {
            end(entry, lastCode(entry), IssuerOutcomes.TOO_OLD, nowNs, sequence);
        } else if (state(entry) == RETRY) {
            makeReady(entry);
            send(issuerOf(entry), ONE, nowNs);
        } else {
            // The issuer's maximum age was raised since.
            setDeadline(entry, ageDeadline(entry));
        }
    }

    private long ageDeadline(final int entry) {
        return UnsafeApi.getLong(entries.address(entry) + CREATED) + issuerOf(entry).maximumAgeMs * NS_PER_MS;
    }

    private void makeReady(final int entry) {
        final long address = entries.address(entry);
        entries.beforeChange(entry);
        RoutedPayments.putByte(address + STATE, READY);
        appendToReady(issuerOf(entry), entry);
        UnsafeApi.putLong(address + DEADLINE, ageDeadline(entry));
        entries.afterChange(entry);
        moveDeadline(entry);
    }

    private void setDeadline(final int entry, final long deadlineNs) {
        entries.beforeChange(entry);
        UnsafeApi.putLong(entries.address(entry) + DEADLINE, deadlineNs);
        entries.afterChange(entry);
        moveDeadline(entry);
    }

    private void moveDeadline(final int entry) {
        final long address = entries.address(entry);
        deadlines.remove(entry);
        deadlines.add(entry, UnsafeApi.getLong(address + DEADLINE), UnsafeApi.getLong(address + ENTRY_ID));
    }

    // ---- The end of an entry ----

    /** The operator gives an entry up. Returns false if the issuer has no such one. */
    boolean giveUp(final long entryId, final int issuerId, final long nowNs, final long sequence) {
        final int entry = entries.find(entryId, 0);
        if (entry == RecordTable.NOT_FOUND || RoutedPayments.number(entries.address(entry) + ISSUER) != issuerId) {
            return false;
        }
        end(entry, lastCode(entry), IssuerOutcomes.GIVEN_UP, nowNs, sequence);
        return true;
    }

    private void end(final int entry, final int responseCode, final int how, final long nowNs, final long sequence) {
        final long address = entries.address(entry);
        final Issuer issuer = issuerOf(entry);
        final int payment = UnsafeApi.getInt(address + PAYMENT_SLOT);
        final long paymentId = payments.paymentId(payment);
        final int mti = RoutedPayments.number(address + MTI);
        final long amountMinor = UnsafeApi.getLong(address + AMOUNT);
        final int kind = UnsafeApi.getByte(address + KIND);
        if (state(entry) == SENT) {
            issuer.inFlight--;
        } else if (state(entry) == READY) {
            removeFromReady(issuer, entry);
        }
        deadlines.remove(entry);
        removeFromIssuer(issuer, entry);
        final int next = removeFromCard(entry);
        payments.unindex(issuer.id, UnsafeApi.getInt(address + TRANSMISSION), UnsafeApi.getInt(address + STAN));
        entries.remove(entry);
        tellPayment(payment, kind, responseCode, how);
        if (next != NONE) {
            follow(next);
        }
        outcomes.onEntryEnded(payments.place(payment), paymentId, issuer.id, mti, amountMinor, responseCode, how, nowNs, sequence);
        if (payments.isHolding(payment, paymentId)) {
            payments.removeIfOver(payment);
        }
        send(issuer, FEW, nowNs);
    }

    private void tellPayment(final int payment, final int kind, final int responseCode, final int how) {
        payments.addQueued(payment, -1);
        if (kind == ADVICE) {
            return;
        }
        if (kind == ADVICE_REVERSAL) {
            payments.setByte(payment, RoutedPayments.ADVICE_REVERSAL_STATE, RoutedPayments.REVERSAL_ENDED);
            return;
        }
        final long record = payments.address(payment);
        final boolean wasNotFound = how == IssuerOutcomes.ENDED && responseCode == EndCodes.NOT_FOUND && payments.mayStayIndexed();
        payments.before(payment);
        UnsafeApi.putLong(record + RoutedPayments.REVERSAL, 0);
        RoutedPayments.putByte(record + RoutedPayments.REVERSAL_STATE,
            wasNotFound ? RoutedPayments.REVERSAL_NOT_FOUND : RoutedPayments.REVERSAL_ENDED);
        payments.after(payment);
        if (!wasNotFound) {
            payments.unindex(RoutedPayments.number(record + RoutedPayments.ISSUER),
                UnsafeApi.getInt(record + RoutedPayments.TRANSMISSION), UnsafeApi.getInt(record + RoutedPayments.STAN));
        }
    }

    /** The one before it of its card is over. */
    private void follow(final int entry) {
        if (UnsafeApi.getByte(entries.address(entry) + IS_HELD_BACK) == 0) {
            makeReady(entry);
        } else {
            entries.beforeChange(entry);
            RoutedPayments.putByte(entries.address(entry) + STATE, HELD_BACK);
            entries.afterChange(entry);
        }
    }

    // ---- Chains ----

    private void appendToIssuer(final Issuer issuer, final int entry) {
        final long beside = side.address(entry);
        UnsafeApi.putInt(beside + OLDER, issuer.last);
        UnsafeApi.putInt(beside + YOUNGER, NONE);
        if (issuer.last == NONE) {
            issuer.first = entry;
        } else {
            UnsafeApi.putInt(side.address(issuer.last) + YOUNGER, entry);
        }
        issuer.last = entry;
        issuer.entries++;
    }

    private void removeFromIssuer(final Issuer issuer, final int entry) {
        final int older = UnsafeApi.getInt(side.address(entry) + OLDER);
        final int younger = UnsafeApi.getInt(side.address(entry) + YOUNGER);
        if (older == NONE) {
            issuer.first = younger;
        } else {
            UnsafeApi.putInt(side.address(older) + YOUNGER, younger);
        }
        if (younger == NONE) {
            issuer.last = older;
        } else {
            UnsafeApi.putInt(side.address(younger) + OLDER, older);
        }
        issuer.entries--;
    }

    /** To be called while the entry's record may change. */
    private void appendToReady(final Issuer issuer, final int entry) {
        UnsafeApi.putLong(entries.address(entry) + ORDER, ++lastOrder);
        final long beside = side.address(entry);
        UnsafeApi.putInt(beside + READY_BEFORE, issuer.readyLast);
        UnsafeApi.putInt(beside + READY_AFTER, NONE);
        if (issuer.readyLast == NONE) {
            issuer.readyFirst = entry;
        } else {
            UnsafeApi.putInt(side.address(issuer.readyLast) + READY_AFTER, entry);
        }
        issuer.readyLast = entry;
    }

    private void removeFromReady(final Issuer issuer, final int entry) {
        final int before = UnsafeApi.getInt(side.address(entry) + READY_BEFORE);
        final int after = UnsafeApi.getInt(side.address(entry) + READY_AFTER);
        if (before == NONE) {
            issuer.readyFirst = after;
        } else {
            UnsafeApi.putInt(side.address(before) + READY_AFTER, after);
        }
        if (after == NONE) {
            issuer.readyLast = before;
        } else {
            UnsafeApi.putInt(side.address(after) + READY_BEFORE, before);
        }
    }

    /** Appends to the entries of its card at its issuer; an entry without a card is alone. Returns true if it is the first. */
    private boolean appendToCard(final int entry) {
        final long record = payments.address(UnsafeApi.getInt(entries.address(entry) + PAYMENT_SLOT));
        final long hi = UnsafeApi.getLong(record + RoutedPayments.TOKEN_HI);
        final long lo = UnsafeApi.getLong(record + RoutedPayments.TOKEN_LO);
        final long issuer = Hashing.mix(RoutedPayments.number(entries.address(entry) + ISSUER));
        final long key0 = ((hi | lo) == 0 ? UnsafeApi.getLong(record) : hi) ^ issuer;
        int card = cards.find(key0, lo);
        final boolean isFirst = card == RecordTable.NOT_FOUND;
        final long beside = side.address(entry);
        if (isFirst) {
            card = cards.add(key0, lo);
            UnsafeApi.putInt(cards.address(card) + CARD_FIRST, entry);
            UnsafeApi.putInt(beside + CARD_BEFORE, NONE);
        } else {
            final int last = UnsafeApi.getInt(cards.address(card) + CARD_LAST);
            UnsafeApi.putInt(beside + CARD_BEFORE, last);
            UnsafeApi.putInt(side.address(last) + CARD_AFTER, entry);
        }
        UnsafeApi.putInt(beside + CARD_AFTER, NONE);
        UnsafeApi.putInt(beside + CARD, card);
        UnsafeApi.putInt(cards.address(card) + CARD_LAST, entry);
        return isFirst;
    }

    /** Returns the entry that may follow now, or NONE. */
    private int removeFromCard(final int entry) {
        final long beside = side.address(entry);
        final int card = UnsafeApi.getInt(beside + CARD);
        final int before = UnsafeApi.getInt(beside + CARD_BEFORE);
        final int after = UnsafeApi.getInt(beside + CARD_AFTER);
        if (before == NONE && after == NONE) {
            cards.remove(card);
            return NONE;
        }
        if (before == NONE) {
            UnsafeApi.putInt(cards.address(card) + CARD_FIRST, after);
        } else {
            UnsafeApi.putInt(side.address(before) + CARD_AFTER, after);
        }
        if (after == NONE) {
            UnsafeApi.putInt(cards.address(card) + CARD_LAST, before);
        } else {
            UnsafeApi.putInt(side.address(after) + CARD_BEFORE, before);
        }
        return before == NONE ? after : NONE;
    }

    // ---- Questions ----

    /** Whose message brought an entry about is no state: after a restart nobody waits for it. */
    @Override
    public void image(final StateImage image) {
        entries.image(image);
        cards.image(image);
        deadlines.image(image);
        lastEntryId = image.word(lastEntryId);
        lastOrder = image.word(lastOrder);
        side.ensureCapacity(entries.slotEnd());
        for (int entry = 0; entry < entries.slotEnd(); entry++) {
            for (long word = side.address(entry); word < side.address(entry) + ORIGIN_LINK; word += Long.BYTES) {
                UnsafeApi.putLong(word, image.word(UnsafeApi.getLong(word)));
            }
        }
    }

    int count() {
        return entries.count();
    }

    /** The entry with this id, or NONE. */
    int find(final long entryId) {
        return entries.find(entryId, 0);
    }

    /** The entry made after this one for the same issuer, or NONE. */
    int younger(final int entry) {
        return UnsafeApi.getInt(side.address(entry) + YOUNGER);
    }

    long address(final int entry) {
        return entries.address(entry);
    }

    long entryId(final int entry) {
        return UnsafeApi.getLong(entries.address(entry) + ENTRY_ID);
    }

    long paymentId(final int entry) {
        return UnsafeApi.getLong(entries.address(entry) + PAYMENT_ID);
    }

    int state(final int entry) {
        return UnsafeApi.getByte(entries.address(entry) + STATE);
    }

    int tries(final int entry) {
        return RoutedPayments.number(entries.address(entry) + TRIES);
    }

    private int lastCode(final int entry) {
        return RoutedPayments.number(entries.address(entry) + LAST_CODE);
    }

    private Issuer issuerOf(final int entry) {
        return issuers.issuer(RoutedPayments.number(entries.address(entry) + ISSUER));
    }

    long digest() {
        return Hashing.mix(entries.digest(), cards.digest()) + Hashing.mix(lastEntryId, lastOrder);
    }

    long computeDigest() {
        return Hashing.mix(entries.computeDigest(), cards.computeDigest()) + Hashing.mix(lastEntryId, lastOrder);
    }
}
