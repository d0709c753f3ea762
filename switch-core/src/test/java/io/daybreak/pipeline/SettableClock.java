package io.daybreak.pipeline;

import io.daybreak.port.EpochClock;

import java.util.concurrent.atomic.AtomicLong;

/** Both clocks, set by the test. */
final class SettableClock implements EpochClock {
    /** 2026-11-23T00:00:00Z. */
    static final long START_NS = 1_795_392_000_000_000_000L;

    private final AtomicLong wallNs = new AtomicLong(START_NS);
    private final AtomicLong monotonicNs = new AtomicLong(-5_000);
    private final AtomicLong reads = new AtomicLong();

    @Override
    public long wallNs() {
        return wallNs.get();
    }

    @Override
    public long monotonicNs() {
        reads.incrementAndGet();
        return monotonicNs.get();
    }

    /** How often the clock was looked at. */
    long reads() {
        return reads.get();
    }

    /** Time passes on both clocks. */
    void pass(final long ns) {
        wallNs.addAndGet(ns);
        monotonicNs.addAndGet(ns);
    }

    /** The wall clock is set, no time passes. */
    void stepWall(final long ns) {
        wallNs.addAndGet(ns);
    }

    void setWall(final long ns) {
        wallNs.set(ns);
    }
}
