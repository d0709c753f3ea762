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
     * About once a second in the measured part.
     *
     * @param histogram of the interval; its time stamps are set; valid during the call
     */
    default void onInterval(final Histogram histogram) {
    }
}
