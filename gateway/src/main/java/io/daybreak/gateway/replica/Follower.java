package io.daybreak.gateway.replica;

import io.daybreak.journal.JournalException;
import io.daybreak.journal.LastEntry;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.FollowerSession;
import io.daybreak.journal.replicate.FollowerView;
import io.daybreak.journal.replicate.LeaderSession;
import io.daybreak.journal.replicate.ReplicationFrames;
import io.daybreak.journal.replicate.SnapshotReceiver;
import io.daybreak.machine.MembershipView;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.Pipeline;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A standby's work: keeps the connection to the primary, puts what comes into the own journal, and has the state machine apply what is acknowledged.
 * Event loop of the {@link Node} only, which may wait for the own device here: that is its work. After a defect the process ends.
 */
final class Follower implements FollowerView, OutboundReplica.Use {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    /** Entries that the ledger thread may be told to apply ahead of what it has done: queries wait no longer than for these. */
    private static final long APPLY_AHEAD = 128;
    private static final long LAG_WORD_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NS_PER_MS = 1_000_000L;

    private final Node node;
    private final ChronicleJournal journal;
    private final Pipeline pipeline;
    private final CommandPublisher publisher;
    private final LiveCursor log;
    private final SnapshotReceiver snapshots;
    private OutboundReplica connection;
    private FollowerSession session;
    private long toApply;
    private long told;
    private boolean isStopped;
    private String lastWord = "";
    private long lastWordNs;
    private volatile boolean isStreaming;
    private volatile long primarySequence;
    private volatile long primaryEntry;
    private volatile long caughtUpNs = System.nanoTime();

    Follower(final Node node, final ChronicleJournal journal, final Pipeline pipeline, final LiveCursor feed) {
        this.node = node;
        this.journal = journal;
        this.pipeline = pipeline;
        publisher = pipeline.newPublisher();
        log = new LiveCursor(journal.names().queue());
        snapshots = new SnapshotReceiver(journal.names());
        told = feed.lastEntry();
        toApply = told;
        primarySequence = journal.syncedSequence();
        primaryEntry = journal.syncedEntry();
    }

    void connect() {
        if (isStopped) {
            return;
        }
        final byte[] secret = node.credentials().secret(node.settings().node(), node.settings().keyId());
        connection = new OutboundReplica(node.settings().node(), secret, this);
        Patrol.connect(node, node.settings().standbyOf(), connection, this::onClosed);
    }

    @Override
    public int onSignedOn(final OutboundReplica signedOn) throws IOException {
        session = new FollowerSession(this, log, signedOn, TimeUnit.MILLISECONDS.toNanos(node.settings().silenceMs()));
        session.begin(System.nanoTime());
        return ReplicationFrames.ENTRIES_LENGTH + LeaderSession.FRAME_BYTES + node.maxEntryBytes();
    }

    @Override
    public void onFrame(final UnsafeBuffer buffer, final int offset) throws IOException {
        if (ReplicationFrames.type(buffer, offset) == ReplicationFrames.KEYS) {
            onKeys(buffer, offset);
            return;
        }
        session.onFrame(buffer, offset, System.nanoTime());
        if (session.isStreaming() != isStreaming) {
            isStreaming = session.isStreaming();
            if (isStreaming) {
                LOG.info("following {} in epoch {} from entry {}", node.settings().standbyOf(), node.state().epoch(), journal.syncedEntry());
                lastWord = "";
            }
        }
    }

    private void onKeys(final UnsafeBuffer buffer, final int offset) throws IOException {
        final byte[] keys = connection.openKeys(buffer, offset);
        if (keys == null || !session.isStreaming()) {
            connection.end("keys of card data that cannot be opened");
            return;
        }
        if (node.sharedKeys() == null) {
            LOG.warn("the primary has keys of card data and this node has no issuers: after a promotion it could not reverse what it owes them");
        } else {
            node.sharedKeys().adopt(keys);
        }
        Arrays.fill(keys, (byte) 0);
    }

    @Override
    public void onBatchEnd() {
        session.onBatchEnd(System.nanoTime());
        apply();
    }

