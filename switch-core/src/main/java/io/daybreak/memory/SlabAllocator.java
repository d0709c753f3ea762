package io.daybreak.memory;

/**
 * Hands out off-heap memory in slabs of one size. All tables of the state machine are built from slabs, so that growth
 * is one more slab and never a copy.
 * <p>
 * Ledger thread only, unless an implementation says more. Running out of memory is an {@link OutOfMemoryError}: the
 * capacities that the operator chose do not fit this machine, and the switch stops.
 */
public interface SlabAllocator {
    /** Bytes of a slab: the size of two huge pages, and its alignment. */
    int SLAB_BYTES = 4 * 1024 * 1024;

    /** Address of a slab whose bytes are all zero. */
    long allocateZeroed();

    /** Gives a slab back; its contents are lost. */
    void release(long address);
}
