package io.daybreak.loadtest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.client.Credentials;
import io.daybreak.loadtest.recording.JournalKeys;
import io.daybreak.loadtest.recording.Recording;
import io.daybreak.loadtest.recording.RecordingException;
import io.daybreak.loadtest.report.ResultTable;
import io.daybreak.loadtest.report.RunReport;
import io.daybreak.loadtest.report.RunWatch;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.ReplayResult;
import io.daybreak.loadtest.rig.ReplayRun;
import io.daybreak.loadtest.rig.ReplaySettings;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.daybreak.protocol.Participants;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Sends the traffic of a recorded journal to a fresh switch. */
@Command(name = "replay", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Sends the transfers that clients sent to a switch, as its journal recorded them, to a fresh one: with their ids, in their order, and at their "
        + "times divided by --speed. Measures, proves the money, and compares the outcomes with the recorded ones.",
        "It is an open loop: latency counts from the time at which a transfer was due. With --speed max it is a closed loop: each answer lets the next "
            + "request out.",
        "Each participant has one connection, on which its order is kept; between two participants there is no order but time. What no client of a replay can "
            + "send (timers, operators' commands, payments over ISO 8583, issuers' answers) is counted and told.",
        "What was answered as a repeat or as not decided is in no journal, and so in no replay. Time-outs of holds are sent as they are, whatever the speed."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done, the money is proved, all outcomes are as recorded", "1:unexpected error", "2:the money differs",
        "3:not connected, or a connection lost", "4:the proof is incomplete", "5:outcomes differ from the recording", "64:wrong command line, file or journal"})
final class ReplayCommand implements Callable<Integer> {
    private static final String OPERATOR = "OPERATOR";
    private static final int WINDOW_TRANSFERS = 16_384;
    private static final int SINGLE_WINDOW = 1_024;
    private static final int OPEN_LOOP_TRANSFERS = 65_536;
    private static final int LEAST_WINDOW = 2;

    @Spec
    private CommandSpec spec;

    @Option(names = "--journal", required = true, paramLabel = "DIR", description = "Data directory of the switch that was recorded, which may run or not.")
    private Path journal;

    @Option(names = "--speed", required = true, paramLabel = "N|max", converter = SpeedConverter.class,
        description = "1: at the recorded times; 10: ten times as fast; max: as fast as answers come.")
    private double speed;

    @Mixin
    private SwitchAddress where;

    @Option(names = "--journal-key-file", paramLabel = "FILE",
        description = "Keys of an encrypted journal, as in journal.key-file of the server; without it those of the environment's " + JournalKeys.VARIABLE + ".")
    private Path journalKeys;

    @Option(names = "--from", defaultValue = "0", paramLabel = "SEQUENCE", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "Where the traffic begins; what is before it is set-up (default: the first transfer of a participant that is no operator).")
    private long from;

    @Option(names = "--set-up", defaultValue = "auto", paramLabel = "WHICH",
        description = "What becomes of recorded participants, grants, accounts, and operators' transfers before the traffic. send: made first, as OPERATOR; assume: "
            + "the switch has them, as with --demo here and there; auto: sent if OPERATOR's secret is there and none of the accounts is (default: ${DEFAULT-VALUE}).")
    private ReplaySettings.SetUp setUp;

    @Option(names = "--batch", defaultValue = "1",
        description = "Transfers of one participant and one recorded time in a request, at most; chains stay whole (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--window", description = "Requests in flight of a participant. Default: 1024 single transfers, or batches of 16384 transfers together; in an "
        + "open loop 65536 transfers over all participants.")
    private Integer window;

    @Option(names = "--warmup", defaultValue = "0s", converter = DurationConverter.class,
        description = "Begin of the replay that is in no figure (default: ${DEFAULT-VALUE}).")
    private Duration warmup;

    @Option(names = "--turn", defaultValue = "100us", converter = DurationConverter.class,
        description = "An open loop sends at most this often; what is due in between shares a system call (default: ${DEFAULT-VALUE}).")
    private Duration turn;

    @Option(names = "--drain", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long to wait for the last answers (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Option(names = "--proof-participant", description = "Who reads the balances (default: OPERATOR if its secret is there, else one of the payers).")
    private String proofParticipant;

    @Option(names = "--no-proof", description = "Do not read balances; the result says that the money is not proved.")
    private boolean isUnproved;

    @Mixin
    private ReportOptions reports;

    @Override
    public Integer call() throws IOException {
        reports.check(spec.commandLine());
        final ReplaySettings settings;
        try {
            JournalKeys.use(journalKeys, System.getenv());
            settings = settings(Recording.of(journal, from));
        } catch (final RecordingException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.USAGE;
        }
        try (StopHook stop = new StopHook()) {
            final ObjectNode limits = reports.limits(spec.commandLine().getOut(), LoadCommand.requestBytes(batch), LoadCommand.replyBytes(batch),
                settings.ratePerSecond(), batch, Arrivals.POISSON, settings.payers().size(), settings.window(), turn, settings.recording().accounts().length);
            try (RunWatch watch = reports.watch(where.host)) {
                final ReplayRun run = new ReplayRun(settings, watch);
                stop.running(run::stop);
                final ReplayResult result = run.run();
                watch.end();
                spec.commandLine().getOut().print(ResultTable.format(result));
                spec.commandLine().getOut().flush();
                reports.write(RunReport.of(result, watch.trace(), watch.resources(), limits));
                return code(result);
            }
        } catch (final LoadRun.NotStartedException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        }
    }

    private ReplaySettings settings(final Recording recording) throws IOException, RecordingException {
        final Map<Integer, Credentials> payers = new TreeMap<>();
        for (final Map.Entry<Integer, String> payer : recording.payers().entrySet()) {
            payers.put(payer.getKey(), where.credentials(payer.getValue()));
        }
        final Map<Integer, Credentials> operators = new TreeMap<>();
        final Credentials operator = where.credentialsOfFile(OPERATOR);
        if (operator != null) {
            operators.put(Participants.FIRST_OPERATOR, operator);
        }
        final Credentials proof = proofParticipant != null ? where.credentials(proofParticipant) : operator != null ? operator
            : payers.values().iterator().next();
        try {
            return new ReplaySettings(where.host, where.port(), recording, payers, operators, proof, speed, setUp, batch,
                window == null ? window(payers.size()) : window, warmup, turn, drain, !isUnproved);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    private int window(final int participants) {
        if (speed != ReplaySettings.MAX_SPEED) {
            return Math.max(LEAST_WINDOW, OPEN_LOOP_TRANSFERS / Math.max(1, batch * participants));
        }
        return batch <= 1 ? SINGLE_WINDOW : Math.max(LEAST_WINDOW, WINDOW_TRANSFERS / batch);
    }

    private static int code(final ReplayResult result) {
        if (result.proof() == RunResult.Proof.DIFFERENT) {
            return ExitCode.MONEY_DIFFERS;
        }
        if (!result.errors().isEmpty()) {
            return ExitCode.CONNECTION;
        }
        if (!result.isAsRecorded()) {
            return ExitCode.OUTCOMES_DIFFER;
        }
        return result.proof() == RunResult.Proof.INCOMPLETE ? ExitCode.PROOF_INCOMPLETE : ExitCode.OK;
    }
}
