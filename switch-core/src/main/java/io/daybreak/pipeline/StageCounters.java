package io.daybreak.pipeline;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters of one thread, readable by all. The owner writes with release order, which is a plain store on the usual
 * machines; a reader may see a value some microseconds old. A cache line of padding on both sides keeps the counters of
 * different threads apart.
 */
final class StageCounters {
    private static final int PADDING = 16;

    private final AtomicLongArray values;

    StageCounters(final int count) {
        values = new AtomicLongArray(PADDING + count + PADDING);
    }

    /** Owner only. */
    void set(final int index, final long value) {
        values.setRelease(PADDING + index, value);
    }

    /** Owner only. */
    void increment(final int index) {
        values.setRelease(PADDING + index, values.getPlain(PADDING + index) + 1);
    }

    /** Any thread. */
    long get(final int index) {
        return values.getAcquire(PADDING + index);
    }
}
