package io.daybreak.pipeline;

/** Told once, by whichever thread met it, that the switch must stop: it may not guess on. Does not return to work. */
public interface FatalHandler {
    /** Why the switch stops. */
    enum Reason {
        /** The state machine or the pipeline broke one of its own invariants. */
        DEFECT,
        /** Appending or syncing the journal failed. */
        JOURNAL_FAILED,
        /** The device has no room left. */
        DISK_FULL
    }

    /** Stops the process; the pipeline's threads end after it returns. */
    void onFatal(Reason reason, String message, Throwable cause);
}
