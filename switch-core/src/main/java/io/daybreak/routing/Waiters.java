package io.daybreak.routing;

import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;

/**
 * Reply handles of those who wait for a payment's answer, in short chains. No state: after a restart nobody waits.
 * <p>
 * Bounded by who may add to it: one for each pending request, and as many repeats again. Ledger thread only.
 */
final class Waiters {
    private static final int NONE = RoutedPayments.NONE;
    private static final int NODE_BYTES = 32;
    private static final int LINK = 0;
    private static final int CORRELATION = 8;
    private static final int NEXT = 16;

    private final RecordSlabs nodes;
    private int used;
    private int count;
    private int free = NONE;

    Waiters(final SlabAllocator allocator) {
        this.nodes = new RecordSlabs(allocator, NODE_BYTES);
    }

    /** A node without a next one. */
    int add(final long linkId, final long correlationId) {
        final int node;
        if (free == NONE) {
            node = used++;
            nodes.ensureCapacity(used);
        } else {
            node = free;
            free = next(node);
        }
        count++;
        final long address = nodes.address(node);
        UnsafeApi.putLong(address + LINK, linkId);
        UnsafeApi.putLong(address + CORRELATION, correlationId);
        setNext(node, NONE);
        return node;
    }

    void release(final int node) {
        setNext(node, free);
        free = node;
        count--;
    }

    long linkId(final int node) {
        return UnsafeApi.getLong(nodes.address(node) + LINK);
    }

    long correlationId(final int node) {
        return UnsafeApi.getLong(nodes.address(node) + CORRELATION);
    }

    int next(final int node) {
        return UnsafeApi.getInt(nodes.address(node) + NEXT);
    }

    void setNext(final int node, final int next) {
        UnsafeApi.putInt(nodes.address(node) + NEXT, next);
    }

    int count() {
        return count;
    }
}
