package io.daybreak.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.simulator.BareIsoSwitch;
import io.daybreak.loadtest.simulator.BareIsoSwitch.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The commands that speak ISO 8583, as scripts use them: exit codes, JSON, reports. */
@Timeout(120)
class IsoCommandLineTest {
    @TempDir
    private Path directory;

    private static BareIsoSwitch bare(final Fault fault, final int every) throws IOException {
        return new BareIsoSwitch(0, SimLink.load("demo-ascii"), fault, every);
    }

    private static int run(final BareIsoSwitch bare, final String... more) {
        final String[] first = {"run", "--protocol", "iso8583", "--port", String.valueOf(bare.port()), "--duration", "200ms", "--warmup", "50ms",
            "--demo-wallets", "100"};
        final String[] arguments = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        return LoadTestMain.execute(arguments);
    }

    @Test
    void shouldWriteTheResultInTheShapeOfTheNativeOne() throws Exception {
        final Path json = directory.resolve("result.json");
        final Path books = directory.resolve("books.json");
        try (BareIsoSwitch bare = bare(Fault.NONE, 1)) {
            assertThat(run(bare, "--rate", "5000", "--json", json.toString(), "--books", books.toString(), "--hlog",
                directory.resolve("result.hlog").toString())).isEqualTo(ExitCode.OK);
        }
        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("throughput_per_s").asDouble()).isPositive();
        for (final String name : new String[] {"p50", "p90", "p99", "p999", "p9999", "max"}) {
            assertThat(result.path("latency_us").path(name).asDouble()).as(name).isPositive();
        }
        assertThat(result.path("offered").asLong()).isEqualTo(result.path("accepted").asLong()).isPositive();
        assertThat(result.path("proof").path("outcome").asText()).isEqualTo("proved");
        assertThat(result.path("loop").asText()).isEqualTo("open");
        assertThat(result.path("config").path("link").asText()).isEqualTo("demo-ascii");
        assertThat(result.path("config").path("request_bytes").asInt()).isBetween(300, 500);
        assertThat(new ObjectMapper().readTree(books.toFile()).path("cards").size()).isPositive();
        assertThat(directory.resolve("result.hlog")).isNotEmptyFile();
    }

    @Test
    void shouldExitWithTwoWhenTheMoneyDiffersAndThreeWhenNobodyIsThere() throws Exception {
        try (BareIsoSwitch bare = bare(Fault.FORGET, 100)) {
            assertThat(run(bare)).isEqualTo(ExitCode.MONEY_DIFFERS);
        }
        final BareIsoSwitch gone = bare(Fault.NONE, 1);
        gone.close();
        assertThat(run(gone)).isEqualTo(ExitCode.CONNECTION);
        assertThat(LoadTestMain.execute("acquirer", "--port", String.valueOf(gone.port()))).isEqualTo(ExitCode.CONNECTION);
    }

    @Test
    void shouldRefuseWhatItDoesNotUnderstand() {
        assertThat(LoadTestMain.execute("run", "--protocol", "smoke")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--protocol", "iso8583", "--mix", "gift=1")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--protocol", "iso8583", "--link", "nowhere")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("run", "--protocol", "iso8583", "--window", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("issuer", "--script", "nothing")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("acquirer", "--only", "NO-99")).isEqualTo(ExitCode.USAGE);
        for (final String command : new String[] {"issuer", "acquirer", "idle", "bare-switch"}) {
            assertThat(LoadTestMain.execute(command, "--help")).as(command).isEqualTo(ExitCode.OK);
        }
    }

    @Test
    void shouldReportACaseThatFailedForPeopleAndPrograms() throws Exception {
        final Path json = directory.resolve("report.json");
        final Path html = directory.resolve("report.html");
        try (BareIsoSwitch bare = bare(Fault.NONE, 1)) {
            assertThat(LoadTestMain.execute("acquirer", "--port", String.valueOf(bare.port()), "--only", "session-cut-over,LINK-07", "--json",
                json.toString(), "--html", html.toString())).isEqualTo(ExitCode.CASE_FAILED);
            assertThat(LoadTestMain.execute("acquirer", "--port", String.valueOf(bare.port()), "--only", "LINK-07")).isEqualTo(ExitCode.OK);
        }
        final JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.path("failed").asInt()).isEqualTo(1);
        assertThat(report.path("passed").asInt()).isEqualTo(1);
        final JsonNode failed = report.path("cases").get(1);
        assertThat(failed.path("reason").asText()).isEqualTo("expected: DE 39 is 57; got: 00");
        assertThat(failed.path("steps").size()).isPositive();
        final String page = Files.readString(html);
        assertThat(page).contains("1 case failed", "session-cut-over", "SES-14", "</html>")
            .contains("0800/202 is answered 00 and changes nothing", "--only session-cut-over", "3 rules failed").doesNotContain("<script", "http://", "https://");
    }

    /** LINK-16, the tool for it. */
    @Test
    void shouldOpenConnectionsThatWaitAndEchoOnEach() throws Exception {
        final Path json = directory.resolve("idle.json");
        try (BareIsoSwitch bare = bare(Fault.NONE, 1)) {
            final String port = String.valueOf(bare.port());
            assertThat(LoadTestMain.execute("idle", "--port", port, "--links", "150", "--rounds", "2", "--hold", "10ms", "--json", json.toString()))
                .isEqualTo(ExitCode.OK);
            assertThat(LoadTestMain.execute("idle", "--port", port, "--links", "1")).isEqualTo(ExitCode.USAGE);
            assertThat(LoadTestMain.execute("idle", "--port", port, "--pid", "1")).isEqualTo(ExitCode.USAGE);
        }
        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.path("links").asInt()).isEqualTo(150);
        assertThat(result.path("echoes_answered").asInt()).isEqualTo(300);
        final BareIsoSwitch gone = bare(Fault.NONE, 1);
        gone.close();
        assertThat(LoadTestMain.execute("idle", "--port", String.valueOf(gone.port()), "--links", "150")).isEqualTo(ExitCode.CONNECTION);
    }

    @Test
    void shouldListTheCasesAsJson() throws Exception {
        final PrintStream out = System.out;
        final ByteArrayOutputStream caught = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(caught, true, StandardCharsets.UTF_8));
            assertThat(LoadTestMain.execute("acquirer", "--list")).isEqualTo(ExitCode.OK);
        } finally {
            System.setOut(out);
        }
        final JsonNode list = new ObjectMapper().readTree(caught.toString(StandardCharsets.UTF_8));
        assertThat(list.size()).isGreaterThan(100);
        assertThat(list.get(0).path("rules").size()).isPositive();
    }
}
