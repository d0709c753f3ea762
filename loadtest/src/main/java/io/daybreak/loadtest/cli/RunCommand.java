package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.agent.AgentsRun;
import io.daybreak.loadtest.rig.Growth;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Pays at a rate, or as fast as a window lets it, measures, and proves the money. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Pays through a switch, over the native protocol or ISO 8583, measures the latency, and proves the money.",
        "With a rate it is an open loop: requests fall due by a schedule that does not wait for answers, and latency counts from "
            + "the intended time. With --rate max it is a closed loop: each answer lets the next request out.",
        "Over ISO 8583 a request is a payment of the demo's cards; completions, reversals, refunds and repeats of --mix follow their "
            + "payment by themselves, and balance enquiries prove the money.",
        "Nobody else may pay on these accounts meanwhile, or the proof fails."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done, the money is proved", "1:unexpected error", "2:the money differs", "3:not connected, or a connection lost",
        "4:the proof is incomplete", "64:wrong command line or file"})
final class RunCommand extends LoadCommand {
    @Option(names = "--rate", defaultValue = "max", paramLabel = "R|max", converter = RateConverter.class,
        description = "Transfers (iso8583: payments begun) a second, such as 90000, 90k or 1.5M, or max for a closed loop (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--books", paramLabel = "FILE",
        description = "iso8583: writes what was approved less what was given back, by card, to be compared with an issuer's books.")
    private Path books;

    @Option(names = "--rate-steps", paramLabel = "FROM..TO/STEP", converter = RateSteps.Converter.class,
        description = "A run at each of these rates, such as 10k..200k/10k, one after another, instead of --rate; the report plots latency by rate.")
    private RateSteps steps;

    @Option(names = "--grown", defaultValue = "0", paramLabel = "N", converter = RateConverter.class,
        description = "native: pays N transfers (such as 100M) in batches of 8190 first, as fast as they go, so that tables and journal are not empty; in no figure.")
    private double grown;

    @Option(names = "--agents", paramLabel = "HOST:PORT,...", converter = AgentList.Converter.class,
        description = "native: these processes ('agent') make the load, each with its share of rate, connections and accounts, and prove their part.")
    private AgentList agents;

    @Mixin
    private ReportOptions reports;

    @Override
    public Integer call() throws IOException {
        if (steps != null && rate != RigSettings.MAX_RATE) {
            throw new ParameterException(spec.commandLine(), "--rate and --rate-steps exclude each other");
        }
        if (grown != 0 && (protocol == Protocol.ISO8583 || Double.isInfinite(grown))) {
            throw new ParameterException(spec.commandLine(), "--grown is a number of transfers, and needs --protocol native");
        }
        if (agents != null && protocol == Protocol.ISO8583) {
            throw new ParameterException(spec.commandLine(), "--agents needs --protocol native");
        }
        check(steps == null ? List.of(rate) : steps.rates());
        try (StopHook stop = new StopHook()) {
            if (grown > 0) {
                grow(stop);
            }
            final ObjectNode limits = limits(steps == null ? rate : steps.rates().get(steps.rates().size() - 1));
            if (steps != null) {
                return paySteps(stop, limits);
            }
            final OneRun run = OneRun.pay(this, rate, reports, stop, limits, books, agents);
            print(run.table());
            reports.write(run.json());
            return run.exitCode();
        } catch (final LoadRun.NotStartedException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
    }

    /** Everything that can be wrong is found before anything is sent. */
    private void check(final List<Double> rates) throws IOException {
        for (final double each : rates) {
            if (protocol == Protocol.ISO8583) {
                isoSettings(each);
            } else {
                checkAgents(settings(each));
            }
        }
        reports.check(spec.commandLine());
    }

    private void checkAgents(final RigSettings settings) {
        if (agents == null) {
            return;
        }
        try {
            new AgentsRun(settings, agents.addresses(), RunObserver.NONE);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage());
        }
    }

    private ObjectNode limits(final double atRate) throws IOException, LoadRun.NotStartedException {
        if (protocol == Protocol.ISO8583) {
            final IsoSettings settings = isoSettings(atRate);
            return reports.limits(spec.commandLine().getOut(), ISO_BYTES, ISO_BYTES, atRate, 1, settings.arrivals(), settings.connections(), settings.window(),
                settings.turn(), settings.wallets());
        }
        final RigSettings settings = settings(atRate);
        return reports.limits(spec.commandLine().getOut(), requestBytes(settings.batch()), replyBytes(settings.batch()), atRate, settings.batch(), settings.arrivals(),
            settings.connections(), settings.window(), settings.turn(), settings.debitCount() + settings.creditCount());
    }

    /** The series of the report are those of the last step, which is the fastest; of the others it has the figures. */
    private int paySteps(final StopHook stop, final ObjectNode limits) throws IOException, LoadRun.NotStartedException {
        final ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        OneRun last = null;
        int exitCode = ExitCode.OK;
        print(String.format(Locale.ROOT, "%12s %12s %10s %10s %10s %10s  %s%n", "offered/s", "accepted/s", "p50 us", "p99 us", "p99.9 us", "max us", "money"));
        for (final double step : steps.rates()) {
            if (stop.isStopped()) {
                break;
            }
            last = OneRun.pay(this, step, reports, stop, limits, null, agents);
            final JsonNode json = last.json();
            final JsonNode us = json.path("latency_us");
            print(String.format(Locale.ROOT, "%,12.0f %,12.0f %,10.0f %,10.0f %,10.0f %,10.0f  %s%n", step, json.path("throughput_per_s").asDouble(),
                us.path("p50").asDouble(), us.path("p99").asDouble(), us.path("p999").asDouble(), us.path("max").asDouble(),
                json.path("proof").path("outcome").asText()));
            final ObjectNode row = rows.addObject();
            row.put("rate", step);
            for (final String name : new String[] {"throughput_per_s", "latency_us", "offered", "accepted", "refused", "unsent", "proof"}) {
                row.set(name, json.path(name));
            }
            if (last.exitCode() != ExitCode.OK) {
                // Higher rates would say nothing: money differs, or a connection was lost.
                exitCode = last.exitCode();
                break;
            }
        }
        if (last != null) {
            last.json().set("steps", rows);
            reports.write(last.json());
        }
        return exitCode;
    }

    private void grow(final StopHook stop) throws IOException, LoadRun.NotStartedException {
        final long begunNs = System.nanoTime();
        final Growth growth = new Growth(settings(RigSettings.MAX_RATE), (long) grown);
        stop.running(growth::stop);
        final long paid = growth.run();
        print(String.format(Locale.ROOT, "%-12s %,d transfers in %.0f s, in no figure below%n", "grown", paid, (System.nanoTime() - begunNs) / 1e9));
    }
}
