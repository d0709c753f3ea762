package io.daybreak.loadtest.cli;

import io.daybreak.client.ClientException;
import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.crash.CrashAudit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/** Holds the log of crash-client against the switch. */
@Command(name = "crash-verify", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Asks the switch about every transfer in the log of 'crash-client': acknowledged means there exactly once, with the "
        + "acknowledged outcome; not acknowledged means there at most once. Then every balance, then conservation.",
        "Nobody else may have paid on these accounts."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all promises kept", "1:unexpected error", "2:a promise was broken", "3:not connected",
        "4:some ids are too old to be told", "64:wrong command line or file"})
final class CrashVerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--ack-log", required = true, paramLabel = "FILE", description = "Log to verify.")
    private Path ackLog;

    @Option(names = "--proof-participant", description = "Who reads the balances; its secret comes from the same file "
        + "(default: --participant).")
    private String proofParticipant;

    @Override
    public Integer call() throws IOException {
        final CrashAudit.Report report;
        try (DaybreakClient payer = connect(where.participant);
            DaybreakClient reader = connect(proofParticipant == null ? where.participant : proofParticipant)) {
            report = CrashAudit.audit(ackLog, payer, reader);
        } catch (final ClientException | CompletionException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.CONNECTION;
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.printf("sent=%d acknowledged=%d unacknowledged_applied=%d unacknowledged_refused=%d unacknowledged_absent=%d untold=%d "
                + "accounts=%d findings=%d%n", report.sent(), report.acknowledged(), report.unacknowledgedApplied(),
            report.unacknowledgedRefused(), report.unacknowledgedAbsent(), report.untold(), report.accounts(), report.findingCount());
        report.findings().forEach(out::println);
        out.flush();
        if (!report.isClean()) {
            return ExitCode.MONEY_DIFFERS;
        }
        return report.untold() > 0 ? ExitCode.PROOF_INCOMPLETE : ExitCode.OK;
    }

    private DaybreakClient connect(final String participant) throws IOException {
        return DaybreakClient.builder().address(where.host, where.port()).credentials(where.credentials(participant)).connect();
    }
}
