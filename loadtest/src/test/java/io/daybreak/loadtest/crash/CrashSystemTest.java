package io.daybreak.loadtest.crash;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A real server under load from a real payer is killed at random moments and started again. Every acknowledged transfer
 * is there exactly once with the outcome that was told, the others at most once; the sequence never falls; the server
 * itself checks digests and conservation at each start, and an auditor checks every balance afterwards.
 */
class CrashSystemTest {
    private static final int ROUNDS = 10;
    private static final int NIGHTLY_ROUNDS = 300;
    private static final int LEAST_LOG_BYTES = 40_000;
    private static final int MORE_LOG_BYTES = 400_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void shouldLoseNothingThatWasAcknowledgedWhenKilledInModeDisk() throws Exception {
        crash(List.of(), "disk", ROUNDS, 20_261_123L);
    }

    @Test
    void shouldLoseNothingThatWasAcknowledgedWhenKilledInModeProcess() throws Exception {
        crash(List.of(), "process", 3, 7_300L);
    }

    @Test
    void shouldStartAgainWhereBothRunsHaveTheSameProcessId() throws Exception {
        final List<String> namespace = List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");
        assumeTrue(canRun(namespace), "needs the right to make a process-id namespace");
        crash(namespace, "disk", 2, 1L);
    }

    @Test
    @Tag("nightly")
    void shouldLoseNothingOverHundredsOfCrashes() throws Exception {
        final long seed = System.nanoTime();
        System.err.println("seed " + seed);
        crash(List.of(), "disk", NIGHTLY_ROUNDS, seed);
    }

    private static boolean canRun(final List<String> prefix) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder(prefix.get(0), "--pid", "--fork", "--mount-proc", "true").start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException ex) {
            return false;
        }
    }

    private void crash(final List<String> prefix, final String durability, final int rounds, final long seed) throws Exception {
        final SplittableRandom random = new SplittableRandom(seed);
        final int port = SwitchProcess.freePort();
        final Path ackLog = directory.resolve("acks");
        final String[] where = {"--port", Integer.toString(port), "--secret-file", directory.resolve("data/demo.secret").toString(),
            "--ack-log", ackLog.toString()};
        SwitchProcess server = SwitchProcess.server(prefix, directory, port, durability);
        SwitchProcess payer = null;
        try {
            long sequence = server.awaitReady();
            payer = SwitchProcess.loadTest(directory, "payer", concat("crash-client", where));
            for (int round = 1; round <= rounds; round++) {
                final long enough = size(ackLog) + LEAST_LOG_BYTES + random.nextInt(MORE_LOG_BYTES);
                final SwitchProcess paying = payer;
                SwitchProcess.await("payments", () -> size(ackLog) >= enough || !paying.isAlive());
                assertThat(payer.isAlive()).as("payer, seed %d round %d%n%s", seed, round, payer.output()).isTrue();
                server.kill();
                server = SwitchProcess.server(prefix, directory, port, durability);
                final long recovered = server.awaitReady();
                assertThat(recovered).as("sequence, seed %d round %d", seed, round).isGreaterThanOrEqualTo(sequence);
                sequence = recovered;
            }
            payer.terminate();
            assertThat(payer.output()).as("payer, seed %d", seed).contains("unanswered=0");
            final SwitchProcess auditor = SwitchProcess.loadTest(directory, "auditor", concat("crash-verify", where));
            assertThat(auditor.awaitExit()).as("exit code of the auditor, seed %d%n%s", seed, auditor.output()).isZero();
            assertThat(prefix.isEmpty() ? server.terminate() : 0).as("exit code after SIGTERM%n%s", server.output()).isZero();
        } finally {
            server.kill();
            if (payer != null) {
                payer.kill();
            }
        }
    }

    static String[] concat(final String first, final String[] rest) {
        final String[] all = new String[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static long size(final Path path) {
        try {
            return Files.exists(path) ? Files.size(path) : 0;
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }
}
