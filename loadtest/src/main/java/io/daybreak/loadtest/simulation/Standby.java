package io.daybreak.loadtest.simulation;

import io.daybreak.journal.LastEntry;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.FollowerSession;
import io.daybreak.journal.replicate.FollowerView;
import io.daybreak.journal.replicate.SnapshotReceiver;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.Pipeline;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A node as a standby: the real session over a simulated connection, into the real journal; in the place of the gateway's {@code Follower}. One thread; of one
 * process of the node.
 */
final class Standby implements FollowerView {
    /** As the gateway has it. */
    private static final long APPLY_AHEAD = 128;

    private final World world;
    private final Replica replica;
    private final ChronicleJournal journal;
    private final Pipeline pipeline;
    private final CommandPublisher publisher;
    private final History history;
    private final LiveCursor log;
    private final FollowerView view;
    private final SnapshotReceiver snapshots;
    private Wire.End end;
    private FollowerSession session;
    private long toApply;
    private long told;
    private long primaryEntry;
    private boolean isStopped;

    Standby(final World world, final Replica replica, final ChronicleJournal journal, final Pipeline pipeline, final History history,
            final LiveCursor feed, final Wiring wiring) {
        this.world = world;
        this.replica = replica;
        this.journal = journal;
        this.pipeline = pipeline;
        this.history = history;
        publisher = pipeline.newPublisher();
        log = new LiveCursor(journal.names().queue());
        told = feed.lastEntry();
        toApply = told;
        primaryEntry = Long.MAX_VALUE;
        snapshots = new SnapshotReceiver(journal.names());
        view = wiring.follower(this);
    }

    /** Calls the other node. */
    void connect() {
        if (!isStopped && end == null) {
            end = replica.call(this);
        }
    }

    void onConnected() throws IOException {
        session = new FollowerSession(view, log, end, replica.plan().silenceNs());
        session.begin(world.nowNs());
    }

    void onFrame(final UnsafeBuffer buffer) throws IOException {
        session.onFrame(buffer, 0, world.nowNs());
    }

    /** Everything that came is handed over. */
    void onBatchEnd() {
        if (session != null) {
            session.onBatchEnd(world.nowNs());
            apply();
        }
    }

    void onClosed() {
        // What was handed over before is kept, as by an event loop that ends what it has read before it hears of the end.
        onBatchEnd();
        if (session != null && session.refusedWith() != null) {
            world.note("the standby leaves: " + session.refusedWith());
        } else if (session != null && session.refusal() != null) {
            world.note("the standby is refused: " + session.refusal());
        }
        session = null;
        end = null;
        closeSnapshots();
        replica.connectLater();
    }

    void onTick() {
        if (session != null) {
            session.onTick(world.nowNs());
            if (hasLeft()) {
                onClosed();
            }
        }
        apply();
    }

    /** Whether its own side has ended the connection. */
    boolean hasLeft() {
        return end != null && session != null && end.isClosed();
    }

    private void apply() {
        while (!isStopped && told < toApply && told - pipeline.followedEntry() < APPLY_AHEAD) {
            final long next = Math.min(toApply, told + APPLY_AHEAD / 2);
            if (!Pipeline.follow(publisher, next, false)) {
                break;
            }
            told = next;
            replica.onToApply();
        }
    }

    /** Follows nobody any more; what came is synced. Returns the last entry. */
    long stop() {
        isStopped = true;
        if (end != null) {
            end.close();
            end = null;
            session = null;
        }
        journal.sync();
        return journal.syncedEntry();
    }

    boolean takeOver() {
        return Pipeline.follow(publisher, journal.syncedEntry(), true);
    }

    boolean isStreaming() {
        return session != null && session.isStreaming();
    }

    /** Whether it has applied all that its primary has, as far as it was told. */
    boolean isCaughtUp() {
        return isStreaming() && pipeline.followedEntry() >= primaryEntry;
    }

    /** Incarnation of the last entry, 0 if there is none. */
    long lastIncarnation(final long last) throws IOException {
        return last > 0 && log.seek(last) ? EntryHeader.incarnation(log.address()) : 0;
    }

    /** The process is gone. */
    void end(final boolean silently) {
        if (end != null) {
            end.vanish(silently);
        }
        closeSnapshots();
        close();
    }

    private void closeSnapshots() {
        try {
            snapshots.close();
        } catch (final IOException ex) {
            throw new SimulationFailure("the snapshot that comes cannot be closed", ex);
        }
    }

    boolean has(final Wire.End some) {
        return end == some;
    }

    void close() {
        try {
            log.close();
        } catch (final IOException ex) {
            throw new SimulationFailure("a cursor cannot be closed", ex);
        }
    }

    // ---- FollowerView ----

    @Override
    public long seenEpoch() {
        return replica.seenEpoch();
    }

    @Override
    public long lastEntry() {
        return journal.syncedEntry();
    }

    @Override
    public long lastSequence() {
        return journal.syncedSequence();
    }

    @Override
    public byte[] chainHash() {
        return journal.chainHash();
    }

    @Override
    public long committedEntry() {
        return journal.committedEntry();
    }

    @Override
    public long appliedSequence() {
        return pipeline.followedSequence();
    }

    @Override
    public boolean isSyncing() {
        return journal.isSynced();
    }

    @Override
    public boolean append(final long address, final int length) {
        if (!journal.appendSealed(address, length)) {
            return false;
        }
        history.add(EntryHeader.lastSequence(address), EntryHeader.stateDigest(address));
        return true;
    }

    @Override
    public void sync() {
        journal.sync();
    }

    @Override
    public void onCommitted(final long entry, final long sequence) {
        journal.commit(entry, sequence);
        toApply = entry;
    }

    @Override
    public void onLeader(final long epoch) throws IOException {
        replica.saveState(new NodeState(NodeState.Role.STANDBY, epoch, Math.max(epoch, replica.seenEpoch())));
    }

    @Override
    public void onCut(final long lastEntry) throws IOException {
        world.note("the standby's journal is to be cut behind entry " + lastEntry);
        CutMark.write(journal.names().cut(), lastEntry);
        isStopped = true;
        replica.onRestart();
    }

    @Override
    public LastEntry recovered() {
        return journal.recovered();
    }

    @Override
    public long onSnapshot(final long sequence, final long entry, final long bytes) throws IOException {
        final long offset = snapshots.open(sequence, bytes);
        world.note("a snapshot of sequence " + sequence + " comes from the primary: " + offset + " of " + bytes + " bytes are here");
        return offset;
    }

    @Override
    public void onSnapshotPart(final ByteBuffer part) throws IOException {
        snapshots.write(part);
    }

    @Override
    public boolean onSnapshotEnd(final long sequence, final long entry, final byte[] chainHash) throws IOException {
        // Ahead of the decision: the process may end in the midst of it.
        history.offer(replica.otherHistory(), (int) entry);
        if (!snapshots.finish(sequence, entry, chainHash)) {
            world.note("the snapshot of sequence " + sequence + " came damaged");
            return false;
        }
        world.note("the standby begins anew with the snapshot of sequence " + sequence);
        isStopped = true;
        replica.onRestart();
        return true;
    }

    @Override
    public void onLeaderPosition(final long entry, final long sequence, final long nowNs) {
        primaryEntry = entry;
    }
}
