package io.daybreak.memory;

import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

import org.agrona.UnsafeApi;

/**
 * Records of a fixed size, each found by a key of two words: a bounded hash table in slabs.
 * <pre>
 *   record:  | key (16) | the owner's words ... | next of the bucket or of the free list, plus one (last 8 bytes) |
 * </pre>
 * The hashed words, the key among them, are state: they make the digest, and every change of them stands between
 * {@link #beforeChange} and {@link #afterChange}. The words behind them are the owner's to use as it likes and are not
 * compared. Slots are used again, the youngest freed first; a record keeps its slot and its address.
 * <p>
 * Ledger thread only. Buckets are laid out at {@link #configure}; adding takes a slab now and then, nothing else
 * allocates. At most {@code capacity} records.
 */
public final class RecordTable implements Stateful {
    /** No such record, or no room for one. */
    public static final int NOT_FOUND = -1;

    private static final long MAX_CAPACITY = 1L << 30;
    private static final int KEY_0 = 0;
    private static final int KEY_1 = 8;

    private final SlabAllocator allocator;
    private final UndoLog undo;
    private final RecordSlabs records;
    private final int recordWords;
    private final int hashedWords;
    private final int next;
    private RecordSlabs buckets;
    private long bucketMask;
    private long capacity;
    private int count;
    private int usedSlots;
    private int freeSlot;
    private long digest;
    private int markedCount;
    private int markedUsedSlots;
    private int markedFreeSlot;
    private long markedDigest;

    /**
     * @param recordBytes size of a record, a power of two from 32 to 4,096
     * @param hashedWords words from the start that are state, an even number; the last word of a record is the table's own
     */
    public RecordTable(final SlabAllocator allocator, final UndoLog undo, final int recordBytes, final int hashedWords) {
        if (hashedWords < 2 || (hashedWords & 1) != 0 || hashedWords * 8 > recordBytes - 8) {
            throw new IllegalArgumentException("hashedWords " + hashedWords + " of a record of " + recordBytes + " bytes");
        }
        this.allocator = allocator;
        this.undo = undo;
        this.records = new RecordSlabs(allocator, recordBytes);
        this.recordWords = recordBytes / 8;
        this.hashedWords = hashedWords;
        this.next = recordBytes - 8;
    }

    /** Sets the capacity. Records above a lowered one stay; the buckets are laid out anew when it rises. */
    public void configure(final long newCapacity) {
        configure(newCapacity, newCapacity);
    }

    /**
     * Sets the capacity, with fewer buckets than that: for a table that is seldom full, whose look-ups may then follow
     * a link or two more.
     */
    public void configure(final long newCapacity, final long bucketCount) {
        if (newCapacity < 1 || newCapacity > MAX_CAPACITY || bucketCount < 1 || bucketCount > newCapacity) {
            throw new IllegalArgumentException("capacity " + newCapacity + ", buckets " + bucketCount);
        }
        capacity = newCapacity;
        final long wanted = Math.max(1_024, Long.highestOneBit(Math.max(bucketCount, 2) - 1) << 1);
        if (buckets != null && wanted <= bucketMask + 1) {
            return;
        }
        final RecordSlabs old = buckets;
        final long oldCount = bucketMask + 1;
        buckets = new RecordSlabs(allocator, 8);
        buckets.ensureCapacity(wanted);
        bucketMask = wanted - 1;
        if (old != null) {
            for (long bucket = 0; bucket < oldCount; bucket++) {
                int slot = (int) UnsafeApi.getLong(old.address(bucket)) - 1;
                while (slot >= 0) {
                    final long record = records.address(slot);
                    final int following = (int) UnsafeApi.getLong(record + next) - 1;
                    linkIntoBucket(slot, record);
                    slot = following;
                }
            }
            old.release();
        }
    }

    /** Most records. */
    public long capacity() {
        return capacity;
    }

    /** Records in the table. */
    public int count() {
        return count;
    }

    /** True if {@link #add} would find no room. */
    public boolean isFull() {
        return count >= capacity;
    }

    /** Slot of a record, or {@link #NOT_FOUND}. */
    public int find(final long key0, final long key1) {
        if (buckets == null) {
            return NOT_FOUND;
        }
        int slot = (int) UnsafeApi.getLong(bucketOf(key0, key1)) - 1;
        while (slot >= 0) {
            final long record = records.address(slot);
            if (UnsafeApi.getLong(record + KEY_0) == key0 && UnsafeApi.getLong(record + KEY_1) == key1) {
                return slot;
            }
            slot = (int) UnsafeApi.getLong(record + next) - 1;
        }
        return NOT_FOUND;
    }

    /** Address of the word that {@link #find} reads first, to read ahead; there is none before the first {@link #configure}. */
    public long bucket(final long key0, final long key1) {
        return bucketOf(key0, key1);
    }

    /** Address of a record; valid for as long as the record lives. */
    public long address(final int slot) {
        return records.address(slot);
    }

