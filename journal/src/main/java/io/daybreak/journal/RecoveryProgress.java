package io.daybreak.journal;

/** Hears how far a start has come, now and then; the thread that opens the journal calls. */
@FunctionalInterface
public interface RecoveryProgress {
    /** Nobody listens. */
    RecoveryProgress NONE = (doneBytes, totalBytes, commands) -> { };

    /**
     * So much of the journal was gone over.
     *
     * @param totalBytes about as much as there is: files are longer than what they hold
     * @param commands   applied so far
     */
    void onProgress(long doneBytes, long totalBytes, long commands);
}
