package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.limits.Limits;
import io.daybreak.loadtest.report.Machine;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RateSearch;
import io.daybreak.loadtest.rig.RateSearch.Found;
import io.daybreak.loadtest.rig.RateSearch.Trial;
import io.daybreak.loadtest.rig.RateSearch.Window;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/** The highest rate that meets a target. */
@Command(name = "find-max", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Finds the highest rate at which p99 meets a target, by short runs, each with its own proof of the money.",
        "Before and after each run an echo over loopback is measured. A run counts only if the echo's p99 was below --quiet both times: otherwise it was "
            + "the machine that was measured. A run meets the target if p99 does, counted from the intended time, and 99 %% of what was offered was accepted.",
        "Told is how many of the confirming runs met it, with the 95 %% interval (Wilson) of that share."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:found", "1:unexpected error", "2:the money differs", "3:not connected, or a connection lost",
        "4:no rate met the target, or the machine was never quiet", "64:wrong command line or file"})
final class FindMaxCommand extends LoadCommand {
    private static final Duration LATER_WARMUP = Duration.ofMillis(500);
    private static final double ENOUGH_ACCEPTED = 0.99;
    private static final double NS_PER_US = 1e3;

    @Option(names = "--p99", defaultValue = "1ms", converter = DurationConverter.class, description = "The target (default: ${DEFAULT-VALUE}).")
    private Duration target;

    @Option(names = "--quiet", defaultValue = "500us", converter = DurationConverter.class,
        description = "Greatest p99 of the echo around a run that counts (default: ${DEFAULT-VALUE}).")
    private Duration quiet;

    @Option(names = "--from", defaultValue = "10k", paramLabel = "R", converter = RateConverter.class, description = "First rate (default: ${DEFAULT-VALUE}).")
    private double from;

    @Option(names = "--to", defaultValue = "4M", paramLabel = "R", converter = RateConverter.class, description = "Highest rate (default: ${DEFAULT-VALUE}).")
    private double to;

    @Option(names = "--windows", defaultValue = "3", description = "Counted runs for each rate on the way (default: ${DEFAULT-VALUE}).")
    private int windows;

    @Option(names = "--confirm", defaultValue = "10", description = "Counted runs for the result (default: ${DEFAULT-VALUE}).")
    private int confirm;

    @Option(names = "--precision", defaultValue = "1.05", description = "Ratio of rates at which the search ends (default: ${DEFAULT-VALUE}).")
    private double precision;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all that was tried as JSON.")
    private Path json;

    private final ReportOptions none = new ReportOptions();
    private int failure = ExitCode.OK;

    /** A run ended in a way that makes further ones pointless. */
    private static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(final String message) {
            super(message);
        }
    }

    @Override
    public Integer call() throws IOException {
        final RateSearch.Settings search;
        try {
            search = new RateSearch.Settings(from, to, windows, confirm, precision);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage());
        }
        if (protocol == Protocol.ISO8583) {
            isoSettings(from);
        } else {
            settings(from);
        }
        if (target.isZero()) {
            throw new ParameterException(spec.commandLine(), "--p99 is above 0");
        }
        try (StopHook stop = new StopHook()) {
            final Found found = new RateSearch(search, rate -> window(rate, stop)).search();
            return tell(found);
        } catch (final LoadRun.NotStartedException | FailedException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return failure == ExitCode.OK ? ExitCode.CONNECTION : failure;
        } catch (final RateSearch.NotQuietException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.PROOF_INCOMPLETE;
        } catch (final IOException | RuntimeException ex) {
            throw ex;
        } catch (final Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private Window window(final double rate, final StopHook stop) throws IOException, LoadRun.NotStartedException, FailedException {
        final double quietUs = quiet.toNanos() / NS_PER_US;
        final double before = Limits.quietP99Us();
        final OneRun run = OneRun.pay(this, rate, none, stop, null, null, null);
        final double after = Limits.quietP99Us();
        if (run.exitCode() != ExitCode.OK || stop.isStopped()) {
            failure = run.exitCode();
            print(run.table());
            throw new FailedException(stop.isStopped() ? "ended early" : "a run failed; it is told above");
        }
        // What was cold is warm after the first; and no two runs have the same accounts and amounts.
        warmup = warmup.compareTo(LATER_WARMUP) > 0 ? LATER_WARMUP : warmup;
        seed++;
        final double p99 = run.latency().getValueAtPercentile(99) / NS_PER_US;
        final boolean isCounted = before <= quietUs && after <= quietUs;
        final boolean isMet = p99 <= target.toNanos() / NS_PER_US && run.accepted() >= ENOUGH_ACCEPTED * run.offered();
        print(String.format(Locale.ROOT, "%,12.0f/s  p99 %,10.0f us  echo before and after %,6.0f %,6.0f us  %s%n", rate, p99, before, after,
            !isCounted ? "not counted" : isMet ? "meets it" : "does not"));
        return new Window(isCounted, isMet, run.latency());
    }

    private int tell(final Found found) throws IOException {
        if (json != null) {
            Files.writeString(json, new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(toJson(found)) + "\n", StandardCharsets.UTF_8);
        }
        if (found.perSecond() == 0) {
            print(String.format(Locale.ROOT, "no rate from %,.0f/s on met p99 %,d us%n", from, target.toNanos() / 1_000));
            return ExitCode.PROOF_INCOMPLETE;
        }
        print(String.format(Locale.ROOT, "%-12s %,.0f/s with p99 of at most %,d us: %d of %d counted runs met it (95 %% interval %.0f to %.0f %%), p99 of all their "
                + "answers %,.0f us; %d further runs were not counted%n", "found", found.perSecond(), target.toNanos() / 1_000, found.last().met(),
            found.last().counted(), 100 * found.leastShare(), 100 * found.greatestShare(), found.last().latency().getValueAtPercentile(99) / NS_PER_US,
            found.last().windows() - found.last().counted()));
        return ExitCode.OK;
    }

    private ObjectNode toJson(final Found found) {
        final ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("found_per_s", found.perSecond());
        node.put("target_p99_us", target.toNanos() / NS_PER_US);
        node.put("quiet_p99_us", quiet.toNanos() / NS_PER_US);
        node.put("share_from", found.leastShare());
        node.put("share_to", found.greatestShare());
        final ArrayNode trials = node.putArray("trials");
        for (final Trial trial : found.trials()) {
            final ObjectNode row = trials.addObject();
            row.put("rate", trial.perSecond());
            row.put("runs", trial.windows());
            row.put("counted", trial.counted());
            row.put("met", trial.met());
            row.put("p50_us", trial.latency().getValueAtPercentile(50) / NS_PER_US);
            row.put("p99_us", trial.latency().getValueAtPercentile(99) / NS_PER_US);
            row.put("p999_us", trial.latency().getValueAtPercentile(99.9) / NS_PER_US);
        }
        Machine.writeTo(node.putObject("machine"));
        return node;
    }
}
