package io.daybreak.memory;

import org.agrona.UnsafeApi;

import java.util.ArrayList;
import java.util.List;

/**
 * Slabs of a state that lives for a while: closing gives all memory back to the operating system. Not thread safe; whoever used the slabs must be
 * gone before the close.
 */
public final class ArenaSlabs implements SlabAllocator, AutoCloseable {
    private static final int REGION_SLABS = 16;

    private final List<Long> regions = new ArrayList<>();
    private final List<Long> free = new ArrayList<>();
    private long next;
    private int left;

    @Override
    public long allocateZeroed() {
        if (!free.isEmpty()) {
            final long address = free.remove(free.size() - 1);
            UnsafeApi.setMemory(address, SLAB_BYTES, (byte) 0);
            return address;
        }
        if (left == 0) {
            // One slab more than asked, so that aligned ones fit.
            final long raw = UnsafeApi.allocateMemory((REGION_SLABS + 1L) * SLAB_BYTES);
            regions.add(raw);
            next = raw + SLAB_BYTES - 1 & -SLAB_BYTES;
            left = REGION_SLABS;
        }
        final long address = next;
        next += SLAB_BYTES;
        left--;
        UnsafeApi.setMemory(address, SLAB_BYTES, (byte) 0);
        return address;
    }

    @Override
    public void release(final long address) {
        free.add(address);
    }

    /** Bytes taken from the operating system. */
    public long allocatedBytes() {
        return regions.size() * (REGION_SLABS + 1L) * SLAB_BYTES;
    }

    @Override
    public void close() {
        regions.forEach(UnsafeApi::freeMemory);
        regions.clear();
        free.clear();
        left = 0;
    }
}
