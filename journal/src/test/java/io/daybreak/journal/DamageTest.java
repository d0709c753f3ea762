package io.daybreak.journal;

import static io.daybreak.journal.CrashedDirectory.excerpts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage of every kind in every kind of place: never a silent loss of what was durable, never an entry that was not written. */
class DamageTest {
    private static final int LAST = 4;

    @TempDir
    private Path temp;
    private int copies;
    private List<String> written;
    private Path live;
    private final List<RecoveredJournal> open = new ArrayList<>();

    @BeforeEach
    void name() {
        live = temp.resolve("live");
    }

    @AfterEach
    void close() {
        open.forEach(journal -> journal.journal().close());
    }

    /** A journal whose process died with nothing of the queue synced. */
    private RecoveredJournal write(final DurabilityMode mode, final int entries) {
        final RecoveredJournal recovered = JournalOpener.open(
            RoundTripTest.settings(live, mode).flushIntervalMs(60_000), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 7);
        for (int i = 0; i < entries; i++) {
            writer.entry(1 + i % 5);
            recovered.journal().sync();
        }
        written = writer.expected.lines;
        open.add(recovered);
        return recovered;
    }

    private CrashedDirectory crash() {
        return CrashedDirectory.copy(live, temp.resolve("crash-" + copies++));
    }

    private RecordingTarget recover(final CrashedDirectory crashed, final DurabilityMode mode) {
        final RecordingTarget first = new RecordingTarget();
        JournalOpener.open(RoundTripTest.settings(crashed.root, mode), first).journal().close();
        // What one recovery found, the next must find as well, and have nothing to say.
        final RecordingTarget second = new RecordingTarget();
        final RecoveredJournal again = JournalOpener.open(RoundTripTest.settings(crashed.root, mode), second);
        again.journal().close();
        assertThat(again.report().messages()).isEmpty();
        assertThat(second.lines).isEqualTo(first.lines);
        return first;
    }

    @Test
    void shouldRecoverAPrefixWhereverTheQueueIsCutAboveTheDurableMark() throws IOException {
        write(DurabilityMode.PROCESS, 12);
        final CrashedDirectory measured = crash();
        final List<long[]> excerpts = excerpts(measured.queueFiles().get(0));
        final int first = excerpts.size() - LAST;
        final long from = excerpts.get(first)[0];
        final long to = excerpts.get(excerpts.size() - 1)[0] + 4 + excerpts.get(excerpts.size() - 1)[1];
        for (long cut = from; cut <= to; cut += cut < from + 8 || cut > to - 8 ? 1 : 23) {
            final CrashedDirectory crashed = crash();
            Files.delete(crashed.mark());
            final long end = cut;
            CrashedDirectory.zero(crashed.queueFiles().get(0), cut, Files.size(crashed.queueFiles().get(0)));
            final long whole = excerpts.stream().filter(e -> e[0] + 4 + e[1] <= end).count();
            // An excerpt that ends in zero bytes may be whole although it was cut within them.
            final RecordingTarget recovered = recover(crashed, DurabilityMode.PROCESS);
            assertThat(recovered.lines).as("cut at %d", cut).isEqualTo(written.subList(0, recovered.lines.size()));
            assertThat((long) recovered.lines.size()).as("cut at %d", cut).isGreaterThanOrEqualTo(whole);
            crashed.delete();
        }
    }

    @Test
    void shouldCompleteFromTheCommitLogWhereverTheQueueIsCut() throws IOException {
        write(DurabilityMode.DISK, 12);
        final List<long[]> excerpts = excerpts(crash().queueFiles().get(0));
        final long to = excerpts.get(excerpts.size() - 1)[0] + 4 + excerpts.get(excerpts.size() - 1)[1];
        for (long cut = 0; cut <= to; cut += cut < 64 ? 13 : cut < excerpts.get(0)[0] - 5_000 ? 20_000 : 391) {
            final CrashedDirectory crashed = crash();
            CrashedDirectory.zero(crashed.queueFiles().get(0), cut, Files.size(crashed.queueFiles().get(0)));
            assertThat(recover(crashed, DurabilityMode.DISK).lines).as("cut at %d", cut).isEqualTo(written);
            crashed.delete();
        }
    }

