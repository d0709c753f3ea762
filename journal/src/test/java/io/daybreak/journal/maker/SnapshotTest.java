package io.daybreak.journal.maker;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import io.daybreak.journal.CrashedDirectory;
import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecordingTarget;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.replay.NewestSnapshot;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.pipeline.MachineCopy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Snapshots of a data directory: made beside a switch, started from, passed over when damaged, relied on when files of the journal are gone. */
class SnapshotTest {
    private static final long SEED = Long.getLong("daybreak.snapshot.seed", 20_261_123L);

    @TempDir
    private Path temp;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private long lastSnapshot;

    private Path data() {
        return temp.resolve("data");
    }

    private SnapshotResult snapshot() throws IOException {
        return new SnapshotMaker(SnapshotContext.of(data()), MachineCopy::new).run();
    }

    private SnapshotResult snapshotAndRelease(final String archiveCommand) throws IOException {
        return new SnapshotMaker(new SnapshotContext(data(), 2, 0, 100, 1, 0, 0, SnapshotContext.MEMBER_BYTES, archiveCommand, 0), MachineCopy::new).run();
    }

    private static List<Path> filesIn(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".cq4")).sorted().toList();
        }
    }

    /** The state after a start of a copy, and what recovery reported. */
    private String startOfCopy(final String name) throws IOException {
        final CrashedDirectory copy = CrashedDirectory.copy(data(), temp.resolve(name));
        try {
            return SmallSwitch.stateOf(copy.root);
        } finally {
            copy.delete();
        }
    }

    @Test
    void shouldStartFromSnapshotAsFromTheWholeJournal() throws IOException {
        for (int round = 0; round < 4; round++) {
            try (SmallSwitch small = new SmallSwitch(data())) {
                assertThat(small.recovered.report().snapshotSequence()).isEqualTo(round == 0 ? 0 : lastSnapshot);
                small.entries(100 + random.nextInt(300));
                // Beside the running switch; what it goes on to do comes behind the snapshot.
                final SnapshotResult made = snapshot();
                assertThat(made.isNew()).isTrue();
                assertThat(made.messages()).isEmpty();
                assertThat(made.position().sequence()).isEqualTo(small.machine.lastSequence());
                lastSnapshot = made.position().sequence();
                small.entries(random.nextInt(200));
                assertThat(startOfCopy("killed")).isEqualTo(SmallSwitch.state(small.machine));
                assertThat(startWithoutSnapshots()).isEqualTo(SmallSwitch.state(small.machine));
            }
        }
        assertThat(new SnapshotDirectory(data()).list()).hasSize(2);
    }

    private String startWithoutSnapshots() throws IOException {
        final CrashedDirectory copy = CrashedDirectory.copy(data(), temp.resolve("whole"));
        try {
            for (final Path path : new SnapshotDirectory(copy.root).list()) {
                Files.delete(path);
            }
            return SmallSwitch.stateOf(copy.root);
        } finally {
            copy.delete();
        }
    }

    private static long last(final PublishedJournal journal) throws IOException {
        while (journal.next()) {
            assertThat(journal.entryNumber()).isPositive();
        }
        return journal.lastSequence();
    }

    /** What is decided to be cut is in no state that goes on: a snapshot made of it meanwhile is passed over, and the one before it used. */
    @Test
    void shouldPassOverASnapshotOfWhatIsToBeCut() throws IOException {
        final SnapshotPosition first;
        final SnapshotPosition second;
        try (SmallSwitch small = new SmallSwitch(data())) {
            small.entries(200);
            first = snapshot().position();
            small.entries(200);
            second = snapshot().position();
        }
        final List<String> messages = new ArrayList<>();
        try (MachineCopy copy = new MachineCopy()) {
            assertThat(NewestSnapshot.load(new SnapshotDirectory(data()), copy, second.entryNumber(), messages).position()).isEqualTo(second);
            assertThat(messages).isEmpty();
            assertThat(NewestSnapshot.load(new SnapshotDirectory(data()), copy, second.entryNumber() - 1, messages).position()).isEqualTo(first);
            assertThat(messages).singleElement().asString().contains("passed over");
            assertThat(NewestSnapshot.load(new SnapshotDirectory(data()), copy, first.entryNumber() - 1, messages).position()).isEqualTo(SnapshotPosition.BEGIN);
        }
    }

    /** The one reader begins behind any snapshot, though the files before it are gone; before it, it says where the journal begins. */
    @Test
    void shouldBeReadFromASnapshotOn() throws IOException {
        try (SmallSwitch small = new SmallSwitch(data()).entries(15_000)) {
            assertThat(snapshotAndRelease("").releasedFiles()).isNotEmpty();
            small.entries(20);
            snapshot();
            small.entries(20);
            for (final Path path : new SnapshotDirectory(data()).list()) {
                try (PublishedJournal journal = PublishedJournal.open(data(), SnapshotFile.verify(path))) {
                    assertThat(journal.lastSequence()).isEqualTo(SnapshotDirectory.sequence(path));
                    assertThat(last(journal)).isEqualTo(small.machine.lastSequence());
                    assertThat(journal.snapshotPosition().stateDigest()).isEqualTo(small.machine.digest());
                }
            }
            try (PublishedJournal journal = PublishedJournal.open(data())) {
                assertThatThrownBy(journal::next).isInstanceOf(ReleasedJournalException.class).hasMessageContaining("begins with entry");
            }
        }
    }

    /** A reader that is at work when a maker lets go of files reads the one that it has to its end, and then says that the next one is gone. */
    @Test
    void shouldTellAReaderThatFilesWereReleasedMeanwhile() throws IOException {
        try (SmallSwitch small = new SmallSwitch(data()).entries(30_000);
             PublishedJournal journal = PublishedJournal.open(data())) {
            assertThat(journal.next()).isTrue();
            assertThat(snapshotAndRelease("").releasedFiles()).hasSizeGreaterThan(1);
            assertThatThrownBy(() -> last(journal)).isInstanceOf(ReleasedJournalException.class);
            assertThat(journal.entryNumber()).isGreaterThan(1);
            assertThat(small.machine.lastSequence()).isGreaterThan(journal.lastSequence());
        }
    }

    @Test
    void shouldRefuseToReadOnBehindASnapshotOfAnotherJournal() throws IOException {
        new SmallSwitch(data()).entries(100).close();
        final Path other = temp.resolve("other");
        new SmallSwitch(other).seed(SEED).entries(40).close();
        final SnapshotPosition foreign = new SnapshotMaker(SnapshotContext.of(other), MachineCopy::new).run().position();
        try (PublishedJournal journal = PublishedJournal.open(data(), foreign)) {
            assertThatThrownBy(journal::next).isInstanceOf(DamagedJournalException.class).hasMessageContaining("is not the one that the snapshot");
        }
    }

    /** What was never published may be in the page cache only; a snapshot of it would outlive it. */
    @Test
    void shouldMakeNoSnapshotOfWhatNoMarkSpeaksOf() throws IOException {
        new SmallSwitch(data()).entries(50).close();
        Files.delete(data().resolve("journal/mark"));
        assertThat(snapshot().snapshot()).isNull();
        try (PublishedJournal journal = PublishedJournal.open(data())) {
            assertThat(last(journal)).as("others read it").isPositive();
        }
    }

    @Test
    void shouldMakeNoneWhereNothingIsNew() throws IOException {
        new SmallSwitch(data()).entries(50).close();
        assertThat(snapshot().isNew()).isTrue();
        final SnapshotResult again = snapshot();
        assertThat(again.isNew()).isFalse();
        assertThat(again.replayed()).isZero();
        assertThat(new SnapshotDirectory(data()).list()).containsExactly(again.snapshot());
    }

    @Test
    void shouldMakeNoneWhereItMightCutIntoTheRoomOfTheJournal() throws IOException {
        new SmallSwitch(data()).entries(50).close();
        final SnapshotContext context = new SnapshotContext(data(), 2, 0, 100, 0, 0, Long.MAX_VALUE, SnapshotContext.MEMBER_BYTES, "", 0);
        assertThatThrownBy(() -> new SnapshotMaker(context, MachineCopy::new).run()).isInstanceOf(IOException.class).hasMessageContaining("no room for a snapshot");
        assertThat(new SnapshotDirectory(data()).list()).isEmpty();
    }

    @Test
    void shouldLetOneMakerWorkAtATime() throws IOException {
        new SmallSwitch(data()).entries(50).close();
        final SnapshotMaker second = new SnapshotMaker(SnapshotContext.of(data()), MachineCopy::new);
        final SnapshotMaker first = new SnapshotMaker(SnapshotContext.of(data()), MachineCopy::new, step ->
            assertThatThrownBy(second::run).isInstanceOf(DataDirectoryInUseException.class));
        assertThat(first.run().isNew()).isTrue();
    }

    @Test
    void shouldPassOverDamagedSnapshotAndUseTheOneBefore() throws IOException {
        final String whole;
        final long before;
        final Path newest;
        try (SmallSwitch small = new SmallSwitch(data()).entries(200)) {
            before = snapshot().position().sequence();
            small.entries(200);
            newest = snapshot().snapshot();
            small.entries(50);
            whole = SmallSwitch.state(small.machine);
        }
        final byte[] good = Files.readAllBytes(newest);
        for (int i = 0; i < 25; i++) {
            final byte[] bad = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
            if (i % 3 != 0) {
                final int at = i % 3 == 1 ? random.nextInt(300) : random.nextInt(good.length);
                bad[at] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(newest, bad);
            final CrashedDirectory copy = CrashedDirectory.copy(data(), temp.resolve("copy"));
            try (SmallSwitch small = new SmallSwitch(copy.root)) {
                assertThat(small.recovered.report().snapshotSequence()).as("damage " + i).isEqualTo(before);
                assertThat(small.recovered.report().messages()).anyMatch(message -> message.contains(newest.getFileName().toString())
                    && message.contains("passed over"));
                assertThat(SmallSwitch.state(small.machine)).isEqualTo(whole);
            }
            copy.delete();
        }
    }

    @Test
    void shouldRefuseSnapshotOfNewerForm() throws IOException {
        new SmallSwitch(data()).entries(20).close();
        final Path path = snapshot().snapshot();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(8);
            file.write(2);
        }
        assertThatThrownBy(() -> SnapshotFile.verify(path)).isInstanceOf(SnapshotDamagedException.class)
            .hasMessageContaining("its format is version 2, flags ");
    }

    @Test
    void shouldReleaseWhatASnapshotCoversAndStartWithoutIt() throws IOException {
        final Path archive = Files.createDirectory(temp.resolve("archive"));
        try (SmallSwitch small = new SmallSwitch(data())) {
            for (int round = 0; round < 3; round++) {
                small.entries(9_000);
                final int filesBefore = filesIn(data().resolve("journal/queue")).size();
                final SnapshotResult made = snapshotAndRelease("cp -t " + archive);
                assertThat(made.messages()).isEmpty();
                assertThat(filesIn(data().resolve("journal/queue"))).hasSize(filesBefore - made.releasedFiles().size());
                small.entries(100);
                assertThat(startOfCopy("killed")).isEqualTo(SmallSwitch.state(small.machine));
            }
            assertThat(filesIn(archive)).isNotEmpty();
            assertThat(filesIn(data().resolve("journal/queue")).get(0).getFileName().toString()).isNotEqualTo("00000001.cq4");
        }
        // The archive makes the journal whole again: it is the same state from the first entry on.
        final CrashedDirectory copy = CrashedDirectory.copy(data(), temp.resolve("whole"));
        for (final Path file : filesIn(archive)) {
            Files.copy(file, copy.root.resolve("journal/queue").resolve(file.getFileName()));
        }
        for (final Path path : new SnapshotDirectory(copy.root).list()) {
            Files.delete(path);
        }
        assertThat(SmallSwitch.stateOf(copy.root)).isEqualTo(SmallSwitch.stateOf(data()));
        // Without snapshots and without the archive there is a gap, and a start says so.
        final CrashedDirectory bare = CrashedDirectory.copy(data(), temp.resolve("bare"));
        for (final Path path : new SnapshotDirectory(bare.root).list()) {
            Files.delete(path);
        }
        assertThatThrownBy(() -> SmallSwitch.stateOf(bare.root)).isInstanceOfSatisfying(RecoveryRefusedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.GAP));
    }

    @Test
    void shouldKeepFilesThatTheArchiveCommandDidNotTake() throws IOException {
        try (SmallSwitch small = new SmallSwitch(data())) {
            small.entries(20_000);
            final int before = filesIn(data().resolve("journal/queue")).size();
            final SnapshotResult made = snapshotAndRelease("false");
            assertThat(made.releasedFiles()).isEmpty();
            assertThat(made.messages()).anyMatch(message -> message.contains("the archive command ended with 1"));
            assertThat(filesIn(data().resolve("journal/queue"))).hasSize(before);
        }
    }

    @Test
    void shouldKeepTheSnapshotThatReleasedFilesRelyOn() throws IOException {
        final Path base;
        try (SmallSwitch small = new SmallSwitch(data()).entries(15_000)) {
            final SnapshotResult made = snapshotAndRelease("");
            assertThat(made.releasedFiles()).isNotEmpty();
            base = made.snapshot();
            for (int i = 0; i < 4; i++) {
                small.entries(20);
                snapshot();
            }
            assertThat(new SnapshotDirectory(data()).list()).hasSize(3).contains(base);
            for (final Path path : new SnapshotDirectory(data()).list()) {
                if (!path.equals(base)) {
                    Files.delete(path);
                }
            }
            assertThat(startOfCopy("from-base")).isEqualTo(SmallSwitch.state(small.machine));
        }
    }

    /** Old snapshots at a distance stay, for the tools to begin with. */
    @Test
    void shouldKeepOlderSnapshotsApart() throws IOException {
        try (SmallSwitch small = new SmallSwitch(data())) {
            long last = 0;
            for (int i = 0; i < 12; i++) {
                small.entries(30);
                last = new SnapshotMaker(new SnapshotContext(data(), 1, 0, 100, 0, 0, 0, SnapshotContext.MEMBER_BYTES, "", 400), MachineCopy::new).run().position().sequence();
            }
            final List<Long> sequences = new SnapshotDirectory(data()).list().stream().map(SnapshotDirectory::sequence).sorted().toList();
            assertThat(sequences).hasSizeGreaterThan(3).hasSizeLessThan(12).endsWith(last);
            long before = 0;
            for (final long sequence : sequences.subList(0, sequences.size() - 1)) {
                assertThat(sequence - before).isGreaterThanOrEqualTo(400);
                before = sequence;
            }
        }
    }

    /** The process ends before any step; whatever is there then must start with everything that was acknowledged, and the next maker goes on. */
    @Test
    void shouldLoseNothingWhenTheMakerEndsInAnyStep() throws IOException {
        try (SmallSwitch small = new SmallSwitch(data()).entries(12_000)) {
            snapshot();
            boolean isEnded = true;
            for (int end = 0; isEnded; end++) {
                small.entries(3_000);
                isEnded = runUntil(end);
                small.entries(5);
                assertThat(startOfCopy("ended")).as("ended before step " + end).isEqualTo(SmallSwitch.state(small.machine));
            }
            assertThat(snapshot().messages()).isEmpty();
        }
    }

    private boolean runUntil(final int end) throws IOException {
        final int[] steps = {0};
        final class Ended extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }
        try {
            new SnapshotMaker(new SnapshotContext(data(), 2, 0, 100, 1, 0, 0, SnapshotContext.MEMBER_BYTES, "true", 0), MachineCopy::new, step -> {
                if (steps[0]++ == end) {
                    throw new Ended();
                }
            }).run();
            return false;
        } catch (final Ended expected) {
            return true;
        }
    }

    @Test
    void shouldRefuseSnapshotOfAnotherJournal() throws IOException {
        new SmallSwitch(data()).entries(100).close();
        final Path other = temp.resolve("other");
        new SmallSwitch(other).seed(SEED).entries(40).close();
        final SnapshotResult foreign = new SnapshotMaker(SnapshotContext.of(other), MachineCopy::new).run();
        Files.createDirectories(data().resolve("snapshots"));
        Files.copy(foreign.snapshot(), data().resolve("snapshots").resolve(foreign.snapshot().getFileName()));
        assertThatThrownBy(() -> SmallSwitch.stateOf(data())).isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> {
            assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.BROKEN_CHAIN);
            assertThat(refused).hasMessageContaining("one of the two is of another journal");
        });
    }

    @Test
    void shouldRefuseJournalThatEndsBeforeTheSnapshot() throws IOException {
        final CrashedDirectory early;
        try (SmallSwitch small = new SmallSwitch(data()).entries(100)) {
            early = CrashedDirectory.copy(data(), temp.resolve("early"));
            small.entries(100);
            final SnapshotResult made = snapshot();
            Files.createDirectories(early.root.resolve("snapshots"));
            Files.copy(made.snapshot(), early.root.resolve("snapshots").resolve(made.snapshot().getFileName()));
        }
        assertThatThrownBy(() -> SmallSwitch.stateOf(early.root)).isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> {
            assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.GAP);
            assertThat(refused).hasMessageContaining("it stands behind entry");
        });
    }

    /** Bits of the queue behind the snapshot: whatever flips is found, and refused or completed from the commit log, never a shorter state. */
    @Test
    void shouldNoticeDamageBehindTheSnapshot() throws IOException {
        final String whole;
        try (SmallSwitch small = new SmallSwitch(data()).entries(300)) {
            snapshot();
            small.entries(50);
            whole = SmallSwitch.state(small.machine);
            for (int i = 0; i < 20; i++) {
                final CrashedDirectory copy = CrashedDirectory.copy(data(), temp.resolve("damaged"));
                final List<Path> files = copy.queueFiles();
                final Path file = files.get(files.size() - 1);
                final List<long[]> excerpts = CrashedDirectory.excerpts(file);
                if (!excerpts.isEmpty()) {
                    final long[] hit = excerpts.get(random.nextInt(excerpts.size()));
                    CrashedDirectory.flip(file, (hit[0] + 4 + random.nextInt((int) hit[1])) * 8 + random.nextInt(8));
                }
                try {
                    assertThat(SmallSwitch.stateOf(copy.root)).isEqualTo(whole);
                } catch (final RecoveryRefusedException expected) {
                    assertThat(expected.sequence()).isPositive();
                    assertThat(expected.file()).isNotNull();
                }
                copy.delete();
            }
        }
    }

    @Test
    void shouldStillReplayTheWholeJournalForThoseWhoAskForNoSnapshot() throws IOException {
        new SmallSwitch(data()).entries(60).close();
        snapshot();
        final RecordingTarget all = new RecordingTarget();
        JournalOpener.open(SmallSwitch.settings(data()), all).journal().close();
        assertThat(all.lines.get(0)).startsWith("1+");
    }
}
