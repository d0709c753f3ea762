package io.daybreak.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The script that measures growth, with real switches and as little as it can: it must still work on the day when somebody needs its figures. */
@Timeout(240)
class GrowScriptSystemTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    private Path directory;

    @Test
    void shouldWriteASeriesAndItsPlot() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")) && Files.isDirectory(Path.of("/proc/self")), "needs bash, and processes under /proc");
        final Path out = directory.resolve("out");
        final Path said = directory.resolve("said");
        final ProcessBuilder script = new ProcessBuilder("/bin/bash", ROOT.resolve("loadtest/grow.sh").toString(), out.toString(), "1", "accounts", "recovery")
            .redirectErrorStream(true).redirectOutput(said.toFile());
        script.environment().put("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        script.environment().put("TMPDIR", directory.toString());
        script.environment().put("SECONDS_MEASURED", "1");
        script.environment().put("SECONDS_WARM", "0");
        script.environment().put("RATE", "2000");
        script.environment().put("ACCOUNTS", "1500");
        script.environment().put("RECOVERY", "0");
        final Process process = script.start();
        try {
            assertThat(process.waitFor(200, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        final List<String> accounts = Files.readAllLines(out.resolve("accounts.csv"));
        assertThat(accounts).hasSize(2).first().isEqualTo("accounts,throughput_per_s,p999_us");
        assertThat(accounts.get(1)).matches("1500,\\d+(\\.\\d+)?,\\d+(\\.\\d+)?");
        final List<String> recovery = Files.readAllLines(out.resolve("recovery.csv"));
        assertThat(recovery).hasSize(2).first().isEqualTo("commands,recovery_ms,start_ms");
        assertThat(recovery.get(1)).matches("\\d{5},\\d+,\\d+");
        assertThat(javax.imageio.ImageIO.read(out.resolve("accounts.png").toFile()).getWidth()).isEqualTo(1_600);
        assertThat(out.resolve("recovery.png")).exists();
        assertThat(directory.toFile().list((parent, name) -> name.startsWith("measure."))).as("left behind").isEmpty();
    }
}
