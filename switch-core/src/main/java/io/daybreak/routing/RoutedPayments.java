package io.daybreak.routing;

import io.daybreak.deadline.DeadlineHeap;
import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * What is kept of a payment that an issuer was told of, or is to be: enough to send its reversal or advice after a crash, when
 * the acquirer's message is long gone. A record is found by the payment's id, by its place, and, as long as an answer may
 * still matter, by the trace number and time that it was sent with.
 * <pre>
 *    0 payment id           8 zero                16 token (16)           32 institution        40 merchant (16)
 *   56 rrn (12)            68 stan (4)            72 terminal (8)         80 amount             88 transmission (4), processing code (4)
 *   96 local time (4), settlement date (4)       104 mti, issuer, link, route (2 each)
 *  112 currency, mcc, entry mode, condition (2)  120 local date (2), approval code (6)
 *  128 card cipher (48)                          176 flags (4), state, operation, channel, minimum percent (1 each)
 *  184 deadline           192 created            200 reversal of the request: its entry, or 0
 *  208 state of that reversal, late answer, other links tried, state of the advice's reversal (1 each), entries in store-and-forward (4)
 *  216 stan (4) and transmission (4) of the reversal
 *  224 stan (4) and transmission (4) of the advice   232 mti of the advice, reason of the reversal (2 each)
 *  240 place (4), entry of the advice's reversal (4)    248 the table's own
 * </pre>
 * Beside each record lies what is no state: who waits, and its neighbours among the pending ones. Ledger thread only.
 */
final class RoutedPayments implements Stateful {
    static final int NONE = -1;

    /** Sent; neither answer nor deadline yet. */
    static final int PENDING = 1;
    /** As before, but the acquirer has reversed it. */
    static final int CANCELLED = 2;
    /** The issuer approved: money stands there. */
    static final int APPROVED = 3;
    /** Nothing stands at the issuer: declined, enquired, or never sent. */
    static final int OVER = 4;
    /** What stands at the issuer is unknown or unwanted, and its reversal is on its way. */
    static final int UNDONE = 5;
    /** Only an advice tells the issuer of it. */
    static final int ADVISED = 6;

    /** States of a reversal. */
    static final int REVERSAL_NONE = 0;
    static final int REVERSAL_QUEUED = 1;
    static final int REVERSAL_ENDED = 2;
    /** The issuer did not know what to reverse (25): if it approves later after all, the same reversal is sent once more. */
    static final int REVERSAL_NOT_FOUND = 3;

    /** Late answers. */
    static final int LATE_DECLINE = 1;
    static final int LATE_APPROVAL = 2;

    static final int TOKEN_HI = 16;
    static final int TOKEN_LO = 24;
    static final int INSTITUTION = 32;
    static final int MERCHANT = 40;
    static final int RRN = 56;
    static final int STAN = 68;
    static final int TERMINAL = 72;
    static final int AMOUNT = 80;
    static final int TRANSMISSION = 88;
    static final int PROCESSING_CODE = 92;
    static final int LOCAL_TIME = 96;
    static final int SETTLEMENT_DATE = 100;
    static final int MTI = 104;
    static final int ISSUER = 106;
    static final int LINK = 108;
    static final int ROUTE = 110;
    static final int CURRENCY = 112;
    static final int MCC = 114;
    static final int ENTRY_MODE = 116;
    static final int CONDITION = 118;
    static final int LOCAL_DATE = 120;
    static final int APPROVAL_CODE = 122;
    static final int CIPHER = 128;
    static final int CIPHER_BYTES = 48;
    static final int FLAGS = 176;
    static final int STATE = 180;
    static final int OPERATION = 181;
    static final int CHANNEL = 182;
    static final int MINIMUM_PERCENT = 183;
    static final int DEADLINE = 184;
    static final int CREATED = 192;
    static final int REVERSAL = 200;
    static final int REVERSAL_STATE = 208;
    static final int LATE = 209;
    static final int FAILOVERS = 210;
    static final int ADVICE_REVERSAL_STATE = 211;
    static final int QUEUED = 212;
    static final int REVERSAL_STAN = 216;
    static final int REVERSAL_TRANSMISSION = 220;
    static final int ADVICE_STAN = 224;
    static final int ADVICE_TRANSMISSION = 228;
    static final int ADVICE_MTI = 232;
    static final int REVERSAL_REASON = 234;
    private static final int PAYMENTS_A_BUCKET = 4;
    private static final int HASHED_WORDS = 30;
    private static final int PLACE = 240;
    /** No state: follows from the entries. */
    static final int ADVICE_REVERSAL_SLOT = 244;
    private static final int RECORD_BYTES = 256;

