package io.daybreak.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daybreak.client.Credentials;
import io.daybreak.loadtest.simulator.BareSwitch;
import io.daybreak.loadtest.simulator.BareSwitch.Fault;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** The command line as scripts use it: exit codes, JSON, the histogram log. */
@Timeout(60)
class CommandLineTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);

    @TempDir
    private Path directory;

    private Path secretFile() throws IOException {
        final Path file = directory.resolve("demo.secret");
        Files.writeString(file, "ACQ001=" + "00".repeat(32) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private int run(final BareSwitch bare, final String... more) throws IOException {
        final String[] arguments = new String[9 + more.length];
        final String[] first = {"run", "--port", String.valueOf(bare.port()), "--secret-file", secretFile().toString(), "--duration",
            "200ms", "--warmup", "50ms"};
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        return LoadTestMain.execute(arguments);
    }

    @Test
    void shouldWriteTheResultAsJsonAndTheIntervalsAsALog() throws Exception {
        final Path json = directory.resolve("result.json");
        final Path hlog = directory.resolve("result.hlog");
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            assertThat(run(bare, "--rate", "10000", "--json", json.toString(), "--hlog", hlog.toString())).isEqualTo(ExitCode.OK);
        }
        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("throughput_per_s").asDouble()).isPositive();
        for (final String name : new String[] {"p50", "p90", "p99", "p999", "p9999", "max"}) {
            assertThat(result.path("latency_us").path(name).asDouble()).as(name).isPositive();
            assertThat(result.path("send_lag_us").has(name)).as(name).isTrue();
        }
        assertThat(result.path("offered").asLong()).isEqualTo(result.path("accepted").asLong()).isPositive();
        assertThat(result.path("refused").isObject()).isTrue();
        assertThat(result.path("errors").size()).isZero();
        assertThat(result.path("proof").path("outcome").asText()).isEqualTo("proved");
        assertThat(result.path("loop").asText()).isEqualTo("open");
        assertThat(result.path("config").path("rate").asDouble()).isEqualTo(10_000);
        try (HistogramLogReader reader = new HistogramLogReader(hlog.toFile())) {
            long count = 0;
            EncodableHistogram interval = reader.nextIntervalHistogram();
            while (interval != null) {
                count += ((org.HdrHistogram.AbstractHistogram) interval).getTotalCount();
                interval = reader.nextIntervalHistogram();
            }
            assertThat(count).isEqualTo(result.path("accepted").asLong());
        }
    }

    @Test
    void shouldExitWithTwoWhenTheMoneyDiffers() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.FORGET, 500)) {
            assertThat(run(bare)).isEqualTo(ExitCode.MONEY_DIFFERS);
        }
    }

    @Test
    void shouldExitWithThreeWhenTheConnectionIsLost() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.DROP, 5_000)) {
            assertThat(run(bare)).isEqualTo(ExitCode.CONNECTION);
        }
    }

    @Test
    void shouldRefuseWhatItDoesNotUnderstand() throws Exception {
        assertThat(LoadTestMain.execute("run", "--no-such-thing")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--secret-file", secretFile().toString(), "--batch", "9000")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--secret-file", secretFile().toString(), "--arrivals", "never")).isEqualTo(ExitCode.USAGE);
        for (final String mix : new String[] {"gift=1", "", "transfer=-1", "purchase=100", "balance=0"}) {
            assertThat(LoadTestMain.execute("run", "--secret-file", secretFile().toString(), "--mix", mix)).as(mix).isEqualTo(ExitCode.USAGE);
        }
        assertThat(LoadTestMain.execute("run", "--secret-file", secretFile().toString(), "--mix", "balance=1", "--batch", "2")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--secret-file", directory.resolve("none").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute()).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--help")).isEqualTo(ExitCode.OK);
    }

    @Test
    void shouldReadDurations() {
        final DurationConverter converter = new DurationConverter();
        assertThat(converter.convert("30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(converter.convert("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(converter.convert("50us")).isEqualTo(Duration.ofNanos(50_000));
        assertThat(converter.convert("2m")).isEqualTo(Duration.ofMinutes(2));
        assertThatThrownBy(() -> converter.convert("30")).hasMessageContaining("30s");
    }
}
