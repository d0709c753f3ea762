package io.daybreak.loadtest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.daybreak.client.Credentials;
import io.daybreak.loadtest.simulator.BareSwitch;
import io.daybreak.loadtest.simulator.BareSwitch.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Runs that leave reports, and reports made of them later. */
@Timeout(120)
class ReportCommandTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);

    @TempDir
    private Path directory;

    private int run(final String... more) throws IOException {
        final Path secret = directory.resolve("demo.secret");
        if (!Files.exists(secret)) {
            Files.writeString(secret, "ACQ001=" + "00".repeat(32) + "\n");
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        }
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            final List<String> all = new ArrayList<>(List.of("run", "--port", String.valueOf(bare.port()), "--secret-file", secret.toString(), "--duration",
                "1200ms", "--warmup", "100ms", "--rate", "10k"));
            all.addAll(List.of(more));
            return LoadTestMain.execute(all.toArray(new String[0]));
        }
    }

    private Path json(final String name) throws IOException {
        final Path file = directory.resolve(name + ".json");
        assertThat(run("--json", file.toString())).isEqualTo(ExitCode.OK);
        return file;
    }

    @Test
    void shouldLeaveAPageThatNeedsNothingElse() throws Exception {
        final Path page = directory.resolve("page.html");
        final Path json = directory.resolve("result.json");
        assertThat(run("--report", page.toString(), "--json", json.toString(), "--name", "a </script> name", "--no-limits")).isEqualTo(ExitCode.OK);
        final String html = Files.readString(page);
        assertThat(html).contains("uPlot=").contains("Permission is hereby granted").doesNotContain("src=").doesNotContain("a </script> name");
        final String data = html.substring(html.indexOf("id=\"runs\">") + 10, html.indexOf("</script>"));
        final JsonNode embedded = new ObjectMapper().readTree(data).get(0);
        assertThat(embedded).isEqualTo(new ObjectMapper().readTree(json.toFile()));
        assertThat(embedded.path("name").asText()).isEqualTo("a </script> name");
    }

    @Test
    void shouldTellSecondsThatAddUpToTheRun() throws Exception {
        final JsonNode run = new ObjectMapper().readTree(json("one").toFile());
        final JsonNode series = run.path("series");
        long accepted = 0;
        long spread = 0;
        for (int i = 0; i < series.path("accepted").size(); i++) {
            accepted += series.path("accepted").get(i).asLong();
            final JsonNode column = series.path("spread").path("step_and_count").get(i);
            for (int k = 1; k < column.size(); k += 2) {
                spread += column.get(k).asLong();
            }
        }
        // The counts are by the time of the answer, the run's by the time at which requests were due; the spread has exactly the run's.
        assertThat(accepted).isBetween(run.path("accepted").asLong() * 7 / 10, run.path("accepted").asLong() * 14 / 10);
        assertThat(spread).isEqualTo(run.path("accepted").asLong());
        final JsonNode curve = run.path("percentiles");
        assertThat(curve.get(curve.size() - 1).get(1).asDouble()).isCloseTo(run.path("latency_us").path("max").asDouble(),
            org.assertj.core.data.Percentage.withPercentage(1));
        assertThat(run.path("resources").path("client_cpu").size()).isEqualTo(run.path("resources").path("at_s").size());
        assertThat(run.path("caveats").toString()).contains("Measured for only 1.2 s").contains("Warmed up for only 0.1 s");
    }

    @Test
    void shouldSetTheRunBesideTheLimitsOfTheMachine() throws Exception {
        final Path json = directory.resolve("limits.json");
        assertThat(run("--json", json.toString(), "--limits", "--limits-dir", directory.toString())).isEqualTo(ExitCode.OK);
        final JsonNode run = new ObjectMapper().readTree(json.toFile());
        assertThat(run.path("limits").path("echo").path("max_per_s").asLong()).isPositive();
        assertThat(run.path("limits").path("echo").path("rate").asLong()).isEqualTo(10_000);
        assertThat(run.path("limits").path("ring").path("events_per_s").asLong()).isPositive();
        assertThat(run.path("limits").path("ring").path("wake_up_us").path("p50").asDouble()).isPositive();
        assertThat(run.path("limits").path("memory").path("lines_per_s").asLong()).isPositive();
        assertThat(run.path("limits").path("sync").path("per_s").asLong()).isPositive();
        assertThat(run.path("limits").path("sync").path("bytes").asInt() % 4_096).isZero();
        assertThat(run.path("shares").toString()).contains("throughput").contains("the machine's part of p99");
    }

    @Test
    void shouldCompareRunsAndDrawPlots() throws Exception {
        final Path first = json("first");
        final Path second = json("second");
        final Path page = directory.resolve("both.html");
        final Path plots = directory.resolve("plots");
        assertThat(LoadTestMain.execute("report", "compare", first.toString(), second.toString(), "--html", page.toString(), "--png", plots.toString()))
            .isEqualTo(ExitCode.OK);
        assertThat(Files.readString(page)).contains("\"name\":\"first\"").contains("\"name\":\"second\"");
        assertThat(javax.imageio.ImageIO.read(plots.resolve("percentiles.png").toFile()).getWidth()).isEqualTo(1_600);
        assertThat(plots.resolve("rates.png")).exists();
        assertThat(LoadTestMain.execute("report", "show", first.toString(), "--png", plots.toString())).isEqualTo(ExitCode.OK);
        assertThat(plots.resolve("latency.png")).exists();
    }

    @Test
    void shouldPayAtOneRateAfterAnotherWithBurstsAndAGrownSwitch() throws Exception {
        final Path json = directory.resolve("steps.json");
        final Path secret = directory.resolve("demo.secret");
        Files.writeString(secret, "ACQ001=" + "00".repeat(32) + "\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            assertThat(LoadTestMain.execute("run", "--port", String.valueOf(bare.port()), "--secret-file", secret.toString(), "--duration", "300ms", "--warmup",
                "50ms", "--rate-steps", "5k..15k/5k", "--burst", "10", "--grown", "100k", "--json", json.toString())).isEqualTo(ExitCode.OK);
        }
        final JsonNode steps = new ObjectMapper().readTree(json.toFile()).path("steps");
        assertThat(steps.size()).isEqualTo(3);
        for (int i = 0; i < steps.size(); i++) {
            assertThat(steps.get(i).path("rate").asDouble()).isEqualTo(5_000 * (i + 1));
            assertThat(steps.get(i).path("proof").path("outcome").asText()).isEqualTo("proved");
            // A Poisson count of bursts: 150 of ten at the least.
            assertThat(steps.get(i).path("offered").asDouble()).isBetween(1_500 * (i + 1) * 0.6, 1_500 * (i + 1) * 1.4);
        }
    }

    @Test
    void shouldDrawASeries() throws Exception {
        final Path csv = Files.writeString(directory.resolve("accounts.csv"),
            "accounts,throughput_per_s,p999_us\n1000,2e6,9000.5\n\n10000000, 1100000 ,\n100000,1.5e6,10000\n");
        assertThat(LoadTestMain.execute("report", "series", csv.toString(), "--x", "log")).isEqualTo(ExitCode.OK);
        final java.awt.image.BufferedImage image = javax.imageio.ImageIO.read(directory.resolve("accounts.png").toFile());
        assertThat(image.getWidth()).isEqualTo(1_600);
        assertThat(image.getHeight()).isEqualTo(900);
        final Path one = Files.writeString(directory.resolve("one.csv"), "hot_percent,recovery_ms\n0,5\n");
        final Path png = directory.resolve("other.png");
        assertThat(LoadTestMain.execute("report", "series", one.toString(), "--x", "linear", "--png", png.toString())).isEqualTo(ExitCode.OK);
        assertThat(javax.imageio.ImageIO.read(png.toFile()).getWidth()).isEqualTo(1_600);
        assertThat(directory.resolve("one.png")).doesNotExist();

        assertThat(LoadTestMain.execute("report", "series", one.toString(), "--x", "log")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("report", "series", one.toString(), "--x", "round")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("report", "series", one.toString(), "--png", directory.resolve("no/such.png").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("report", "series", directory.toString())).isEqualTo(ExitCode.USAGE);
        for (final String wrong : new String[] {"", "x,y\n", "x\n1\n", "x,x\n1,2\n", "x,\n1,2\n", "x,y\ndisk,2\n", "x,y\n1,2,3\n", "x,y\n1,much\n", "x,y\n1,\n",
            "x,y\n1,Infinity\n", "x,a_us,b_ms,c_per_s\n1,2,3,4\n"}) {
            final Path bad = Files.writeString(directory.resolve("bad.csv"), wrong);
            assertThat(LoadTestMain.execute("report", "series", bad.toString())).as(wrong).isEqualTo(ExitCode.USAGE);
        }
        assertThat(directory.resolve("bad.png")).doesNotExist();
    }

    @Test
    void shouldRefuseWhatIsNoRun() throws Exception {
        final Path none = directory.resolve("none.json");
        final Path text = Files.writeString(directory.resolve("text.json"), "no json");
        final Path other = Files.writeString(directory.resolve("other.json"), "{\"cases\":[]}");
        final Path old = Files.writeString(directory.resolve("old.json"), "{\"latency_us\":{},\"proof\":{},\"config\":{}}");
        final String html = directory.resolve("x.html").toString();
        for (final Path file : List.of(none, text, other, old)) {
            assertThat(LoadTestMain.execute("report", "show", file.toString(), "--html", html)).as(file.toString()).isEqualTo(ExitCode.USAGE);
        }
        assertThat(LoadTestMain.execute("report")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("report", "show", old.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("report", "compare", old.toString(), "--html", html)).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("limits", "--rate", "fast")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("limits", "--dir", none.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("limits", "--connections", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--report", directory.resolve("no/such/page.html").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(run("--rate-steps", "10k..20k")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--agents", "somewhere")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--agents", "a:1,a:1")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--agents", "a:1,b:1", "--connections", "1")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("agent", "--listen-port", "-5")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("agent", "--listen-host", "0.0.0.0")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--burst", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--grown", "many")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--metrics-port", "70000")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("find-max", "--secret-file", directory.resolve("demo.secret").toString(), "--from", "20k", "--to", "10k")).isEqualTo(ExitCode.USAGE);
        assertThat(LoadTestMain.execute("find-max", "--secret-file", directory.resolve("demo.secret").toString(), "--p99", "fast")).isEqualTo(ExitCode.USAGE);
        assertThat(run("--report", html, "--limits-dir", none.toString())).isEqualTo(ExitCode.USAGE);
    }
}