    private static final int SIDE_BYTES = 16;
    private static final int WAITERS = 0;
    private static final int WAITER_COUNT = 4;
    private static final int OLDER = 8;
    private static final int YOUNGER = 12;

    private static final int INDEX_BYTES = 32;
    private static final int INDEX_VALUE = 16;

    private final RecordTable records;
    private final RecordTable index;
    private final RecordSlabs side;
    private final RecordSlabs byPlace;
    private final DeadlineHeap deadlines;
    private final Waiters waiters;
    private final PaymentDecoder command = new PaymentDecoder();
    private int pending;
    private int promisedReversals;
    private int oldestPending = NONE;
    private int youngestPending = NONE;
    private long requestCapacity;
    private long notFoundCapacity;

    RoutedPayments(final SlabAllocator allocator, final UndoLog undo) {
        this.records = new RecordTable(allocator, undo, RECORD_BYTES, HASHED_WORDS);
        this.index = new RecordTable(allocator, undo, INDEX_BYTES, 2);
        this.side = new RecordSlabs(allocator, SIDE_BYTES);
        this.byPlace = new RecordSlabs(allocator, 4);
        this.deadlines = new DeadlineHeap(allocator, undo);
        this.waiters = new Waiters(allocator);
    }

    void configure(final long payments, final long requests, final long storeAndForward) {
        // Few payments are routed at most switches, so there are not as many buckets as payments.
        records.configure(payments, Math.max(1, payments / PAYMENTS_A_BUCKET));
        // Requests that are pending, or whose reversal is on its way; entries; totals; and as many again as there are entries,
        // for requests that an issuer did not know when they were reversed.
        index.configure(requests + 3 * storeAndForward + Issuers.MAX_ISSUERS);
        notFoundCapacity = storeAndForward;
        requestCapacity = requests;
    }

    // ---- Records ----

    boolean isFull() {
        return records.isFull();
    }

    boolean isPendingFull() {
        return pending >= requestCapacity;
    }

    /** Slot of the payment at a place, or {@link #NONE}. */
    int at(final int place) {
        return place >= 0 && place < byPlace.capacity() ? UnsafeApi.getInt(byPlace.address(place)) - 1 : NONE;
    }

    /** True if the slot still holds this payment: a callback may have let it be forgotten. */
    boolean isHolding(final int slot, final long paymentId) {
        return records.find(paymentId, 0) == slot;
    }

    long address(final int slot) {
        return records.address(slot);
    }

    void before(final int slot) {
        records.beforeChange(slot);
    }

    void after(final int slot) {
        records.afterChange(slot);
    }

    /** A new record of a payment, filled from its command, left open for change: {@link #after} ends it. */
    int open(final long paymentId, final int place, final DirectBuffer buffer, final int offset, final long rrnFirst,
             final int rrnLast, final int settlementDate, final long nowNs) {
        assert at(place) == NONE;
        final int slot = records.add(paymentId, 0);
        side.ensureCapacity(slot + 1L);
        final long beside = side.address(slot);
        UnsafeApi.putInt(beside + WAITERS, NONE);
        UnsafeApi.putInt(beside + WAITER_COUNT, 0);
        byPlace.ensureCapacity(place + 1L);
        UnsafeApi.putInt(byPlace.address(place), slot + 1);
        records.beforeChange(slot);
        final long record = records.address(slot);
        UnsafeApi.putInt(record + PLACE, place);
        UnsafeApi.putLong(record + RRN, rrnFirst);
        UnsafeApi.putInt(record + RRN + 8, rrnLast);
        UnsafeApi.putInt(record + SETTLEMENT_DATE, settlementDate);
        UnsafeApi.putLong(record + CREATED, nowNs);
        fill(record, buffer, offset);
        return slot;
    }

