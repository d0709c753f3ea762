package io.daybreak.reference;

import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Records that the operator puts, each as the block that put it:
 * <pre>
 *   block:   | correlation id (8) | key (0, 8 or 16) | the rest                          |
 *   record:  | key (16)                              | the rest | the table's own state  |
 * </pre>
 * So a put is a copy, the same contents are the same bytes, and a query tells the record as the very message that would
 * put it again. A block whose key is made of fields further behind has a leading key of 0 bytes and keeps them all.
 * <p>
 * A record that is removed keeps its contents but for the status; it is not found, and not told. Its slot stays its own,
 * so that whoever remembers a slot never finds another record in it. Kinds that come and go, and whose slots nobody
 * remembers, drop it for good.
 * <p>
 * Ledger thread only. At most {@link #capacity()} records, removed ones among them.
 */
public abstract class ReferenceTable implements ReferenceKind, Stateful {
    /** No such record. */
    public static final int NOT_FOUND = RecordTable.NOT_FOUND;
    /** Bytes of a record's key. */
    protected static final int KEY_BYTES = 16;

    /** Place of the status in the records of a kind that drops them. */
    protected static final int DROPS_REMOVED = -1;

    private static final int CORRELATION_BYTES = 8;

    /** The records. */
    protected final RecordTable records;
    private final int templateId;
    private final int blockLength;
    private final int leadingKeyBytes;
    private final int rest;
    private final int restWords;
    private final int statusAt;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    /**
     * @param leadingKeyBytes bytes of the key that stand behind the correlation id: 0, 8 or 16
     * @param recordBytes     size of a record, a power of two
     * @param hashedWords     words of a record that are state
     * @param statusAt        place of the status in a record, or {@link #DROPS_REMOVED}
     */
    protected ReferenceTable(final SlabAllocator allocator, final UndoLog undo, final int templateId, final int blockLength,
                             final int leadingKeyBytes, final int recordBytes, final int hashedWords,
                             final int statusAt) {
        this.records = new RecordTable(allocator, undo, recordBytes, hashedWords);
        this.statusAt = statusAt;
        this.templateId = templateId;
        this.blockLength = blockLength;
        this.leadingKeyBytes = leadingKeyBytes;
        this.rest = CORRELATION_BYTES + leadingKeyBytes;
        this.restWords = (blockLength - rest) / Long.BYTES;
        if ((blockLength - rest) % Long.BYTES != 0 || KEY_BYTES + blockLength - rest > hashedWords * Long.BYTES) {
            throw new IllegalArgumentException("a block of " + blockLength + " bytes does not fit a record");
        }
    }

    /** Sets the capacity; before it is set the table holds nothing. */
    public final void configure(final long capacity) {
        records.configure(capacity);
    }

    /** Most records. */
    public final long capacity() {
        return records.capacity();
    }

    /** Records, removed ones that keep their slot among them. */
    public final int count() {
        return records.count();
    }

    @Override
    public final int templateId() {
        return templateId;
    }

    @Override
    public final int slotEnd() {
        return records.slotEnd();
    }

    /** State of the record in a slot: {@link RecordStatus}, or what the kind has instead. */
    public abstract int status(int slot);

    private boolean isRemoved(final int slot) {
        return statusAt != DROPS_REMOVED && status(slot) == RecordStatus.REMOVED;
    }

    /** Removes a record; false if it was not there. */
    public boolean remove(final long key0, final long key1) {
        final int slot = findPresent(key0, key1);
        if (slot == NOT_FOUND) {
            return false;
        }
        if (statusAt == DROPS_REMOVED) {
            records.remove(slot);
        } else {
            records.beforeChange(slot);
            // The status is below 256 wherever it stands: its low byte comes first.
            UnsafeApi.putByte(records.address(slot) + statusAt, (byte) RecordStatus.REMOVED);
            records.afterChange(slot);
        }
        return true;
    }

    /** Slot of a record that was not removed, or {@link #NOT_FOUND}. */
    protected final int findPresent(final long key0, final long key1) {
        final int slot = records.find(key0, key1);
        return slot != NOT_FOUND && isRemoved(slot) ? NOT_FOUND : slot;
    }

    /** True if a record with this key would find no room. */
    public final boolean hasNoRoomFor(final long key0, final long key1) {
        return records.isFull() && records.find(key0, key1) == NOT_FOUND;
    }

    /** True if the record in a slot is what the block would make of it. */
    protected final boolean hasContents(final int slot, final DirectBuffer command, final int offset) {
        final long record = records.address(slot) + KEY_BYTES;
        for (int i = 0; i < restWords; i++) {
            if (UnsafeApi.getLong(record + i * 8L) != command.getLong(offset + rest + i * 8)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes the block the contents of the record, which is added if it is not there; the caller has checked that there
     * is room.
     *
     * @return the slot
     */
    protected final int write(final long key0, final long key1, final DirectBuffer command, final int offset) {
        int slot = records.find(key0, key1);
        if (slot == NOT_FOUND) {
            slot = records.add(key0, key1);
        }
        records.beforeChange(slot);
        final long record = records.address(slot) + KEY_BYTES;
        for (int i = 0; i < restWords; i++) {
            UnsafeApi.putLong(record + i * 8L, command.getLong(offset + rest + i * 8));
        }
        records.afterChange(slot);
        return slot;
    }

    @Override
    public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
        if (!records.isUsed(slot) || isRemoved(slot)) {
            return 0;
        }
        header.wrap(buffer, offset).blockLength(blockLength).templateId(templateId)
            .schemaId(MessageHeaderEncoder.SCHEMA_ID).version(MessageHeaderEncoder.SCHEMA_VERSION);
        final int block = offset + MessageHeaderEncoder.ENCODED_LENGTH;
        buffer.putLong(block, 0);
        final long record = records.address(slot);
        for (int i = 0; i < leadingKeyBytes; i += Long.BYTES) {
            buffer.putLong(block + CORRELATION_BYTES + i, UnsafeApi.getLong(record + i));
        }
        for (int i = 0; i < restWords; i++) {
            buffer.putLong(block + rest + i * 8, UnsafeApi.getLong(record + KEY_BYTES + i * 8L));
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + blockLength;
    }

    /** An unsigned 16-bit word of a record. */
    protected final int uint16(final int slot, final int at) {
        return UnsafeApi.getShort(records.address(slot) + at) & 0xFFFF;
    }

    /** A 32-bit word of a record. */
    protected final int int32(final int slot, final int at) {
        return UnsafeApi.getInt(records.address(slot) + at);
    }

    /** A 64-bit word of a record. */
    protected final long int64(final int slot, final int at) {
        return UnsafeApi.getLong(records.address(slot) + at);
    }

    /** Writes a word of a record that is no state. */
    protected final void putBeside(final int slot, final int at, final int value) {
        UnsafeApi.putInt(records.address(slot) + at, value);
    }

    @Override
    public void image(final StateImage image) {
        records.image(image);
    }

    /** Running digest. */
    public long digest() {
        return records.digest();
    }

    /** The same, computed from the records. */
    public long computeDigest() {
        return records.computeDigest();
    }
}
