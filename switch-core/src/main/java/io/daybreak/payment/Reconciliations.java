package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.ReconciliationFields;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ReconciliationAnswerEncoder;
import io.daybreak.protocol.codec.ReconciliationDecoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.collections.Long2LongHashMap;

import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reconciliations (0500, 0520): compare an acquirer's totals with ours and close the period, in balance or out of it. Rules:
 * docs/iso8583.md, chapter 16. A repeat gets the stored answer and closes nothing.
 * <pre>
 *    0 institution             8 stan (4), transmission (4)         16 sequence           24 time
 *   32 credits, their reversals, debits, their reversals: number and amount (64)           96 rrn (12), date (4)
 *  112 net                   120 result (2), currency (2), mti (2), contents (2)          128 next in the order of time
 *  136 older, newer of the same bucket
 * </pre>
 * Remembered for the window of identities: at most {@link #MAX_OF_ONE} of an acquirer, so that none can take the room of the others,
 * and {@link #MAX_REMEMBERED} in all. At either bound a new one is not decided (RECORD_CAPACITY_REACHED): what is inside its window is
 * never forgotten, for its repeat would close another period. Every search follows one hash chain. Ledger thread only.
 */
final class Reconciliations implements Stateful {
    /** Most reconciliations remembered. */
    static final int MAX_REMEMBERED = 1 << 17;
    /** Most of one acquirer: one every five seconds, where a few a day are usual. */
    static final int MAX_OF_ONE = 1 << 14;

    private static final int RECORD_BYTES = 256;
    private static final int HASHED_WORDS = 16;
    /** In the second word of the key. */
    private static final int STAN = 12;
    private static final int SEQUENCE = 16;
    private static final int TIMESTAMP = 24;
    private static final int SUMS = 32;
    private static final int RRN_0 = 96;
    private static final int RRN_1 = 104;
    private static final int DATE = 108;
    private static final int NET = 112;
    private static final int RESULT = 120;
    private static final int CURRENCY = 122;
    private static final int MTI = 124;
    private static final int CONTENTS = 126;
    private static final int NEXT = 128;
    private static final int OLDER = 136;
    private static final int NEWER = 144;
    private static final int FORGOTTEN_AT_ONCE = 2;
    private static final int MONTH_AND_DAY = 10_000;
    private static final int IN_BALANCE = 1;
    private static final int OUT_OF_BALANCE = 2;
    private static final int RRN_OFFSET = ReconciliationDecoder.rrnEncodingOffset();

    private final Reference reference;
    private final Totals totals;
    private final Windows windows;
    private final RecordTable table;
    private final ReconciliationDecoder message = new ReconciliationDecoder();
    private final ReconciliationAnswerEncoder encoder = new ReconciliationAnswerEncoder();
    /** By acquirer, DE 11 and 37: slot of the newest, plus one. Follows from the records. */
    private final int[] newestOfBucket = new int[MAX_REMEMBERED];
    /** Remembered of each acquirer; follows from the records. */
    private final Long2LongHashMap counts = new Long2LongHashMap(0);
    private int first;
    private int last;
    private DirectBuffer body;
    private int bodyOffset;
    /** The reconciliation at work, or {@link RecordTable#NOT_FOUND}. */
    private int slot;
    private boolean repeated;

    Reconciliations(final SlabAllocator allocator, final Reference reference, final Totals totals, final Windows windows) {
        this.reference = reference;
        this.totals = totals;
        this.windows = windows;
        this.table = new RecordTable(allocator, new UndoLog(), RECORD_BYTES, HASHED_WORDS);
    }

    /** Takes the memory of the index; before that nothing is remembered. */
    void configure() {
        table.configure(MAX_REMEMBERED);
    }

    @Override
    public void image(final StateImage image) {
        table.image(image);
        first = image.number(first);
        last = image.number(last);
        if (image.isLoading()) {
            Arrays.fill(newestOfBucket, 0);
            counts.clear();
            for (int link = first; link != 0; link = (int) UnsafeApi.getLong(table.address(link - 1) + NEXT)) {
                index(link - 1);
            }
        }
    }

    /** Reads the message. OK or MALFORMED_COMMAND. */
    int wrap(final DirectBuffer command, final int offset, final int length) {
        slot = RecordTable.NOT_FOUND;
        repeated = false;
        body = command;
        bodyOffset = offset;
        message.wrap(command, offset, ReconciliationDecoder.BLOCK_LENGTH, ReconciliationDecoder.SCHEMA_VERSION);
        return length == ReconciliationDecoder.BLOCK_LENGTH && message.year() <= UtcTime.MAX_YEAR ? Result.OK : Result.MALFORMED_COMMAND;
    }

    long institution() {
        return message.institution();
    }

    /** Applies the message of an institution that may speak. */
    int apply(final int institution, final long sequence, final long nowNs, final int refusal) {
        slot = find();
        if (slot != RecordTable.NOT_FOUND) {
            return repeat();
        }
        final long sentNs = UtcTime.moment(message.year(), (int) message.transmission(), nowNs);
        if (sentNs == UtcTime.NO_TIME) {
            return Result.MALFORMED_COMMAND;
        }
        if (sentNs > nowNs + windows.futureNs()) {
            return Result.TRANSMISSION_TIME_IN_THE_FUTURE;
        }
        if (sentNs < nowNs - windows.identityNs()) {
            return Result.REQUEST_BEFORE_THE_WINDOW;
        }
        if (refusal != Result.OK && refusal != Result.STORAGE_RESERVE_REACHED) {
            return refusal;
        }
        forget(nowNs);
        if (table.isFull() || counts.get(message.institution()) >= MAX_OF_ONE) {
            return Result.RECORD_CAPACITY_REACHED;
        }
        slot = remember(sequence, nowNs);
        return decide(institution, nowNs);
    }

    // ---- Known ----

    private int find() {
        final int known = table.find(message.institution(), key());
        return known != RecordTable.NOT_FOUND || message.mti() % 10 == 0 ? known : findWithoutTime();
    }

    private long key() {
        return message.stan() << 32 | message.transmission();
    }

    /** A repeat may have a new DE 7: the newest with its DE 11 and 37. */
    private int findWithoutTime() {
        int link = newestOfBucket[bucket(message.institution(), (int) message.stan(), rrn0(), rrn1())];
        while (link != 0) {
            final long record = table.address(link - 1);
            if (UnsafeApi.getLong(record) == message.institution() && UnsafeApi.getInt(record + STAN) == message.stan()
                && UnsafeApi.getLong(record + RRN_0) == rrn0() && UnsafeApi.getInt(record + RRN_1) == rrn1()) {
                return link - 1;
            }
            link = UnsafeApi.getInt(record + OLDER);
        }
        return RecordTable.NOT_FOUND;
    }

    private static int bucket(final long institution, final int stan, final long rrn0, final int rrn1) {
        return (int) Hashing.mix(Hashing.mix(institution, stan), Hashing.mix(rrn0, rrn1)) & MAX_REMEMBERED - 1;
    }

    private static int bucketOf(final long record) {
        return bucket(UnsafeApi.getLong(record), UnsafeApi.getInt(record + STAN), UnsafeApi.getLong(record + RRN_0), UnsafeApi.getInt(record + RRN_1));
    }

    /** The newest of all becomes the newest of its bucket. */
    private void index(final int added) {
        final long record = table.address(added);
        final int bucket = bucketOf(record);
        final int older = newestOfBucket[bucket];
        UnsafeApi.putInt(record + OLDER, older);
        UnsafeApi.putInt(record + NEWER, 0);
        if (older != 0) {
            UnsafeApi.putInt(table.address(older - 1) + NEWER, added + 1);
        }
        newestOfBucket[bucket] = added + 1;
        final long institution = UnsafeApi.getLong(record);
        counts.put(institution, counts.get(institution) + 1);
    }

    /** The oldest of all is the oldest of its bucket too. */
    private void unindexOldest(final long record) {
        final int newer = UnsafeApi.getInt(record + NEWER);
        if (newer == 0) {
            newestOfBucket[bucketOf(record)] = 0;
        } else {
            UnsafeApi.putInt(table.address(newer - 1) + OLDER, 0);
        }
        final long institution = UnsafeApi.getLong(record);
        final long left = counts.get(institution) - 1;
        if (left == 0) {
            counts.remove(institution);
        } else {
            counts.put(institution, left);
        }
    }

    private long rrn0() {
        return body.getLong(bodyOffset + RRN_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    private int rrn1() {
        return body.getInt(bodyOffset + RRN_OFFSET + 8, ByteOrder.LITTLE_ENDIAN);
    }

    private int repeat() {
        final long record = table.address(slot);
        if (UnsafeApi.getShort(record + CONTENTS) != (short) contents()) {
            slot = RecordTable.NOT_FOUND;
            return Result.DUPLICATE_WITH_DIFFERENT_CONTENTS;
        }
        repeated = true;
        return UnsafeApi.getShort(record + RESULT) & 0xFFFF;
    }

    /** Hash of what a repeat must say again. */
    private int contents() {
        final long amounts = Hashing.mix(Hashing.mix(message.creditAmount(), message.creditReversalAmount()),
            Hashing.mix(message.debitAmount(), message.debitReversalAmount()));
        final long counts = Hashing.mix(message.creditCount() << 32 | message.creditReversalCount(),
            message.debitCount() << 32 | message.debitReversalCount());
        final long rest = Hashing.mix(message.netAmount(), message.sent() << 32 | message.currency() << 16 | message.settlementDate());
        return (int) Hashing.mix(Hashing.mix(amounts, counts), rest) & 0xFFFF;
    }

    /** True if the message was known: its first answer stands. */
    boolean isRepeated() {
        return repeated;
    }

    long firstSequence() {
        return UnsafeApi.getLong(table.address(slot) + SEQUENCE);
    }

    long firstTimestampNs() {
        return UnsafeApi.getLong(table.address(slot) + TIMESTAMP);
    }

    // ---- New ----

    private int remember(final long sequence, final long nowNs) {
        final int added = table.add(message.institution(), key());
        final long record = table.address(added);
        table.beforeChange(added);
        UnsafeApi.putLong(record + SEQUENCE, sequence);
        UnsafeApi.putLong(record + TIMESTAMP, nowNs);
        UnsafeApi.putLong(record + RRN_0, rrn0());
        UnsafeApi.putInt(record + RRN_1, rrn1());
        UnsafeApi.putShort(record + CURRENCY, (short) message.currency());
        UnsafeApi.putShort(record + MTI, (short) message.mti());
        UnsafeApi.putShort(record + CONTENTS, (short) contents());
        table.afterChange(added);
        if (first == 0) {
            first = added + 1;
        } else {
            UnsafeApi.putLong(table.address(last - 1) + NEXT, added + 1L);
        }
        last = added + 1;
        index(added);
        return added;
    }

    private void forget(final long nowNs) {
        for (int i = 0; i < FORGOTTEN_AT_ONCE && first != 0; i++) {
            final int oldest = first - 1;
            final long record = table.address(oldest);
            if (UnsafeApi.getLong(record + TIMESTAMP) >= nowNs - windows.keptNs(PaymentTable.REPEATABLE)) {
                return;
            }
            unindexOldest(record);
            first = (int) UnsafeApi.getLong(record + NEXT);
            table.remove(oldest);
        }
    }

    private int decide(final int institution, final long nowNs) {
        int result = Result.OK;
        int date = 0;
        if ((reference.institutions().rights(institution) & InstitutionRights.RECONCILE) == 0) {
            result = Result.OPERATION_NOT_GRANTED;
        } else {
            date = date(reference.institutions().dayGroup(institution), nowNs);
            result = date == 0 ? Result.BUSINESS_DATE_CLOSED : Result.OK;
        }
        final long record = table.address(slot);
        table.beforeChange(slot);
        if (result == Result.OK) {
            final int row = totals.find(message.institution(), message.currency(), date);
            result = isInBalance(row) ? Result.OK : Result.OUT_OF_BALANCE;
            store(record, row, date);
            if (row != Totals.NO_ROW) {
                totals.closePeriod(row);
            }
        }
        UnsafeApi.putShort(record + RESULT, (short) result);
        table.afterChange(slot);
        return result;
    }

    /** The open date, or the one before for as long as it takes totals; 0 for any other. */
    private int date(final int dayGroup, final long nowNs) {
        final int open = reference.days().openDate(dayGroup);
        final int wanted = message.settlementDate();
        if (wanted == 0 || wanted == open % MONTH_AND_DAY) {
            return open;
        }
        final int previous = reference.days().previousDate(dayGroup);
        return previous != 0 && wanted == previous % MONTH_AND_DAY && nowNs < reference.days().previousClosesNs(dayGroup) ? previous : 0;
    }

    private void store(final long record, final int row, final int date) {
        UnsafeApi.putInt(record + DATE, date);
        UnsafeApi.putLong(record + NET, totals.periodNet(row));
        for (int kind = Totals.CREDIT; kind <= Totals.DEBIT_REVERSAL; kind++) {
            UnsafeApi.putLong(record + SUMS + kind * 16L, totals.periodCount(row, kind));
            UnsafeApi.putLong(record + SUMS + kind * 16L + 8, totals.periodAmount(row, kind));
        }
    }

    /** Only what was sent is compared. */
    private boolean isInBalance(final int row) {
        return agrees(ReconciliationFields.CREDIT_COUNT, message.creditCount(), totals.periodCount(row, Totals.CREDIT))
            && agrees(ReconciliationFields.CREDIT_REVERSAL_COUNT, message.creditReversalCount(),
            totals.periodCount(row, Totals.CREDIT_REVERSAL))
            && agrees(ReconciliationFields.DEBIT_COUNT, message.debitCount(), totals.periodCount(row, Totals.DEBIT))
            && agrees(ReconciliationFields.DEBIT_REVERSAL_COUNT, message.debitReversalCount(),
            totals.periodCount(row, Totals.DEBIT_REVERSAL))
            && agrees(ReconciliationFields.CREDIT_AMOUNT, message.creditAmount(), totals.periodAmount(row, Totals.CREDIT))
            && agrees(ReconciliationFields.CREDIT_REVERSAL_AMOUNT, message.creditReversalAmount(),
            totals.periodAmount(row, Totals.CREDIT_REVERSAL))
            && agrees(ReconciliationFields.DEBIT_AMOUNT, message.debitAmount(), totals.periodAmount(row, Totals.DEBIT))
            && agrees(ReconciliationFields.DEBIT_REVERSAL_AMOUNT, message.debitReversalAmount(),
            totals.periodAmount(row, Totals.DEBIT_REVERSAL))
            && agrees(ReconciliationFields.NET_AMOUNT, message.netAmount(), totals.periodNet(row));
    }

    private boolean agrees(final int field, final long theirs, final long ours) {
        return (message.sent() & field) == 0 || theirs == ours;
    }

    // ---- Answer ----

    /** Writes the answer: the stored totals, or nothing but the result where there are none. */
    void answer(final int result, final MutableDirectBuffer answer, final int offset) {
        final long record = slot == RecordTable.NOT_FOUND ? 0 : table.address(slot);
        final boolean told = record != 0 && (result == Result.OK || result == Result.OUT_OF_BALANCE);
        encoder.wrap(answer, offset)
            .creditAmount(amount(told, record, Totals.CREDIT))
            .creditReversalAmount(amount(told, record, Totals.CREDIT_REVERSAL))
            .debitAmount(amount(told, record, Totals.DEBIT))
            .debitReversalAmount(amount(told, record, Totals.DEBIT_REVERSAL))
            .netAmount(told ? UnsafeApi.getLong(record + NET) : 0)
            .creditCount(count(told, record, Totals.CREDIT))
            .creditReversalCount(count(told, record, Totals.CREDIT_REVERSAL))
            .debitCount(count(told, record, Totals.DEBIT))
            .debitReversalCount(count(told, record, Totals.DEBIT_REVERSAL))
            .settlementDate(told ? UnsafeApi.getInt(record + DATE) : 0)
            .currency(message.currency())
            .settlementCode(told ? result == Result.OK ? IN_BALANCE : OUT_OF_BALANCE : 0)
            .result(result)
            .mti(message.mti() / 10 * 10 + 10)
            .reserved(0)
            .reserved2(0);
        putRrn(record, answer, offset + ReconciliationAnswerEncoder.rrnEncodingOffset());
    }

    /** The acquirer's, or else the one that we make of the first message's place in the order; none of what was not decided. */
    private void putRrn(final long record, final MutableDirectBuffer answer, final int offset) {
        final boolean isOurs = record != 0 && rrn0() == 0 && rrn1() == 0;
        final long sequence = isOurs ? UnsafeApi.getLong(record + SEQUENCE) : 0;
        answer.putLong(offset, isOurs ? MadeReference.head(UnsafeApi.getLong(record + TIMESTAMP), sequence) : rrn0(), ByteOrder.LITTLE_ENDIAN);
        answer.putInt(offset + Long.BYTES, isOurs ? MadeReference.tail(sequence) : rrn1(), ByteOrder.LITTLE_ENDIAN);
    }

    private static long amount(final boolean told, final long record, final int kind) {
        return told ? UnsafeApi.getLong(record + SUMS + kind * 16L + 8) : 0;
    }

    private static long count(final boolean told, final long record, final int kind) {
        return told ? UnsafeApi.getLong(record + SUMS + kind * 16L) : 0;
    }

    long digest() {
        return table.digest();
    }

    long computeDigest() {
        return table.computeDigest();
    }
}