    private void fill(final long record, final DirectBuffer buffer, final int offset) {
        final PaymentDecoder payment = command.wrap(buffer, offset, PaymentDecoder.BLOCK_LENGTH, PaymentDecoder.SCHEMA_VERSION);
        UnsafeApi.putLong(record + TOKEN_HI, payment.token().hi());
        UnsafeApi.putLong(record + TOKEN_LO, payment.token().lo());
        UnsafeApi.putLong(record + INSTITUTION, payment.institution());
        final int merchant = offset + PaymentDecoder.merchantEncodingOffset();
        UnsafeApi.putLong(record + MERCHANT, buffer.getLong(merchant));
        UnsafeApi.putLong(record + MERCHANT + 8, buffer.getLong(merchant + 8));
        UnsafeApi.putLong(record + TERMINAL, buffer.getLong(offset + PaymentDecoder.terminalEncodingOffset()));
        UnsafeApi.putLong(record + AMOUNT, payment.amountMinor());
        UnsafeApi.putInt(record + PROCESSING_CODE, (int) payment.processingCode());
        UnsafeApi.putInt(record + LOCAL_TIME, (int) payment.localTime());
        putShort(record + CURRENCY, payment.currency());
        putShort(record + MCC, payment.mcc());
        putShort(record + ENTRY_MODE, payment.entryMode());
        putShort(record + CONDITION, payment.condition());
        putShort(record + LOCAL_DATE, payment.localDate());
        final int cipher = offset + PaymentDecoder.cardCipherEncodingOffset();
        for (int i = 0; i < CIPHER_BYTES; i += 8) {
            UnsafeApi.putLong(record + CIPHER + i, buffer.getLong(cipher + i));
        }
        UnsafeApi.putInt(record + FLAGS, (int) payment.flags());
        putByte(record + OPERATION, payment.operation());
        putByte(record + CHANNEL, payment.channel());
        putByte(record + MINIMUM_PERCENT, payment.minimumPercent());
    }

    /** A new record of a payment that only an advice tells of. */
    int openAdvised(final long paymentId, final int place, final DirectBuffer buffer, final int offset, final long rrnFirst,
                    final int rrnLast, final int settlementDate, final int issuerId, final int routeId, final long nowNs) {
        final int slot = open(paymentId, place, buffer, offset, rrnFirst, rrnLast, settlementDate, nowNs);
        final long record = records.address(slot);
        putShort(record + ISSUER, issuerId);
        putShort(record + ROUTE, routeId);
        putByte(record + STATE, ADVISED);
        records.afterChange(slot);
        return slot;
    }

    /**
     * Takes what is known of the card from the original: the token, so that the order of the card holds also where a later message
     * names it by another key or not at all, and the ciphertext if need be.
     */
    void takeCardFrom(final int original, final int slot, final boolean cipherToo) {
        final long from = records.address(original);
        final long to = records.address(slot);
        records.beforeChange(slot);
        UnsafeApi.putLong(to + TOKEN_HI, UnsafeApi.getLong(from + TOKEN_HI));
        UnsafeApi.putLong(to + TOKEN_LO, UnsafeApi.getLong(from + TOKEN_LO));
        for (int i = 0; cipherToo && i < CIPHER_BYTES; i += 8) {
            UnsafeApi.putLong(to + CIPHER + i, UnsafeApi.getLong(from + CIPHER + i));
        }
        records.afterChange(slot);
    }

    /** True if an advice of the payment was made. */
    boolean isAdvised(final int slot) {
        return number(records.address(slot) + ADVICE_MTI) != 0;
    }

    int reversalState(final int slot, final boolean ofAdvice) {
        return small(records.address(slot) + (ofAdvice ? ADVICE_REVERSAL_STATE : REVERSAL_STATE));
    }

    int route(final int slot) {
        return number(records.address(slot) + ROUTE);
    }

    int issuer(final int slot) {
        return number(records.address(slot) + ISSUER);
    }

    boolean hasCipher(final int slot) {
        long bits = 0;
        for (int i = 0; i < CIPHER_BYTES; i += 8) {
            bits |= UnsafeApi.getLong(records.address(slot) + CIPHER + i);
        }
        return bits != 0;
    }

    static boolean hasCipher(final DirectBuffer buffer, final int offset) {
        final int cipher = offset + PaymentDecoder.cardCipherEncodingOffset();
        long bits = 0;
        for (int i = 0; i < CIPHER_BYTES; i += 8) {
            bits |= buffer.getLong(cipher + i);
        }
        return bits != 0;
    }

    /** Forgets a payment of which nothing stands at an issuer, nothing is on its way, and nothing can come late. */
    void removeIfOver(final int slot) {
        final long record = records.address(slot);
        final int state = state(slot);
        if (state == PENDING || state == CANCELLED || UnsafeApi.getInt(record + QUEUED) > 0) {
            return;
        }
        if (place(slot) < 0 || !isAdvised(slot) && (state == OVER
            || state == UNDONE && small(record + REVERSAL_STATE) == REVERSAL_ENDED)) {
            remove(slot);
        }
    }

