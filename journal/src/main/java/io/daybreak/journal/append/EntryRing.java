package io.daybreak.journal.append;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.agrona.UnsafeApi;

/**
 * Bounded off-heap ring of bytes between the ledger thread, which makes entries in place, and the durability thread,
 * which takes them.
 * <pre>
 *   record:  int32 length of what follows, or its negative if it is padding up to the end of the ring; 4 unused bytes
 *            the entry; up to 7 unused bytes, so that records stay on multiples of 8
 * </pre>
 * An entry is contiguous: where the largest entry would not fit before the end of the ring, padding fills the rest. When the ring is
 * full the ledger thread waits ({@link #tryReserve} is false), which is the journal's back-pressure.
 * <p>
 * One producer, one consumer. {@code published} is written by the producer with release and read by the consumer with
 * acquire: it makes the entry's bytes visible. {@code released} goes the other way by the same rule.
 */
final class EntryRing {
    static final int RECORD_HEADER = 8;
    private static final VarHandle PUBLISHED;
    private static final VarHandle RELEASED;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(EntryRing.class, "published", long.class);
            RELEASED = MethodHandles.lookup().findVarHandle(EntryRing.class, "released", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer memory;
    private final long base;
    private final int capacity;
    private final int mask;
    private final int largestRecord;

    /** Producer's own: where the record being made begins. */
    private long claim;
    /** Producer's last look at {@code released}. */
    private long releasedSeen;
    @SuppressWarnings("unused")
    private volatile long published;
    @SuppressWarnings("unused")
    private volatile long released;

    /**
     * Makes a ring and touches all of it.
     *
     * @param capacity     bytes, a power of two, at least four times the largest entry
     * @param largestEntry bytes
     */
    EntryRing(final int capacity, final int largestEntry) {
        if (Integer.bitCount(capacity) != 1 || capacity / 4 < largestEntry) {
            throw new IllegalArgumentException("ring of " + capacity + " bytes for entries of " + largestEntry);
        }
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.largestRecord = RECORD_HEADER + align(largestEntry);
        this.memory = ByteBuffer.allocateDirect(capacity + Long.BYTES).alignedSlice(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        this.base = org.agrona.BufferUtil.address(memory);
        UnsafeApi.setMemory(base, capacity, (byte) 0);
    }

    private static int align(final int length) {
        return length + 7 & ~7;
    }

    // Ledger thread.

    /** Reserves room for the largest entry. False: not now, the consumer is behind. */
    boolean tryReserve() {
        final int index = (int) claim & mask;
        final int untilEnd = capacity - index;
        final boolean wraps = untilEnd < largestRecord;
        final long needed = claim + largestRecord + (wraps ? untilEnd : 0);
        if (needed - releasedSeen > capacity) {
            releasedSeen = (long) RELEASED.getAcquire(this);
            if (needed - releasedSeen > capacity) {
                return false;
            }
        }
        if (wraps) {
            UnsafeApi.putInt(base + index, -untilEnd);
            claim += untilEnd;
        }
        return true;
    }

    /** Address of the reserved entry. */
    long reserved() {
        return base + ((int) claim & mask) + RECORD_HEADER;
    }

    /** Publishes the reserved entry. */
    void publish(final int length) {
        UnsafeApi.putInt(base + ((int) claim & mask), length);
        claim += RECORD_HEADER + align(length);
        PUBLISHED.setRelease(this, claim);
    }

    // Durability thread.

    /** Position behind the last published entry. */
    long published() {
        return (long) PUBLISHED.getAcquire(this);
    }

    /** Position of the first entry at or behind {@code position}: steps over padding. {@code position} is below {@link #published}. */
    long entryPosition(final long position) {
        final int length = UnsafeApi.getInt(base + ((int) position & mask));
        return length < 0 ? position - length : position;
    }

    /** Address of the entry at a position. */
    long entry(final long position) {
        return base + ((int) position & mask) + RECORD_HEADER;
    }

    /** Index of that entry in {@link #view}. */
    int index(final long position) {
        return ((int) position & mask) + RECORD_HEADER;
    }

    /** Length of the entry at a position. */
    int length(final long position) {
        return UnsafeApi.getInt(base + ((int) position & mask));
    }

    /** Position behind the entry at {@code position}. */
    long next(final long position) {
        return position + RECORD_HEADER + align(length(position));
    }

    /** Gives everything before the position back to the producer. */
    void release(final long position) {
        RELEASED.setRelease(this, position);
    }

    /** The ring's memory for the durability thread, which may change position and limit. */
    ByteBuffer view() {
        return memory;
    }
}
