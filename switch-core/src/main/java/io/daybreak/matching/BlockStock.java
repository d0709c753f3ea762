package io.daybreak.matching;

import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;

/**
 * Blocks of one size for the logs and indexes of all slices, cut from slabs and used again when their slice has been
 * forgotten. One size for all purposes, so that memory of one participant's small slices serves another's large one.
 * <p>
 * Forgetting a slice only links its generations here; their blocks are handed out again one by one. So to forget costs
 * the same for a slice of two thousand ids and of two million. Slabs are never given back: what was needed once is
 * bounded by the capacity and will be needed again.
 * <p>
 * Ledger thread only.
 */
final class BlockStock {
    /** Bytes of a block: 85 entries of a log, or 1,024 cells of an index. */
    static final int BLOCK_BYTES = 4096;

    private final SlabAllocator allocator;
    /**
     * Generations of forgotten slices, whose blocks are free. Used up in the order they came, so that there are few that
     * are neither whole nor empty.
     */
    private IdGeneration forgotten;
    private IdGeneration lastForgotten;
    /** Generations without blocks, by the logarithm of their number of index pages. */
    private final IdGeneration[] empty = new IdGeneration[Integer.SIZE];
    private long freshAddress;
    private long freshEnd;
    private long slabCount;

    BlockStock(final SlabAllocator allocator) {
        this.allocator = allocator;
    }

    /** A block with any contents. */
    long take() {
        final long recycled = takeForgotten();
        return recycled != 0 ? recycled : takeFresh();
    }

    /** A block of zeros. */
    long takeZeroed() {
        final long recycled = takeForgotten();
        if (recycled == 0) {
            return takeFresh();
        }
        UnsafeApi.setMemory(recycled, BLOCK_BYTES, (byte) 0);
        return recycled;
    }

    /** An empty generation for so many entries. */
    IdGeneration generation(final int capacityEntries) {
        final int pageCount = IdGeneration.pageCountFor(capacityEntries);
        final int shape = Integer.numberOfTrailingZeros(pageCount);
        IdGeneration generation = empty[shape];
        if (generation == null) {
            generation = new IdGeneration(pageCount);
        } else {
            empty[shape] = generation.older;
        }
        generation.open(capacityEntries);
        return generation;
    }

    /** Takes the blocks of a chain of generations, which nobody may use any more. */
    void recycle(final IdGeneration newest) {
        if (forgotten == null) {
            forgotten = newest;
        } else {
            lastForgotten.older = newest;
        }
        lastForgotten = newest;
        while (lastForgotten.older != null) {
            lastForgotten = lastForgotten.older;
        }
    }

    /** Bytes taken from the allocator. */
    long allocatedBytes() {
        return slabCount * SlabAllocator.SLAB_BYTES;
    }

    private long takeForgotten() {
        while (forgotten != null) {
            final long block = forgotten.giveUpBlock();
            if (block != 0) {
                return block;
            }
            final IdGeneration emptied = forgotten;
            forgotten = emptied.older;
            final int shape = Integer.numberOfTrailingZeros(emptied.pageCount());
            emptied.older = empty[shape];
            empty[shape] = emptied;
        }
        return 0;
    }

    private long takeFresh() {
        if (freshAddress == freshEnd) {
            freshAddress = allocator.allocateZeroed();
            freshEnd = freshAddress + SlabAllocator.SLAB_BYTES;
            slabCount++;
        }
        final long block = freshAddress;
        freshAddress += BLOCK_BYTES;
        return block;
    }
}
