package io.daybreak.deadline;

import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * The open deadlines in a total order, the earliest on top: by deadline, then by sequence. A timer wheel would be
 * faster and is no choice, since it does not order the timers of one tick, and a replay must expire them alike.
 * <p>
 * A four-ary heap: its entries carry the key, so that a comparison reads one line of four children and no hold. Each
 * holder (a slot of the hold table) has at most one deadline, and a place in the heap that is kept with it.
 * <p>
 * Ledger thread only. Adding, moving and removing cost O(log n) steps; with a million open holds that is ten.
 */
public final class DeadlineHeap implements Stateful {
    /** No deadline: {@link #earliestNs()} of an empty heap. */
    public static final long NONE = Long.MAX_VALUE;

    private static final int ENTRY_BYTES = 32;
    private static final int DEADLINE = 0;
    private static final int SEQUENCE = 8;
    private static final int HOLDER = 16;
    private static final int ENTRY_WORDS = 3;

    private final RecordSlabs entries;
    private final RecordSlabs places;
    private final UndoLog undo;
    private long size;
    private long markedSize;

    public DeadlineHeap(final SlabAllocator allocator, final UndoLog undo) {
        this.entries = new RecordSlabs(allocator, ENTRY_BYTES);
        this.places = new RecordSlabs(allocator, 8);
        this.undo = undo;
    }

    /** Open deadlines. */
    public long size() {
        return size;
    }

    /** The earliest deadline in epoch nanoseconds, or {@link #NONE}. */
    public long earliestNs() {
        return size == 0 ? NONE : UnsafeApi.getLong(entries.address(0) + DEADLINE);
    }

    /** Holder of the earliest deadline; the heap must not be empty. */
    public int earliestHolder() {
        return (int) UnsafeApi.getLong(entries.address(0) + HOLDER);
    }

    /** Adds a deadline for a holder that has none. */
    public void add(final int holder, final long deadlineNs, final long sequence) {
        entries.ensureCapacity(size + 1);
        places.ensureCapacity(holder + 1L);
        siftUp(size++, deadlineNs, sequence, holder);
    }

    /** Removes the deadline of a holder, if it has one. */
    public void remove(final int holder) {
        final long place = placeOf(holder);
        if (place < 0) {
            return;
        }
        setPlace(holder, -1);
        size--;
        if (place < size) {
            final long last = entries.address(size);
            final long deadlineNs = UnsafeApi.getLong(last + DEADLINE);
            final long sequence = UnsafeApi.getLong(last + SEQUENCE);
            final int lastHolder = (int) UnsafeApi.getLong(last + HOLDER);
            if (place > 0 && isBefore(deadlineNs, sequence, entries.address(place - 1 >> 2))) {
                siftUp(place, deadlineNs, sequence, lastHolder);
            } else {
                siftDown(place, deadlineNs, sequence, lastHolder);
            }
        }
    }

    @Override
    public void image(final StateImage image) {
        size = image.bounded(size, 0, Integer.MAX_VALUE);
        entries.image(image, size);
        for (long place = 0; image.isLoading() && place < size; place++) {
            final int holder = (int) UnsafeApi.getLong(entries.address(place) + HOLDER);
            places.ensureCapacity(holder + 1L);
            UnsafeApi.putLong(places.address(holder), place + 1);
        }
    }

    /** Remembers where a chain began. */
    public void mark() {
        markedSize = size;
    }

    /** Goes back to the mark; the undo log has put the words back. */
    public void rollback() {
        size = markedSize;
    }

    private void siftUp(final long from, final long deadlineNs, final long sequence, final int holder) {
        long place = from;
        while (place > 0) {
            final long parent = place - 1 >> 2;
            final long parentAddress = entries.address(parent);
            if (!isBefore(deadlineNs, sequence, parentAddress)) {
                break;
            }
            moveEntry(parentAddress, place);
            place = parent;
        }
        setEntry(place, deadlineNs, sequence, holder);
    }

    private void siftDown(final long from, final long deadlineNs, final long sequence, final int holder) {
        long place = from;
        while (true) {
            final long first = (place << 2) + 1;
            if (first >= size) {
                break;
            }
            long best = first;
            long bestAddress = entries.address(first);
            final long end = Math.min(first + 4, size);
            for (long child = first + 1; child < end; child++) {
                final long childAddress = entries.address(child);
                if (isBefore(UnsafeApi.getLong(childAddress + DEADLINE), UnsafeApi.getLong(childAddress + SEQUENCE), bestAddress)) {
                    best = child;
                    bestAddress = childAddress;
                }
            }
            if (isBefore(deadlineNs, sequence, bestAddress)) {
                break;
            }
            moveEntry(bestAddress, place);
            place = best;
        }
        setEntry(place, deadlineNs, sequence, holder);
    }

    private static boolean isBefore(final long deadlineNs, final long sequence, final long address) {
        final long otherNs = UnsafeApi.getLong(address + DEADLINE);
        return deadlineNs < otherNs || deadlineNs == otherNs && sequence < UnsafeApi.getLong(address + SEQUENCE);
    }

    private void moveEntry(final long fromAddress, final long toPlace) {
        setEntry(toPlace, UnsafeApi.getLong(fromAddress + DEADLINE), UnsafeApi.getLong(fromAddress + SEQUENCE),
            (int) UnsafeApi.getLong(fromAddress + HOLDER));
    }

    private void setEntry(final long place, final long deadlineNs, final long sequence, final int holder) {
        final long address = entries.address(place);
        undo.save(address, ENTRY_WORDS);
        UnsafeApi.putLong(address + DEADLINE, deadlineNs);
        UnsafeApi.putLong(address + SEQUENCE, sequence);
        UnsafeApi.putLong(address + HOLDER, holder);
        setPlace(holder, place);
    }

    /** Place of a holder's deadline, or -1. Kept plus one, since new memory is zero. */
    private long placeOf(final int holder) {
        return holder < places.capacity() ? UnsafeApi.getLong(places.address(holder)) - 1 : -1;
    }

    private void setPlace(final int holder, final long place) {
        final long address = places.address(holder);
        undo.save(address, 1);
        UnsafeApi.putLong(address, place + 1);
    }
}
