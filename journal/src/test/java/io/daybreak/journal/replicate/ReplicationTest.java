package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.JournalWriter;
import io.daybreak.journal.RecordingTarget;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.replay.DivergentTail;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.ReplicationFrames.Refusal;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Both sides of the protocol over real journals, in one thread, with frames carried by hand. docs/replication.md, "Protocol" and "Divergence". */
@Timeout(60)
final class ReplicationTest {
    private static final long SILENCE_NS = 3_000_000_000L;
    private static final int MEMBER = 12;

    @TempDir
    private Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();
    private long nowNs = 1;

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void shouldNotWaitForWhoWasInSyncBeforeItsEpoch() {
        final MembershipView before = new MembershipView(1, Acknowledgement.WAIT, "A",
            List.of(new MembershipView.Member(MEMBER, 1, true, true, "B")));
        final StandbyGate promoted = new StandbyGate(() -> { });
        promoted.onStart(before, 2);
        assertThat(promoted.tryPass(1)).as("the member may be the node itself, which has not begun its epoch").isTrue();

        final StandbyGate same = new StandbyGate(() -> { });
        same.onStart(before, 1);
        assertThat(same.tryPass(1)).as("in the same epoch answers wait").isFalse();
    }

    /** A node's journal with what stands around it. */
    private final class TestNode implements LeaderView, FollowerView {
        private final StandbyGate gate = new StandbyGate(() -> { });
        private final RecordingTarget applied = new RecordingTarget();
        private final RecoveredJournal recovered;
        private final ChronicleJournal journal;
        private long epoch = 1;
        private long seen = 1;
        private long fencedBy;
        private long cutBehind = CutMark.NONE;
        private long acknowledgedByMember;

        TestNode(final String name, final boolean isFollowing) {
            recovered = JournalOpener.open(new JournalContext().directory(directory.resolve(name)).following(isFollowing).gate(gate)
                .commitLogBytes(16 << 20).mappedBytes(8 << 20).rollBytes(1 << 20), applied);
            journal = (ChronicleJournal) recovered.journal();
            gate.start(journal.syncedEntry(), journal.syncedSequence(), journal.committedEntry(), journal.durableSequence());
            open.add(journal);
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
        public void onLeaderPosition(final long entry, final long sequence, final long atNs) {
            assertThat(entry).isGreaterThanOrEqualTo(0);
        }
    }

    /** Frames of one direction, as a network would carry them. */
    private static final class Wire implements FramePort {
        private final ArrayDeque<byte[]> frames = new ArrayDeque<>();
        private boolean isClosed;
        private boolean isFull;
        private long bytes;
        private int probes;

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
    private final class Link {
        private final Wire toFollower = new Wire();
        private final Wire toLeader = new Wire();
        private final LeaderSession leader;
        private final FollowerSession follower;

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

    private Link connect(final TestNode from, final TestNode to) throws IOException {
        final Link link = new Link(from, to, 1L << 40);
        nowNs += 1_000_000_000L;
        link.pump();
        return link;
    }