    /**
     * Adds a record whose key is not there yet. Its other words are zero; the caller fills them between
     * {@link #beforeChange} and {@link #afterChange}.
     *
     * @return its slot, or {@link #NOT_FOUND} if the table is full
     */
    public int add(final long key0, final long key1) {
        if (isFull()) {
            return NOT_FOUND;
        }
        assert find(key0, key1) == NOT_FOUND;
        final int slot;
        if (freeSlot > 0) {
            slot = freeSlot - 1;
            freeSlot = (int) UnsafeApi.getLong(records.address(slot) + next);
        } else {
            slot = usedSlots++;
            records.ensureCapacity(usedSlots);
        }
        final long record = records.address(slot);
        undo.save(record, recordWords);
        UnsafeApi.setMemory(record, recordWords * 8L, (byte) 0);
        UnsafeApi.putLong(record + KEY_0, key0);
        UnsafeApi.putLong(record + KEY_1, key1);
        linkIntoBucket(slot, record);
        count++;
        digest += hashOf(record);
        return slot;
    }

    /** Removes a record. Its words stay readable until the slot is used again. */
    public void remove(final int slot) {
        final long record = records.address(slot);
        digest -= hashOf(record);
        unlinkFromBucket(slot, record);
        undo.save(record + next, 1);
        UnsafeApi.putLong(record + next, freeSlot);
        freeSlot = slot + 1;
        count--;
    }

    /** To be called before hashed words of a record change; the key never does. */
    public void beforeChange(final int slot) {
        final long record = records.address(slot);
        digest -= hashOf(record);
        undo.save(record, hashedWords);
    }

    /** To be called when they have changed. */
    public void afterChange(final int slot) {
        digest += hashOf(records.address(slot));
    }

    /** Slots ever used: a walk over the records in a fixed order goes from 0 to here, past those not {@link #isUsed}. */
    public int slotEnd() {
        return usedSlots;
    }

    /** True if the slot holds a record. Slow: for queries and export. */
    public boolean isUsed(final int slot) {
        final long record = records.address(slot);
        return find(UnsafeApi.getLong(record + KEY_0), UnsafeApi.getLong(record + KEY_1)) == slot;
    }

    /** Running sum of the record hashes. */
    public long digest() {
        return digest;
    }

    /** The same, computed from the records. */
    public long computeDigest() {
        long sum = 0;
        for (long bucket = 0; buckets != null && bucket <= bucketMask; bucket++) {
            int slot = (int) UnsafeApi.getLong(buckets.address(bucket)) - 1;
            while (slot >= 0) {
                final long record = records.address(slot);
                sum += hashOf(record);
                slot = (int) UnsafeApi.getLong(record + next) - 1;
            }
        }
        return sum;
    }

    @Override
    public void image(final StateImage image) {
        capacity = image.bounded(capacity, 0, MAX_CAPACITY);
        final long bucketCount = image.bounded(buckets == null ? 0 : bucketMask + 1, 0, MAX_CAPACITY);
        count = image.bounded(count, 0, Integer.MAX_VALUE);
        usedSlots = image.bounded(usedSlots, 0, Integer.MAX_VALUE);
        freeSlot = image.number(freeSlot);
        digest = image.word(digest);
        records.image(image, usedSlots);
        if (bucketCount > 0) {
            if (image.isLoading()) {
                buckets = new RecordSlabs(allocator, 8);
                bucketMask = bucketCount - 1;
            }
            buckets.image(image, bucketCount);
        }
    }

    /** Remembers where a step that may be undone began. */
    public void mark() {
        markedCount = count;
        markedUsedSlots = usedSlots;
        markedFreeSlot = freeSlot;
        markedDigest = digest;
    }

    /** Goes back to the mark; the undo log has put the words back. */
    public void rollback() {
        count = markedCount;
        usedSlots = markedUsedSlots;
        freeSlot = markedFreeSlot;
        digest = markedDigest;
    }

    private long bucketOf(final long key0, final long key1) {
        return buckets.address(Hashing.mix(key0, key1) & bucketMask);
    }

    private void linkIntoBucket(final int slot, final long record) {
        final long bucket = bucketOf(UnsafeApi.getLong(record + KEY_0), UnsafeApi.getLong(record + KEY_1));
        undo.save(bucket, 1);
        UnsafeApi.putLong(record + next, UnsafeApi.getLong(bucket));
        UnsafeApi.putLong(bucket, slot + 1L);
    }

    private void unlinkFromBucket(final int slot, final long record) {
        long link = bucketOf(UnsafeApi.getLong(record + KEY_0), UnsafeApi.getLong(record + KEY_1));
        while ((int) UnsafeApi.getLong(link) != slot + 1) {
            link = records.address(UnsafeApi.getLong(link) - 1) + next;
        }
        undo.save(link, 1);
        UnsafeApi.putLong(link, UnsafeApi.getLong(record + next));
    }

    private long hashOf(final long record) {
        return Hashing.ofWords(record, hashedWords);
    }
}
