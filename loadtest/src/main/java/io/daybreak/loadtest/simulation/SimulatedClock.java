package io.daybreak.loadtest.simulation;

import io.daybreak.port.EpochClock;

/** The clocks of the switch's machine: wall time that may be set and drift, and monotonic time that begins with the machine. One thread. */
final class SimulatedClock implements EpochClock {
    private static final long MILLION = 1_000_000L;

    private final World world;
    private long offsetNs;
    private long driftPpm;
    private long driftSinceNs;

    SimulatedClock(final World world) {
        this.world = world;
        this.driftSinceNs = world.nowNs();
    }

    @Override
    public long wallNs() {
        return world.nowNs() + offsetNs + driftNs();
    }

    private long driftNs() {
        return (world.nowNs() - driftSinceNs) / MILLION * driftPpm;
    }

    @Override
    public long monotonicNs() {
        return world.nowNs() - World.BEGIN_NS + 1;
    }

    /** Somebody sets the wall clock. */
    void jump(final long byNs) {
        offsetNs += byNs;
    }

    /** The wall clock runs faster or slower from now on. */
    void drift(final long ppm) {
        offsetNs += driftNs();
        driftSinceNs = world.nowNs();
        driftPpm = ppm;
    }

    /** Right again. */
    void correct() {
        offsetNs = 0;
        driftPpm = 0;
    }
}
