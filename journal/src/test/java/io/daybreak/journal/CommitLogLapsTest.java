package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

import io.daybreak.journal.replay.CommitLogEntries;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commit log goes round and round, and recovery is never confused by an earlier lap. */
class CommitLogLapsTest {
    @TempDir
    private Path temp;

    private static long generation(final Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
    }

    @Test
    void shouldRecoverInTheMiddleOfAnyLap() throws IOException {
        final Path live = temp.resolve("live");
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK)
            .commitLogBytes(256 << 10).flushBytes(1 << 30).flushIntervalMs(60_000), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 3);
        for (int crash = 0; crash < 12; crash++) {
            writer.entries(80, 80);
            final CrashedDirectory crashed = CrashedDirectory.copy(live, temp.resolve("crash-" + crash));
            assertThat(CommitLogEntries.numbers(crashed.root)).as("only the newest lap of each file counts").isSorted().doesNotHaveDuplicates();
            final RecordingTarget replayed = new RecordingTarget();
            JournalOpener.open(RoundTripTest.settings(crashed.root, DurabilityMode.DISK).commitLogBytes(256 << 10), replayed).journal().close();
            assertThat(replayed.lines).isEqualTo(writer.expected.lines);
            crashed.delete();
        }
        assertThat(Math.max(generation(live.resolve("journal/commit-0.log")), generation(live.resolve("journal/commit-1.log"))))
            .as("laps").isGreaterThan(6);
        assertThat(recovered.counters().commitLogFullWaits()).as("the queue is synced only when the commit log asks for it").isPositive();
        recovered.journal().close();
    }

    @Test
    void shouldNotBelieveAGroupWhoseGenerationIsDamaged() throws IOException {
        final Path live = temp.resolve("live");
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 3);
        for (int i = 0; i < 5; i++) {
            writer.entry(10);
            recovered.journal().sync();
        }
        final CrashedDirectory crashed = CrashedDirectory.copy(live, temp.resolve("crashed"));
        recovered.journal().close();
        // The begin is in the first block, the first entry's group in the second.
        CrashedDirectory.flip(crashed.commitLog(0), (4096 + 8) * 8 + 5);
        assertThat(CommitLogEntries.numbers(crashed.root)).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void shouldForgetTheCommitLogOfAnEarlierStart() throws IOException {
        // The first run leaves groups in both files; the second leaves them untouched behind its own begin; the third must not take them.
        final Path live = temp.resolve("live");
        RecordingTarget replayed = new RecordingTarget();
        for (int start = 0; start < 4; start++) {
            final RecordingTarget now = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK)
                .commitLogBytes(256 << 10).flushBytes(64 << 10), now);
            assertThat(now.lines).isEqualTo(replayed.lines);
            assertThat(recovered.report().completedEntries()).isZero();
            final CrashedDirectory begun = CrashedDirectory.copy(live, temp.resolve("begun-" + start));
            assertThat(CommitLogEntries.numbers(begun.root)).as("what an earlier start left counts no more").isEmpty();
            final JournalWriter writer = new JournalWriter(recovered, start);
            writer.entries(start == 0 ? 300 : 2, 30);
            recovered.journal().close();
            replayed = now;
            replayed.lines.addAll(writer.expected.lines);
        }
    }

    @Test
    void shouldChangeModeAndSizeBetweenStarts() throws IOException {
        final Path live = temp.resolve("live");
        final RecordingTarget all = new RecordingTarget();
        for (int start = 0; start < 6; start++) {
            final RecordingTarget now = new RecordingTarget();
            final DurabilityMode mode = start % 2 == 0 ? DurabilityMode.DISK : DurabilityMode.PROCESS;
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, mode)
                .commitLogBytes((256L << 10) * (1 + start)), now);
            assertThat(now.lines).isEqualTo(all.lines);
            final JournalWriter writer = new JournalWriter(recovered, start);
            writer.entries(30, 30);
            all.lines.addAll(writer.expected.lines);
            recovered.journal().close();
        }
    }
}
