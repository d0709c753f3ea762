package io.daybreak.limits;

import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * What wallets have used of their limits, by wallet and channel ({@link PaymentChannel#ALL} for all together), for the
 * day, month and year of the record's date.
 * <pre>
 *    0 wallet, channel (16)    16 date, payments of the day (4 each)    24 payments of the month, of the year (4 each)
 *   32 day    40 month    48 year    56 counted since
 * </pre>
 * There is room for every channel of every wallet. The date never goes back: where a wallet moves to a zone that is a
 * day behind, the day that was counted last goes on. Amounts are minor units. Ledger thread only.
 */
final class Usage implements Stateful {
    static final int NOT_FOUND = RecordTable.NOT_FOUND;

    private static final int RECORD_BYTES = 128;
    private static final int HASHED_WORDS = 8;
    private static final int DATE = 16;
    private static final int DAY_COUNT = 20;
    private static final int MONTH_COUNT = 24;
    private static final int YEAR_COUNT = 28;
    private static final int DAY = 32;
    private static final int MONTH = 40;
    private static final int YEAR = 48;
    private static final int SINCE = 56;

    private final RecordTable records;

    Usage(final SlabAllocator allocator, final UndoLog undo) {
        this.records = new RecordTable(allocator, undo, RECORD_BYTES, HASHED_WORDS);
    }

    /** Makes room for every channel of so many wallets; most use few, so there is one bucket for each wallet. */
    void configure(final long wallets) {
        records.configure(wallets * PaymentChannel.COUNT, wallets);
    }

    @Override
    public void image(final StateImage image) {
        records.image(image);
    }

    int find(final long walletId, final int channel) {
        return records.find(walletId, channel);
    }

    /** Date of the record, YYYYMMDD. */
    int date(final int slot) {
        return UnsafeApi.getInt(records.address(slot) + DATE);
    }

    /** Used on a date, which may be after the record's. */
    long day(final int slot, final int date) {
        return slot != NOT_FOUND && date <= date(slot) ? UnsafeApi.getLong(records.address(slot) + DAY) : 0;
    }

    /** Used in the month of a date. */
    long month(final int slot, final int date) {
        return isInMonth(slot, date) ? UnsafeApi.getLong(records.address(slot) + MONTH) : 0;
    }

    /** Used in the year of a date. */
    long year(final int slot, final int date) {
        return isInYear(slot, date) ? UnsafeApi.getLong(records.address(slot) + YEAR) : 0;
    }

    /** Payments on a date. */
    int dayCount(final int slot, final int date) {
        return slot != NOT_FOUND && date <= date(slot) ? UnsafeApi.getInt(records.address(slot) + DAY_COUNT) : 0;
    }

    /** Payments in the month of a date. */
    int monthCount(final int slot, final int date) {
        return isInMonth(slot, date) ? UnsafeApi.getInt(records.address(slot) + MONTH_COUNT) : 0;
    }

    /** Payments in the year of a date. */
    int yearCount(final int slot, final int date) {
        return isInYear(slot, date) ? UnsafeApi.getInt(records.address(slot) + YEAR_COUNT) : 0;
    }

    private boolean isInMonth(final int slot, final int date) {
        return slot != NOT_FOUND && date / 100 <= date(slot) / 100;
    }

    private boolean isInYear(final int slot, final int date) {
        return slot != NOT_FOUND && date / 10_000 <= date(slot) / 10_000;
    }

    /** Counts payments on a date. Sums stop at 2^63 - 1 and 2^31 - 1. */
    void add(final long walletId, final int channel, final int date, final long amount, final int payments, final long nowNs) {
        int slot = records.find(walletId, channel);
        final boolean isNew = slot == NOT_FOUND;
        if (isNew) {
            slot = records.add(walletId, channel);
        }
        records.beforeChange(slot);
        final long record = records.address(slot);
        if (isNew) {
            UnsafeApi.putLong(record + SINCE, nowNs);
        }
        final long day = plus(day(slot, date), amount);
        final long month = plus(month(slot, date), amount);
        final long year = plus(year(slot, date), amount);
        final int dayCount = plus(dayCount(slot, date), payments);
        final int monthCount = plus(monthCount(slot, date), payments);
        final int yearCount = plus(yearCount(slot, date), payments);
        UnsafeApi.putInt(record + DATE, Math.max(date, date(slot)));
        UnsafeApi.putInt(record + DAY_COUNT, dayCount);
        UnsafeApi.putInt(record + MONTH_COUNT, monthCount);
        UnsafeApi.putInt(record + YEAR_COUNT, yearCount);
        UnsafeApi.putLong(record + DAY, day);
        UnsafeApi.putLong(record + MONTH, month);
        UnsafeApi.putLong(record + YEAR, year);
        records.afterChange(slot);
    }

    /** Gives back what was counted at an instant, on a date; of periods that are over there is nothing to give back. */
    void subtract(final int slot, final int date, final long amount, final int payments, final long countedAtNs) {
        final long record = records.address(slot);
        if (countedAtNs < UnsafeApi.getLong(record + SINCE)) {
            // Paid before the wallet's limits were counted.
            return;
        }
        records.beforeChange(slot);
        final int current = date(slot);
        if (date == current) {
            lower(record, DAY, DAY_COUNT, amount, payments);
        }
        if (date / 100 == current / 100) {
            lower(record, MONTH, MONTH_COUNT, amount, payments);
        }
        if (date / 10_000 == current / 10_000) {
            lower(record, YEAR, YEAR_COUNT, amount, payments);
        }
        records.afterChange(slot);
    }

    private static void lower(final long record, final int sum, final int count, final long amount, final int payments) {
        UnsafeApi.putLong(record + sum, Math.max(0, UnsafeApi.getLong(record + sum) - amount));
        UnsafeApi.putInt(record + count, Math.max(0, UnsafeApi.getInt(record + count) - payments));
    }

    private static long plus(final long sum, final long amount) {
        return sum + amount < 0 ? Long.MAX_VALUE : sum + amount;
    }

    private static int plus(final int count, final int payments) {
        return count + payments < 0 ? Integer.MAX_VALUE : count + payments;
    }

    void mark() {
        records.mark();
    }

    void rollback() {
        records.rollback();
    }

    int count() {
        return records.count();
    }

    long digest() {
        return records.digest();
    }

    long computeDigest() {
        return records.computeDigest();
    }
}
