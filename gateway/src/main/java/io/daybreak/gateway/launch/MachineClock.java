package io.daybreak.gateway.launch;

import io.daybreak.port.EpochClock;

import java.time.Instant;

/** The machine's own clocks. Any thread. */
final class MachineClock implements EpochClock {
    private static final long NS_PER_S = 1_000_000_000L;

    @Override
    public long wallNs() {
        final Instant now = Instant.now();
        return now.getEpochSecond() * NS_PER_S + now.getNano();
    }

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }
}
