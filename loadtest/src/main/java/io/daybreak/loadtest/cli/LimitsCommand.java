package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.limits.Limits;
import io.daybreak.loadtest.report.LimitsTable;
import io.daybreak.loadtest.report.Machine;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** What the machine can do with no switch in the way. */
@Command(name = "limits", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Measures what this machine can do at this moment: messages echoed over loopback, hops between threads, random access to memory, synced writes.",
        "A run with --report or --json does this by itself, with its own sizes and rate, and sets its figures beside it."},
    exitCodeListHeading = "Exit codes:%n", exitCodeList = {"0:done", "1:unexpected error", "3:loopback cannot be used", "64:wrong command line"})
final class LimitsCommand implements Callable<Integer> {
    private static final Duration TURN = Duration.ofNanos(100_000);

    @Spec
    private CommandSpec spec;

    @Option(names = "--request-bytes", defaultValue = "120", description = "Of a request; the default is a single transfer (default: ${DEFAULT-VALUE}).")
    private int requestBytes;

    @Option(names = "--reply-bytes", defaultValue = "64", description = "Of its answer (default: ${DEFAULT-VALUE}).")
    private int replyBytes;

    @Option(names = "--rate", defaultValue = "max", paramLabel = "R|max", description = "Requests a second for the latency of the echo: 100000, 100k, 1.5M; "
        + "max: half of what it reaches (default: ${DEFAULT-VALUE}).", converter = RateConverter.class)
    private double rate;

    @Option(names = "--connections", defaultValue = "4", description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = "--window", defaultValue = "1024", description = "Requests in flight on each (default: ${DEFAULT-VALUE}).")
    private int window;

    @Option(names = "--accounts", defaultValue = "1000000", description = "Of the table that is accessed at random (default: ${DEFAULT-VALUE}).")
    private int accounts;

    @Option(names = "--group-bytes", defaultValue = "16384", description = "Of a synced write (default: ${DEFAULT-VALUE}).")
    private int groupBytes;

    @Option(names = "--dir", defaultValue = ".", description = "Where they are written: on the journal's device (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        final Limits limits;
        try {
            limits = new Limits(new Limits.Settings(requestBytes, replyBytes, rate, Arrivals.POISSON, connections, window, TURN, accounts, groupBytes, directory));
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage());
        }
        final ObjectNode found;
        try {
            found = limits.measure(stage -> { });
        } catch (final LoadRun.NotStartedException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
        spec.commandLine().getOut().print(LimitsTable.format(found));
        spec.commandLine().getOut().flush();
        if (json != null) {
            Machine.writeTo(found.putObject("machine"));
            Files.writeString(json, new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(found) + "\n", StandardCharsets.UTF_8);
        }
        return ExitCode.OK;
    }
}
