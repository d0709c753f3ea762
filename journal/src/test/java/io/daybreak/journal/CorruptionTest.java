package io.daybreak.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

import io.daybreak.journal.RecoveryRefusedException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whatever is cut off, missing, there twice, foreign or of a newer version: a start recovers all, or refuses and says where. */
class CorruptionTest {
    private static final int FILES = 3;
    /** Of the places where the last entries are cut, so many times the commit log is there to complete them. */
    private static final int COMPLETED_EVERY = 11;

    @TempDir
    private Path temp;

    private List<String> written;

    /** A journal of some files that was closed in order: all of it is in the queue and synced. */
    private CrashedDirectory closed(final String name, final long seed) throws IOException {
        final Path directory = temp.resolve(name);
        for (int i = 0; i < FILES; i++) {
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), replayed);
            final JournalWriter writer = new JournalWriter(recovered, seed + i);
            for (int entry = 0; entry < 6; entry++) {
                writer.entry(1);
            }
            recovered.journal().sync();
            recovered.journal().close();
            written = new ArrayList<>(replayed.lines);
            written.addAll(writer.expected.lines);
        }
        return CrashedDirectory.copy(directory, temp.resolve(name + "-copy"));
    }

    private CrashedDirectory again(final CrashedDirectory from, final int number) {
        return CrashedDirectory.copy(from.root, temp.resolve("again-" + number));
    }

    private static RecordingTarget recover(final CrashedDirectory directory) {
        final RecordingTarget replayed = new RecordingTarget();
        JournalOpener.open(RoundTripTest.settings(directory.root, DurabilityMode.DISK), replayed).journal().close();
        return replayed;
    }

    private static void refuses(final CrashedDirectory directory, final Reason... reasons) {
        assertThatThrownBy(() -> recover(directory)).isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> {
            assertThat(refused.reason()).isIn((Object[]) reasons);
            assertThat(refused.sequence()).isPositive();
            assertThat(refused.file()).isNotNull();
            assertThat(refused.getMessage()).contains(refused.file().toString()).contains("; ");
        });
    }

    /** Every byte offset of the last two entries. All of it was durable: never a shorter prefix. */
    @Test
    void shouldRefuseOrCompleteWhereverTheLastEntriesAreCut() throws IOException {
        final CrashedDirectory whole = closed("journal", 1);
        final List<Path> files = whole.queueFiles();
        Path last = null;
        for (final Path file : files) {
            last = CrashedDirectory.excerpts(file).isEmpty() ? last : file;
        }
        final List<long[]> excerpts = CrashedDirectory.excerpts(last);
        final long[] first = excerpts.get(excerpts.size() - 2);
        final long[] end = excerpts.get(excerpts.size() - 1);
        for (long at = first[0]; at < end[0] + 4 + end[1]; at++) {
            final CrashedDirectory cut = again(whole, (int) at);
            try (RandomAccessFile access = new RandomAccessFile(cut.root.resolve(whole.root.relativize(last)).toFile(), "rw")) {
                access.setLength(at);
            }
            if (at % COMPLETED_EVERY == 0) {
                assertThat(recover(cut).lines).as("cut at " + at).isEqualTo(written);
            } else {
                withoutCommitLog(cut);
                refuses(cut, Reason.GAP);
            }
            cut.delete();
        }
    }

    private static void withoutCommitLog(final CrashedDirectory directory) throws IOException {
        Files.delete(directory.commitLog(0));
        Files.delete(directory.commitLog(1));
    }

    @Test
    void shouldRefuseWhenAFileIsMissing() throws IOException {
        final CrashedDirectory whole = closed("journal", 10);
        final List<Path> files = whole.queueFiles();
        for (int missing = 0; missing < FILES; missing++) {
            final CrashedDirectory copy = again(whole, missing);
            Files.delete(copy.root.resolve(whole.root.relativize(files.get(missing))));
            if (missing == FILES - 1) {
                // The last run's entries are in the commit log, too.
                assertThat(recover(again(copy, FILES)).lines).isEqualTo(written);
                withoutCommitLog(copy);
            }
            refuses(copy, Reason.GAP);
        }
    }

    @Test
    void shouldRefuseWhenAFileIsThereTwice() throws IOException {
        final CrashedDirectory whole = closed("journal", 20);
        final List<Path> files = whole.queueFiles();
        for (int twice = 0; twice < FILES; twice++) {
            final CrashedDirectory copy = again(whole, twice);
            Files.copy(files.get(twice), copy.queueFiles().get(0).resolveSibling("00000099.cq4"));
            refuses(copy, Reason.DISAGREEMENT);
        }
    }

    @Test
    void shouldRefuseFilesOfAnotherJournal() throws IOException {
        final CrashedDirectory whole = closed("journal", 30);
        final CrashedDirectory other = closed("other", 40);
        for (int foreign = 0; foreign < FILES; foreign++) {
            final CrashedDirectory copy = again(whole, foreign);
            Files.copy(other.queueFiles().get(foreign), copy.queueFiles().get(foreign), StandardCopyOption.REPLACE_EXISTING);
            refuses(copy, Reason.BROKEN_CHAIN, Reason.GAP, Reason.DISAGREEMENT);
        }
        final CrashedDirectory behind = again(whole, 9);
        Files.copy(other.queueFiles().get(1), behind.queueFiles().get(0).resolveSibling("00000099.cq4"));
        refuses(behind, Reason.BROKEN_CHAIN, Reason.DISAGREEMENT, Reason.GAP);
    }

    @Test
    void shouldSayThatAnEntryIsOfANewerVersion() throws IOException {
        final CrashedDirectory whole = closed("journal", 50);
        final Path file = whole.queueFiles().get(1);
        final long[] excerpt = CrashedDirectory.excerpts(file).get(2);
        final byte[] entry = new byte[(int) excerpt[1]];
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(excerpt[0] + 4);
            access.readFully(entry);
            final ByteBuffer buffer = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putShort(4, (short) 2);
            final CRC32C crc = new CRC32C();
            crc.update(entry, 0, entry.length - 4);
            buffer.putInt(entry.length - 4, (int) crc.getValue());
            access.seek(excerpt[0] + 4);
            access.write(entry);
        }
        assertThatThrownBy(() -> recover(whole)).isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
            assertThat(refused).hasMessageContaining("has format version 2; this program knows version 1; start the version that wrote it");
        });
    }
}