    /** Forgets a payment altogether. */
    void remove(final int slot) {
        final long record = records.address(slot);
        final int place = place(slot);
        if (place >= 0) {
            UnsafeApi.putInt(byPlace.address(place), 0);
        }
        if (number(record + MTI) != 0) {
            unindex(number(record + ISSUER), UnsafeApi.getInt(record + TRANSMISSION), UnsafeApi.getInt(record + STAN));
        }
        dropWaiters(slot);
        records.remove(slot);
    }

    /** The payments have forgotten it: nobody is told any more. */
    void detach(final int slot) {
        UnsafeApi.putInt(byPlace.address(place(slot)), 0);
        UnsafeApi.putInt(records.address(slot) + PLACE, NONE);
        dropWaiters(slot);
    }

    int place(final int slot) {
        return UnsafeApi.getInt(records.address(slot) + PLACE);
    }

    long paymentId(final int slot) {
        return UnsafeApi.getLong(records.address(slot));
    }

    int state(final int slot) {
        return UnsafeApi.getByte(records.address(slot) + STATE);
    }

    void setState(final int slot, final int state) {
        records.beforeChange(slot);
        putByte(records.address(slot) + STATE, state);
        records.afterChange(slot);
    }

    void setByte(final int slot, final int field, final int value) {
        records.beforeChange(slot);
        putByte(records.address(slot) + field, value);
        records.afterChange(slot);
    }

    void setLong(final int slot, final int field, final long value) {
        records.beforeChange(slot);
        UnsafeApi.putLong(records.address(slot) + field, value);
        records.afterChange(slot);
    }

    void addQueued(final int slot, final int difference) {
        records.beforeChange(slot);
        final long record = records.address(slot);
        UnsafeApi.putInt(record + QUEUED, UnsafeApi.getInt(record + QUEUED) + difference);
        records.afterChange(slot);
    }

    static int number(final long address) {
        return UnsafeApi.getShort(address) & 0xFFFF;
    }

    static int small(final long address) {
        return UnsafeApi.getByte(address) & 0xFF;
    }

    static void putShort(final long address, final int value) {
        UnsafeApi.putShort(address, (short) value);
    }

    static void putByte(final long address, final int value) {
        UnsafeApi.putByte(address, (byte) value);
    }

    /** DE 38 of a record, as {@link IssuerReply#approvalCode} gives it. */
    static long approvalCode(final long address) {
        return UnsafeApi.getInt(address) & 0xFFFF_FFFFL | (UnsafeApi.getShort(address + 4) & 0xFFFFL) << 32;
    }

    static void putApprovalCode(final long address, final long code) {
        UnsafeApi.putInt(address, (int) code);
        UnsafeApi.putShort(address + 4, (short) (code >>> 32));
    }

    // ---- By trace number ----

    /** What an issuer may answer to. */
    void index(final int issuerId, final int transmission, final int stan, final long value) {
        final int slot = index.add(issuerId, pair(transmission, stan));
        UnsafeApi.putLong(index.address(slot) + INDEX_VALUE, value);
    }

    /** The value, or {@link #NONE}. */
    long indexed(final int issuerId, final int transmission, final int stan) {
        final int slot = index.find(issuerId, pair(transmission, stan));
        return slot == RecordTable.NOT_FOUND ? NONE : UnsafeApi.getLong(index.address(slot) + INDEX_VALUE);
    }

    void unindex(final int issuerId, final int transmission, final int stan) {
        final int slot = index.find(issuerId, pair(transmission, stan));
        if (slot != RecordTable.NOT_FOUND) {
            index.remove(slot);
        }
    }

    /** True if a request may still be found by its trace number though nothing is on its way for it. */
    boolean mayStayIndexed() {
        return index.count() < notFoundCapacity;
    }

    private static long pair(final int transmission, final int stan) {
        return (long) transmission << 32 | stan & 0xFFFF_FFFFL;
    }

    // ---- Pending ----

    /** The request was sent: it counts, and its deadline runs. The record holds the deadline. */
    void beginPending(final int slot, final boolean needsReversal) {
        deadlines.add(slot, UnsafeApi.getLong(records.address(slot) + DEADLINE), paymentId(slot));
        final long beside = side.address(slot);
        UnsafeApi.putInt(beside + OLDER, youngestPending);
        UnsafeApi.putInt(beside + YOUNGER, NONE);
        if (youngestPending == NONE) {
            oldestPending = slot;
        } else {
            UnsafeApi.putInt(side.address(youngestPending) + YOUNGER, slot);
        }
        youngestPending = slot;
        pending++;
        promisedReversals += needsReversal ? 1 : 0;
    }

