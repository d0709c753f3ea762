package io.daybreak.memory;

import io.daybreak.state.StateImage;

import java.util.Arrays;

/**
 * A growing array of fixed-size records in slabs. Growing adds a slab and moves nothing, so an address stays valid for
 * as long as the record lives.
 * <p>
 * Not thread safe. New records are zero.
 */
public final class RecordSlabs {
    private final SlabAllocator allocator;
    private final int recordShift;
    private final int slabShift;
    private final long slabMask;
    private long[] slabs = new long[16];
    private int slabCount;

    /**
     * @param recordBytes size of a record, a power of two from 4 to 4,096
     */
    public RecordSlabs(final SlabAllocator allocator, final int recordBytes) {
        if (Integer.bitCount(recordBytes) != 1 || recordBytes < 4 || recordBytes > 4_096) {
            throw new IllegalArgumentException("recordBytes " + recordBytes);
        }
        this.allocator = allocator;
        this.recordShift = Integer.numberOfTrailingZeros(recordBytes);
        this.slabShift = Integer.numberOfTrailingZeros(SlabAllocator.SLAB_BYTES) - recordShift;
        this.slabMask = (1L << slabShift) - 1;
    }

    /** Address of record {@code index}, which must be below {@link #capacity()}. */
    public long address(final long index) {
        return slabs[(int) (index >>> slabShift)] + ((index & slabMask) << recordShift);
    }

    /** Records that have memory. */
    public long capacity() {
        return (long) slabCount << slabShift;
    }

    /** Makes room for records 0 to {@code count - 1}. */
    public void ensureCapacity(final long count) {
        while (capacity() < count) {
            if (slabCount == slabs.length) {
                slabs = Arrays.copyOf(slabs, slabCount * 2);
            }
            slabs[slabCount++] = allocator.allocateZeroed();
        }
    }

    /** Shows records 0 to {@code count - 1}; when reading, memory is taken for them. */
    public void image(final StateImage image, final long count) {
        ensureCapacity(count);
        for (long index = 0; index < count; index += slabMask + 1) {
            image.memory(address(index), Math.min(slabMask + 1, count - index) << recordShift);
        }
    }

    /** Gives all memory back. */
    public void release() {
        while (slabCount > 0) {
            allocator.release(slabs[--slabCount]);
        }
    }
}
