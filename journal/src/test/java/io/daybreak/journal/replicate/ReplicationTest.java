package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.daybreak.journal.JournalWriter;
import io.daybreak.journal.RecordingTarget;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.replay.DivergentTail;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.ReplicationFrames.Refusal;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MemberStatusEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import io.daybreak.journal.replicate.ReplicationRig.Link;
import io.daybreak.journal.replicate.ReplicationRig.TestNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Both sides of the protocol over real journals, in one thread, with frames carried by hand. docs/replication.md, "Protocol" and "Divergence". */
@Timeout(60)
class ReplicationTest {
    private static final int MEMBER = ReplicationRig.MEMBER;

    @TempDir
    private Path directory;
    private ReplicationRig rig;

    @BeforeEach
    void open() {
        rig = new ReplicationRig(directory);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void shouldNotWaitForWhoWasInSyncBeforeItsEpoch() {
        final MembershipView before = new MembershipView(1, Acknowledgement.WAIT, "A",
            List.of(new MembershipView.Member(ReplicationRig.MEMBER, 1, true, true, "B")));
        final StandbyGate promoted = new StandbyGate(() -> { });
        promoted.onStart(before, 2);
        assertThat(promoted.tryPass(1)).as("the member may be the node itself, which has not begun its epoch").isTrue();

        final StandbyGate same = new StandbyGate(() -> { });
        same.onStart(before, 1);
        assertThat(same.tryPass(1)).as("in the same epoch answers wait").isFalse();
    }

    @Test
    void shouldKeepByteForByteWhatThePrimaryJournals() throws IOException {
        final TestNode primary = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 1);
        writer.entries(200, 200);
        primary.journal.sync();
        final TestNode standby = rig.node("b", true);
        final Link link = rig.connect(primary, standby);
        for (int round = 0; round < 20; round++) {
            writer.entries(50, 100);
            primary.journal.sync();
            link.leader.onProgress(rig.nowNs);
            link.pump();
        }
        assertThat(standby.lastEntry()).isEqualTo(primary.appendedEntry());
        assertThat(standby.chainHash()).isEqualTo(primary.chainHash());
        assertThat(standby.committedEntry()).isEqualTo(primary.committedEntry());
        assertThat(primary.acknowledgedByMember).isEqualTo(primary.appendedEntry());
        standby.stop();
        assertThat(rig.node("b", true).applied.lines).as("a recovery of the standby gives what the primary wrote").isEqualTo(writer.expected.lines);
    }