    /** It was answered, or its deadline has passed. */
    void endPending(final int slot) {
        deadlines.remove(slot);
        final long beside = side.address(slot);
        final int older = UnsafeApi.getInt(beside + OLDER);
        final int younger = UnsafeApi.getInt(beside + YOUNGER);
        if (older == NONE) {
            oldestPending = younger;
        } else {
            UnsafeApi.putInt(side.address(older) + YOUNGER, younger);
        }
        if (younger == NONE) {
            youngestPending = older;
        } else {
            UnsafeApi.putInt(side.address(younger) + OLDER, older);
        }
        pending--;
    }

    /** A pending request's reversal was made, or will not be needed. */
    void releasePromise() {
        promisedReversals--;
    }

    int pending() {
        return pending;
    }

    /** Pending requests whose reversal must still find room. */
    int promisedReversals() {
        return promisedReversals;
    }

    long oldestPendingNs() {
        return oldestPending == NONE ? 0 : UnsafeApi.getLong(records.address(oldestPending) + CREATED);
    }

    DeadlineHeap deadlines() {
        return deadlines;
    }

    // ---- Who waits ----

    /** False if as many wait for the payment as may, or as many repeats for all payments as requests may be pending. */
    boolean mayWait(final int slot, final int most) {
        return UnsafeApi.getInt(side.address(slot) + WAITER_COUNT) < most && waiters.count() - pending < requestCapacity;
    }

    void addWaiter(final int slot, final long linkId, final long correlationId) {
        final long beside = side.address(slot);
        final int node = waiters.add(linkId, correlationId);
        int last = UnsafeApi.getInt(beside + WAITERS);
        if (last == NONE) {
            UnsafeApi.putInt(beside + WAITERS, node);
        } else {
            while (waiters.next(last) != NONE) {
                last = waiters.next(last);
            }
            waiters.setNext(last, node);
        }
        UnsafeApi.putInt(beside + WAITER_COUNT, UnsafeApi.getInt(beside + WAITER_COUNT) + 1);
    }

    Waiters waiters() {
        return waiters;
    }

    /** The first who waits, a node of {@link #waiters}, or {@link #NONE}. */
    int firstWaiter(final int slot) {
        return UnsafeApi.getInt(side.address(slot) + WAITERS);
    }

    void dropWaiters(final int slot) {
        final long beside = side.address(slot);
        int node = UnsafeApi.getInt(beside + WAITERS);
        while (node != NONE) {
            final int next = waiters.next(node);
            waiters.release(node);
            node = next;
        }
        UnsafeApi.putInt(beside + WAITERS, NONE);
        UnsafeApi.putInt(beside + WAITER_COUNT, 0);
    }

    /** Who waits is no state: after a restart nobody does. */
    @Override
    public void image(final StateImage image) {
        records.image(image);
        index.image(image);
        deadlines.image(image);
        pending = image.number(pending);
        promisedReversals = image.number(promisedReversals);
        oldestPending = image.number(oldestPending);
        youngestPending = image.number(youngestPending);
        requestCapacity = image.word(requestCapacity);
        notFoundCapacity = image.word(notFoundCapacity);
        byPlace.image(image, image.bounded(byPlace.capacity(), 0, Integer.MAX_VALUE));
        side.ensureCapacity(records.slotEnd());
        for (int slot = 0; slot < records.slotEnd(); slot++) {
            final long beside = side.address(slot);
            UnsafeApi.putInt(beside + OLDER, image.number(UnsafeApi.getInt(beside + OLDER)));
            UnsafeApi.putInt(beside + YOUNGER, image.number(UnsafeApi.getInt(beside + YOUNGER)));
            if (image.isLoading()) {
                UnsafeApi.putInt(beside + WAITERS, NONE);
            }
        }
    }

    int count() {
        return records.count();
    }

    long digest() {
        return Hashing.mix(records.digest(), index.digest());
    }

    long computeDigest() {
        return Hashing.mix(records.computeDigest(), index.computeDigest());
    }

    /** What the issuer knows the payment by: the advice if one was made, else the request. */
    int sentMti(final int slot) {
        final int advised = number(address(slot) + ADVICE_MTI);
        return advised != 0 ? advised : number(address(slot) + MTI);
    }

    /** DE 11 of that message. */
    int sentStan(final int slot) {
        return UnsafeApi.getInt(address(slot) + (number(address(slot) + ADVICE_MTI) != 0 ? ADVICE_STAN : STAN));
    }

    /** DE 7 of that message. */
    int sentTransmission(final int slot) {
        return UnsafeApi.getInt(address(slot) + (number(address(slot) + ADVICE_MTI) != 0 ? ADVICE_TRANSMISSION : TRANSMISSION));
    }
}
