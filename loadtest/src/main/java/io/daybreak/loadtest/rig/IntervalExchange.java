package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Hands a loop's histogram of each interval to the reporter and an empty one back, so that recording needs no
 * synchronisation at all: each histogram belongs to one thread at a time, and the two references are the hand-over
 * (set and get of an AtomicReference order everything written before them).
 * <p>
 * If the reporter is late, the loop records on into the same histogram: the interval gets longer, nothing is lost.
 */
final class IntervalExchange {
    private final AtomicReference<Histogram> full = new AtomicReference<>();
    private final AtomicReference<Histogram> empty = new AtomicReference<>(Latencies.newHistogram());
    private Histogram current = Latencies.newHistogram();

    /** Loop thread: where to record. Changes only in {@link #offer()}. */
    Histogram current() {
        return current;
    }

    /** Loop thread: an interval has ended. */
    void offer() {
        if (full.get() != null) {
            return;
        }
        final Histogram next = empty.getAndSet(null);
        if (next != null) {
            final Histogram ended = current;
            current = next;
            full.set(ended);
        }
    }

    /** Reporter thread: adds what was handed over to the sum. */
    void drainTo(final Histogram sum) {
        final Histogram ended = full.getAndSet(null);
        if (ended != null) {
            sum.add(ended);
            ended.reset();
            empty.set(ended);
        }
    }
}
