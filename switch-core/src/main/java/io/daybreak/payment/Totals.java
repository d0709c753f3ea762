package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * What was paid, by acquirer, currency and business date: the whole day, and the period since the last reconciliation. Rules:
 * docs/iso8583.md, chapter 16. Fees are not included; amounts are minor units, counts are exact.
 * <pre>
 *    0 acquirer, or an issuer with its top bit set      8 currency (upper half), date (lower half)
 *   16 day: count and amount of credits, their reversals, debits, their reversals (64)
 *   80 period: the same (64)
 * </pre>
 * At most {@link #MAX_ROWS} rows; the row that was begun first goes when one more is needed, which is after years. Ledger
 * thread only.
 */
final class Totals implements Stateful {
    /** Kind: refund, top-up. DE 74 and 86. */
    static final int CREDIT = 0;
    /** Kind: reversal of a credit. DE 75 and 87. */
    static final int CREDIT_REVERSAL = 1;
    /** Kind: purchase, cash-out, completion, bill, transfer. DE 76 and 88. */
    static final int DEBIT = 2;
    /** Kind: reversal of a debit. DE 77 and 89. */
    static final int DEBIT_REVERSAL = 3;
    /** No row: nothing was counted. */
    static final int NO_ROW = RecordTable.NOT_FOUND;
    /** Most rows. */
    static final int MAX_ROWS = 1 << 18;
    /** Tells an issuer's rows from an acquirer's. */
    static final long ISSUER = 1L << 62;

    private static final int KINDS = 4;
    private static final int DAY = 16;
    private static final int PERIOD = DAY + KINDS * 16;
    /** The keys alone: the sums make a digest of their own, linear in them, so that counting costs two multiplications. */
    private static final int HASHED_WORDS = 2;
    private static final int SUM_WORDS = 16;
    private static final int RECORD_BYTES = 256;
    private static final int NEXT_BEGUN = 144;
    private static final long WEIGHT_STEP = 0x9E3779B97F4A7C15L;

    private final RecordTable rows;
    private int firstBegun;
    private int lastBegun;
    private long lastAcquirer;
    private long lastDay = -1;
    private int lastRow = NO_ROW;
    private long sumsDigest;

    Totals(final SlabAllocator allocator) {
        rows = new RecordTable(allocator, new UndoLog(), RECORD_BYTES, HASHED_WORDS);
    }

    /** Takes the memory of the index; before that there are no rows. */
    void configure() {
        rows.configure(MAX_ROWS);
    }

    /** Counts one payment into day and period. */
    void count(final long acquirer, final int currency, final int date, final int kind, final long amountMinor) {
        final int row = rowFor(acquirer, currency, date);
        final long address = rows.address(row);
        final long weight = rowWeight(address);
        add(address, weight, 2 * kind, amountMinor);
        add(address, weight, SUM_WORDS / 2 + 2 * kind, amountMinor);
    }

    private void add(final long address, final long weight, final int word, final long amountMinor) {
        final long sum = address + DAY + word * 8L;
        UnsafeApi.putLong(sum, UnsafeApi.getLong(sum) + 1);
        UnsafeApi.putLong(sum + 8, UnsafeApi.getLong(sum + 8) + amountMinor);
        sumsDigest += weight * wordWeight(word) + weight * wordWeight(word + 1) * amountMinor;
    }

    private static long rowWeight(final long address) {
        return Hashing.mix(UnsafeApi.getLong(address), UnsafeApi.getLong(address + 8)) | 1;
    }

    private static long wordWeight(final int word) {
        return WEIGHT_STEP * (2 * word + 1);
    }

    /** A new period begins. */
    void closePeriod(final int row) {
        final long address = rows.address(row);
        final long weight = rowWeight(address);
        for (int word = SUM_WORDS / 2; word < SUM_WORDS; word++) {
            final long sum = address + DAY + word * 8L;
            sumsDigest -= weight * wordWeight(word) * UnsafeApi.getLong(sum);
            UnsafeApi.putLong(sum, 0);
        }
    }

    /** Row of an acquirer's day, or {@link #NO_ROW}. */
    int find(final long acquirer, final int currency, final int date) {
        return rows.find(acquirer, (long) currency << 32 | date);
    }

    private int rowFor(final long acquirer, final int currency, final int date) {
        final long day = (long) currency << 32 | date;
        if (acquirer == lastAcquirer && day == lastDay) {
            return lastRow;
        }
        int row = rows.find(acquirer, day);
        if (row == NO_ROW) {
            row = begin(acquirer, day);
        }
        lastAcquirer = acquirer;
        lastDay = day;
        lastRow = row;
        return row;
    }

    private int begin(final long acquirer, final long day) {
        if (rows.isFull()) {
            final int oldest = firstBegun - 1;
            firstBegun = (int) UnsafeApi.getLong(rows.address(oldest) + NEXT_BEGUN);
            sumsDigest -= hashOfSums(rows.address(oldest));
            rows.remove(oldest);
            lastDay = -1;
        }
        final int row = rows.add(acquirer, day);
        if (firstBegun == 0) {
            firstBegun = row + 1;
        } else {
            UnsafeApi.putLong(rows.address(lastBegun - 1) + NEXT_BEGUN, row + 1L);
        }
        lastBegun = row + 1;
        return row;
    }

    @Override
    public void image(final StateImage image) {
        rows.image(image);
        firstBegun = image.number(firstBegun);
        lastBegun = image.number(lastBegun);
        sumsDigest = image.word(sumsDigest);
    }

    /** Number of payments of a kind in the period; 0 without a row. */
    long periodCount(final int row, final int kind) {
        return row == NO_ROW ? 0 : UnsafeApi.getLong(rows.address(row) + PERIOD + kind * 16L);
    }

    long periodAmount(final int row, final int kind) {
        return row == NO_ROW ? 0 : UnsafeApi.getLong(rows.address(row) + PERIOD + kind * 16L + 8);
    }

    long dayCount(final int row, final int kind) {
        return row == NO_ROW ? 0 : UnsafeApi.getLong(rows.address(row) + DAY + kind * 16L);
    }

    long dayAmount(final int row, final int kind) {
        return row == NO_ROW ? 0 : UnsafeApi.getLong(rows.address(row) + DAY + kind * 16L + 8);
    }

    /** DE 97 of the period: (credits' amount + reversed debits) less (debits' amount + reversed credits); credit positive. */
    long periodNet(final int row) {
        return periodAmount(row, CREDIT) + periodAmount(row, DEBIT_REVERSAL) - periodAmount(row, DEBIT)
            - periodAmount(row, CREDIT_REVERSAL);
    }

    long dayNet(final int row) {
        return dayAmount(row, CREDIT) + dayAmount(row, DEBIT_REVERSAL) - dayAmount(row, DEBIT) - dayAmount(row, CREDIT_REVERSAL);
    }

    long digest() {
        return rows.digest() + Hashing.mix(sumsDigest, rows.count());
    }

    long computeDigest() {
        long sums = 0;
        int link = firstBegun;
        while (link != 0) {
            final long address = rows.address(link - 1);
            sums += hashOfSums(address);
            link = (int) UnsafeApi.getLong(address + NEXT_BEGUN);
        }
        return rows.computeDigest() + Hashing.mix(sums, rows.count());
    }

    private static long hashOfSums(final long address) {
        final long weight = rowWeight(address);
        long hash = 0;
        for (int word = 0; word < SUM_WORDS; word++) {
            hash += weight * wordWeight(word) * UnsafeApi.getLong(address + DAY + word * 8L);
        }
        return hash;
    }
}
