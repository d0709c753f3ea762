package io.daybreak.pipeline;

/**
 * At start the wall clock is further ahead of the journal than {@code clock.max-gap}: either the switch was down that
 * long, or the clock is wrong, and a wrong clock would expire every hold. An operator has to say which.
 */
public final class ClockGapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Wall time less the last journaled time, nanoseconds. */
    private final long gapNs;

    ClockGapException(final long gapNs, final long maxGapNs) {
        super("the wall clock is " + gapNs / 1_000_000_000L + " s ahead of the last journaled time, more than clock.max-gap ("
            + maxGapNs / 1_000_000_000L + " s): start with the flag that accepts the gap if the clock is right");
        this.gapNs = gapNs;
    }

    /** Wall time less the last journaled time, nanoseconds. */
    public long gapNs() {
        return gapNs;
    }
}