    @Test
    void shouldApplyAfterARestartOnlyWhatIsKnownToBeAcknowledged() throws IOException {
        final TestNode primary = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 2);
        writer.entry(5);
        primary.journal.sync();
        final TestNode standby = rig.node("b", true);
        final Link link = rig.connect(primary, standby);
        final RecordingTarget acknowledged = new TestNodeCopy(standby).applied();
        // Appended and sent, but the primary's word that it is committed never arrives.
        primary.gate.expect(MEMBER);
        primary.gate.leaveOut(MEMBER);
        writer.entry(7);
        primary.journal.sync();
        link.toFollower.isFull = false;
        link.leader.onProgress(rig.nowNs);
        link.follower.onFrame(link.toFollower.next(), 0, rig.nowNs);
        standby.sync();
        assertThat(standby.lastEntry()).isEqualTo(2);
        assertThat(standby.committedEntry()).isEqualTo(1);
        standby.stop();
        final TestNode again = rig.node("b", true);
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
        final TestNode primary = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 3);
        writer.entries(20, 10);
        primary.journal.sync();
        for (int flip = 0; flip < 40; flip++) {
            final TestNode standby = rig.node("flip" + flip, true);
            final Link link = rig.link(primary, standby, 1L << 40);
            rig.nowNs += 1_000_000_000L;
            link.leader.onFrame(link.toLeader.next(), 0, rig.nowNs);
            link.follower.onFrame(link.toFollower.next(), 0, rig.nowNs);
            final UnsafeBuffer entries = link.toFollower.next();
            final int at = ReplicationFrames.ENTRIES_LENGTH + flip * 37 % (entries.capacity() - ReplicationFrames.ENTRIES_LENGTH);
            entries.putByte(at, (byte) (entries.getByte(at) ^ 1 << flip % 8));
            link.follower.onFrame(entries, 0, rig.nowNs);
            link.follower.onBatchEnd(rig.nowNs);
            assertThat(link.follower.refusedWith()).as("flip at %d", at).isEqualTo(Refusal.BROKEN_CHAIN);
            assertThat(link.toLeader.isClosed).isTrue();
            standby.stop();
        }
    }

    @Test
    void shouldFindWhereTwoJournalsPartAndSetTheRestAside() throws IOException {
        final TestNode old = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(old.recovered, 4);
        writer.entries(100, 20);
        old.journal.sync();
        final TestNode promoted = rig.node("b", true);
        rig.connect(old, promoted);
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

        final TestNode joining = rig.node("a", true);
        final Link first = rig.connect(promoted, joining);
        assertThat(joining.cutBehind).isEqualTo(common);
        assertThat(first.toFollower.probes).as("questions for 177 entries").isBetween(1, 16);
        joining.stop();
        final TestNode joined = rig.node("a", true);
        assertThat(joined.lastEntry()).isEqualTo(common);
        joined.seen = 2;
        rig.connect(promoted, joined);
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
        final TestNode old = rig.node("a", false);
        new JournalWriter(old.recovered, 6).entry(3);
        old.journal.sync();
        final TestNode standby = rig.node("b", true);
        standby.seen = 2;
        final Link link = rig.connect(old, standby);
        assertThat(link.follower.refusal()).isEqualTo(Refusal.STALE_EPOCH);
        assertThat(old.fencedBy).as("the primary hears of the later epoch").isEqualTo(2);
        assertThat(standby.lastEntry()).isZero();
    }

    @Test
    void shouldNotLetGoOfWhatIsAcknowledgedInTheSameEpoch() throws IOException {
        final TestNode primary = rig.node("a", false);
        new JournalWriter(primary.recovered, 7).entries(10, 5);
        primary.journal.sync();
        final TestNode standby = rig.node("b", true);
        rig.connect(primary, standby);
        final TestNode empty = rig.node("c", false);
        new JournalWriter(empty.recovered, 8).entries(3, 5);
        empty.journal.sync();
        final Link link = rig.connect(empty, standby);
        assertThat(link.follower.refusedWith()).isEqualTo(Refusal.ACKNOWLEDGED_IS_MISSING);
        assertThat(standby.cutBehind).isEqualTo(CutMark.NONE);
    }

    @Test
    void shouldLimitBytesWhileTheStandbyIsFarBehind() throws IOException {
        final TestNode primary = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 9);
        for (int i = 0; i < 40; i++) {
            writer.entries(50, 400);
            primary.journal.sync();
        }
        final TestNode standby = rig.node("b", true);
        final Link link = rig.link(primary, standby, 1 << 20);
        link.pump();
        final long size = Files.size(directory.resolve("a/journal/queue/00000001.cq4"));
        assertThat(size).isPositive();
        int seconds = 0;
        while (standby.lastEntry() < primary.appendedEntry()) {
            final long before = link.toFollower.bytes;
            for (int tick = 0; tick < 20; tick++) {
                rig.nowNs += 50_000_000L;
                link.leader.onTick(rig.nowNs);
                link.pump();
            }
            seconds++;
            assertThat(link.toFollower.bytes - before).isLessThan((1 << 20) + 2L * LeaderSession.FRAME_BYTES);
            assertThat(seconds).isLessThan(200);
        }
        assertThat(seconds).as("seconds of the test's clock").isGreaterThan(1);
    }

    @Test
    void shouldHoldAnswersBackUntilTheStandbyHasThem() {
        final StandbyGate gate = new StandbyGate(() -> { });
        gate.onMembership(Acknowledgement.WAIT, new int[] {MEMBER});
        gate.onAcknowledged(MEMBER, 5);
        assertThat(gate.await(5)).isTrue();
        assertThat(gate.waitedNs()).isZero();
        assertThat(gate.leaveOut(MEMBER)).as("nobody is left out where answers wait").isFalse();
        assertThat(gate.await(6)).isFalse();
        assertThat(gate.waitedNs()).isPositive();
        gate.onAcknowledged(MEMBER, 6);
        assertThat(gate.await(6)).isTrue();
        gate.end();
        assertThatThrownBy(() -> gate.await(8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldWaitForAMemberFromBeforeItsWordIsJournaled() {
        final StandbyGate gate = new StandbyGate(() -> { });
        gate.onMembership(Acknowledgement.WAIT, new int[0]);
        assertThat(gate.await(1)).isTrue();
        gate.expect(MEMBER);
        assertThat(gate.await(2)).as("the word is under way").isFalse();
        gate.onMembership(Acknowledgement.WAIT, new int[] {MEMBER + 1});
        gate.onAcknowledged(MEMBER + 1, 3);
        assertThat(gate.await(3)).as("another one's word changes nothing for it").isFalse();
        gate.unexpect(MEMBER);
        assertThat(gate.await(3)).isTrue();
        gate.expect(MEMBER);
        gate.onMembership(Acknowledgement.WAIT, new int[] {MEMBER, MEMBER + 1});
        gate.unexpect(MEMBER);
        gate.onAcknowledged(MEMBER + 1, 4);
        assertThat(gate.await(4)).as("journaled by now").isFalse();
        gate.onAcknowledged(MEMBER, 4);
        assertThat(gate.await(4)).isTrue();
    }

    @Test
    void shouldTellNothingWithoutAMemberBeforeTheWordThatItIsOutOfSyncIsDurable() throws Exception {
        final TestNode primary = rig.node("a", false);
        final JournalWriter writer = new JournalWriter(primary.recovered, 10);
        primary.gate.onMembership(Acknowledgement.DEGRADE, new int[] {MEMBER});
        writer.entry(5);
        final java.util.concurrent.CompletableFuture<Long> told = java.util.concurrent.CompletableFuture.supplyAsync(primary.journal::sync);
        while (primary.gate.waitedNs() == 0) {
            Thread.onSpinWait();
        }
        assertThat(primary.gate.leaveOut(MEMBER)).isTrue();
        writer.entry(3);
        // On its way to the own device, and not told: the word is not among it.
        while (primary.gate.appendedEntry() < 2) {
            Thread.onSpinWait();
        }
        assertThat(told.isDone()).isFalse();
        assertThat(primary.journal.durableSequence()).isZero();
        final UnsafeBuffer body = new UnsafeBuffer(new byte[MemberStatusEncoder.BLOCK_LENGTH]);
        new MemberStatusEncoder().wrap(body, 0).correlationId(0).participantId(MEMBER).inSync(0).reserved(0);
        primary.journal.beginEntry(9, 2_000_000_000_000_000_000L);
        primary.journal.add(MemberStatusEncoder.TEMPLATE_ID, 1, body, 0, MemberStatusEncoder.BLOCK_LENGTH, Result.OK);
        primary.journal.endEntry(0);
        assertThat(told.get(10, java.util.concurrent.TimeUnit.SECONDS)).as("what was asked for; the rest is told by the next call").isEqualTo(5);
        assertThat(primary.journal.sync()).isEqualTo(9);
    }
}
