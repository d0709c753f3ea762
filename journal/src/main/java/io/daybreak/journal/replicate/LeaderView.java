package io.daybreak.journal.replicate;

/** What a leader's session looks at, and whom it tells. Each method may be called from the session's thread. */
public interface LeaderView {
    /** Epoch in which this node leads; 0 if it does not lead. */
    long epoch();

    /** Greatest epoch that this node knows of. */
    long seenEpoch();

    /** Number of this run of the process. */
    long incarnation();

    /** Last entry that lies in the queue. */
    long appendedEntry();

    /** Its last sequence. */
    long appendedSequence();

    /** Last entry that is acknowledged. */
    long committedEntry();

    /** Its last sequence. */
    long committedSequence();

    /** The newest snapshot of this node, for the caller to close; null if there is none. */
    SnapshotSource newestSnapshot() throws java.io.IOException;

    /** A member has kept everything up to an entry. */
    void onAcknowledged(int memberId, long entry, boolean isSynced, long appliedSequence);

    /** A member has nearly everything, and could be waited for. Told again and again until it is in sync. */
    void onCaughtUp(int memberId);

    /** A member proved a later epoch: this node may not lead any more. */
    void onFenced(long epoch);
}
