package io.daybreak.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Remembers the slabs that were taken, so that all can be given back at once: for a state that may turn out to be good for nothing. Not thread safe.
 */
public final class ReleasableSlabs implements SlabAllocator {
    private final SlabAllocator allocator;
    private final List<Long> taken = new ArrayList<>();
    private boolean kept;

    public ReleasableSlabs(final SlabAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public long allocateZeroed() {
        final long address = allocator.allocateZeroed();
        if (!kept) {
            taken.add(address);
        }
        return address;
    }

    @Override
    public void release(final long address) {
        if (!kept) {
            taken.remove(address);
        }
        allocator.release(address);
    }

    /** The state is good: from now on nothing is remembered. */
    public void keep() {
        kept = true;
        taken.clear();
    }

    /** Gives everything back that was taken; whoever took it must not touch it again. */
    public void releaseAll() {
        taken.forEach(allocator::release);
        taken.clear();
    }
}