    @Test
    void shouldCompleteTheEndOfAFileThatOthersFollow() throws IOException {
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK)
            .commitLogBytes(4 << 20).flushBytes(1 << 30).flushIntervalMs(60_000), new RecordingTarget());
        open.add(recovered);
        final JournalWriter writer = new JournalWriter(recovered, 9);
        while (recovered.counters().rolls() == 0) {
            writer.entry(900);
            recovered.journal().sync();
        }
        writer.entry(3);
        recovered.journal().sync();
        final CrashedDirectory crashed = crash();
        assertThat(crashed.queueFiles()).hasSize(2);
        // Nothing is left that looks broken: the first file just ends three entries earlier.
        final Path first = crashed.queueFiles().get(0);
        final List<long[]> excerpts = excerpts(first);
        CrashedDirectory.zero(first, excerpts.get(excerpts.size() - 3)[0], Files.size(first));
        assertThat(recover(crashed, DurabilityMode.DISK).lines).isEqualTo(writer.expected.lines);
    }

    @Test
    void shouldRecoverAllOrRefuseWhateverBitOfTheQueueFlips() throws IOException {
        write(DurabilityMode.DISK, 12);
        final List<long[]> excerpts = excerpts(crash().queueFiles().get(0));
        final long[] some = excerpts.get(5);
        // Chronicle's own header, its write position, its indexes, an excerpt's header, each part of an entry, the end.
        final long[] bytes = {0, 3, 8, 0x30, 0x38, 0x40, 0x48, 0x58, 0x9a, 0xb0, 0xc8, 0xcb, 0xe0, 0xf0, 0x80f0, 0x8110,
            some[0], some[0] + 2, some[0] + 3, some[0] + 4, some[0] + 8, some[0] + 12, some[0] + 20, some[0] + 28, some[0] + 36,
            some[0] + 40, some[0] + 44, some[0] + 60, some[0] + 68, some[0] + 76, some[0] + 108, some[0] + some[1],
            excerpts.get(11)[0] + 4 + excerpts.get(11)[1] + 64};
        final SplittableRandom random = new SplittableRandom(3);
        for (final long at : bytes) {
            final CrashedDirectory crashed = crash();
            CrashedDirectory.flip(crashed.queueFiles().get(0), at * 8 + random.nextInt(8));
            assertThat(recover(crashed, DurabilityMode.DISK).lines).as("byte %d", at).isEqualTo(written);
            crashed.delete();
        }
    }

    @Test
    void shouldRefuseWhenADurableEntryIsInNeitherLog() throws IOException {
        write(DurabilityMode.DISK, 12);
        final List<long[]> excerpts = excerpts(crash().queueFiles().get(0));
        for (int lost = 0; lost < excerpts.size(); lost++) {
            for (final boolean withMark : new boolean[] {true, false}) {
                final CrashedDirectory crashed = crash();
                Files.delete(crashed.commitLog(0));
                Files.delete(crashed.commitLog(1));
                if (!withMark) {
                    Files.delete(crashed.mark());
                }
                CrashedDirectory.flip(crashed.queueFiles().get(0), (excerpts.get(lost)[0] + 60) * 8);
                final boolean isNamed = withMark || lost < excerpts.size() - 1;
                if (isNamed) {
                    final int at = lost;
                    final long sequence = Long.parseLong(written.get(lost).substring(0, written.get(lost).indexOf('+')));
                    assertThatThrownBy(() -> recover(crashed, DurabilityMode.DISK)).as("entry %d", at)
                        .isInstanceOfSatisfying(RecoveryRefusedException.class, refused -> {
                            assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.GAP);
                            assertThat(refused.sequence()).isEqualTo(sequence);
                        });
                } else {
                    // The last entry: nothing left says that it was durable.
                    assertThat(recover(crashed, DurabilityMode.DISK).lines).isEqualTo(written.subList(0, lost));
                }
                crashed.delete();
            }
        }
    }

    @Test
    void shouldRefuseWhenTheLogsDisagree() throws IOException {
        final Path other = temp.resolve("other");
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(other, DurabilityMode.DISK), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(recovered, 8);
        for (int i = 0; i < 12; i++) {
            writer.entry(1 + i % 5);
        }
        recovered.journal().sync();
        write(DurabilityMode.DISK, 12);
        open.add(recovered);
        final CrashedDirectory crashed = crash();
        final CrashedDirectory foreign = CrashedDirectory.copy(other, temp.resolve("foreign"));
        for (int i = 0; i < 2; i++) {
            Files.delete(crashed.commitLog(i));
            Files.copy(foreign.commitLog(i), crashed.commitLog(i));
        }
        assertThatThrownBy(() -> recover(crashed, DurabilityMode.DISK))
            .isInstanceOfSatisfying(RecoveryRefusedException.class,
                refused -> assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.DISAGREEMENT));
    }

    @Test
    void shouldRefuseAnEntryThatWasChangedTogetherWithItsChecksum() throws IOException {
        write(DurabilityMode.DISK, 12);
        final CrashedDirectory crashed = crash();
        Files.delete(crashed.commitLog(0));
        Files.delete(crashed.commitLog(1));
        final Path file = crashed.queueFiles().get(0);
        final long[] excerpt = excerpts(file).get(6);
        final byte[] bytes = Files.readAllBytes(file);
        final int entry = (int) excerpt[0] + 4;
        final int covered = (int) excerpt[1] - 4;
        bytes[entry + 104 + 20] ^= 1;
        final CRC32C crc = new CRC32C();
        crc.update(bytes, entry, covered);
        for (int i = 0; i < 4; i++) {
            bytes[entry + covered + i] = (byte) (crc.getValue() >>> 8 * i);
        }
        Files.write(file, bytes);
        assertThatThrownBy(() -> recover(crashed, DurabilityMode.DISK)).isInstanceOfSatisfying(RecoveryRefusedException.class,
            refused -> assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.BROKEN_CHAIN));
    }

    @Test
    void shouldKeepTheDamagedFileAside() throws IOException {
        write(DurabilityMode.DISK, 12);
        final CrashedDirectory crashed = crash();
        final Path file = crashed.queueFiles().get(0);
        CrashedDirectory.flip(file, (excerpts(file).get(3)[0] + 60) * 8);
        final byte[] damaged = Files.readAllBytes(file);
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(crashed.root, DurabilityMode.DISK), new RecordingTarget());
        recovered.journal().close();
        assertThat(recovered.report().repairedFiles()).isEqualTo(1);
        assertThat(recovered.report().messages()).anyMatch(m -> m.contains("written anew"));
        assertThat(Files.readAllBytes(crashed.journal().resolve("aside").resolve(file.getFileName() + ".2"))).isEqualTo(damaged);
    }

    @Test
    void shouldRefuseADamagedIncarnation() throws IOException {
        write(DurabilityMode.DISK, 2).journal().close();
        CrashedDirectory.flip(live.resolve("journal/incarnation"), 8 * 8);
        assertThatThrownBy(() -> JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK), new RecordingTarget()))
            .isInstanceOfSatisfying(RecoveryRefusedException.class,
                refused -> assertThat(refused.reason()).isEqualTo(RecoveryRefusedException.Reason.DAMAGED_FILE));
        Files.delete(live.resolve("journal/incarnation"));
        final RecoveredJournal recovered = JournalOpener.open(RoundTripTest.settings(live, DurabilityMode.DISK), new RecordingTarget());
        assertThat(recovered.report().incarnation()).isEqualTo(2);
        recovered.journal().close();
    }
}
