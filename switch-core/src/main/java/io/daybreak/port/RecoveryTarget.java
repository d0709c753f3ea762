package io.daybreak.port;

/** Takes what recovery finds: a snapshot, if there is one that can be used, and the entries behind it. One thread, the caller's. */
public interface RecoveryTarget {
    /** Starts with an empty state: every entry follows, from the first on. */
    ReplayTarget fromBegin();

    /**
     * Starts with the state of a snapshot: the entries behind it follow. After a failure the target may be asked again, with another snapshot
     * or for the begin.
     *
     * @param snapshot its image; read to its end
     * @throws RuntimeException if the snapshot cannot be used ({@code StateFormatException}); nothing of it is kept
     */
    ReplayTarget fromSnapshot(StateSource snapshot);
}
