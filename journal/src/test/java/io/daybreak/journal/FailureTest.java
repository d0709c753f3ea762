package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A failure is final: it is told to whoever calls next, nothing is tried again, and the next start finds what had been acknowledged. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureTest {
    @TempDir
    private Path directory;

    private RecoveredJournal open(final DurabilityMode mode, final RecordingTarget target) {
        return JournalOpener.open(RoundTripTest.settings(directory, mode).flushIntervalMs(1), target);
    }

    /** An interrupted thread closes the channel that it writes to: the write fails in earnest, and the channel is gone. */
    private static void failedSync(final RecoveredJournal recovered) {
        Thread.currentThread().interrupt();
        try {
            recovered.journal().sync();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void shouldStayFailedAfterAFailedWriteOfTheCommitLog() throws IOException {
        final RecoveredJournal recovered = open(DurabilityMode.DISK, new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 1);
        writer.entries(5, 5);
        final long durable = recovered.journal().durableSequence();
        writer.entry(3);
        assertThatThrownBy(() -> failedSync(recovered)).isInstanceOfSatisfying(JournalFailedException.class,
            failed -> assertThat(failed.isDiskFull()).isFalse());
        assertThatThrownBy(recovered.journal()::sync).isInstanceOf(JournalFailedException.class);
        assertThat(recovered.journal().durableSequence()).isEqualTo(durable);
        assertThatThrownBy(recovered.journal()::close).isInstanceOf(JournalFailedException.class);

        final RecordingTarget replayed = new RecordingTarget();
        open(DurabilityMode.DISK, replayed).journal().close();
        assertThat(replayed.lines).isEqualTo(writer.expected.lines.subList(0, 5));
    }

    @Test
    void shouldTellTheLedgerThreadThatWaitsForRoom() {
        final RecoveredJournal recovered = open(DurabilityMode.DISK, new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 1);
        writer.entry(3);
        assertThatThrownBy(() -> failedSync(recovered)).isInstanceOf(JournalFailedException.class);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 10_000; i++) {
                writer.entry(100);
            }
        }).isInstanceOf(JournalFailedException.class);
        assertThat(recovered.counters().ringFullWaits()).isPositive();
        assertThatThrownBy(recovered.journal()::close).isInstanceOf(JournalFailedException.class);
    }

    @Test
    void shouldFailWhenTheFlusherCannotSyncTheQueue() throws IOException {
        final RecoveredJournal recovered = open(DurabilityMode.PROCESS, new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 1);
        // The flusher opens the file by its name, so taking the name away is a sync that fails while appending still works.
        final Path file = directory.resolve("journal/queue/00000001.cq4");
        final Path elsewhere = directory.resolve("elsewhere");
        Files.move(file, elsewhere);
        writer.entry(3);
        final long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        assertThatThrownBy(() -> {
            while (System.nanoTime() < deadline) {
                recovered.journal().sync();
                LockSupport.parkNanos(1_000_000);
            }
        }).isInstanceOf(JournalFailedException.class);
        assertThatThrownBy(recovered.journal()::close).isInstanceOf(JournalFailedException.class);

        Files.move(elsewhere, file);
        final RecordingTarget replayed = new RecordingTarget();
        open(DurabilityMode.PROCESS, replayed).journal().close();
        assertThat(replayed.lines).isEqualTo(writer.expected.lines);
    }

    @Test
    void shouldTellAFullDisk() {
        assertThat(new JournalFailedException("syncing", new IOException("No space left on device"), false).isDiskFull()).isTrue();
        assertThat(new JournalFailedException("syncing", new InternalError("a fault occurred"), true).isDiskFull()).isTrue();
        assertThat(new JournalFailedException("syncing", new IOException("Input/output error"), false).isDiskFull()).isFalse();
    }

    @Test
    void shouldRefuseACommandThatWouldPassTheLargestEntry() {
        final RecoveredJournal recovered = open(DurabilityMode.DISK, new RecordingTarget());
        final UnsafeBuffer command = new UnsafeBuffer(new byte[128]);
        recovered.journal().beginEntry(1, 1);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 10_000; i++) {
                recovered.journal().add(Commands.ACCOUNT, 1, command, 0, 128, 0);
            }
        }).isInstanceOf(IllegalStateException.class).hasMessageContaining("full");
        assertThat(recovered.journal().entryBytes()).isLessThanOrEqualTo(64 << 10);
        assertThat(recovered.journal().entryCommands()).isGreaterThan(400);
        recovered.journal().close();
    }
}
