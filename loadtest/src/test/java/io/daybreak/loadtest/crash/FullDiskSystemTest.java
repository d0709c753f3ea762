package io.daybreak.loadtest.crash;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A device that is really full, with no reserve set aside: the switch stops with the exit code that says so, and once
 * there is room again it starts and has everything that it acknowledged. The device is a small file system in memory, which
 * also refuses direct I/O, so that the journal's fallback is used.
 */
class FullDiskSystemTest {
    private static final int DISK_FULL = 8;
    private static final List<String> NO_PREFIX = List.of();

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void shouldStopOnFullDiskAndLoseNothingOnceThereIsRoom() throws Exception {
        final Path device = Files.createDirectory(directory.resolve("device"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", device.toString()), "needs the right to mount");
        final int port = SwitchProcess.freePort();
        final Path data = device.resolve("data");
        final String[] where = {"--port", Integer.toString(port), "--secret-file", data.resolve("demo.secret").toString(),
            "--ack-log", directory.resolve("acks").toString()};
        SwitchProcess server = start(data, port);
        SwitchProcess payer = null;
        try {
            server.awaitReady();
            payer = SwitchProcess.loadTest(directory, "payer", CrashSystemTest.concat("crash-client", where));
            assertThat(server.awaitExit()).as("exit code%n%s", server.output()).isEqualTo(DISK_FULL);
            assertThat(run("mount", "-o", "remount,size=400m", device.toString())).isTrue();
            server = start(data, port);
            server.awaitReady();
            payer.terminate();
            assertThat(payer.output()).contains("unanswered=0");
            final SwitchProcess auditor = SwitchProcess.loadTest(directory, "auditor", CrashSystemTest.concat("crash-verify", where));
            assertThat(auditor.awaitExit()).as("exit code of the auditor%n%s", auditor.output()).isZero();
            assertThat(server.terminate()).as("exit code after SIGTERM%n%s", server.output()).isZero();
        } finally {
            server.kill();
            if (payer != null) {
                payer.kill();
            }
            run("umount", device.toString());
        }
    }

    private SwitchProcess start(final Path data, final int port) throws IOException {
        return SwitchProcess.server(NO_PREFIX, directory, data, port, "--set", "journal.reserve-bytes=0");
    }

    private static boolean run(final String... command) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException ex) {
            return false;
        }
    }
}
