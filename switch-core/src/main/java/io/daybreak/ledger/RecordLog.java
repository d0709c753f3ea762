package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * An endless log of fixed-size records of which memory keeps the newest. A record's place counts from 0 and never
 * changes its meaning; places before {@link #begin()} are forgotten, a whole slab at a time, so that forgetting costs
 * nothing by record.
 * <p>
 * Each slab has its own sum of record hashes, and the digest is their total: it loses a slab's sum with the slab.
 * <p>
 * Ledger thread only. Keeps at least {@code retained} records and at most one slab more (a chain in progress may add
 * one before {@link #trim()}).
 */
final class RecordLog implements Stateful {
    private static final long MAX_RETAINED = 1L << 32;

    private final SlabAllocator allocator;
    private final UndoLog undo;
    private final int recordBytes;
    private final int recordShift;
    private final int slabShift;
    private final long slabMask;
    /** Slab {@code n} of the log is at {@code n & (length - 1)}. */
    private long[] slabs = new long[0];
    /** Sum of the record hashes of each slab, in the same order. */
    private RecordSlabs sums;
    private long retained;
    private long firstSlab;
    private long end;
    private long allocatedSlabs;
    private long spareSlab;
    private long digest;
    private long markedEnd;
    private long markedDigest;

    RecordLog(final SlabAllocator allocator, final UndoLog undo, final int recordBytes) {
        this.allocator = allocator;
        this.undo = undo;
        this.recordBytes = recordBytes;
        this.recordShift = Integer.numberOfTrailingZeros(recordBytes);
        this.slabShift = Integer.numberOfTrailingZeros(SlabAllocator.SLAB_BYTES) - recordShift;
        this.slabMask = (1L << slabShift) - 1;
    }

    /** Sets how many records are kept; what is too much is forgotten by the next {@link #trim()}. */
    void configure(final long newRetained) {
        final long[] oldSlabs = slabs;
        final RecordSlabs oldSums = sums;
        layOut(newRetained);
        for (long slab = firstSlab; slab < allocatedSlabs; slab++) {
            slabs[(int) slab & slabs.length - 1] = oldSlabs[(int) slab & oldSlabs.length - 1];
            UnsafeApi.putLong(sums.address(slab & slabs.length - 1), UnsafeApi.getLong(oldSums.address(slab & oldSlabs.length - 1)));
        }
        if (oldSums != null) {
            oldSums.release();
        }
    }

    /** New places for slabs and their sums: for what shall be kept, and for what is there. */
    private void layOut(final long newRetained) {
        final int needed = (int) ((newRetained >>> slabShift) + 4);
        final int live = (int) (allocatedSlabs - firstSlab) + 2;
        slabs = new long[Integer.highestOneBit(Math.max(needed, live) - 1) << 1];
        sums = new RecordSlabs(allocator, 8);
        sums.ensureCapacity(slabs.length);
        retained = newRetained;
    }

    /** Place of the oldest record in memory. */
    long begin() {
        return firstSlab << slabShift;
    }

    /** Place that the next record will have. */
    long end() {
        return end;
    }

    boolean holds(final long place) {
        return place >= begin() && place < end;
    }

    /** Address of a record in memory. */
    long address(final long place) {
        return slabs[(int) (place >>> slabShift) & slabs.length - 1] + ((place & slabMask) << recordShift);
    }

    /** Memory for the next record. It may hold old bytes: the caller writes every word, then calls {@link #append()}. */
    long nextAddress() {
        final long slab = end >>> slabShift;
        if (slab == allocatedSlabs) {
            // What was forgotten last makes room for what comes next: records write all their words, nothing need be zero.
            slabs[(int) slab & slabs.length - 1] = spareSlab == 0 ? allocator.allocateZeroed() : spareSlab;
            spareSlab = 0;
            UnsafeApi.putLong(sums.address(slab & slabs.length - 1), 0);
            allocatedSlabs++;
        }
        return address(end);
    }

    /** The record at {@link #nextAddress()} is complete. Returns its place. */
    long append() {
        final long place = end;
        addToSum(place, hashOf(place));
        end++;
        return place;
    }

    /** To be called before a record that was appended earlier changes. */
    void beforeChange(final long place) {
        addToSum(place, -hashOf(place));
    }

    /** To be called when it has changed. */
    void afterChange(final long place) {
        addToSum(place, hashOf(place));
    }

    /** Forgets the oldest slab if the newer ones hold enough. At most one slab a call: the work of a call is bounded. */
    void trim() {
        if (end - ((firstSlab + 1) << slabShift) >= retained) {
            final int index = (int) firstSlab & slabs.length - 1;
            digest -= UnsafeApi.getLong(sums.address(index));
            if (spareSlab == 0) {
                spareSlab = slabs[index];
            } else {
                allocator.release(slabs[index]);
            }
            slabs[index] = 0;
            firstSlab++;
        }
    }

    long digest() {
        return digest;
    }

    long computeDigest() {
        long sum = 0;
        for (long place = begin(); place < end; place++) {
            sum += hashOf(place);
        }
        return sum;
    }

    @Override
    public void image(final StateImage image) {
        final long imagedRetained = image.bounded(retained, 0, MAX_RETAINED);
        firstSlab = image.bounded(firstSlab, 0, Long.MAX_VALUE >>> slabShift);
        allocatedSlabs = image.bounded(allocatedSlabs, firstSlab, firstSlab + Integer.MAX_VALUE);
        end = image.bounded(end, firstSlab << slabShift, allocatedSlabs << slabShift);
        digest = image.word(digest);
        if (imagedRetained == 0) {
            return;
        }
        if (image.isLoading()) {
            layOut(imagedRetained);
        }
        for (long slab = firstSlab; slab < allocatedSlabs; slab++) {
            final int index = (int) slab & slabs.length - 1;
            if (image.isLoading()) {
                slabs[index] = allocator.allocateZeroed();
            }
            final long records = Math.max(0, Math.min(end - (slab << slabShift), slabMask + 1));
            image.memory(slabs[index], records << recordShift);
            UnsafeApi.putLong(sums.address(index), image.word(UnsafeApi.getLong(sums.address(index))));
        }
    }

    /** Remembers where a chain began. */
    void mark() {
        markedEnd = end;
        markedDigest = digest;
    }

    /** Goes back to the mark; the undo log has put the words back, the slabs' sums among them. */
    void rollback() {
        end = markedEnd;
        digest = markedDigest;
    }

    private void addToSum(final long place, final long delta) {
        final long address = sums.address((place >>> slabShift) & slabs.length - 1);
        undo.save(address, 1);
        UnsafeApi.putLong(address, UnsafeApi.getLong(address) + delta);
        digest += delta;
    }

    private long hashOf(final long place) {
        return Hashing.mix(Hashing.ofWords(address(place), recordBytes / 8) ^ place);
    }
}
