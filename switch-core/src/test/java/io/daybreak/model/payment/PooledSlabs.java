package io.daybreak.model.payment;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;

import java.util.ArrayList;
import java.util.List;

/** Slabs that outlive their machine and serve the next one of this process. */
final class PooledSlabs implements SlabAllocator {
    private static final List<Long> FREE = new ArrayList<>();
    private static final SlabAllocator PLAIN = new CollectedSlabs();

    private final List<Long> lent = new ArrayList<>();

    @Override
    public long allocateZeroed() {
        final long address;
        synchronized (FREE) {
            if (FREE.isEmpty()) {
                address = PLAIN.allocateZeroed();
            } else {
                address = FREE.remove(FREE.size() - 1);
                UnsafeApi.setMemory(address, SLAB_BYTES, (byte) 0);
            }
        }
        lent.add(address);
        return address;
    }

    @Override
    public void release(final long address) {
        lent.remove(address);
        synchronized (FREE) {
            FREE.add(address);
        }
    }

    void giveBack() {
        synchronized (FREE) {
            FREE.addAll(lent);
        }
        lent.clear();
    }
}
