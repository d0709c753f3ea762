package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.daybreak.journal.JournalWriter;
import io.daybreak.journal.RecordingTarget;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.replay.LiveCursor;
import io.daybreak.journal.replicate.ReplicationFrames.Refusal;
import io.daybreak.journal.replicate.ReplicationRig.Link;
import io.daybreak.journal.replicate.ReplicationRig.TestNode;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.journal.snapshot.SnapshotSteps;
import io.daybreak.journal.snapshot.SnapshotWriter;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A standby that is empty, or too old, gets the primary's snapshot first. docs/replication.md, "A snapshot first". */
@Timeout(60)
final class SnapshotTransferTest {
    private static final int IMAGE_BYTES = 1_000_000;

    @TempDir
    private Path directory;
    private ReplicationRig rig;
    private JournalWriter writer;

    @BeforeEach
    void open() {
        rig = new ReplicationRig(directory);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** A primary whose journal begins behind a snapshot, and goes on. */
    private TestNode primaryWithSnapshot() throws IOException {
        final TestNode primary = rig.node("a", false);
        writer = new JournalWriter(primary.recovered, 1);
        for (int i = 0; i < 20; i++) {
            writer.entries(50, 400);
        }
        snapshot(primary);
        writer.entries(20, 100);
        release(primary);
        return primary;
    }

    private static void snapshot(final TestNode node) throws IOException {
        final byte[] hash = new byte[EntryHeader.CHAIN_HASH_LENGTH];
        final SnapshotPosition position;
        try (LiveCursor cursor = new LiveCursor(node.journal.names().queue())) {
            assertThat(cursor.seek(node.journal.committedEntry())).isTrue();
            for (int i = 0; i < hash.length; i++) {
                hash[i] = UnsafeApi.getByte(cursor.address() + EntryHeader.CHAIN_HASH_OFFSET + i);
            }
            position = new SnapshotPosition(EntryHeader.lastSequence(cursor.address()), cursor.entryNumber(), EntryHeader.timestampNs(cursor.address()),
                EntryHeader.incarnation(cursor.address()), EntryHeader.epoch(cursor.address()), EntryHeader.stateDigest(cursor.address()), hash,
                new byte[32]);
        }
        final SnapshotDirectory snapshots = new SnapshotDirectory(node.journal.directory());
        snapshots.prepare();
        new SnapshotWriter(snapshots, 0, SnapshotSteps.NONE).write(position, sink -> {
            final byte[] image = new byte[IMAGE_BYTES];
            new java.util.Random(7).nextBytes(image);
            sink.write(ByteBuffer.wrap(image));
        });
    }

    /** All files of the queue but the last two go, as retention would have it. */
    private static void release(final TestNode node) throws IOException {
        // Files that the flusher is not done with are in use.
        while (node.journal.counters().queueSyncedEntry() < node.journal.syncedEntry()) {
            Thread.onSpinWait();
        }
        final List<Path> files;
        try (Stream<Path> all = Files.list(node.journal.names().queue())) {
            files = all.filter(path -> path.toString().endsWith(".cq4")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(2);
        for (final Path file : files.subList(0, files.size() - 2)) {
            Files.delete(file);
        }
    }

    private void tickUntilClosed(final Link link) throws IOException {
        for (int i = 0; i < 10_000 && !link.toLeader.isClosed && !link.toFollower.isClosed; i++) {
            rig.nowNs += 50_000_000L;
            link.leader.onTick(rig.nowNs);
            link.follower.onTick(rig.nowNs);
            link.pump();
        }
    }

    private TestNode followsFromTheSnapshot(final TestNode primary, final TestNode standby, final String name) throws IOException {
        assertThat(standby.hasSnapshot).isTrue();
        standby.stop();
        final TestNode again = rig.node(name, true);
        assertThat(again.imageBytes).isEqualTo(IMAGE_BYTES);
        assertThat(again.lastEntry()).isEqualTo(again.committedEntry()).isPositive();
        final Link link = rig.connect(primary, again);
        for (int round = 0; round < 5; round++) {
            writer.entries(20, 50);
            primary.journal.sync();
            link.leader.onProgress(rig.nowNs);
            link.pump();
        }
        assertThat(again.chainHash()).isEqualTo(primary.chainHash());
        assertThat(again.committedEntry()).isEqualTo(primary.committedEntry());
        return again;
    }

    @Test
    void shouldBeginAnEmptyStandbyWithTheSnapshotAndFollow() throws IOException {
        final TestNode primary = primaryWithSnapshot();
        final TestNode standby = rig.node("b", true);
        tickUntilClosed(rig.link(primary, standby, 1L << 40));
        final TestNode again = followsFromTheSnapshot(primary, standby, "b");
        again.stop();
        final TestNode later = rig.node("b", true);
        assertThat(later.chainHash()).as("a recovery of its own").isEqualTo(primary.chainHash());
        assertThat(rig.connect(primary, later).follower.isStreaming()).isTrue();
    }

    @Test
    void shouldSetAnOldJournalAsideWhenItsPrimaryKeepsTooLittle() throws IOException {
        final TestNode primary = rig.node("a", false);
        writer = new JournalWriter(primary.recovered, 2);
        writer.entries(30, 50);
        final TestNode standby = rig.node("b", true);
        rig.connect(primary, standby);
        final long old = standby.lastEntry();
        for (int i = 0; i < 20; i++) {
            writer.entries(50, 400);
        }
        final Link without = rig.link(primary, standby, 1L << 40);
        release(primary);
        tickUntilClosed(without);
        assertThat(without.follower.refusal()).as("no snapshot yet").isEqualTo(Refusal.NEEDS_A_SNAPSHOT);
        snapshot(primary);
        tickUntilClosed(rig.link(primary, standby, 1L << 40));
        followsFromTheSnapshot(primary, standby, "b");
        final Path aside = directory.resolve("b/journal/aside");
        final RecordingTarget kept = new RecordingTarget();
        try (Stream<Path> places = Files.list(aside); LiveCursor cursor = new LiveCursor(places.findFirst().orElseThrow())) {
            while (kept.lines.size() < old && cursor.next(old, kept)) {
                continue;
            }
        }
        assertThat(kept.lines).as("what was there before can still be read").hasSize((int) old);
    }

    @Test
    void shouldGoOnWithATransferWhereItBroke() throws IOException {
        final TestNode primary = primaryWithSnapshot();
        final TestNode standby = rig.node("b", true);
        final Link first = rig.link(primary, standby, 1L << 18);
        for (int i = 0; i < 40; i++) {
            rig.nowNs += 50_000_000L;
            first.leader.onTick(rig.nowNs);
            first.pump();
        }
        assertThat(first.toFollower.bytes).as("limited: two seconds of 256 KiB each").isBetween(400_000L, 700_000L);
        first.leader.onClosed();
        standby.stop();
        final TestNode back = rig.node("b", true);
        final Link second = rig.link(primary, back, 1L << 40);
        tickUntilClosed(second);
        assertThat(back.snapshotFrom).isBetween(400_000L, 700_000L);
        assertThat(second.toFollower.bytes).isLessThan(IMAGE_BYTES - 300_000);
        followsFromTheSnapshot(primary, back, "b");
    }

    /** What the new primary's predecessor wrote behind the snapshot is of an earlier epoch than the one that the standby hears of. */
    @Test
    void shouldFollowThroughEntriesOfAnEarlierEpochBehindTheSnapshot() throws IOException {
        final TestNode before = primaryWithSnapshot();
        writer.entries(20, 20);
        before.stop();
        new NodeState(NodeState.Role.PRIMARY, 2, 2).write(before.journal.names().node());
        final TestNode primary = rig.node("a", false);
        primary.epoch = 2;
        primary.seen = 2;
        writer = new JournalWriter(primary.recovered, 3);
        writer.entries(5, 20);
        final TestNode standby = rig.node("b", true);
        tickUntilClosed(rig.link(primary, standby, 1L << 40));
        standby.stop();
        final TestNode again = rig.node("b", true);
        again.seen = 2;
        assertThat(again.recovered().epoch()).isEqualTo(1);
        final Link link = rig.connect(primary, again);
        assertThat(link.follower.refusedWith()).isNull();
        assertThat(again.chainHash()).isEqualTo(primary.chainHash());
    }

    /** A new primary has less than the standby, which has its all in a snapshot: it gives that up for the later epoch, and still does after a crash meanwhile. */
    @Test
    void shouldGoOnWithTheTransferOfALaterEpochAfterACrash() throws IOException {
        final TestNode first = primaryWithSnapshot();
        final TestNode empty = rig.node("b", true);
        tickUntilClosed(rig.link(first, empty, 1L << 40));
        empty.stop();
        final TestNode standby = rig.node("b", true);
        final TestNode later = rig.node("c", false);
        later.epoch = 2;
        later.seen = 2;
        writer = new JournalWriter(later.recovered, 4);
        writer.entries(50, 50);
        snapshot(later);
        assertThat(later.appendedEntry()).isLessThan(standby.committedEntry());
        rig.link(later, standby, 1L << 17).pump();
        assertThat(standby.seen).as("on the device before the first part").isEqualTo(2);
        standby.stop();
        final TestNode back = rig.node("b", true);
        back.seen = 2;
        final Link link = rig.link(later, back, 1L << 40);
        tickUntilClosed(link);
        assertThat(link.follower.refusedWith()).isNull();
        assertThat(back.hasSnapshot).isTrue();
    }

    /** A primary that was set up anew from something else, in the same epoch: what the standby knows as acknowledged is not given up, however long the other is. */
    @Test
    void shouldNotTakeTheSnapshotOfAnotherJournalInTheSameEpoch() throws IOException {
        final TestNode primary = primaryWithSnapshot();
        final TestNode empty = rig.node("b", true);
        tickUntilClosed(rig.link(primary, empty, 1L << 40));
        final TestNode standby = followsFromTheSnapshot(primary, empty, "b");
        standby.stop();
        final TestNode again = rig.node("b", true);
        final TestNode other = rig.node("c", false);
        writer = new JournalWriter(other.recovered, 5);
        while (other.appendedEntry() <= again.committedEntry()) {
            writer.entries(50, 100);
        }
        snapshot(other);
        final Link link = rig.link(other, again, 1L << 40);
        tickUntilClosed(link);
        assertThat(link.follower.refusedWith()).isEqualTo(Refusal.ACKNOWLEDGED_IS_MISSING);
        assertThat(again.hasSnapshot).isFalse();
        assertThat(again.snapshotFrom).isZero();
    }

    @Test
    void shouldTakeNoDamagedSnapshot() throws IOException {
        final TestNode primary = primaryWithSnapshot();
        final TestNode standby = rig.node("b", true);
        final Link link = rig.link(primary, standby, 1L << 40);
        link.leader.onFrame(link.toLeader.next(), 0, rig.nowNs);
        link.follower.onFrame(link.toFollower.next(), 0, rig.nowNs);
        rig.nowNs += 1_000_000_000L;
        link.leader.onFrame(link.toLeader.next(), 0, rig.nowNs);
        final UnsafeBuffer part = link.toFollower.next();
        part.putByte(ReplicationFrames.PART_LENGTH + 500, (byte) ~part.getByte(ReplicationFrames.PART_LENGTH + 500));
        link.follower.onFrame(part, 0, rig.nowNs);
        assertThat(link.follower.refusedWith()).as("damaged on the way").isEqualTo(Refusal.BROKEN_CHAIN);

        // Damaged where it lies: found when it is read through, and nothing of it stays.
        final Path snapshot = new SnapshotDirectory(directory.resolve("a")).list().get(0);
        final byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot, bytes);
        final Link again = rig.link(primary, standby, 1L << 40);
        tickUntilClosed(again);
        assertThat(again.follower.refusedWith()).isEqualTo(Refusal.BROKEN_CHAIN);
        assertThat(standby.hasSnapshot).isFalse();
        try (Stream<Path> left = Files.list(directory.resolve("b/snapshots"))) {
            assertThat(left).isEmpty();
        }
    }
}
