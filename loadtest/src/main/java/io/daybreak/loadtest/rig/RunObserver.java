package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

/** Watches a run from the reporter's thread. */
public interface RunObserver {
    /** Watches nothing. */
    RunObserver NONE = new RunObserver() {
    };

    /** Something is going on before or after the run proper. */
    default void onStage(final String text) {
    }

    /**
     * About ten times a second.
     *
     * @param elapsedNs since the start of the warm-up
     * @param totalNs   of warm-up and measured part
     * @param answered  transfers, so far
     * @param refused   of these
     */
    default void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
    }

    /**
     * The schedule is fixed, and the loops are about to begin.
     *
     * @param measureFromNs begin of the measured part, by the monotonic clock
     */
    default void onStart(final long measureFromNs) {
    }

    /**
     * About once a second in the measured part.
     *
     * @param histogram of the interval; its time stamps are set; valid during the call
     */
    default void onInterval(final Histogram histogram) {
    }

    /**
     * With each interval: what was counted in it. A stall makes an interval longer, and its counts those of all of it.
     *
     * @param fromNs    since the begin of the measured part
     * @param toNs      the same
     * @param sent      commands that left
     * @param answered  accepted or refused
     * @param refused   of these
     * @param histogram latency of the answers; valid during the call
     */
    default void onCounts(final long fromNs, final long toNs, final long sent, final long answered, final long refused,
                          final Histogram histogram) {
    }
}
