package io.daybreak.card;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.KeyPurpose;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.PutTokenKeyDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;

/**
 * Which keys the switch has used: their ids and check values, never the keys. The greatest id of a purpose is the one in
 * use, the one below it was used before. A check value never changes: another key needs another id.
 * <pre>
 *    0 purpose and id, 0 (16)    16 id, purpose (2 each), check value (4)
 * </pre>
 * At most {@link #CAPACITY} keys; of the daily keys of card data the youngest {@link #DAILY_KEYS}, for the older ones
 * are destroyed. Ledger thread only.
 */
public final class TokenKeys extends ReferenceTable {
    /** Most keys. */
    public static final int CAPACITY = 4_096;
    /** Keys of card data that are remembered. */
    public static final int DAILY_KEYS = 64;
    /** No key of that purpose is known. */
    public static final int NO_KEY = 0;

    private static final int KEY_ID = 16;
    private static final int PURPOSE = 18;
    private static final int CHECK_VALUE = 20;

    public TokenKeys(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutTokenKeyDecoder.TEMPLATE_ID, PutTokenKeyDecoder.BLOCK_LENGTH, 0, 64, 4, DROPS_REMOVED);
    }

    /** Slot of a key, or {@link #NOT_FOUND}. */
    public int find(final int purpose, final int keyId) {
        return records.find(key(purpose, keyId), 0);
    }

    /** Words that find a key. */
    public static long key(final int purpose, final int keyId) {
        return (long) purpose << 16 | keyId;
    }

    /** Puts a key that is not there; the caller has checked that there is room. */
    public void put(final int purpose, final int keyId, final DirectBuffer command, final int offset) {
        write(key(purpose, keyId), 0, command, offset);
        if (purpose == KeyPurpose.CARD_DATA) {
            forgetEldestDailyKey();
        }
    }

    private void forgetEldestDailyKey() {
        int daily = 0;
        int eldest = NOT_FOUND;
        for (int slot = 0; slot < records.slotEnd(); slot++) {
            if (records.isUsed(slot) && purpose(slot) == KeyPurpose.CARD_DATA) {
                daily++;
                eldest = eldest == NOT_FOUND || keyId(slot) < keyId(eldest) ? slot : eldest;
            }
        }
        if (daily > DAILY_KEYS) {
            records.remove(eldest);
        }
    }

    /** Greatest id of a purpose: the key in use, or {@link #NO_KEY}. Cold path. */
    public int current(final int purpose) {
        return greatestBelow(purpose, 1 << 16);
    }

    /** The id below the greatest: the key used before, or {@link #NO_KEY}. Cold path. */
    public int previous(final int purpose) {
        return greatestBelow(purpose, current(purpose));
    }

    private int greatestBelow(final int purpose, final int bound) {
        int greatest = NO_KEY;
        for (int slot = 0; slot < records.slotEnd(); slot++) {
            if (records.isUsed(slot) && purpose(slot) == purpose && keyId(slot) < bound) {
                greatest = Math.max(greatest, keyId(slot));
            }
        }
        return greatest;
    }

    /** The key's id. */
    public int keyId(final int slot) {
        return uint16(slot, KEY_ID);
    }

    /** What it is for, see {@link KeyPurpose}. */
    public int purpose(final int slot) {
        return uint16(slot, PURPOSE);
    }

    /** Its check value. */
    public int checkValue(final int slot) {
        return int32(slot, CHECK_VALUE);
    }

    @Override
    public int status(final int slot) {
        return RecordStatus.ACTIVE;
    }
}
