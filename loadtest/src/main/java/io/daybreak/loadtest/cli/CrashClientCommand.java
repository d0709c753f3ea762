package io.daybreak.loadtest.cli;

import io.daybreak.client.ClientException;
import io.daybreak.loadtest.crash.CrashPayer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Pays through a switch that is killed meanwhile. */
@Command(name = "crash-client", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Pays at a steady rate through a switch that is killed and started again, and logs every transfer before it is "
        + "sent and every acknowledgement. Unanswered transfers are sent again with the same ids.",
        "Ends after --duration or on SIGTERM, then waits for outstanding answers. 'crash-verify' reads the log."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:every transfer was answered", "1:unexpected error", "3:not connected",
        "4:transfers remained without an answer", "64:wrong command line or file"})
final class CrashClientCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--ack-log", required = true, paramLabel = "FILE", description = "Log to append to.")
    private Path ackLog;

    @Option(names = "--rate", defaultValue = "20000", description = "Transfers a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(names = "--connections", defaultValue = "4", description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = "--batch", defaultValue = "8", description = "Transfers in a request (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--in-flight", defaultValue = "20000",
        description = "Transfers without an answer, at most; then the client waits (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Option(names = "--duration", defaultValue = "24h", converter = DurationConverter.class,
        description = "How long to pay (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(names = "--drain", defaultValue = "30s", converter = DurationConverter.class,
        description = "How long to wait for the last answers (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Option(names = "--accounts", defaultValue = "1000", description = "Debit accounts (default: ${DEFAULT-VALUE}).")
    private int accounts;

    @Option(names = "--debit-from", defaultValue = "1", description = "First debit account (default: ${DEFAULT-VALUE}).")
    private long debitFrom;

    @Option(names = "--credit-from", defaultValue = "100001", description = "First credit account (default: ${DEFAULT-VALUE}).")
    private long creditFrom;

    @Option(names = "--credit-to", defaultValue = "100100", description = "Last credit account (default: ${DEFAULT-VALUE}).")
    private long creditTo;

    @Option(names = "--amount-to", defaultValue = "100", description = "Amounts are 1 to this (default: ${DEFAULT-VALUE}).")
    private int amountTo;

    @Option(names = "--seed", defaultValue = "1", description = "Accounts and amounts follow from it (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Override
    public Integer call() throws IOException {
        final CrashPayer payer = new CrashPayer(new CrashPayer.Settings(where.host, where.port(), where.credentials(), ackLog, rate,
            connections, batch, inFlight, duration, drain, debitFrom, accounts, creditFrom, (int) (creditTo - creditFrom + 1), 1,
            amountTo, 1, seed));
        final CountDownLatch done = new CountDownLatch(1);
        final Thread hook = new Thread(() -> {
            payer.stop();
            try {
                done.await(drain.toMillis() + 10_000, TimeUnit.MILLISECONDS);
            } catch (final InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }, "crash-client-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            final CrashPayer.Summary summary = payer.run();
            spec.commandLine().getOut().printf("sent=%d applied=%d refused=%d unanswered=%d reconnects=%d%n", summary.sent(),
                summary.applied(), summary.refused(), summary.unanswered(), summary.reconnects());
            spec.commandLine().getOut().flush();
            return summary.unanswered() == 0 ? ExitCode.OK : ExitCode.PROOF_INCOMPLETE;
        } catch (final ClientException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.CONNECTION;
        } finally {
            done.countDown();
        }
    }
}
