package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.LastEntry;
import io.daybreak.journal.RecordingTarget;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.StateSource;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/** Nodes with real journals, and connections between them whose frames are carried by hand, in one thread and on a clock of their own. */
final class ReplicationRig {
    static final int MEMBER = 12;
    private static final long SILENCE_NS = 3_000_000_000L;

    final Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();
    long nowNs = 1;

    ReplicationRig(final Path directory) {
        this.directory = directory;
    }

    TestNode node(final String name, final boolean isFollowing) {
        return new TestNode(name, isFollowing);
    }

    Link link(final TestNode from, final TestNode to, final long bytesPerSecond) throws IOException {
        return new Link(from, to, bytesPerSecond);
    }

    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** A node's journal with what stands around it. */
    final class TestNode implements LeaderView, FollowerView {
        final StandbyGate gate = new StandbyGate(() -> { });
        final RecordingTarget applied = new RecordingTarget();
        final RecoveredJournal recovered;
        final ChronicleJournal journal;
        long epoch = 1;
        long seen = 1;
        long fencedBy;
        long cutBehind = CutMark.NONE;
        long acknowledgedByMember;
        final SnapshotReceiver snapshots;
        long snapshotFrom;
        boolean hasSnapshot;
        long imageBytes;

        TestNode(final String name, final boolean isFollowing) {
            recovered = JournalOpener.open(new JournalContext().directory(directory.resolve(name)).following(isFollowing).gate(gate)
                .commitLogBytes(16 << 20).mappedBytes(8 << 20).rollBytes(1 << 20), new Target());
            journal = (ChronicleJournal) recovered.journal();
            snapshots = new SnapshotReceiver(journal.names());
            gate.start(journal.syncedEntry(), journal.syncedSequence(), journal.committedEntry(), journal.durableSequence());
            open.add(journal);
        }

        /** Takes entries, and of a snapshot only that it is whole. */
        private final class Target implements RecoveryTarget {
            @Override
            public ReplayTarget fromBegin() {
                return applied;
            }

            @Override
            public ReplayTarget fromSnapshot(final StateSource image) {
                final ByteBuffer one = ByteBuffer.allocate(1);
                while (image.read(one.clear())) {
                    imageBytes++;
                }
                return applied;
            }
        }

        void stop() {
            open.remove(journal);
            journal.close();
        }

        LiveCursor cursor() {
            final LiveCursor cursor = new LiveCursor(journal.names().queue());
            open.add(cursor);
            return cursor;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public long seenEpoch() {
            return seen;
        }

        @Override
        public long incarnation() {
            return journal.incarnation();
        }

        @Override
        public long appendedEntry() {
            return gate.appendedEntry();
        }

        @Override
        public long appendedSequence() {
            return gate.appendedSequence();
        }

        @Override
        public long committedEntry() {
            return journal.committedEntry();
        }

        @Override
        public long committedSequence() {
            return journal.durableSequence();
        }

        @Override
        public void onAcknowledged(final int memberId, final long entry, final boolean isSynced, final long appliedSequence) {
            assertThat(isSynced).isTrue();
            acknowledgedByMember = entry;
            gate.onAcknowledged(memberId, entry);
        }

        @Override
        public void onCaughtUp(final int memberId) {
            assertThat(memberId).isEqualTo(MEMBER);
        }

        @Override
        public void onFenced(final long by) {
            fencedBy = by;
            seen = by;
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
        public long appliedSequence() {
            return 0;
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
        }

        @Override
        public void onLeader(final long leaderEpoch) throws IOException {
            seen = leaderEpoch;
            new NodeState(NodeState.Role.STANDBY, leaderEpoch, leaderEpoch).write(journal.names().node());
        }

        @Override
        public void onCut(final long lastEntry) throws IOException {
            cutBehind = lastEntry;
            CutMark.write(journal.names().cut(), lastEntry);
        }

        @Override
        public SnapshotSource newestSnapshot() throws IOException {
            return SnapshotSource.newest(journal.directory());
        }

        @Override
        public LastEntry recovered() {
            return journal.recovered();
        }

        @Override
        public long onSnapshot(final long sequence, final long entry, final long bytes) throws IOException {
            return snapshotFrom = snapshots.open(sequence, bytes);
        }

        @Override
        public void onSnapshotPart(final ByteBuffer part) throws IOException {
            snapshots.write(part);
        }

        @Override
        public boolean onSnapshotEnd(final long sequence, final long entry, final byte[] chainHash) throws IOException {
            hasSnapshot = snapshots.finish(sequence, entry, chainHash);
            return hasSnapshot;
        }

        @Override
        public void onLeaderPosition(final long entry, final long sequence, final long atNs) {
            assertThat(entry).isGreaterThanOrEqualTo(0);
        }
    }

    /** Frames of one direction, as a network would carry them. */
    static final class Wire implements FramePort {
        final ArrayDeque<byte[]> frames = new ArrayDeque<>();
        boolean isClosed;
        boolean isFull;
        long bytes;
        int probes;

        @Override
        public boolean isWritable() {
            return !isFull;
        }

        @Override
        public void send(final DirectBuffer frame, final int length) {
            final byte[] copy = new byte[length];
            frame.getBytes(0, copy);
            frames.add(copy);
            bytes += length;
            probes += ReplicationFrames.type(frame, 0) == ReplicationFrames.PROBE ? 1 : 0;
        }

        @Override
        public void close() {
            isClosed = true;
        }

        UnsafeBuffer next() {
            final byte[] frame = frames.poll();
            final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(frame.length));
            buffer.putBytes(0, frame);
            assertThat(ReplicationFrames.isWellFormed(buffer, 0, frame.length)).isTrue();
            return buffer;
        }
    }

    /** A connection between the two, pumped until nothing moves. */
    final class Link {
        final Wire toFollower = new Wire();
        final Wire toLeader = new Wire();
        final LeaderSession leader;
        final FollowerSession follower;

        Link(final TestNode from, final TestNode to, final long bytesPerSecond) throws IOException {
            leader = new LeaderSession(from, from.cursor(), toFollower, MEMBER, bytesPerSecond, SILENCE_NS, 1 << 20, nowNs);
            follower = new FollowerSession(to, to.cursor(), toLeader, SILENCE_NS);
            follower.begin(nowNs);
        }

        void pump() throws IOException {
            while (!toLeader.frames.isEmpty() || !toFollower.frames.isEmpty()) {
                while (!toLeader.frames.isEmpty()) {
                    leader.onFrame(toLeader.next(), 0, nowNs);
                }
                while (!toFollower.frames.isEmpty()) {
                    follower.onFrame(toFollower.next(), 0, nowNs);
                }
                follower.onBatchEnd(nowNs);
            }
        }
    }

    Link connect(final TestNode from, final TestNode to) throws IOException {
        final Link link = new Link(from, to, 1L << 40);
        nowNs += 1_000_000_000L;
        link.pump();
        return link;
    }
}
