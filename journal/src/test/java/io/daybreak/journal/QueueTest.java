package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.daybreak.journal.append.ChronicleTailer;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.replay.JournalReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue's files as others see them: rolled by size, readable by Chronicle, behind the durable mark. */
class QueueTest {
    @TempDir
    private Path directory;

    @Test
    void shouldRollBySizeAndReadOn() throws IOException {
        final RecordingTarget all = new RecordingTarget();
        long files = 0;
        for (int start = 0; start < 2; start++) {
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), replayed);
            assertThat(replayed.lines).isEqualTo(all.lines);
            final JournalWriter writer = new JournalWriter(recovered, start);
            while (recovered.counters().rolls() < 3) {
                writer.entries(20, 300);
            }
            all.lines.addAll(writer.expected.lines);
            recovered.journal().close();
            // A slow machine may have rolled once more between the look and the close.
            files += 1 + recovered.counters().rolls();
        }
        assertThat(files).isGreaterThanOrEqualTo(8);
        try (Stream<Path> found = Files.list(directory.resolve("journal/queue"))) {
            // At each end the next file may have been made ahead of need.
            assertThat(found.filter(f -> f.toString().endsWith(".cq4")).count()).isBetween(files, files + 2);
        }
        assertThat(ChronicleTailer.countExcerpts(directory.resolve("journal/queue"))).isEqualTo(all.lines.size());
        final RecordingTarget read = new RecordingTarget();
        try (JournalReader reader = JournalReader.open(directory)) {
            long number = 0;
            while (reader.next()) {
                assertThat(reader.entryNumber()).isEqualTo(++number);
                assertThat(reader.isInQueue()).isTrue();
                assertThat(reader.durableSequence()).isLessThan(reader.lastSequence() + 1);
                reader.replay(read);
            }
        }
        assertThat(read.lines).isEqualTo(all.lines);
    }

    @Test
    void shouldMakeTheNextFileAheadOfNeed() {
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK).flushIntervalMs(1)
            .rollBytes(4 << 20), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 1);
        while (recovered.counters().queueBytes() < 3 << 20) {
            writer.entries(20, 300);
        }
        final long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!Files.exists(directory.resolve("journal/queue/00000002.cq4")) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(directory.resolve("journal/queue/00000002.cq4")).exists();
        while (recovered.counters().rolls() < 1) {
            writer.entries(20, 300);
        }
        assertThat(recovered.counters().unpreparedRolls()).isZero();
        recovered.journal().close();
    }

    @Test
    void shouldPublishTheDurableSequenceForFollowers() throws IOException {
        for (final DurabilityMode mode : List.of(DurabilityMode.DISK, DurabilityMode.PROCESS)) {
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, mode), new RecordingTarget());
            final JournalWriter writer = new JournalWriter(recovered, 4);
            for (int i = 0; i < 10; i++) {
                writer.entry(7);
                assertThat(recovered.journal().durableSequence()).isEqualTo(writer.sequence() - 7);
                recovered.journal().sync();
                final DurableMark.Statement mark = DurableMark.read(directory.resolve("journal/mark"));
                assertThat(mark.publishedSequence()).isEqualTo(writer.sequence());
                assertThat(mark.isOfThisBoot()).isTrue();
                if (mode == DurabilityMode.DISK) {
                    assertThat(mark.deviceSequence()).isEqualTo(writer.sequence());
                }
            }
            recovered.journal().close();
            assertThat(DurableMark.read(directory.resolve("journal/mark")).syncedSequence()).isEqualTo(writer.sequence());
        }
    }
}
