package io.daybreak.merchant;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PutTerminalDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;

/**
 * Terminals by their identifier (DE 41 as a little-endian word) and acquirer: acquirers give identifiers without asking
 * each other.
 * <pre>
 *    0 identifier, institution (16)    16 merchant (16)    32 status, 0, 0 (2, 2, 4)    40 0
 * </pre>
 * A terminal's slot is good for the command only: a removed one leaves it to another. Ledger thread only.
 */
public final class Terminals extends ReferenceTable {
    private static final int INSTITUTION = 8;
    private static final int MERCHANT_0 = 16;
    private static final int MERCHANT_1 = 24;
    private static final int STATUS = 32;

    public Terminals(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutTerminalDecoder.TEMPLATE_ID, PutTerminalDecoder.BLOCK_LENGTH, 16, 64, 6, DROPS_REMOVED);
    }

    /** Slot of an acquirer's terminal, or else of one with this identifier that serves any, or {@link #NOT_FOUND}. */
    public int find(final long terminal, final long institution) {
        final int slot = records.find(terminal, institution);
        return slot != NOT_FOUND || institution == 0 ? slot : records.find(terminal, 0);
    }

    /**
     * Puts a terminal; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long terminal, final long institution, final DirectBuffer command, final int offset) {
        final int existing = records.find(terminal, institution);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        write(terminal, institution, command, offset);
        return true;
    }

    /** Its acquirer; 0: any. */
    public long institution(final int slot) {
        return int64(slot, INSTITUTION);
    }

    /** First eight bytes of its merchant's identifier; both words 0: any merchant. */
    public long merchant0(final int slot) {
        return int64(slot, MERCHANT_0);
    }

    /** Last eight bytes of its merchant's identifier. */
    public long merchant1(final int slot) {
        return int64(slot, MERCHANT_1);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
