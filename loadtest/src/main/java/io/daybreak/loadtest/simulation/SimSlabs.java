package io.daybreak.loadtest.simulation;

import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;

/**
 * Slabs for one state machine at a time, all given back at once when its process ends. They come from the operating system as zero pages of which only
 * those that are touched cost anything, since most tables of a small world stay nearly empty. One thread.
 */
final class SimSlabs implements SlabAllocator {
    /** So large that malloc maps each request by itself and gives it back at once. */
    private static final int REGION_SLABS = 16;

    private long[] regions = new long[64];
    private int regionCount;
    private long next;
    private int left;
    private long[] released = new long[64];
    private int releasedCount;

    @Override
    public long allocateZeroed() {
        if (releasedCount > 0) {
            final long address = released[--releasedCount];
            UnsafeApi.setMemory(address, SLAB_BYTES, (byte) 0);
            return address;
        }
        if (left == 0) {
            if (regionCount == regions.length) {
                regions = java.util.Arrays.copyOf(regions, regionCount * 2);
            }
            final long raw = UnsafeApi.allocateMemory((REGION_SLABS + 1L) * SLAB_BYTES);
            regions[regionCount++] = raw;
            next = raw + SLAB_BYTES - 1 & -SLAB_BYTES;
            left = REGION_SLABS;
        }
        final long address = next;
        next += SLAB_BYTES;
        left--;
        return address;
    }

    @Override
    public void release(final long address) {
        if (releasedCount == released.length) {
            released = java.util.Arrays.copyOf(released, releasedCount * 2);
        }
        released[releasedCount++] = address;
    }

    /** The process has ended: nobody looks at its memory any more. */
    void giveBack() {
        while (regionCount > 0) {
            UnsafeApi.freeMemory(regions[--regionCount]);
        }
        left = 0;
        releasedCount = 0;
    }
}
