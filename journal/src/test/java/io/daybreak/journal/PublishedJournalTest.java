package io.daybreak.journal;

import static io.daybreak.journal.CrashedDirectory.excerpts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.directory.Incarnation;
import io.daybreak.journal.replay.CommitLogAudit;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.replay.Position;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader beside a writer: sees what is published and no more; and as an auditor, sees each changed byte. */
class PublishedJournalTest {
    @TempDir
    private Path temp;
    private RecoveredJournal recovered;
    private JournalWriter writer;
    private int copies;

    private void open(final DurabilityMode mode) {
        recovered = JournalOpener.open(RoundTripTest.settings(temp.resolve("live"), mode).flushIntervalMs(60_000), new RecordingTarget());
        writer = new JournalWriter(recovered, 11);
    }

    @AfterEach
    void close() {
        if (recovered != null) {
            recovered.journal().close();
        }
    }

    private CrashedDirectory crash() {
        return CrashedDirectory.copy(temp.resolve("live"), temp.resolve("crash-" + copies++));
    }

    private static List<String> read(final PublishedJournal journal) throws IOException {
        final RecordingTarget seen = new RecordingTarget();
        while (journal.next()) {
            journal.replay(seen);
        }
        return seen.lines;
    }

    private static List<String> read(final Path data) throws IOException {
        try (PublishedJournal journal = PublishedJournal.open(data)) {
            return read(journal);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSeeWhatIsPublishedAndNoMore(final DurabilityMode mode) throws IOException {
        open(mode);
        try (PublishedJournal follower = PublishedJournal.open(temp.resolve("live"))) {
            assertThat(follower.next()).isFalse();
            final List<String> seen = new ArrayList<>();
            for (int round = 0; round < 150; round++) {
                writer.entries(30, 40);
                // Not synced, so not published.
                writer.entry(3);
                follower.refresh();
                seen.addAll(read(follower));
                assertThat(seen).isEqualTo(writer.expected.lines.subList(0, writer.expected.lines.size() - 1));
                assertThat(follower.lastSequence()).isEqualTo(recovered.journal().durableSequence()).isEqualTo(follower.publishedSequence());
            }
            assertThat(crash().queueFiles()).as("files were changed on the way").hasSizeGreaterThan(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnFromAPosition(final DurabilityMode mode) throws IOException {
        open(mode);
        writer.entries(200, 20);
        final List<Position> positions = new ArrayList<>();
        try (PublishedJournal journal = PublishedJournal.open(temp.resolve("live"))) {
            while (journal.next()) {
                positions.add(journal.position());
            }
        }
        for (int i = 0; i < positions.size(); i += 17) {
            try (PublishedJournal journal = PublishedJournal.open(temp.resolve("live"), positions.get(i))) {
                assertThat(read(journal)).isEqualTo(writer.expected.lines.subList(i, writer.expected.lines.size()));
            }
        }
    }

    @Test
    void shouldCompleteTheEndFromTheCommitLog() throws IOException {
        open(DurabilityMode.DISK);
        writer.entries(30, 10);
        final CrashedDirectory crashed = crash();
        final Path queue = crashed.queueFiles().get(0);
        final List<long[]> excerpts = excerpts(queue);
        // The switch died before its last two appends, and in the midst of the first of them.
        final byte[] bytes = Files.readAllBytes(queue);
        final int from = (int) excerpts.get(excerpts.size() - 2)[0];
        Arrays.fill(bytes, from, bytes.length, (byte) 0);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(from, 0x8000_0000).putInt(from + 4, 77);
        Files.write(queue, bytes);
        try (PublishedJournal journal = PublishedJournal.open(crashed.root)) {
            assertThat(read(journal)).isEqualTo(writer.expected.lines);
            assertThat(journal.entriesOfLog()).isEqualTo(2);
        }
    }

    @Test
    void shouldSayThatThereIsNoJournal() {
        assertThatThrownBy(() -> PublishedJournal.open(temp)).isInstanceOf(NoSuchFileException.class);
    }

    /** What lies in the files behind the mark is nobody's business yet. */
    @ParameterizedTest
    @EnumSource
    void shouldStopWhereTheMarkSaysThoughMoreCanBeRead(final DurabilityMode mode) throws IOException {
        open(mode);
        writer.entries(30, 10);
        final byte[] mark = Files.readAllBytes(crash().mark());
        final int published = writer.expected.lines.size();
        writer.entries(20, 10);
        final CrashedDirectory crashed = crash();
        assertThat(read(crashed.root)).hasSizeGreaterThan(published);
        Files.write(crashed.mark(), mark);
        assertThat(read(crashed.root)).isEqualTo(writer.expected.lines.subList(0, published));
        // Without one nothing limits it but the proof.
        Files.delete(crashed.mark());
        assertThat(read(crashed.root)).isEqualTo(writer.expected.lines);
    }

    /** Old files may be gone on purpose: that is no damage. */
    @Test
    void shouldSayWhereTheJournalBegins() throws IOException {
        open(DurabilityMode.PROCESS);
        writer.entries(400, 40);
        recovered.journal().close();
        recovered = JournalOpener.open(RoundTripTest.settings(temp.resolve("live"), DurabilityMode.PROCESS), new RecordingTarget());
        new JournalWriter(recovered, 12).entries(5, 5);
        final CrashedDirectory crashed = crash();
        Files.delete(crashed.queueFiles().get(0));
        assertThatThrownBy(() -> read(crashed.root)).isInstanceOf(ReleasedJournalException.class).hasMessageContaining("begins with entry");
    }

    /** What an auditor finds in a directory, or null. */
    private static String audit(final Path root) throws IOException {
        try {
            read(root);
            final DataDirectory names = DataDirectory.names(root);
            final String mark = DurableMark.damage(names.mark());
            if (mark != null) {
                return mark;
            }
            Incarnation.read(names.incarnation());
            return CommitLogAudit.damage(root);
        } catch (final DamagedJournalException | RecoveryRefusedException ex) {
            return ex.getMessage();
        }
    }

    private static void flip(final Path file, final long at) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 0x10;
        Files.write(file, bytes);
    }

    private void shouldFind(final CrashedDirectory crashed, final Path file, final long at) throws IOException {
        flip(file, at);
        assertThat(audit(crashed.root)).as("byte %d of %s", at, file.getFileName()).isNotNull();
        flip(file, at);
    }

    @Test
    void shouldFindEachChangedByteOfEntries() throws IOException {
        open(DurabilityMode.DISK);
        writer.entries(12, 4);
        final CrashedDirectory crashed = crash();
        assertThat(audit(crashed.root)).isNull();
        final Path queue = crashed.queueFiles().get(0);
        final List<long[]> excerpts = excerpts(queue);
        for (final long[] excerpt : excerpts.subList(excerpts.size() - 4, excerpts.size() - 1)) {
            // Its header of four bytes, then the entry.
            for (long at = excerpt[0]; at < excerpt[0] + 4 + excerpt[1]; at++) {
                shouldFind(crashed, queue, at);
            }
        }
        final long[] last = excerpts.get(excerpts.size() - 1);
        for (long at = last[0] + 4; at < last[0] + 4 + last[1]; at++) {
            shouldFind(crashed, queue, at);
        }
    }

    @Test
    void shouldFindEachChangedByteOfGroupsMarkAndIncarnation() throws IOException {
        open(DurabilityMode.DISK);
        writer.entries(12, 4);
        final CrashedDirectory crashed = crash();
        assertThat(audit(crashed.root)).isNull();
        for (int log = 0; log < 2; log++) {
            final byte[] bytes = Files.readAllBytes(crashed.commitLog(log));
            for (int at = 0; at + 4 < bytes.length; at += 512) {
                final ByteBuffer group = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                if (bytes[at] == 'D' && bytes[at + 1] == 'B' && bytes[at + 2] == 'J' && bytes[at + 3] == 'G' && group.getInt(at + 28) > 0) {
                    final int length = 48 + group.getInt(at + 40);
                    // Beyond the generation: with a lower one the last group would be one that an earlier lap left.
                    for (int i = 16; i < length; i += 3) {
                        shouldFind(crashed, crashed.commitLog(log), at + i);
                    }
                }
            }
        }
        for (int at = 0; at < Files.size(crashed.journal().resolve("incarnation")); at++) {
            shouldFind(crashed, crashed.journal().resolve("incarnation"), at);
        }
        for (int at = 0; at < DurableMark.LENGTH; at += at >= 500 && at < 1_200 ? 1 : 41) {
            shouldFind(crashed, crashed.mark(), at);
        }
    }
}
