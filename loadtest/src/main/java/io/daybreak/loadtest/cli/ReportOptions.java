package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.limits.Limits;
import io.daybreak.loadtest.report.ReportPlots;
import io.daybreak.loadtest.report.RunReport;
import io.daybreak.loadtest.report.RunWatch;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a run leaves behind; the same for every command that pays. */
final class ReportOptions {
    /** What a group of the commit log has up to some hundred thousand commands a second, and above. */
    private static final int SMALL_GROUP_BYTES = 4 << 10;
    private static final int GROUP_BYTES = 16 << 10;
    private static final double SMALL_GROUPS_PER_SECOND = 200_000;

    private static final int MAX_PORT = 65_535;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result and its series as JSON; 'report' makes pages of it later.")
    private Path json;

    @Option(names = "--hlog", paramLabel = "FILE", description = "Writes a histogram for each second.")
    private Path hlog;

    @Option(names = "--report", paramLabel = "FILE.html", description = "Writes the result as one page with plots, which needs no other file.")
    private Path html;

    @Option(names = "--png", paramLabel = "DIR", description = "Writes a PNG of each plot, for documents.")
    private Path png;

    @Option(names = "--name", paramLabel = "TEXT", description = "What the run is called where it is compared.")
    private String name;

    @Option(names = "--metrics-port", defaultValue = "-1", paramLabel = "N",
        description = "The switch's page of figures (serve --metrics-port): its processor time, bytes, collections and stages go into the report.")
    private int metricsPort = -1;

    @Option(names = "--limits", negatable = true, description = "Measure before the run what the machine can do, eight seconds (default: with --report and --png).")
    private Boolean isWithLimits;

    @Option(names = "--limits-dir", defaultValue = ".", paramLabel = "DIR",
        description = "Where synced writes are measured: a directory on the journal's device (default: ${DEFAULT-VALUE}).")
    private Path limitsDir;

    /**
     * What the machine can do now; null if nobody asked.
     *
     * @param window requests in flight on a connection
     */
    ObjectNode limits(final PrintWriter out, final int requestBytes, final int replyBytes, final double commandsPerSecond, final int batch, final Arrivals arrivals,
                      final int connections, final int window, final Duration turn, final int accounts) throws IOException, LoadRun.NotStartedException {
        if (!isMeasuringLimits()) {
            return null;
        }
        final Limits limits = new Limits(new Limits.Settings(requestBytes, replyBytes, commandsPerSecond / batch, arrivals, connections, window, turn, accounts,
            commandsPerSecond <= SMALL_GROUPS_PER_SECOND ? SMALL_GROUP_BYTES : GROUP_BYTES, limitsDir));
        out.println("limits       measuring what the machine can do, 8 s");
        out.flush();
        return limits.measure(stage -> { });
    }

    /** Finds out now, not after an hour of load, what could not be written. */
    void check(final CommandLine line) {
        for (final Path file : new Path[] {json, hlog, html}) {
            if (file != null && !Files.isDirectory(file.toAbsolutePath().getParent())) {
                throw new ParameterException(line, "there is no directory for " + file);
            }
        }
        if (png != null && Files.exists(png) && !Files.isDirectory(png)) {
            throw new ParameterException(line, "--png: " + png + " is no directory");
        }
        if (metricsPort < -1 || metricsPort > MAX_PORT) {
            throw new ParameterException(line, "--metrics-port is 1 to " + MAX_PORT);
        }
        if (isMeasuringLimits() && !Files.isDirectory(limitsDir)) {
            throw new ParameterException(line, "--limits-dir: there is no directory " + limitsDir);
        }
    }

    private boolean isMeasuringLimits() {
        return isWithLimits == null ? html != null || png != null : isWithLimits;
    }

    RunWatch watch(final String host) throws IOException {
        return new RunWatch(host, metricsPort, hlog);
    }

    void write(final ObjectNode run) throws IOException {
        if (name != null) {
            run.put("name", name);
        }
        if (json != null) {
            RunReport.writeJson(run, json);
        }
        if (html != null) {
            RunReport.writeHtml(List.of(run), html);
        }
        if (png != null) {
            ReportPlots.write(List.of(run), png);
        }
    }
}
