package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.state.StateFormatException;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * The payments that are remembered, reversals and refusals among them, in records of 256 bytes (four cache lines). Found by
 * identity and by reference, forgotten in the order in which they were queued. Rules: docs/iso8583.md, chapters 8 and 9.
 * <pre>
 *    0 id                    8 token (16)             24 institution       32 terminal
 *   40 rrn (12), mti (2), currency (2)                56 stan (20 bits), mark (12 bits), transmission (4)
 *   64 amount               72 approved               80 captured          88 refunded       96 reversed     104 fee
 *  112 time                120 debit account (4), credit account (4), fee account (4), aside account (4)   136 cashback
 *  144 original: id, place (4)                       156 date (4)         160 processing code (20 bits), mark (12 bits), bin (4)
 *  168 result (2), state, operation, channel, retention, flags (2)        176 approval code (6), issuer's code (2)
 *  184 wallet (4), route (2), issuer link (2)        192 queued at        200 merchant (16)
 *  216 aside                224 available            232 held          (all of this is state)
 *  240 next by trace (4), by reference (4), of the queue (4), of awaited originals or of the free list (4)
 * </pre>
 * The two parts of the mark are what is kept of DE 33, see {@link ForwardingMark}.
 * <p>
 * A place is a slot from 0; it is used again once its payment is forgotten, the youngest freed first. A link is a place plus
 * one, 0 is the end.
 * <p>
 * Three hash indexes with chains: by trace (institution, DE 11, DE 7, message class), by reference
 * (institution, DE 37), and, of reversals that came before their original, by what they wait for. Identity is more than the
 * trace: the walker compares terminal and DE 37 as well.
 * <p>
 * At most {@code capacity} payments; a full table refuses, it never forgets what is inside its window. Ledger thread only.
 * Layout of the buckets at {@link #configure}; adding takes a slab now and then, nothing else allocates.
 */
public final class PaymentTable implements Stateful {
    /** No such payment. */
    public static final int NOT_FOUND = -1;

    /** Retention: with its issuer; not to be forgotten. */
    static final int IN_WORK = 0;
    /** Retention: what can only be repeated. */
    static final int REPEATABLE = 1;
    /** Retention: what can still be reversed, and reversals that wait for their original. */
    static final int REVERSIBLE = 2;
    /** Retention: authorisations. */
    static final int COMPLETABLE = 3;
    /** Retention: what can still be refunded. */
    static final int REFUNDABLE = 4;
    /** Retention queues, {@link #IN_WORK} counted though it has none. */
    static final int RETENTIONS = 5;

    /** Flag: DE 37 was absent, ours is in its place. */
    static final int RRN_IS_OURS = 1;
    /** Flag: an increment of another authorisation. */
    static final int INCREMENT = 1 << 1;
    /** Flag: an issuer answered, or should have. */
    static final int ROUTED = 1 << 2;
    /** Flag: {@link #aside} is what the exception or settlement account paid in place of the usual one. */
    static final int PAID_ASIDE = 1 << 3;
    /** Flag: {@link #aside} is what was left of a limit. */
    static final int LIMIT_TOLD = 1 << 4;
    /** Flag: {@link #aside} and {@link #available} are the issuer's balances. */
    static final int BALANCES_TOLD = 1 << 5;
    /** Flag: it was an advice. */
    static final int ADVICE = 1 << 6;
    /** Flag: waits in the index of awaited originals. */
    static final int AWAITS_ORIGINAL = 1 << 7;
    /** Flag: its original is awaited by reference, not by trace. */
    static final int AWAITS_BY_REFERENCE = 1 << 8;
    /** Flag: counted in the totals of its date. */
    static final int COUNTED = 1 << 9;
    /** Flag: the message that was decided said that it is a repeat. */
    static final int CAME_AS_REPEAT = 1 << 10;
    /** Flag: approved by stand-in. */
    static final int STOOD_IN = 1 << 11;
    /** Flag: a completion without a hold; it counts as a payment of its own. */
    static final int WITHOUT_HOLD = 1 << 12;
    /** Flag: approved by its issuer, and nobody here had the money: nothing moved, an item tells. */
    static final int NOT_BOOKED = 1 << 13;

    /** Bytes of a payment. */
    static final int RECORD_BYTES = 256;
    private static final long MAX_BUCKETS = 1L << 32;

    /** Version of the section from which on the records have the mark of DE 33. */
    static final int WITH_FORWARDING = 2;
    private static final int HASHED_WORDS = 30;
    /** Six digits need twenty bits; in the rest of their words are the two halves of the mark of DE 33. */
    private static final int SIX_DIGITS_BITS = 20;
    private static final int SIX_DIGITS_MASK = (1 << SIX_DIGITS_BITS) - 1;
    private static final int HALF_MARK_BITS = ForwardingMark.BITS / 2;
    private static final int PAYMENT_ID = 0;
    private static final int TOKEN_HI = 8;
    private static final int TOKEN_LO = 16;
    private static final int INSTITUTION = 24;
    private static final int TERMINAL = 32;
    private static final int RRN0 = 40;
    private static final int RRN1 = 48;
    private static final int MTI = 52;
    private static final int CURRENCY = 54;
    private static final int STAN = 56;
    private static final int TRANSMISSION = 60;
    private static final int AMOUNT = 64;
    private static final int APPROVED = 72;
    private static final int CAPTURED = 80;
    private static final int REFUNDED = 88;
    private static final int REVERSED = 96;
    private static final int FEE = 104;
    private static final int TIMESTAMP_NS = 112;
    private static final int DEBIT_ACCOUNT = 120;
    private static final int CREDIT_ACCOUNT = 124;
    private static final int FEE_ACCOUNT = 128;
    private static final int ASIDE_ACCOUNT = 132;
    private static final int CASHBACK = 136;
    private static final int ORIGINAL_ID = 144;
    private static final int ORIGINAL_PLACE = 152;
    private static final int SETTLEMENT_DATE = 156;
    private static final int PROCESSING_CODE = 160;
    private static final int BIN = 164;
    private static final int RESULT = 168;
    private static final int STATE = 170;
    private static final int OPERATION = 171;
    private static final int CHANNEL = 172;
    private static final int RETENTION = 173;
    private static final int FLAGS = 174;
    private static final int APPROVAL_WORD = 176;
    private static final int WALLET = 184;
    private static final int ROUTE = 188;
    private static final int ISSUER_LINK = 190;
    private static final int QUEUED_NS = 192;
    private static final int MERCHANT0 = 200;
    private static final int MERCHANT1 = 208;
    private static final int ASIDE = 216;
    private static final int AVAILABLE = 224;
    private static final int HELD = 232;
    private static final int NEXT_BY_TRACE = 240;
    private static final int NEXT_BY_REFERENCE = 244;
    private static final int NEXT_QUEUED = 248;
    private static final int NEXT_AWAITED = 252;
    /** Buckets of one line of the cache, less one. */
    private static final long LINE_MASK = 15;
    /** The bits of a hash that say where in its line the first of the neighbours is. */
    private static final int TURN = 56;
    private static final int LAST_CHARACTER = 24;
    private static final long TRACE_SALT = 0x7C3A9D1E5B2F4861L;
    private static final long REFERENCE_SALT = 0x51E6B8A3C97D2F05L;
    private static final long AWAITED_SALT = 0x2D9F73C1E84A6B57L;

    private final SlabAllocator allocator;
    private final RecordSlabs records;
    private final int[] queueHeads = new int[RETENTIONS];
    private final int[] queueTails = new int[RETENTIONS];
    private RecordSlabs byTrace;
    private RecordSlabs byReference;
    private RecordSlabs awaited;
    private long bucketMask;
    private long awaitedMask;
    private long capacity;
    private int count;
    private int awaitedCount;
    private int usedPlaces;
    private int freePlace;
    private long digest;

    public PaymentTable(final SlabAllocator allocator) {
        this.allocator = allocator;
        this.records = new RecordSlabs(allocator, RECORD_BYTES);
    }

    /** Sets the capacity. What is remembered stays when it is lowered; the buckets are laid out anew when it rises. */
    public void configure(final long newCapacity) {
        capacity = newCapacity;
        // Half as many as payments at most, so that a large capacity costs little until it is used.
        final long wanted = Math.max(1_024, Long.highestOneBit(newCapacity));
        if (byTrace != null && wanted <= bucketMask + 1) {
            return;
        }
        final RecordSlabs oldByTrace = byTrace;
        final long oldCount = bucketMask + 1;
        if (oldByTrace != null) {
            byReference.release();
            awaited.release();
        }
        byTrace = buckets(wanted);
        byReference = buckets(wanted);
        bucketMask = wanted - 1;
        final long wantedAwaited = Math.max(1_024, wanted >>> 6);
        awaited = buckets(wantedAwaited);
        awaitedMask = wantedAwaited - 1;
        if (oldByTrace != null) {
            for (long bucket = 0; bucket < oldCount; bucket++) {
                relink(UnsafeApi.getInt(oldByTrace.address(bucket)) - 1);
            }
            oldByTrace.release();
        }
    }

    /** Links the payments of an old chain into the new buckets. The order in a chain means nothing: who wants the newest looks at ids. */
    private void relink(final int first) {
        int place = first;
        while (place != NOT_FOUND) {
            final long payment = address(place);
            final int next = nextByTrace(payment);
            linkByTrace(place, payment);
            linkByReference(place, payment);
            if (hasFlag(payment, AWAITS_ORIGINAL)) {
                linkAwaited(place, payment);
            }
            place = next;
        }
    }

    private RecordSlabs buckets(final long buckets) {
        final RecordSlabs slabs = new RecordSlabs(allocator, Integer.BYTES);
        slabs.ensureCapacity(buckets);
        return slabs;
    }

    /** Most payments. */
    public long capacity() {
        return capacity;
    }

    /** Payments remembered. */
    public int count() {
        return count;
    }

    /** Reversals that wait for their original. */
    public int awaitedCount() {
        return awaitedCount;
    }

    /** True if there is no room but for {@code reserve} payments. */
    boolean isFull(final long reserve) {
        return count >= capacity - reserve;
    }

    /** Address of a payment; valid for as long as it is remembered. */
    long address(final int place) {
        return records.address(place);
    }

    /**
     * A payment that is not in any index yet, all zero. The caller fills in its identity and calls {@link #insert}; until then it is no
     * part of the digest.
     */
    int allocate() {
        final int place;
        if (freePlace > 0) {
            place = freePlace - 1;
            freePlace = UnsafeApi.getInt(records.address(place) + NEXT_AWAITED);
        } else {
            place = usedPlaces++;
            records.ensureCapacity(usedPlaces);
        }
        clear(records.address(place));
        return place;
    }

    /** Word by word: for so few, a call out of the virtual machine would cost more. */
    private static void clear(final long record) {
        for (long word = record; word < record + RECORD_BYTES; word += Long.BYTES) {
            UnsafeApi.putLong(word, 0);
        }
    }

    /** The payment's identity stands: from now on it is found, and is state. */
    void insert(final int place) {
        final long payment = address(place);
        linkByTrace(place, payment);
        linkByReference(place, payment);
        count++;
        digest += hashOf(payment);
    }

    /** Of a payment that was allocated and is not inserted after all. A free place has no id, so that no link leads to it. */
    void giveUp(final int place) {
        paymentId(address(place), 0);
        UnsafeApi.putInt(address(place) + NEXT_AWAITED, freePlace);
        freePlace = place + 1;
    }

    /** To be called before a payment that was inserted changes. What makes its identity never does. */
    void beforeChange(final long payment) {
        digest -= hashOf(payment);
    }

    /** To be called when it has changed. */
    void afterChange(final long payment) {
        digest += hashOf(payment);
    }

    /** Appends to a retention queue; between {@link #beforeChange} and {@link #afterChange}, or before {@link #insert}. */
    void queue(final int place, final int retention, final long nowNs) {
        final long payment = address(place);
        retention(payment, retention);
        queuedNs(payment, nowNs);
        UnsafeApi.putInt(payment + NEXT_QUEUED, 0);
        if (queueHeads[retention] == 0) {
            queueHeads[retention] = place + 1;
        } else {
            UnsafeApi.putInt(address(queueTails[retention] - 1) + NEXT_QUEUED, place + 1);
        }
        queueTails[retention] = place + 1;
    }

    /** The payment that waits longest in a queue, or {@link #NOT_FOUND}. */
    int oldest(final int retention) {
        return queueHeads[retention] - 1;
    }

    /** Takes the oldest out of its queue. */
    void dequeue(final int retention) {
        final long payment = address(queueHeads[retention] - 1);
        queueHeads[retention] = UnsafeApi.getInt(payment + NEXT_QUEUED);
        if (queueHeads[retention] == 0) {
            queueTails[retention] = 0;
        }
    }

    /** Command time from which the payment that waits longest to be forgotten counts; 0: none. */
    long oldestNs() {
        long oldest = 0;
        for (int retention = REPEATABLE; retention < RETENTIONS; retention++) {
            final long queuedNs = queueHeads[retention] == 0 ? 0 : queuedNs(address(queueHeads[retention] - 1));
            oldest = oldest == 0 || queuedNs != 0 && queuedNs < oldest ? queuedNs : oldest;
        }
        return oldest;
    }

    /** Removes a payment that is in no queue. */
    void remove(final int place) {
        final long payment = address(place);
        digest -= hashOf(payment);
        unlink(byTrace.address(traceHash(payment) & bucketMask), NEXT_BY_TRACE, place);
        unlink(byReference.address(referenceHash(payment) & bucketMask), NEXT_BY_REFERENCE, place);
        if (hasFlag(payment, AWAITS_ORIGINAL)) {
            unlinkAwaited(place, payment);
        }
        count--;
        giveUp(place);
    }

    /** First of the chain in which payments of this trace are; {@link #nextByTrace} goes on. Others may be in it, too. */
    int firstByTrace(final long institution, final int stan, final int transmission, final int messageClass) {
        return UnsafeApi.getInt(byTrace.address(traceHash(institution, stan, transmission, messageClass) & bucketMask)) - 1;
    }

    /** Address of the word that {@link #firstByTrace} reads, to read ahead. */
    long traceBucket(final long institution, final int stan, final int transmission, final int messageClass) {
        return byTrace.address(traceHash(institution, stan, transmission, messageClass) & bucketMask);
    }

    /** Address of the word that {@link #firstByReference} reads, to read ahead. */
    long referenceBucket(final long institution, final long rrn0, final int rrn1) {
        return byReference.address(referenceHash(institution, rrn0, rrn1) & bucketMask);
    }

    /** Reads what a walk reads of the first payment of a chain. */
    long readChain(final int link) {
        if (link == 0) {
            return 0;
        }
        final long payment = address(link - 1);
        return UnsafeApi.getLong(payment + STAN) + UnsafeApi.getLong(payment + NEXT_BY_TRACE);
    }

    /** Place that a new payment takes if none is free. */
    int nextNewPlace() {
        return usedPlaces;
    }

    /** Places that have memory. */
    long placesWithMemory() {
        return records.capacity();
    }

    int nextByTrace(final long payment) {
        return UnsafeApi.getInt(payment + NEXT_BY_TRACE) - 1;
    }

    /** First of the chain in which payments of this reference are. */
    int firstByReference(final long institution, final long rrn0, final int rrn1) {
        return UnsafeApi.getInt(byReference.address(referenceHash(institution, rrn0, rrn1) & bucketMask)) - 1;
    }

    int nextByReference(final long payment) {
        return UnsafeApi.getInt(payment + NEXT_BY_REFERENCE) - 1;
    }

    /** First of the chain in which reversals that wait for {@code word} are. */
    int firstAwaited(final long institution, final long word) {
        return UnsafeApi.getInt(awaited.address(awaitedHash(institution, word) & awaitedMask)) - 1;
    }

    int nextAwaited(final long payment) {
        return UnsafeApi.getInt(payment + NEXT_AWAITED) - 1;
    }

    /** A reversal waits for its original, named by {@link #originalId}; between beforeChange and afterChange, or before insert. */
    void await(final int place) {
        final long payment = address(place);
        addFlag(payment, AWAITS_ORIGINAL);
        linkAwaited(place, payment);
        awaitedCount++;
    }

    /** The original came, or the reversal is forgotten. */
    private void unlinkAwaited(final int place, final long payment) {
        unlink(awaited.address(awaitedHash(institution(payment), originalId(payment)) & awaitedMask), NEXT_AWAITED, place);
        awaitedCount--;
    }

    private void linkByTrace(final int place, final long payment) {
        link(byTrace.address(traceHash(payment) & bucketMask), NEXT_BY_TRACE, place, payment);
    }

    private void linkByReference(final int place, final long payment) {
        link(byReference.address(referenceHash(payment) & bucketMask), NEXT_BY_REFERENCE, place, payment);
    }

    private void linkAwaited(final int place, final long payment) {
        link(awaited.address(awaitedHash(institution(payment), originalId(payment)) & awaitedMask), NEXT_AWAITED, place, payment);
    }

    private static void link(final long bucket, final int next, final int place, final long payment) {
        UnsafeApi.putInt(payment + next, UnsafeApi.getInt(bucket));
        UnsafeApi.putInt(bucket, place + 1);
    }

    private void unlink(final long bucket, final int next, final int place) {
        long link = bucket;
        while (UnsafeApi.getInt(link) != place + 1) {
            link = address(UnsafeApi.getInt(link) - 1) + next;
        }
        UnsafeApi.putInt(link, UnsafeApi.getInt(address(place) + next));
    }

    private static long traceHash(final long payment) {
        return traceHash(institution(payment), stan(payment), transmission(payment), messageClass(payment));
    }

    private static long traceHash(final long institution, final int stan, final int transmission, final int messageClass) {
        // Numbers that follow each other are neighbours: sixteen buckets are one line of the cache.
        final long line = Hashing.fold(institution ^ TRACE_SALT + messageClass,
            ((stan & ~LINE_MASK) << 32 | transmission) ^ REFERENCE_SALT);
        return line & ~LINE_MASK | stan + (line >>> TURN) & LINE_MASK;
    }

    private static long referenceHash(final long payment) {
        return referenceHash(institution(payment), rrn0(payment), rrn1(payment));
    }

    private static long referenceHash(final long institution, final long rrn0, final int rrn1) {
        // References that differ in their last character alone are neighbours.
        final long line = Hashing.fold(Hashing.fold(rrn0 ^ REFERENCE_SALT, institution ^ TRACE_SALT) ^ AWAITED_SALT,
            rrn1 << Byte.SIZE ^ REFERENCE_SALT);
        return line & ~LINE_MASK | (rrn1 >>> LAST_CHARACTER) + (line >>> TURN) & LINE_MASK;
    }

    private static long awaitedHash(final long institution, final long word) {
        return Hashing.fold(institution ^ AWAITED_SALT, word ^ TRACE_SALT);
    }

    @Override
    public void image(final StateImage image) {
        if (image.version() < WITH_FORWARDING) {
            // Whether a payment had a DE 33 decides what a later reversal finds; replay knows it, that image does not.
            throw new StateFormatException("section payments of version " + image.version()
                + " does not say which DE 33 a payment had; start from the journal");
        }
        capacity = image.word(capacity);
        final long buckets = image.bounded(byTrace == null ? 0 : bucketMask + 1, 0, MAX_BUCKETS);
        final long awaitedBuckets = image.bounded(awaited == null ? 0 : awaitedMask + 1, 0, MAX_BUCKETS);
        count = image.bounded(count, 0, Integer.MAX_VALUE);
        awaitedCount = image.bounded(awaitedCount, 0, Integer.MAX_VALUE);
        usedPlaces = image.bounded(usedPlaces, 0, Integer.MAX_VALUE);
        freePlace = image.number(freePlace);
        digest = image.word(digest);
        image.numbers(queueHeads, RETENTIONS);
        image.numbers(queueTails, RETENTIONS);
        records.image(image, usedPlaces);
        if (buckets > 0) {
            if (image.isLoading()) {
                byTrace = new RecordSlabs(allocator, Integer.BYTES);
                byReference = new RecordSlabs(allocator, Integer.BYTES);
                awaited = new RecordSlabs(allocator, Integer.BYTES);
                bucketMask = buckets - 1;
                awaitedMask = awaitedBuckets - 1;
            }
            byTrace.image(image, buckets);
            byReference.image(image, buckets);
            awaited.image(image, awaitedBuckets);
        }
    }

    /** Running sum of the record hashes. */
    public long digest() {
        return digest;
    }

    /** The same, computed from the records; payments with an issuer are in no queue, so the walk goes by index. */
    public long computeDigest() {
        long sum = 0;
        for (long bucket = 0; byTrace != null && bucket <= bucketMask; bucket++) {
            int place = UnsafeApi.getInt(byTrace.address(bucket)) - 1;
            while (place != NOT_FOUND) {
                sum += hashOf(address(place));
                place = nextByTrace(address(place));
            }
        }
        return sum;
    }

    private static long hashOf(final long payment) {
        return Hashing.ofWords(payment, HASHED_WORDS);
    }

    /** Second digit of the message type. */
    static int messageClass(final long payment) {
        return mti(payment) / 100;
    }

    static boolean hasFlag(final long payment, final int flag) {
        return (flags(payment) & flag) != 0;
    }

    static void addFlag(final long payment, final int flag) {
        flags(payment, flags(payment) | flag);
    }

    /** True if the payment has this token, under the key in use or the one before. */
    static boolean hasTokenOf(final long payment, final PaymentCommand command) {
        final long hi = tokenHi(payment);
        final long lo = tokenLo(payment);
        return hi == command.tokenHi() && lo == command.tokenLo()
            || command.hasToken() && hi == command.previousTokenHi() && lo == command.previousTokenLo();
    }

    /** Sequence of the command that decided it, or that asked the issuer. */
    static long paymentId(final long payment) {
        return UnsafeApi.getLong(payment + PAYMENT_ID);
    }

    static void paymentId(final long payment, final long value) {
        UnsafeApi.putLong(payment + PAYMENT_ID, value);
    }

    /** Upper half of the card's token as the message had it. */
    static long tokenHi(final long payment) {
        return UnsafeApi.getLong(payment + TOKEN_HI);
    }

    static void tokenHi(final long payment, final long value) {
        UnsafeApi.putLong(payment + TOKEN_HI, value);
    }

    /** Lower half of the token. */
    static long tokenLo(final long payment) {
        return UnsafeApi.getLong(payment + TOKEN_LO);
    }

    static void tokenLo(final long payment, final long value) {
        UnsafeApi.putLong(payment + TOKEN_LO, value);
    }

    /** DE 32. */
    static long institution(final long payment) {
        return UnsafeApi.getLong(payment + INSTITUTION);
    }

    static void institution(final long payment, final long value) {
        UnsafeApi.putLong(payment + INSTITUTION, value);
    }

    /** DE 41; zero: absent. */
    static long terminal(final long payment) {
        return UnsafeApi.getLong(payment + TERMINAL);
    }

    static void terminal(final long payment, final long value) {
        UnsafeApi.putLong(payment + TERMINAL, value);
    }

    /** First eight bytes of DE 37, the acquirer's or ours. */
    static long rrn0(final long payment) {
        return UnsafeApi.getLong(payment + RRN0);
    }

    static void rrn0(final long payment, final long value) {
        UnsafeApi.putLong(payment + RRN0, value);
    }

    /** Last four bytes of DE 37. */
    static int rrn1(final long payment) {
        return UnsafeApi.getInt(payment + RRN1);
    }

    static void rrn1(final long payment, final int value) {
        UnsafeApi.putInt(payment + RRN1, value);
    }

    /** Message type without the repeat digit. */
    static int mti(final long payment) {
        return UnsafeApi.getShort(payment + MTI) & 0xFFFF;
    }

    static void mti(final long payment, final int value) {
        UnsafeApi.putShort(payment + MTI, (short) value);
    }

    /** DE 49. */
    static int currency(final long payment) {
        return UnsafeApi.getShort(payment + CURRENCY) & 0xFFFF;
    }

    static void currency(final long payment, final int value) {
        UnsafeApi.putShort(payment + CURRENCY, (short) value);
    }

    /** DE 11. */
    static int stan(final long payment) {
        return UnsafeApi.getInt(payment + STAN) & SIX_DIGITS_MASK;
    }

    /** Six digits at most; clears its half of the mark of DE 33. */
    static void stan(final long payment, final int value) {
        UnsafeApi.putInt(payment + STAN, value & SIX_DIGITS_MASK);
    }

    /** What is remembered of DE 33: its {@link ForwardingMark}. */
    static int forwarding(final long payment) {
        return UnsafeApi.getInt(payment + STAN) >>> SIX_DIGITS_BITS
            | UnsafeApi.getInt(payment + PROCESSING_CODE) >>> SIX_DIGITS_BITS << HALF_MARK_BITS;
    }

    /** After DE 11 and 3 were written. */
    static void forwarding(final long payment, final int mark) {
        UnsafeApi.putInt(payment + STAN, stan(payment) | mark << SIX_DIGITS_BITS);
        UnsafeApi.putInt(payment + PROCESSING_CODE, processingCode(payment) | mark >>> HALF_MARK_BITS << SIX_DIGITS_BITS);
    }

    /** DE 7. */
    static int transmission(final long payment) {
        return UnsafeApi.getInt(payment + TRANSMISSION);
    }

    static void transmission(final long payment, final int value) {
        UnsafeApi.putInt(payment + TRANSMISSION, value);
    }

    /** DE 4 as asked for. */
    static long amount(final long payment) {
        return UnsafeApi.getLong(payment + AMOUNT);
    }

    static void amount(final long payment, final long value) {
        UnsafeApi.putLong(payment + AMOUNT, value);
    }

    /** What was approved: held, or moved, increments not included; 0 if declined. Minor units. */
    static long approved(final long payment) {
        return UnsafeApi.getLong(payment + APPROVED);
    }

    static void approved(final long payment, final long value) {
        UnsafeApi.putLong(payment + APPROVED, value);
    }

    /** Of an authorisation: what its completions moved, less what was reversed of them. Minor units. */
    static long captured(final long payment) {
        return UnsafeApi.getLong(payment + CAPTURED);
    }

    static void captured(final long payment, final long value) {
        UnsafeApi.putLong(payment + CAPTURED, value);
    }

    /** What refunds gave back, less what was reversed of them. */
    static long refunded(final long payment) {
        return UnsafeApi.getLong(payment + REFUNDED);
    }

    static void refunded(final long payment, final long value) {
        UnsafeApi.putLong(payment + REFUNDED, value);
    }

    /** What reversals gave back or released. */
    static long reversed(final long payment) {
        return UnsafeApi.getLong(payment + REVERSED);
    }

    static void reversed(final long payment, final long value) {
        UnsafeApi.putLong(payment + REVERSED, value);
    }

    /** Fee that stands for it; of a refund the fee that it gave back. */
    static long fee(final long payment) {
        return UnsafeApi.getLong(payment + FEE);
    }

    static void fee(final long payment, final long value) {
        UnsafeApi.putLong(payment + FEE, value);
    }

    /** Command time of the decision in epoch nanoseconds; a hold's id follows from it. */
    static long timestampNs(final long payment) {
        return UnsafeApi.getLong(payment + TIMESTAMP_NS);
    }

    static void timestampNs(final long payment, final long value) {
        UnsafeApi.putLong(payment + TIMESTAMP_NS, value);
    }

    /** Slot of the account that was debited or held, or {@link io.daybreak.ledger.Legs#NO_ACCOUNT}. */
    static int debitAccount(final long payment) {
        return UnsafeApi.getInt(payment + DEBIT_ACCOUNT) - 1;
    }

    static void debitAccount(final long payment, final int slot) {
        UnsafeApi.putInt(payment + DEBIT_ACCOUNT, slot + 1);
    }

    /** Slot of the account that was credited, or {@link io.daybreak.ledger.Legs#NO_ACCOUNT}. */
    static int creditAccount(final long payment) {
        return UnsafeApi.getInt(payment + CREDIT_ACCOUNT) - 1;
    }

    static void creditAccount(final long payment, final int slot) {
        UnsafeApi.putInt(payment + CREDIT_ACCOUNT, slot + 1);
    }

    /** Slot of the account that took the fee, or {@link io.daybreak.ledger.Legs#NO_ACCOUNT}. */
    static int feeAccount(final long payment) {
        return UnsafeApi.getInt(payment + FEE_ACCOUNT) - 1;
    }

    static void feeAccount(final long payment, final int slot) {
        UnsafeApi.putInt(payment + FEE_ACCOUNT, slot + 1);
    }

    /** Slot of the account that paid {@link #aside} in place of the usual one, or {@link io.daybreak.ledger.Legs#NO_ACCOUNT}. */
    static int asideAccount(final long payment) {
        return UnsafeApi.getInt(payment + ASIDE_ACCOUNT) - 1;
    }

    static void asideAccount(final long payment, final int slot) {
        UnsafeApi.putInt(payment + ASIDE_ACCOUNT, slot + 1);
    }

    /** Cash handed out with a purchase, in minor units. */
    static long cashback(final long payment) {
        return UnsafeApi.getLong(payment + CASHBACK);
    }

    static void cashback(final long payment, final long value) {
        UnsafeApi.putLong(payment + CASHBACK, value);
    }

    /** Id of the payment that it refers to; 0: none. Of a reversal before its original: the word that it waits for. */
    static long originalId(final long payment) {
        return UnsafeApi.getLong(payment + ORIGINAL_ID);
    }

    static void originalId(final long payment, final long value) {
        UnsafeApi.putLong(payment + ORIGINAL_ID, value);
    }

    /** Place of that payment, or {@link #NOT_FOUND}; to be trusted only if the payment there has {@link #originalId}. */
    static int originalPlace(final long payment) {
        return UnsafeApi.getInt(payment + ORIGINAL_PLACE) - 1;
    }

    static void originalPlace(final long payment, final int value) {
        UnsafeApi.putInt(payment + ORIGINAL_PLACE, value + 1);
    }

    /** Business date, YYYYMMDD. */
    static int settlementDate(final long payment) {
        return UnsafeApi.getInt(payment + SETTLEMENT_DATE);
    }

    static void settlementDate(final long payment, final int value) {
        UnsafeApi.putInt(payment + SETTLEMENT_DATE, value);
    }

    /** DE 3. */
    static int processingCode(final long payment) {
        return UnsafeApi.getInt(payment + PROCESSING_CODE) & SIX_DIGITS_MASK;
    }

    /** Six digits at most; clears its half of the mark of DE 33. */
    static void processingCode(final long payment, final int value) {
        UnsafeApi.putInt(payment + PROCESSING_CODE, value & SIX_DIGITS_MASK);
    }

    /** First eight digits of the card. */
    static int bin(final long payment) {
        return UnsafeApi.getInt(payment + BIN);
    }

    static void bin(final long payment, final int value) {
        UnsafeApi.putInt(payment + BIN, value);
    }

    /** Its {@link io.daybreak.protocol.Result}. */
    static int result(final long payment) {
        return UnsafeApi.getShort(payment + RESULT) & 0xFFFF;
    }

    static void result(final long payment, final int value) {
        UnsafeApi.putShort(payment + RESULT, (short) value);
    }

    /** Its {@link io.daybreak.protocol.PaymentState}. */
    static int state(final long payment) {
        return UnsafeApi.getByte(payment + STATE) & 0xFF;
    }

    static void state(final long payment, final int value) {
        UnsafeApi.putByte(payment + STATE, (byte) value);
    }

    /** Its {@link io.daybreak.protocol.PaymentOperation}. */
    static int operation(final long payment) {
        return UnsafeApi.getByte(payment + OPERATION) & 0xFF;
    }

    static void operation(final long payment, final int value) {
        UnsafeApi.putByte(payment + OPERATION, (byte) value);
    }

    /** Its {@link io.daybreak.protocol.PaymentChannel}. */
    static int channel(final long payment) {
        return UnsafeApi.getByte(payment + CHANNEL) & 0xFF;
    }

    static void channel(final long payment, final int value) {
        UnsafeApi.putByte(payment + CHANNEL, (byte) value);
    }

    /** Queue that it waits in to be forgotten; {@link #IN_WORK}: none yet. */
    static int retention(final long payment) {
        return UnsafeApi.getByte(payment + RETENTION) & 0xFF;
    }

    static void retention(final long payment, final int value) {
        UnsafeApi.putByte(payment + RETENTION, (byte) value);
    }

    /** Bits of this class. */
    static int flags(final long payment) {
        return UnsafeApi.getShort(payment + FLAGS) & 0xFFFF;
    }

    static void flags(final long payment, final int value) {
        UnsafeApi.putShort(payment + FLAGS, (short) value);
    }

    /** DE 38 in the lower six bytes; DE 39 of the issuer in the upper two. */
    static long approvalWord(final long payment) {
        return UnsafeApi.getLong(payment + APPROVAL_WORD);
    }

    static void approvalWord(final long payment, final long value) {
        UnsafeApi.putLong(payment + APPROVAL_WORD, value);
    }

    /** Slot of the wallet whose limits it uses, or -1. */
    static int wallet(final long payment) {
        return UnsafeApi.getInt(payment + WALLET) - 1;
    }

    static void wallet(final long payment, final int value) {
        UnsafeApi.putInt(payment + WALLET, value + 1);
    }

    /** Route slot, or -1 for a local payment. */
    static int route(final long payment) {
        return (UnsafeApi.getShort(payment + ROUTE) & 0xFFFF) - 1;
    }

    static void route(final long payment, final int value) {
        UnsafeApi.putShort(payment + ROUTE, (short) (value + 1));
    }

    /** Link that the issuer answered on. */
    static int issuerLink(final long payment) {
        return UnsafeApi.getShort(payment + ISSUER_LINK) & 0xFFFF;
    }

    static void issuerLink(final long payment, final int value) {
        UnsafeApi.putShort(payment + ISSUER_LINK, (short) value);
    }

    /** Command time from which its retention counts. */
    static long queuedNs(final long payment) {
        return UnsafeApi.getLong(payment + QUEUED_NS);
    }

    static void queuedNs(final long payment, final long value) {
        UnsafeApi.putLong(payment + QUEUED_NS, value);
    }

    /** First half of DE 42. */
    static long merchant0(final long payment) {
        return UnsafeApi.getLong(payment + MERCHANT0);
    }

    static void merchant0(final long payment, final long value) {
        UnsafeApi.putLong(payment + MERCHANT0, value);
    }

    /** Second half of DE 42. */
    static long merchant1(final long payment) {
        return UnsafeApi.getLong(payment + MERCHANT1);
    }

    static void merchant1(final long payment, final long value) {
        UnsafeApi.putLong(payment + MERCHANT1, value);
    }

    /** By flag: what another account than the usual one paid; what was left of the limit that refused; the issuer's ledger balance. */
    static long aside(final long payment) {
        return UnsafeApi.getLong(payment + ASIDE);
    }

    static void aside(final long payment, final long value) {
        UnsafeApi.putLong(payment + ASIDE, value);
    }

    /** The issuer's available balance, if a flag says so. */
    static long available(final long payment) {
        return UnsafeApi.getLong(payment + AVAILABLE);
    }

    static void available(final long payment, final long value) {
        UnsafeApi.putLong(payment + AVAILABLE, value);
    }

    /**
     * Of an authorisation: all that was held or approved so far, increments included, less what was released. Of a completion: what of
     * it came from the hold. Minor units.
     */
    static long held(final long payment) {
        return UnsafeApi.getLong(payment + HELD);
    }

    static void held(final long payment, final long value) {
        UnsafeApi.putLong(payment + HELD, value);
    }
}
