package io.daybreak.loadtest.simulation;

import java.util.Arrays;

/** What is to happen, in the order of its time and, within one instant, in the order in which it was planned. Grows as needed; one thread. */
final class EventQueue {
    private long[] times = new long[1_024];
    private long[] orders = new long[1_024];
    private Event[] events = new Event[1_024];
    private int size;
    private long planned;

    /**
     * Something that happens to one actor.
     *
     * @param actor  index of the actor
     * @param kind   what it is, in the words of the actor
     * @param number of the thing it is about
     * @param what   the thing itself; null if there is none
     */
    record Event(int actor, int kind, long number, Object what) {
    }

    void plan(final long timeNs, final Event event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            events = Arrays.copyOf(events, size * 2);
        }
        final long order = ++planned;
        int at = size++;
        while (at > 0) {
            final int parent = (at - 1) / 2;
            if (times[parent] <= timeNs) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        set(at, timeNs, order, event);
    }

    /** Time of the next event; {@link Long#MAX_VALUE} if there is none. */
    long nextTimeNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /** Takes the next event, which there is. */
    Event take() {
        final Event taken = events[0];
        size--;
        final long timeNs = times[size];
        final long order = orders[size];
        final Event last = events[size];
        events[size] = null;
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(child + 1, times[child], orders[child])) {
                child++;
            }
            if (!isBefore(child, timeNs, order)) {
                break;
            }
            move(child, at);
            at = child;
        }
        if (size > 0) {
            set(at, timeNs, order, last);
        }
        return taken;
    }

    private boolean isBefore(final int at, final long timeNs, final long order) {
        return times[at] < timeNs || times[at] == timeNs && orders[at] < order;
    }

    private void move(final int from, final int to) {
        set(to, times[from], orders[from], events[from]);
    }

    private void set(final int at, final long timeNs, final long order, final Event event) {
        times[at] = timeNs;
        orders[at] = order;
        events[at] = event;
    }
}
