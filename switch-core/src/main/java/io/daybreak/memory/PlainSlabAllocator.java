package io.daybreak.memory;

import org.agrona.UnsafeApi;

/**
 * Slabs straight from the operating system, with a small stock of released ones. For tests, tools and as the fallback
 * of allocators that do more.
 */
public final class PlainSlabAllocator implements SlabAllocator {
    private static final int STOCK = 64;

    private final long[] stock = new long[STOCK];
    private int stocked;

    @Override
    public long allocateZeroed() {
        final long address;
        if (stocked > 0) {
            address = stock[--stocked];
        } else {
            // One slab more than asked, so that an aligned one fits; what lies outside is never touched and costs nothing.
            final long raw = UnsafeApi.allocateMemory(2L * SLAB_BYTES);
            address = raw + SLAB_BYTES - 1 & -SLAB_BYTES;
        }
        UnsafeApi.setMemory(address, SLAB_BYTES, (byte) 0);
        return address;
    }

    @Override
    public void release(final long address) {
        if (stocked < STOCK) {
            stock[stocked++] = address;
        }
        // Beyond the stock the slab is left to the process's end: releases beyond a stock's size do not happen in the
        // switch, whose tables give back at most what they take again.
    }
}
