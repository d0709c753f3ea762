package io.daybreak.port;

import io.daybreak.state.StateReader;

/** Takes what recovery finds: a snapshot, if there is one that can be used, and the entries behind it. One thread, the caller's. */
public interface RecoveryTarget {
    /** Starts with an empty state: every entry follows, from the first on. */
    ReplayTarget fromBegin();

    /**
     * Starts with the state of a snapshot: the entries behind it follow. After a failure the target may be asked again, with another snapshot
     * or for the begin.
     *
     * @throws io.daybreak.state.StateFormatException if the snapshot cannot be used; nothing of it is kept
     */
    ReplayTarget fromSnapshot(StateReader snapshot);
}
