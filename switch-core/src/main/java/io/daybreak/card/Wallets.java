package io.daybreak.card;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PutWalletDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;

/**
 * Wallets: the account behind one, its tier of limits, and the time zone of its limit days.
 * <pre>
 *    0 wallet id, 0 (16)    16 account id    24 tier, zone, status, 0 (2 each)    | 32 slot of the account (4)
 * </pre>
 * A wallet keeps its slot for ever. Ledger thread only.
 */
public final class Wallets extends ReferenceTable {
    private static final int ACCOUNT_ID = 16;
    private static final int TIER_ID = 24;
    private static final int ZONE_ID = 26;
    private static final int STATUS = 28;
    private static final int ACCOUNT_SLOT = 32;

    public Wallets(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutWalletDecoder.TEMPLATE_ID, PutWalletDecoder.BLOCK_LENGTH, 8, 64, 4, STATUS);
    }

    /** Slot of a wallet, or {@link #NOT_FOUND}. */
    public int find(final long walletId) {
        return findPresent(walletId, 0);
    }

    /**
     * Puts a wallet; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long walletId, final DirectBuffer command, final int offset, final int accountSlot) {
        final int existing = records.find(walletId, 0);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        putBeside(write(walletId, 0, command, offset), ACCOUNT_SLOT, accountSlot);
        return true;
    }

    /** The wallet's id. */
    public long walletId(final int slot) {
        return int64(slot, 0);
    }

    /** Account that holds its money. */
    public long accountId(final int slot) {
        return int64(slot, ACCOUNT_ID);
    }

    /** Slot of that account in the table of accounts. */
    public int accountSlot(final int slot) {
        return int32(slot, ACCOUNT_SLOT);
    }

    /** Its tier; 0: no limits. */
    public int tierId(final int slot) {
        return uint16(slot, TIER_ID);
    }

    /** Time zone of its limit days; 0: UTC. */
    public int zoneId(final int slot) {
        return uint16(slot, ZONE_ID);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