    @Override
    public void onClosed(final String why) {
        isStreaming = false;
        try {
            snapshots.close();
        } catch (final IOException ex) {
            LOG.debug("closing", ex);
        }
        final FollowerSession ended = session;
        session = null;
        connection = null;
        if (isStopped) {
            return;
        }
        final String word = ended == null ? why : ended.refusal() != null ? "refused: " + ended.refusal() + " (epoch " + ended.refusalEpoch() + ")"
            : ended.refusedWith() != null ? "left: " + ended.refusedWith() : why;
        if (!word.equals(lastWord)) {
            lastWord = word;
            LOG.warn("not following {}: {}", node.settings().standbyOf(), word);
        }
        node.loop().schedule(this::connect, node.settings().reconnectMs(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onDefect(final Exception cause) {
        node.host().onFatal((cause instanceof JournalException ? "the journal: " : "following: ") + cause.getMessage(), cause);
    }

    void onTick(final long nowNs) {
        if (isStopped) {
            return;
        }
        if (connection != null) {
            connection.onTick(nowNs);
        }
        if (session != null) {
            session.onTick(nowNs);
        }
        apply();
        if (isStreaming && pipeline.followedEntry() >= primaryEntry) {
            caughtUpNs = nowNs;
        } else if (nowNs - caughtUpNs > LAG_WORD_NS && nowNs - lastWordNs > LAG_WORD_NS) {
            lastWordNs = nowNs;
            LOG.warn("behind the primary for {} ms: applied {}, received {}, primary {}", (nowNs - caughtUpNs) / NS_PER_MS,
                pipeline.followedSequence(), journal.syncedSequence(), primarySequence);
        }
    }

    private void apply() {
        while (told < toApply && told - pipeline.followedEntry() < APPLY_AHEAD) {
            final long next = Math.min(toApply, told + APPLY_AHEAD / 2);
            if (!Pipeline.follow(publisher, next, false)) {
                break;
            }
            told = next;
        }
        if (told < toApply && !isStopped) {
            node.loop().schedule(this::apply, 1, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Follows nobody any more. Everything that was received is synced afterwards.
     *
     * @return last entry
     */
    long stop() {
        isStopped = true;
        isStreaming = false;
        if (connection != null) {
            connection.end("promoted");
        }
        journal.sync();
        return journal.syncedEntry();
    }

    /** After {@link #stop}: tells the ledger thread to apply everything, and then to lead; false if the ring has no room now. */
    boolean takeOver() {
        return Pipeline.follow(publisher, journal.syncedEntry(), true);
    }

    NodeStatus status(final long epoch, final long incarnation) {
        final MembershipView.Member self = pipeline.membership().find(node.settings().node());
        final boolean isBehind = !isStreaming || pipeline.followedEntry() < primaryEntry;
        return new NodeStatus(false, isStreaming, false, epoch, incarnation, journal.syncedSequence(), pipeline.followedSequence(),
            Math.max(primarySequence, journal.syncedSequence()), isBehind ? (System.nanoTime() - caughtUpNs) / NS_PER_MS : 0,
            self != null && self.isInSync(), pipeline.membership().acknowledgement());
    }

    // ---- FollowerView ----

    @Override
    public long seenEpoch() {
        return node.seenEpoch();
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
        return journal.appendSealed(address, length);
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
        // Of an earlier reign of this node.
        Files.deleteIfExists(journal.names().members());
        node.saveState(new NodeState(NodeState.Role.STANDBY, epoch, Math.max(epoch, node.seenEpoch())));
    }

    @Override
    public void onCut(final long lastEntry) throws IOException {
        LOG.warn("the primary does not have what is behind entry {} here: it is cut and set aside", lastEntry);
        CutMark.write(journal.names().cut(), lastEntry);
        isStopped = true;
        node.host().onRestart();
    }

    @Override
    public LastEntry recovered() {
        return journal.recovered();
    }

    @Override
    public long onSnapshot(final long sequence, final long entry, final long bytes) throws IOException {
        final long offset = snapshots.open(sequence, bytes);
        LOG.warn("the primary sends its snapshot of sequence {}: {} of {} bytes are here already", sequence, offset, bytes);
        return offset;
    }

    @Override
    public void onSnapshotPart(final ByteBuffer part) throws IOException {
        snapshots.write(part);
    }

    @Override
    public boolean onSnapshotEnd(final long sequence, final long entry, final byte[] chainHash) throws IOException {
        if (!snapshots.finish(sequence, entry, chainHash)) {
            LOG.error("the primary's snapshot of sequence {} is damaged: it is asked for again", sequence);
            return false;
        }
        LOG.warn("the primary's snapshot of sequence {} is here: beginning anew with it", sequence);
        isStopped = true;
        node.host().onRestart();
        return true;
    }

    @Override
    public void onLeaderPosition(final long entry, final long sequence, final long nowNs) {
        primaryEntry = entry;
        primarySequence = sequence;
    }
}
