package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loss of power, simulated as harshly as the promise allows: of the queue only what a sync had covered is sure to be left; of the rest
 * random pages are gone; the last write to the commit log is torn; the mark may be as old as one likes.
 */
class PowerLossTest {
    private static final int ROUNDS = 8;

    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void shouldRecoverEveryAcknowledgedEntryInModeDisk(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        Path directory = temp.resolve("first");
        JournalWriter writer = null;
        List<String> before = List.of();
        for (int round = 0; round < ROUNDS; round++) {
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK)
                .commitLogBytes(256 << 10).flushBytes(random.nextBoolean() ? 64 << 10 : 1 << 30).flushIntervalMs(random.nextInt(3) == 0 ? 1 : 60_000), replayed);
            assertThat(replayed.lines).as("seed %d round %d", seed, round).isEqualTo(before);
            writer = new JournalWriter(recovered, random.nextLong());
            writeInAnotherThread(writer, 1 + random.nextInt(random.nextBoolean() ? 20 : 600), 1 + random.nextInt(40));
            replayed.lines.addAll(writer.expected.lines);
            before = replayed.lines;

            final long syncedEntry = recovered.counters().queueSyncedEntry();
            final CrashedDirectory crashed = CrashedDirectory.copy(directory, temp.resolve("round-" + seed + "-" + round));
            recovered.journal().close();
            losePower(crashed, syncedEntry, recovered.report().lastEntry(), random);
            directory = crashed.root;
        }
        final RecordingTarget last = new RecordingTarget();
        JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK).commitLogBytes(256 << 10), last).journal().close();
        assertThat(last.lines).isEqualTo(before);
    }

    /** As in the switch: one thread recovers and completes the queue, others go on with it. */
    private static void writeInAnotherThread(final JournalWriter writer, final int entries, final int mostCommands) {
        final CompletableFuture<Void> written = new CompletableFuture<>();
        new Thread(() -> {
            try {
                writer.entries(entries, mostCommands);
                written.complete(null);
            } catch (final RuntimeException | Error e) {
                written.completeExceptionally(e);
            }
        }, "writer").start();
        written.orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Everything of the newest file behind the synced entry may go; what lies in older files was synced when the journal was opened. */
    private static void losePower(final CrashedDirectory crashed, final long syncedEntry, final long entryAtOpen, final SplittableRandom random)
        throws IOException {
        final List<Path> files = crashed.queueFiles();
        long entry = entryAtOpen;
        boolean isFirst = true;
        for (final Path file : files) {
            final List<long[]> excerpts = CrashedDirectory.excerpts(file);
            if (Files.size(file) < 1 << 20 && !file.equals(files.get(files.size() - 1)) && !isOfLastRun(file, entryAtOpen)) {
                continue;
            }
            long syncedTo = excerpts.isEmpty() ? 1 << 16 : excerpts.get(0)[0];
            for (final long[] excerpt : excerpts) {
                entry = entryNumber(file, excerpt[0]);
                if (entry > entryAtOpen && entry <= syncedEntry || entry <= entryAtOpen) {
                    syncedTo = excerpt[0] + 4 + (excerpt[1] + 3 & ~3);
                }
            }
            CrashedDirectory.losePages(file, syncedTo, random);
            if (random.nextBoolean() && isFirst) {
                // Chronicle's own note of where it was, as old as the file.
                CrashedDirectory.zero(file, 0x30, 0x50);
            }
            isFirst = false;
        }
        switch (random.nextInt(3)) {
            case 0 -> Files.delete(crashed.mark());
            case 1 -> CrashedDirectory.zero(crashed.mark(), 0, 4096);
            default -> { }
        }
        tearLastWrite(crashed, random);
    }

    private static boolean isOfLastRun(final Path file, final long entryAtOpen) throws IOException {
        final List<long[]> excerpts = CrashedDirectory.excerpts(file);
        return !excerpts.isEmpty() && entryNumber(file, excerpts.get(excerpts.size() - 1)[0]) > entryAtOpen;
    }

    private static long entryNumber(final Path file, final long excerpt) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            access.seek(excerpt + 4 + 16);
            return Long.reverseBytes(access.readLong());
        }
    }

    /** A group that was being written and never acknowledged: its header may be there, its content is half there. */
    private static void tearLastWrite(final CrashedDirectory crashed, final SplittableRandom random) throws IOException {
        for (int i = 0; i < 2; i++) {
            final byte[] bytes = Files.readAllBytes(crashed.commitLog(i));
            long generation = 0;
            int behind = 0;
            for (int at = 0; at < bytes.length; at += 4096) {
                if (bytes[at] == 'D' && bytes[at + 3] == 'G') {
                    final long found = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at + 8);
                    if (found >= generation) {
                        generation = found;
                        behind = at + 4096;
                    }
                }
            }
            // Only the file that is written to can hold a torn group; in the other one a torn group begins a new lap.
            if (behind > 4096 && behind + 8192 <= bytes.length && random.nextInt(3) != 0) {
                try (RandomAccessFile access = new RandomAccessFile(crashed.commitLog(i).toFile(), "rw")) {
                    final byte[] torn = new byte[4096];
                    new Random(random.nextLong()).nextBytes(torn);
                    System.arraycopy(bytes, 0, torn, 0, 48);
                    final long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(behind - 4096 + 40);
                    access.seek(behind + (length > 4096 - 48 ? (length + 48 + 4095) / 4096 * 4096 - 4096 : 0));
                    access.write(torn, 0, 48 + random.nextInt(4048));
                }
            }
        }
    }

    @Test
    void shouldCutWhatModeProcessNeverSyncedAndSaySo() throws IOException {
        final Path directory = temp.resolve("process");
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.PROCESS)
            .flushIntervalMs(60_000), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 5);
        for (int i = 0; i < 30; i++) {
            writer.entry(30);
            recovered.journal().sync();
        }
        final CrashedDirectory crashed = CrashedDirectory.copy(directory, temp.resolve("crashed"));
        recovered.journal().close();
        final Path file = crashed.queueFiles().get(0);
        final List<long[]> excerpts = CrashedDirectory.excerpts(file);
        CrashedDirectory.zero(file, excerpts.get(10)[0] / 4096 * 4096 + 4096, excerpts.get(10)[0] / 4096 * 4096 + 8192);
        otherBoot(crashed.mark());

        final RecordingTarget replayed = new RecordingTarget();
        final RecoveredJournal again = JournalOpener.open(RoundTripTest.settings(crashed.root, DurabilityMode.PROCESS), replayed);
        again.journal().close();
        assertThat(replayed.lines).isEqualTo(writer.expected.lines.subList(0, replayed.lines.size()));
        assertThat(replayed.lines.size()).isBetween(10, 20);
        assertThat(again.report().lostSequences()).isEqualTo(writer.sequence() - again.report().lastSequence());
        assertThat(again.report().cutEntries()).isPositive();
        assertThat(again.report().messages()).anyMatch(m -> m.contains("lost with the power"));
    }

    /** Makes the mark one of another run of the operating system, check words and all: as if written there. */
    private static void otherBoot(final Path mark) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark)).order(ByteOrder.LITTLE_ENDIAN);
        for (int slot = 512; slot < 640; slot += 64) {
            bytes.putLong(slot + 16, bytes.getLong(slot + 16) + 1);
            long hash = bytes.getLong(0);
            for (int at = 0; at < 56; at += 8) {
                hash = (hash ^ bytes.getLong(slot + at)) * 0x9E37_79B9_7F4A_7C15L;
                hash ^= hash >>> 32;
            }
            bytes.putLong(slot + 56, hash | 1);
        }
        Files.write(mark, bytes.array());
    }
}
