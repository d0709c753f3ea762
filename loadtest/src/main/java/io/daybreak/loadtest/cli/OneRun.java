package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.agent.AgentsRun;
import io.daybreak.loadtest.report.ResultJson;
import io.daybreak.loadtest.report.ResultTable;
import io.daybreak.loadtest.report.RunReport;
import io.daybreak.loadtest.report.RunWatch;
import io.daybreak.loadtest.rig.IsoRun;
import io.daybreak.loadtest.rig.IsoRunResult;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunResult;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What one run of a load left, whichever protocol it spoke.
 *
 * @param table    for a terminal
 * @param json     everything, for a report
 * @param exitCode of a command that did only this
 */
record OneRun(String table, ObjectNode json, Histogram latency, long offered, long accepted, int exitCode) {
    /**
     * Pays at a rate.
     *
     * @param limits what the machine can do; null: not measured
     * @param agents who makes the load; null: this process
     * @param books  null: not asked for
     */
    static OneRun pay(final LoadCommand load, final double rate, final ReportOptions reports, final StopHook stop, final ObjectNode limits,
                      final Path books, final AgentList agents) throws IOException, LoadRun.NotStartedException {
        try (RunWatch watch = reports.watch(load.where.host)) {
            return load.protocol == Protocol.ISO8583 ? iso(load.isoSettings(rate), load, watch, stop, limits, books)
                : overNative(load.settings(rate), watch, stop, limits, agents);
        }
    }

    private static OneRun overNative(final RigSettings settings, final RunWatch watch, final StopHook stop, final ObjectNode limits,
                                     final AgentList agents) throws LoadRun.NotStartedException {
        final RunResult result;
        if (agents == null) {
            final LoadRun run = new LoadRun(settings, watch);
            stop.running(run::stop);
            result = run.run();
        } else {
            final AgentsRun run = new AgentsRun(settings, agents.addresses(), watch);
            stop.running(run::stop);
            result = run.run();
        }
        watch.end();
        return new OneRun(ResultTable.format(result), RunReport.of(result, watch.trace(), watch.resources(), limits), result.latency(), result.offered(),
            result.accepted(), code(result.proof(), result.errors()));
    }

    private static OneRun iso(final IsoSettings settings, final LoadCommand load, final RunWatch watch, final StopHook stop, final ObjectNode limits,
                              final Path books) throws IOException, LoadRun.NotStartedException {
        final IsoRun run = new IsoRun(settings, load.nativeProof(settings), watch);
        stop.running(run::stop);
        final IsoRunResult result = run.run();
        watch.end();
        if (books != null) {
            ResultJson.writeBooks(result, books);
        }
        return new OneRun(ResultTable.format(result), RunReport.of(result, watch.trace(), watch.resources(), limits), result.latency(), result.offered(),
            result.accepted(), code(result.proof(), result.errors()));
    }

    private static int code(final RunResult.Proof proof, final List<String> errors) {
        if (proof == RunResult.Proof.DIFFERENT) {
            return ExitCode.MONEY_DIFFERS;
        }
        if (!errors.isEmpty()) {
            return ExitCode.CONNECTION;
        }
        return proof == RunResult.Proof.INCOMPLETE ? ExitCode.PROOF_INCOMPLETE : ExitCode.OK;
    }
}
