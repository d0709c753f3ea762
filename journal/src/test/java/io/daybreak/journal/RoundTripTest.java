package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is appended comes back, byte for byte, across any number of starts. */
class RoundTripTest {
    @TempDir
    private Path directory;

    static JournalContext settings(final Path directory, final DurabilityMode mode) {
        return new JournalContext().directory(directory).durability(mode)
            .ringBytes(1 << 20).maxEntryBytes(64 << 10).groupBytes(32 << 10).commitLogBytes(1 << 20).flushBytes(128 << 10)
            .mappedBytes(1 << 20).rollBytes(1 << 20);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveBackAllEntriesAcrossStarts(final DurabilityMode mode) {
        final List<String> expected = new ArrayList<>();
        long incarnation = 0;
        for (int start = 0; start < 4; start++) {
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal recovered = JournalOpener.open(settings(directory, mode), replayed);
            assertThat(replayed.lines).isEqualTo(expected);
            assertThat(recovered.report().incarnation()).isGreaterThan(incarnation);
            assertThat(recovered.report().messages()).isEmpty();
            incarnation = recovered.report().incarnation();
            final JournalWriter writer = new JournalWriter(recovered, start);
            writer.entries(500, 40);
            expected.addAll(writer.expected.lines);
            assertThat(recovered.journal().durableSequence()).isEqualTo(writer.sequence());
            recovered.journal().close();
        }
    }
}
