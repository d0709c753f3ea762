package io.daybreak.ledger;

import io.daybreak.deadline.DeadlineHeap;
import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * The open holds, whatever their age: found by participant and transfer id, and by deadline.
 * <pre>
 *    0 id (16)         16 left of the amount    24 deadline         32 sequence     40 place of its transfer record
 *   48 debit slot (4), credit slot (4)          56 participant (4), code (2), flags (2)
 *   64 next of the bucket, plus one (also of the free list)                      72 owner
 * </pre>
 * The owner is what the switch itself keeps with a hold of its own (the place of a payment); it is no part of the digest.
 * At most {@code holdCapacity} holds; when it is full a new hold is not decided (HOLD_CAPACITY_REACHED).
 * Slots are used again, the youngest freed first. Ledger thread only.
 */
final class HoldTable implements Stateful {
    /** No such hold. */
    static final int NOT_FOUND = -1;

    private static final int RECORD_BYTES = 128;
    private static final long MAX_BUCKETS = 1L << 30;
    private static final int ID_HI = 0;
    private static final int ID_LO = 8;
    private static final int LEFT = 16;
    private static final int DEADLINE = 24;
    private static final int SEQUENCE = 32;
    private static final int PLACE = 40;
    private static final int DEBIT_SLOT = 48;
    private static final int CREDIT_SLOT = 52;
    private static final int PARTICIPANT = 56;
    private static final int CODE = 60;
    private static final int FLAGS = 62;
    private static final int NEXT = 64;
    private static final int HASHED_WORDS = 8;
    private static final int OWNER = 72;
    private static final int RECORD_WORDS = 10;

    private final SlabAllocator allocator;
    private final UndoLog undo;
    private final DeadlineHeap deadlines;
    private final RecordSlabs records;
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

    HoldTable(final SlabAllocator allocator, final UndoLog undo) {
        this.allocator = allocator;
        this.undo = undo;
        this.deadlines = new DeadlineHeap(allocator, undo);
        this.records = new RecordSlabs(allocator, RECORD_BYTES);
    }

