package io.daybreak.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.daybreak.journal.cipher.Keyring;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.replay.JournalReader;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.port.Journal;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.daybreak.journal.EncryptedByDefault.key;
import static io.daybreak.journal.EncryptedByDefault.readingRing;
import static io.daybreak.journal.EncryptedByDefault.ring;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Keys that come, change and go: what opens, what is refused, and what somebody who has the files alone can read. */
class EncryptionTest {
    private static final String MARK = "a merchant's own words";
    private static final int SALT = EntryHeader.LENGTH + 8;
    private static final int SALT_LENGTH = 16;

    @TempDir
    private Path temp;

    @AfterEach
    void forgetKeys() {
        Keyring.useForProcess(Keyring.NONE);
    }

    private static List<String> replay(final Path directory, final DurabilityMode mode, final Keyring keys) {
        final RecordingTarget replayed = new RecordingTarget();
        JournalOpener.open(RoundTripTest.settings(directory, mode).keys(keys), replayed).journal().close();
        return replayed.lines;
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadOnThroughEveryChangeOfKeys(final DurabilityMode mode) throws IOException {
        final Path directory = temp.resolve("data");
        final List<String> expected = new ArrayList<>();
        final List<Keyring> rings = List.of(Keyring.NONE, ring(1), ring(1), ring(1, 2), readingRing(1, 2), ring(2, 1, 7), ring(1, 2, 7, 3));
        for (int start = 0; start < rings.size(); start++) {
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, mode).keys(rings.get(start)), replayed);
            assertThat(replayed.lines).isEqualTo(expected);
            assertThat(recovered.report().messages()).isEmpty();
            final JournalWriter writer = new JournalWriter(recovered, start);
            writer.entries(60, 40);
            expected.addAll(writer.expected.lines);
            // As the process dies, and as it ends in order.
            if (start % 2 == 0) {
                final CrashedDirectory crashed = CrashedDirectory.copy(directory, temp.resolve("crashed-" + start));
                assertThat(replay(crashed.root, mode, ring(1, 2, 3, 7))).isEqualTo(expected);
                crashed.delete();
            }
            recovered.journal().close();
        }
        Keyring.useForProcess(ring(1, 2, 3, 7));
        final RecordingTarget seen = new RecordingTarget();
        try (PublishedJournal journal = PublishedJournal.open(directory)) {
            while (journal.next()) {
                journal.replay(seen);
            }
        }
        assertThat(seen.lines).isEqualTo(expected);
    }

    @Test
    void shouldRefuseWithoutTheRightKeyAndChangeNothing() throws IOException {
        final Path directory = temp.resolve("data");
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK).keys(ring(4)), new RecordingTarget());
        new JournalWriter(recovered, 1).entries(20, 5);
        recovered.journal().close();
        final Map<String, Long> before = sizes(directory);
        assertThatThrownBy(() -> replay(directory, DurabilityMode.DISK, Keyring.NONE)).isInstanceOf(JournalKeyException.class)
            .hasMessageContaining("is encrypted with journal key 4, and no key was given").hasMessageContaining("journal.key-file");
        assertThatThrownBy(() -> replay(directory, DurabilityMode.DISK, ring(3, 5))).isInstanceOf(JournalKeyException.class)
            .hasMessageContaining("journal key 4, which was not given");
        final Keyring another = Keyring.of(List.of(key(4, 99)), true);
        assertThatThrownBy(() -> replay(directory, DurabilityMode.DISK, another)).isInstanceOf(JournalKeyException.class)
            .hasMessageContaining("with another key of the number 4 than the one that was given");
        assertThatThrownBy(() -> published(directory)).isInstanceOf(JournalKeyException.class);
        assertThatThrownBy(() -> offline(directory)).isInstanceOf(JournalKeyException.class);
        assertThat(sizes(directory)).isEqualTo(before);
        assertThat(replay(directory, DurabilityMode.DISK, ring(4))).hasSize(20);
    }

    private static void published(final Path directory) throws IOException {
        try (PublishedJournal journal = PublishedJournal.open(directory)) {
            // The chain is proved without a key; what it holds is not told.
            while (journal.next()) {
                assertThat(journal.chainHash()).hasSize(EntryHeader.CHAIN_HASH_LENGTH);
            }
        }
        try (PublishedJournal journal = PublishedJournal.open(directory)) {
            assertThat(journal.next()).isTrue();
            journal.replay(new RecordingTarget());
        }
    }

    private static void offline(final Path directory) throws IOException {
        try (JournalReader journal = JournalReader.open(directory)) {
            assertThat(journal.next()).isTrue();
            journal.replay(new RecordingTarget());
        }
    }

    private static Map<String, Long> sizes(final Path directory) throws IOException {
        final Map<String, Long> sizes = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                sizes.put(directory.relativize(file).toString(), Files.size(file));
            }
        }
        return sizes;
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowNothingToWhoHasTheFilesAlone(final DurabilityMode mode) throws IOException {
        writeMarked(temp.resolve("plain"), mode, Keyring.NONE);
        writeMarked(temp.resolve("encrypted"), mode, ring(1));
        assertThat(filesWithMark(temp.resolve("plain"))).isNotEmpty();
        assertThat(filesWithMark(temp.resolve("encrypted"))).isEmpty();
        assertThat(replay(temp.resolve("encrypted"), mode, ring(1))).isEqualTo(replay(temp.resolve("plain"), mode, Keyring.NONE));
    }

    private static void writeMarked(final Path directory, final DurabilityMode mode, final Keyring keys) {
        final Journal journal = JournalOpener.open(RoundTripTest.settings(directory, mode).keys(keys), new RecordingTarget()).journal();
        final UnsafeBuffer command = new UnsafeBuffer(MARK.getBytes(StandardCharsets.US_ASCII));
        for (int i = 1; i <= 30; i++) {
            journal.beginEntry(i, 1_790_000_000_000_000_000L + i);
            journal.add(Commands.ACCOUNT, 1, command, 0, command.capacity(), 0);
            journal.endEntry(i);
            journal.sync();
        }
        journal.close();
    }

    private static List<Path> filesWithMark(final Path directory) throws IOException {
        final List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(MARK)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** Two runs that go on from the same place write an entry of the same number, time and content: a cut, or a copy that was started. */
    @Test
    void shouldNeverEncryptTwoTextsWithOneKeyAndNonce() throws IOException {
        final Path first = temp.resolve("first");
        writeOne(first, 1);
        final Set<String> salts = new HashSet<>();
        final Set<String> cipherTexts = new HashSet<>();
        for (int copy = 0; copy < 5; copy++) {
            final CrashedDirectory again = CrashedDirectory.copy(first, temp.resolve("again-" + copy));
            writeOne(again.root, 2);
            final byte[] entry = lastEntry(again);
            assertThat(ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN).getLong(16)).isEqualTo(2);
            salts.add(new String(entry, SALT, SALT_LENGTH, StandardCharsets.ISO_8859_1));
            cipherTexts.add(new String(entry, SALT + SALT_LENGTH, entry.length - SALT - SALT_LENGTH - 4, StandardCharsets.ISO_8859_1));
        }
        assertThat(salts).hasSize(5);
        assertThat(cipherTexts).hasSize(5);
    }

    private static void writeOne(final Path directory, final long sequence) {
        final Journal journal = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK).keys(ring(1)), new RecordingTarget()).journal();
        journal.beginEntry(sequence, 1_790_000_000_000_000_000L + sequence);
        journal.add(Commands.ACCOUNT, 1, new UnsafeBuffer(new byte[64]), 0, 64, 0);
        journal.endEntry(1);
        journal.sync();
        journal.close();
    }

    private static byte[] lastEntry(final CrashedDirectory directory) throws IOException {
        byte[] last = {};
        for (final Path file : directory.queueFiles()) {
            for (final long[] excerpt : CrashedDirectory.excerpts(file)) {
                last = new byte[(int) excerpt[1]];
                ByteBuffer.wrap(Files.readAllBytes(file)).position((int) excerpt[0] + 4).get(last);
            }
        }
        return last;
    }
}
