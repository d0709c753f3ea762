package io.daybreak.limits;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.PutTierDecoder;
import io.daybreak.reference.ReferenceTable;
import io.daybreak.state.StateImage;
import org.agrona.DirectBuffer;

/**
 * Tiers of limits. A tier has a row for all channels together ({@link PaymentChannel#ALL}) and may have one for each
 * channel; a payment must keep both. All rows of a tier are of one currency.
 * <pre>
 *    0 tier, channel (16)    16 per payment    24 per day    32 per month    40 per year    48 balance ceiling
 *   56 payments per day, month, year (4 each)    68 valid from (4)    72 tier, currency (2 each)
 *   76 channel, status (1 each), 0 (2)    80 name (32)
 * </pre>
 * Amounts are minor units. Ledger thread only.
 */
public final class Tiers extends ReferenceTable {
    /** Largest id of a tier. */
    public static final int MAX_ID = 1_023;
    /** Most rows. */
    public static final int CAPACITY = MAX_ID * PaymentChannel.COUNT;
    /** An amount without limit. */
    public static final long NO_LIMIT = Long.MAX_VALUE;
    /** A count without limit. */
    public static final int NO_COUNT = Integer.MAX_VALUE;

    private static final int PER_PAYMENT = 16;
    private static final int PER_DAY = 24;
    private static final int PER_MONTH = 32;
    private static final int PER_YEAR = 40;
    private static final int BALANCE_CEILING = 48;
    private static final int COUNT_PER_DAY = 56;
    private static final int COUNT_PER_MONTH = 60;
    private static final int COUNT_PER_YEAR = 64;
    private static final int CURRENCY = 74;
    private static final int CHANNEL_AND_STATUS = 76;
    private static final int ROWS_SHIFT = 3;

    /** Slot of the row of a tier and channel that was not removed, plus one; follows from the records. */
    private final int[] rows = new int[MAX_ID + 1 << ROWS_SHIFT];

    public Tiers(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutTierDecoder.TEMPLATE_ID, PutTierDecoder.BLOCK_LENGTH, 0, 128, 14,
            CHANNEL_AND_STATUS + 1);
    }

    /** Row of a tier for a channel, or {@link #NOT_FOUND}. */
    public int row(final int tierId, final int channel) {
        return rows[tierId << ROWS_SHIFT | channel] - 1;
    }

    /** Any row of a tier, or {@link #NOT_FOUND} if it has none: the tier is not there. */
    public int anyRow(final int tierId) {
        for (int channel = 0; channel < PaymentChannel.COUNT; channel++) {
            if (row(tierId, channel) != NOT_FOUND) {
                return row(tierId, channel);
            }
        }
        return NOT_FOUND;
    }

    /**
     * Puts a row; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final int tierId, final int channel, final DirectBuffer command, final int offset) {
        final int existing = records.find(tierId, channel);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        final int slot = write(tierId, channel, command, offset);
        rows[tierId << ROWS_SHIFT | channel] = slot + 1;
        return true;
    }

    @Override
    public boolean remove(final long tierId, final long channel) {
        final boolean wasThere = super.remove(tierId, channel);
        if (wasThere) {
            rows[(int) tierId << ROWS_SHIFT | (int) channel] = 0;
        }
        return wasThere;
    }

    @Override
    public void image(final StateImage image) {
        super.image(image);
        image.numbers(rows, rows.length);
    }

    /** Most of one payment. */
    public long perPaymentMinor(final int row) {
        return int64(row, PER_PAYMENT);
    }

    /** Most of a day. */
    public long perDayMinor(final int row) {
        return int64(row, PER_DAY);
    }

    /** Most of a month. */
    public long perMonthMinor(final int row) {
        return int64(row, PER_MONTH);
    }

    /** Most of a year. */
    public long perYearMinor(final int row) {
        return int64(row, PER_YEAR);
    }

    /** Most that the wallet may hold; in the row of all channels. */
    public long balanceCeilingMinor(final int row) {
        return int64(row, BALANCE_CEILING);
    }

    /** Most payments of a day. */
    public int countPerDay(final int row) {
        return int32(row, COUNT_PER_DAY);
    }

    /** Most payments of a month. */
    public int countPerMonth(final int row) {
        return int32(row, COUNT_PER_MONTH);
    }

    /** Most payments of a year. */
    public int countPerYear(final int row) {
        return int32(row, COUNT_PER_YEAR);
    }

    /** True if the row limits days, months or years: then what is paid is counted. */
    public boolean limitsPeriods(final int row) {
        return perDayMinor(row) != NO_LIMIT || perMonthMinor(row) != NO_LIMIT || perYearMinor(row) != NO_LIMIT
            || countPerDay(row) != NO_COUNT || countPerMonth(row) != NO_COUNT || countPerYear(row) != NO_COUNT;
    }

    /** ISO 4217 number of the row's currency. */
    public int currency(final int row) {
        return uint16(row, CURRENCY);
    }

    /** Channel of the row. */
    public int channel(final int row) {
        return uint16(row, CHANNEL_AND_STATUS) & 0xFF;
    }

    /** True if the row lets nothing through. */
    public boolean isBlocked(final int row) {
        return status(row) == RecordStatus.BLOCKED;
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, CHANNEL_AND_STATUS) >>> Byte.SIZE;
    }
}