    /** Sets the capacity. Holds above a lowered one stay open; the buckets are laid out anew when it rises. */
    void configure(final long newCapacity) {
        capacity = newCapacity;
        final long wanted = Math.max(1_024, Long.highestOneBit(Math.max(newCapacity, 2) - 1) << 1);
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
                    final int next = (int) UnsafeApi.getLong(record + NEXT) - 1;
                    linkIntoBucket(slot, record);
                    slot = next;
                }
            }
            old.release();
        }
    }

    boolean isFull() {
        return count >= capacity;
    }

    int count() {
        return count;
    }

    DeadlineHeap deadlines() {
        return deadlines;
    }

    /** Slot of an open hold, or {@link #NOT_FOUND}. */
    int find(final int participantId, final long idHi, final long idLo) {
        int slot = (int) UnsafeApi.getLong(bucketOf(participantId, idHi, idLo)) - 1;
        while (slot >= 0) {
            final long record = records.address(slot);
            if (UnsafeApi.getLong(record + ID_LO) == idLo && UnsafeApi.getLong(record + ID_HI) == idHi
                && UnsafeApi.getInt(record + PARTICIPANT) == participantId) {
                return slot;
            }
            slot = (int) UnsafeApi.getLong(record + NEXT) - 1;
        }
        return NOT_FOUND;
    }

    long address(final int slot) {
        return records.address(slot);
    }

    /** Opens a hold. {@code deadlineNs} is {@link DeadlineHeap#NONE} if it never expires. */
    void open(final int participantId, final long idHi, final long idLo, final long amount, final long deadlineNs,
              final long sequence, final long place, final int debitSlot, final int creditSlot, final int code,
              final int flags, final long owner) {
        final int slot;
        if (freeSlot > 0) {
            slot = freeSlot - 1;
            freeSlot = (int) UnsafeApi.getLong(records.address(slot) + NEXT);
        } else {
            slot = usedSlots++;
            records.ensureCapacity(usedSlots);
        }
        final long record = records.address(slot);
        undo.save(record, RECORD_WORDS);
        UnsafeApi.putLong(record + ID_HI, idHi);
        UnsafeApi.putLong(record + ID_LO, idLo);
        UnsafeApi.putLong(record + LEFT, amount);
        UnsafeApi.putLong(record + DEADLINE, deadlineNs);
        UnsafeApi.putLong(record + SEQUENCE, sequence);
        UnsafeApi.putLong(record + PLACE, place);
        UnsafeApi.putInt(record + DEBIT_SLOT, debitSlot);
        UnsafeApi.putInt(record + CREDIT_SLOT, creditSlot);
        UnsafeApi.putInt(record + PARTICIPANT, participantId);
        UnsafeApi.putShort(record + CODE, (short) code);
        UnsafeApi.putShort(record + FLAGS, (short) flags);
        UnsafeApi.putLong(record + OWNER, owner);
        linkIntoBucket(slot, record);
        if (deadlineNs != DeadlineHeap.NONE) {
            deadlines.add(slot, deadlineNs, sequence);
        }
        count++;
        digest += hashOf(record);
    }

    /** Changes what is left of a hold. */
    void setLeft(final int slot, final long left) {
        final long record = records.address(slot);
        digest -= hashOf(record);
        undo.save(record + LEFT, 1);
        UnsafeApi.putLong(record + LEFT, left);
        digest += hashOf(record);
    }

    /** Changes the deadline of a hold. */
    void setDeadline(final int slot, final long deadlineNs) {
        final long record = records.address(slot);
        digest -= hashOf(record);
        deadlines.remove(slot);
        undo.save(record + DEADLINE, 1);
        UnsafeApi.putLong(record + DEADLINE, deadlineNs);
        deadlines.add(slot, deadlineNs, sequence(record));
        digest += hashOf(record);
    }

    /** Closes a hold: it is no longer found, neither by id nor by deadline. */
    void close(final int slot) {
        final long record = records.address(slot);
        digest -= hashOf(record);
        deadlines.remove(slot);
        unlinkFromBucket(slot, record);
        undo.save(record + NEXT, 1);
        UnsafeApi.putLong(record + NEXT, freeSlot);
        freeSlot = slot + 1;
        count--;
    }

    static long idHi(final long record) {
        return UnsafeApi.getLong(record + ID_HI);
    }

    static long idLo(final long record) {
        return UnsafeApi.getLong(record + ID_LO);
    }

    static long left(final long record) {
        return UnsafeApi.getLong(record + LEFT);
    }

    static long deadlineNs(final long record) {
        return UnsafeApi.getLong(record + DEADLINE);
    }

    static long sequence(final long record) {
        return UnsafeApi.getLong(record + SEQUENCE);
    }

    static long place(final long record) {
        return UnsafeApi.getLong(record + PLACE);
    }

    static int debitSlot(final long record) {
        return UnsafeApi.getInt(record + DEBIT_SLOT);
    }

    static int creditSlot(final long record) {
        return UnsafeApi.getInt(record + CREDIT_SLOT);
    }

    static int participantId(final long record) {
        return UnsafeApi.getInt(record + PARTICIPANT);
    }

    static int code(final long record) {
        return UnsafeApi.getShort(record + CODE) & 0xFFFF;
    }

    static long owner(final long record) {
        return UnsafeApi.getLong(record + OWNER);
    }

    static int flags(final long record) {
        return UnsafeApi.getShort(record + FLAGS) & 0xFFFF;
    }

    long digest() {
        return digest;
    }

    long computeDigest() {
        long sum = 0;
        for (long bucket = 0; buckets != null && bucket <= bucketMask; bucket++) {
            int slot = (int) UnsafeApi.getLong(buckets.address(bucket)) - 1;
            while (slot >= 0) {
                final long record = records.address(slot);
                sum += hashOf(record);
                slot = (int) UnsafeApi.getLong(record + NEXT) - 1;
            }
        }
        return sum;
    }

    @Override
    public void image(final StateImage image) {
        capacity = image.word(capacity);
        final long bucketCount = image.bounded(buckets == null ? 0 : bucketMask + 1, 0, MAX_BUCKETS);
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
        deadlines.image(image);
    }

    void mark() {
        markedCount = count;
        markedUsedSlots = usedSlots;
        markedFreeSlot = freeSlot;
        markedDigest = digest;
        deadlines.mark();
    }

    void rollback() {
        count = markedCount;
        usedSlots = markedUsedSlots;
        freeSlot = markedFreeSlot;
        digest = markedDigest;
        deadlines.rollback();
    }

    private long bucketOf(final int participantId, final long idHi, final long idLo) {
        return buckets.address(Hashing.mix(idHi ^ participantId, idLo) & bucketMask);
    }

    private void linkIntoBucket(final int slot, final long record) {
        final long bucket = bucketOf(participantId(record), idHi(record), idLo(record));
        undo.save(bucket, 1);
        undo.save(record + NEXT, 1);
        UnsafeApi.putLong(record + NEXT, UnsafeApi.getLong(bucket));
        UnsafeApi.putLong(bucket, slot + 1L);
    }

    private void unlinkFromBucket(final int slot, final long record) {
        long link = bucketOf(participantId(record), idHi(record), idLo(record));
        while ((int) UnsafeApi.getLong(link) != slot + 1) {
            link = records.address(UnsafeApi.getLong(link) - 1) + NEXT;
        }
        undo.save(link, 1);
        UnsafeApi.putLong(link, UnsafeApi.getLong(record + NEXT));
    }

    /** Over the contents alone: the slot, and the place in a bucket, may differ in a table rebuilt from a snapshot. */
    private static long hashOf(final long record) {
        return Hashing.ofWords(record, HASHED_WORDS);
    }
}
