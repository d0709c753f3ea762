package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.daybreak.journal.LastEntry;

/** The journal and the node that a follower keeps. All methods are called on the session's thread. */
public interface FollowerView {
    /** Greatest epoch that this node knows of. */
    long seenEpoch();

    /** Last entry in the own journal, synced. */
    long lastEntry();

    /** Its last sequence. */
    long lastSequence();

    /** Its chain hash; 32 zero bytes before the first. */
    byte[] chainHash();

    /** Last entry that is known to be acknowledged. */
    long committedEntry();

    /** Sequence that the state machine has come to. */
    long appliedSequence();

    /** True if {@link #sync} puts entries on the device. */
    boolean isSyncing();

    /** Appends one entry, proved; false if there is no room before the next {@link #sync}. */
    boolean append(long address, int length);

    /** Makes what was appended durable. */
    void sync();

    /** Everything up to this entry, which is in the journal, is acknowledged and may be applied. */
    void onCommitted(long entry, long sequence);

    /** The leader of this epoch was found: on the device when this returns. From now on the directory is a standby's. */
    void onLeader(long epoch) throws IOException;

    /** The journal must end with this entry: decided durably when this returns. The session is over; the host begins anew. */
    void onCut(long lastEntry) throws IOException;

    /** How far the leader is, by its own word. */
    void onLeaderPosition(long entry, long sequence, long nowNs);

    /** Of the last entry that was there when the journal was opened: asked for only where it stands in a snapshot, and in no file. */
    LastEntry recovered();

    /** A snapshot comes first. Returns the offset from which on its file is wanted. */
    long onSnapshot(long sequence, long entry, long bytes) throws IOException;

    /** The next part of its file. */
    void onSnapshotPart(ByteBuffer part) throws IOException;

    /**
     * All of it came. If it is what was announced, it is decided durably when this returns that the node begins anew with it; the session is over.
     *
     * @return false if it is damaged: nothing of it is kept
     */
    boolean onSnapshotEnd(long sequence, long entry, byte[] chainHash) throws IOException;
}
