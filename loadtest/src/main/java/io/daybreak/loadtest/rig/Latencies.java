package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

/** The histograms of the rig: nanoseconds in steps of 64, three significant digits, up to ten minutes. Static. */
public final class Latencies {
    /** Longest latency told apart; longer ones count as this. */
    public static final long MAX_NS = 600_000_000_000L;

    private static final long LOWEST_NS = 100;
    private static final int DIGITS = 3;

    private Latencies() {
    }

    /** An empty histogram; all of them may be added to each other. */
    public static Histogram newHistogram() {
        return new Histogram(LOWEST_NS, MAX_NS, DIGITS);
    }

    /** A latency within the bounds of the histogram. */
    static long bounded(final long ns) {
        return Math.max(0, Math.min(ns, MAX_NS));
    }
}