    @Test
    void shouldKeepByteForByteWhatThePrimaryJournals() throws IOException {
        final TestNode primary = new TestNode("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 1);
        writer.entries(200, 200);
        primary.journal.sync();
        final TestNode standby = new TestNode("b", true);
        final Link link = connect(primary, standby);
        for (int round = 0; round < 20; round++) {
            writer.entries(50, 100);
            primary.journal.sync();
            link.leader.onProgress(nowNs);
            link.pump();
        }
        assertThat(standby.lastEntry()).isEqualTo(primary.appendedEntry());
        assertThat(standby.chainHash()).isEqualTo(primary.chainHash());
        assertThat(standby.committedEntry()).isEqualTo(primary.committedEntry());
        assertThat(primary.acknowledgedByMember).isEqualTo(primary.appendedEntry());
        standby.stop();
        assertThat(new TestNode("b", true).applied.lines).as("a recovery of the standby gives what the primary wrote").isEqualTo(writer.expected.lines);
    }

    @Test
    void shouldApplyAfterARestartOnlyWhatIsKnownToBeAcknowledged() throws IOException {
        final TestNode primary = new TestNode("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 2);
        writer.entry(5);
        primary.journal.sync();
        final TestNode standby = new TestNode("b", true);
        final Link link = connect(primary, standby);
        final RecordingTarget acknowledged = new TestNodeCopy(standby).applied();
        // Appended and sent, but the primary's word that it is committed never arrives.
        primary.gate.onMembership(Acknowledgement.DEGRADE, new int[] {MEMBER});
        primary.gate.leaveOut(MEMBER);
        writer.entry(7);
        primary.journal.sync();
        link.toFollower.isFull = false;
        link.leader.onProgress(nowNs);
        link.follower.onFrame(link.toFollower.next(), 0, nowNs);
        standby.sync();
        assertThat(standby.lastEntry()).isEqualTo(2);
        assertThat(standby.committedEntry()).isEqualTo(1);
        standby.stop();
        final TestNode again = new TestNode("b", true);
        assertThat(again.committedEntry()).isEqualTo(1);
        assertThat(again.lastEntry()).as("kept all the same").isEqualTo(2);
        assertThat(again.applied.lines).isEqualTo(acknowledged.lines).hasSize(1);
    }

    /** What a recovery of the standby would apply now. */
    private record TestNodeCopy(TestNode node) {
        RecordingTarget applied() throws IOException {
            final RecordingTarget target = new RecordingTarget();
            try (LiveCursor cursor = new LiveCursor(node.journal.names().queue())) {
                while (cursor.next(node.committedEntry(), target)) {
                    continue;
                }
            }
            return target;
        }
    }

    @Test
    void shouldTakeNothingThatDoesNotContinueTheChain() throws IOException {
        final TestNode primary = new TestNode("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 3);
        writer.entries(20, 10);
        primary.journal.sync();
        for (int flip = 0; flip < 40; flip++) {
            final TestNode standby = new TestNode("flip" + flip, true);
            final Link link = new Link(primary, standby, 1L << 40);
            nowNs += 1_000_000_000L;
            link.leader.onFrame(link.toLeader.next(), 0, nowNs);
            link.follower.onFrame(link.toFollower.next(), 0, nowNs);
            final UnsafeBuffer entries = link.toFollower.next();
            final int at = ReplicationFrames.ENTRIES_LENGTH + flip * 37 % (entries.capacity() - ReplicationFrames.ENTRIES_LENGTH);
            entries.putByte(at, (byte) (entries.getByte(at) ^ 1 << flip % 8));
            link.follower.onFrame(entries, 0, nowNs);
            link.follower.onBatchEnd(nowNs);
            assertThat(link.follower.refusedWith()).as("flip at %d", at).isEqualTo(Refusal.BROKEN_CHAIN);
            assertThat(link.toLeader.isClosed).isTrue();
            standby.stop();
        }
    }

    @Test
    void shouldFindWhereTwoJournalsPartAndSetTheRestAside() throws IOException {
        final TestNode old = new TestNode("a", false);
        final JournalWriter writer = new JournalWriter(old.recovered, 4);
        writer.entries(100, 20);
        old.journal.sync();
        final TestNode promoted = new TestNode("b", true);
        connect(old, promoted);
        final long common = promoted.lastEntry();
        final long commonSequence = promoted.lastSequence();
        // The old primary goes on alone; the other one leads in the next epoch.
        writer.entries(77, 20);
        old.journal.sync();
        final long acknowledged = old.journal.durableSequence();
        old.stop();
        promoted.journal.lead(2, 1L << 33);
        promoted.epoch = 2;
        promoted.seen = 2;
        final JournalWriter next = new JournalWriter(promoted.recovered, 5);
        next.continueBehind(commonSequence, 2_000_000_000_000_000_000L);
        next.entries(300, 20);
        promoted.journal.sync();

        final TestNode joining = new TestNode("a", true);
        final Link first = connect(promoted, joining);
        assertThat(joining.cutBehind).isEqualTo(common);
        assertThat(first.toFollower.probes).as("questions for 177 entries").isBetween(1, 16);
        joining.stop();
        final TestNode joined = new TestNode("a", true);
        assertThat(joined.lastEntry()).isEqualTo(common);
        joined.seen = 2;
        connect(promoted, joined);
        assertThat(joined.chainHash()).isEqualTo(promoted.chainHash());
        try (var aside = Files.list(directory.resolve("a").resolve("journal").resolve("aside"))) {
            final Path file = aside.filter(path -> path.toString().endsWith(".entries")).findFirst().orElseThrow();
            try (DivergentTail tail = DivergentTail.open(file)) {
                int entries = 0;
                while (tail.next()) {
                    entries++;
                }
                assertThat(entries).isEqualTo(77);
                assertThat(tail.lastCommonSequence()).isEqualTo(commonSequence);
                assertThat(tail.acknowledgedSequence()).isEqualTo(acknowledged);
            }
        }
    }

    @Test
    void shouldRefuseAnEpochThatIsOver() throws IOException {
        final TestNode old = new TestNode("a", false);
        new JournalWriter(old.recovered, 6).entry(3);
        old.journal.sync();
        final TestNode standby = new TestNode("b", true);
        standby.seen = 2;
        final Link link = connect(old, standby);
        assertThat(link.follower.refusal()).isEqualTo(Refusal.STALE_EPOCH);
        assertThat(old.fencedBy).as("the primary hears of the later epoch").isEqualTo(2);
        assertThat(standby.lastEntry()).isZero();
    }

    @Test
    void shouldNotLetGoOfWhatIsAcknowledgedInTheSameEpoch() throws IOException {
        final TestNode primary = new TestNode("a", false);
        new JournalWriter(primary.recovered, 7).entries(10, 5);
        primary.journal.sync();
        final TestNode standby = new TestNode("b", true);
        connect(primary, standby);
        final TestNode empty = new TestNode("c", false);
        new JournalWriter(empty.recovered, 8).entries(3, 5);
        empty.journal.sync();
        final Link link = connect(empty, standby);
        assertThat(link.follower.refusedWith()).isEqualTo(Refusal.ACKNOWLEDGED_IS_MISSING);
        assertThat(standby.cutBehind).isEqualTo(CutMark.NONE);
    }

    @Test
    void shouldLimitBytesWhileTheStandbyIsFarBehind() throws IOException {
        final TestNode primary = new TestNode("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 9);
        for (int i = 0; i < 40; i++) {
            writer.entries(50, 400);
            primary.journal.sync();
        }
        final TestNode standby = new TestNode("b", true);
        final Link link = new Link(primary, standby, 1 << 20);
        link.pump();
        final long size = Files.size(directory.resolve("a/journal/queue/00000001.cq4"));
        assertThat(size).isPositive();
        int seconds = 0;
        while (standby.lastEntry() < primary.appendedEntry()) {
            final long before = link.toFollower.bytes;
            for (int tick = 0; tick < 20; tick++) {
                nowNs += 50_000_000L;
                link.leader.onTick(nowNs);
                link.pump();
            }
            seconds++;
            assertThat(link.toFollower.bytes - before).isLessThan((1 << 20) + 2L * LeaderSession.FRAME_BYTES);
            assertThat(seconds).isLessThan(200);
        }
        assertThat(seconds).as("seconds of the test's clock").isGreaterThan(1);
    }

    @Test
    void shouldHoldAnswersBackUntilTheStandbyHasThem() throws Exception {
        final StandbyGate gate = new StandbyGate(() -> { });
        gate.onMembership(Acknowledgement.WAIT, new int[] {MEMBER});
        gate.onAcknowledged(MEMBER, 5);
        gate.await(5, 5);
        assertThat(gate.leaveOut(MEMBER)).as("nobody is left out where answers wait").isFalse();
        final Thread waiter = new Thread(() -> gate.await(6, 6));
        waiter.start();
        while (gate.waitedNs() == 0) {
            Thread.onSpinWait();
        }
        gate.onAcknowledged(MEMBER, 6);
        waiter.join();
        gate.onMembership(Acknowledgement.DEGRADE, new int[] {MEMBER});
        assertThat(gate.leaveOut(MEMBER)).isTrue();
        gate.await(7, 7);
        gate.end();
        assertThatThrownBy(() -> gate.await(8, 8)).isInstanceOf(IllegalStateException.class);
    }
}
