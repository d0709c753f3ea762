package io.daybreak.port;

/** The machine's clocks. Called by the pipeline only; the state machine is told the time. */
public interface EpochClock {
    /** Wall time, nanoseconds since 1970-01-01T00:00:00Z. May step in either direction. */
    long wallNs();

    /** Monotonic time in nanoseconds, from an arbitrary origin. Never steps. */
    long monotonicNs();
}
