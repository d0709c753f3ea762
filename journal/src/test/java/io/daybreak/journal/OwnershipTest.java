package io.daybreak.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

import io.daybreak.journal.append.ChronicleTailer;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.replay.JournalReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner at a time, and nothing that a dead one left stands in the way. */
class OwnershipTest {
    @TempDir
    private Path directory;

    /** Takes the directory in a process of its own and tells so; holds it until its input ends. */
    public static final class Owner {
        private Owner() {
        }

        public static void main(final String[] args) throws IOException {
            try (DataDirectory owned = DataDirectory.own(Path.of(args[0]))) {
                System.out.write(owned.root().equals(Path.of(args[0])) ? '1' : '0');
                System.out.flush();
                while (System.in.read() >= 0) {
                    continue;
                }
            }
        }
    }

    @Test
    void shouldRefuseASecondOwnerInThisProcess() throws IOException {
        final RecoveredJournal first = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), new RecordingTarget());
        assertThatThrownBy(() -> JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), new RecordingTarget()))
            .isInstanceOf(DataDirectoryInUseException.class);
        assertThatThrownBy(() -> JournalReader.open(directory)).isInstanceOf(DataDirectoryInUseException.class);
        first.journal().close();
        JournalReader.open(directory).close();
    }

    @Test
    void shouldRefuseASecondOwnerInAnotherProcessAndTakeOverWhenItDies() throws Exception {
        final Process owner = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), Owner.class.getName(), directory.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(owner.getInputStream().read()).isEqualTo('1');
            assertThatThrownBy(() -> JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), new RecordingTarget()))
                .isInstanceOf(DataDirectoryInUseException.class)
                .hasMessageContaining("process " + owner.pid());
        } finally {
            owner.destroyForcibly();
            assertThat(owner.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), new RecordingTarget()).journal().close();
    }

    @Test
    void shouldStartWhereADeadProcessWithOurProcessIdHeldChroniclesLocks() throws IOException {
        final RecoveredJournal first = JournalOpener.open(RoundTripTest.settings(directory, DurabilityMode.DISK), new RecordingTarget());
        final JournalWriter writer = new JournalWriter(first, 1);
        writer.entries(5, 5);
        first.journal().close();
        // Locked by a process id that is alive, namely ours, and never unlocked: as in a container where both runs are process 1.
        final Path queue = directory.resolve("journal/queue");
        try (ChronicleTailer.Halfway halfway = ChronicleTailer.halfwayThroughAnAppend(queue, 2)) {
            final CrashedDirectory crashed = CrashedDirectory.copy(directory, directory.resolveSibling(directory.getFileName() + "-crashed"));
            halfway.abandon();
            final RecordingTarget replayed = new RecordingTarget();
            final RecoveredJournal second = JournalOpener.open(RoundTripTest.settings(crashed.root, DurabilityMode.DISK), replayed);
            assertThat(replayed.lines).isEqualTo(writer.expected.lines);
            new JournalWriter(second, 2).entries(5, 5);
            second.journal().close();
            crashed.delete();
        }
    }

    @Test
    void shouldKeepOthersOut() throws IOException {
        final Path data = directory.resolve("made/by/us");
        JournalOpener.open(RoundTripTest.settings(data, DurabilityMode.DISK), new RecordingTarget()).journal().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("journal")))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("journal/commit-0.log")))).isEqualTo("rw-------");
    }
}
