package io.daybreak.merchant;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.PutFeeDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;

/**
 * What a merchant pays for a payment, by acquirer, category and currency.
 * <pre>
 *    0 institution, category and currency (16)    16 fixed    24 minimum    32 maximum    40 fee account
 *   48 basis points (4), category, currency (2 each)    56 status, flags, tolerance, 0 (2 each)
 *   | 64 slot of the fee account (4)
 * </pre>
 * At most {@link #CAPACITY} rows. Amounts are minor units. Ledger thread only.
 */
public final class Fees extends ReferenceTable {
    /** Most rows. */
    public static final int CAPACITY = 65_536;
    /** Bit of a row's flags: a refund gives the fee back in proportion. */
    public static final int GIVES_BACK_ON_REFUND = 1;
    /** Basis points of the whole amount, the most that a row may take. */
    public static final int WHOLE = 10_000;

    private static final int FIXED = 16;
    private static final int MINIMUM = 24;
    private static final int MAXIMUM = 32;
    private static final int FEE_ACCOUNT_ID = 40;
    private static final int BASIS_POINTS = 48;
    private static final int STATUS = 56;
    private static final int FLAGS = 58;
    private static final int TOLERANCE = 60;
    private static final int ACCOUNT_SLOT = 64;

    public Fees(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutFeeDecoder.TEMPLATE_ID, PutFeeDecoder.BLOCK_LENGTH, 8, 128, 8, STATUS);
    }

    /** Second word of a row's key. */
    public static long key(final int mcc, final int currency) {
        return (long) mcc << 16 | currency;
    }

    /**
     * The most specific active row: of the acquirer and the category, of the acquirer, of the category, of all; or
     * {@link #NOT_FOUND}.
     */
    public int find(final long institution, final int mcc, final int currency) {
        int row = findActive(institution, mcc, currency);
        if (row == NOT_FOUND && mcc != 0) {
            row = findActive(institution, 0, currency);
        }
        if (row == NOT_FOUND && institution != 0) {
            row = findActive(0, mcc, currency);
            if (row == NOT_FOUND && mcc != 0) {
                row = findActive(0, 0, currency);
            }
        }
        return row;
    }

    private int findActive(final long institution, final int mcc, final int currency) {
        final int row = records.find(institution, key(mcc, currency));
        return row != NOT_FOUND && status(row) == RecordStatus.ACTIVE ? row : NOT_FOUND;
    }

    /**
     * Puts a row; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long institution, final int mcc, final int currency, final DirectBuffer command, final int offset,
                       final int accountSlot) {
        final int existing = records.find(institution, key(mcc, currency));
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        putBeside(write(institution, key(mcc, currency), command, offset), ACCOUNT_SLOT, accountSlot);
        return true;
    }

    /**
     * The fee for an amount: its basis points, rounded half up once, and the fixed part, within minimum and maximum. No
     * sum overflows: what would exceed 2^63 - 1 is that, and the maximum bounds it.
     *
     * @param amountMinor 0 to 2^63 - 1
     */
    public long fee(final int row, final long amountMinor) {
        final long points = int32(row, BASIS_POINTS);
        // In two parts, so that no product exceeds 2^63: the whole ten thousands need no rounding.
        final long share = amountMinor / WHOLE * points + (amountMinor % WHOLE * points + WHOLE / 2) / WHOLE;
        final long sum = share + int64(row, FIXED);
        return Math.min(Math.max(sum < 0 ? Long.MAX_VALUE : sum, int64(row, MINIMUM)), int64(row, MAXIMUM));
    }

    /** Account that takes the fee. */
    public long feeAccountId(final int row) {
        return int64(row, FEE_ACCOUNT_ID);
    }

    /** Slot of that account in the table of accounts. */
    public int feeAccountSlot(final int slot) {
        return int32(slot, ACCOUNT_SLOT);
    }

    /** True if a refund gives the fee back in proportion. */
    public boolean givesBackOnRefund(final int row) {
        return (uint16(row, FLAGS) & GIVES_BACK_ON_REFUND) != 0;
    }

    /** By how many thousandths a completion may exceed its authorisation. */
    public int tolerancePerMille(final int row) {
        return uint16(row, TOLERANCE);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
