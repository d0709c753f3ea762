package io.daybreak.loadtest.cli;

import io.daybreak.client.ClientException;
import io.daybreak.loadtest.rig.AccountGrowth;
import io.daybreak.protocol.AccountFlags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Makes a switch's data set large. */
@Command(name = "grow", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Creates wallet accounts in batches and tells how long each batch waited: a pause of the switch while its tables grow is seen.",
        "Run a load beside it to see what payments feel. The switch needs --set capacity.accounts=N for more than a million."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:all accounts are there", "1:unexpected error", "2:an account was refused", "3:not connected, or no answer",
        "64:wrong command line or file"})
final class GrowCommand implements Callable<Integer> {
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--operator", defaultValue = "OPERATOR", paramLabel = "CODE",
        description = "Who creates them; its secret comes from the same file (default: ${DEFAULT-VALUE}).")
    private String operator;

    @Option(names = "--from", defaultValue = "1000001", paramLabel = "ID", description = "First account (default: ${DEFAULT-VALUE}).")
    private long from;

    @Option(names = "--accounts", defaultValue = "100000", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private long accounts;

    @Option(names = "--ledger", defaultValue = "156", description = "Currency, ISO 4217 (default: ${DEFAULT-VALUE}).")
    private int ledger;

    @Option(names = "--code", defaultValue = "1", description = "Kind of account (default: ${DEFAULT-VALUE}).")
    private int code;

    @Option(names = "--may-overdraw", description = "They may be debited beyond what they have, so that a load can pay from them without funding them first.")
    private boolean mayOverdraw;

    @Option(names = "--batch", defaultValue = "8190", description = "Accounts in a request (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--in-flight", defaultValue = "2", description = "Requests under way (default: ${DEFAULT-VALUE}).")
    private int inFlight;

    @Override
    public Integer call() throws IOException {
        final AccountGrowth.Settings settings;
        try {
            settings = new AccountGrowth.Settings(where.host, where.port(), where.credentials(operator), from, accounts, ledger, code,
                mayOverdraw ? 0 : AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS, batch, inFlight);
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), ex.getMessage(), ex);
        }
        final PrintWriter out = spec.commandLine().getOut();
        final AccountGrowth.Result result;
        try {
            result = new AccountGrowth(settings).run();
        } catch (final ClientException ex) {
            spec.commandLine().getErr().println(ex.getMessage());
            return ExitCode.CONNECTION;
        }
        out.printf(Locale.ROOT, "accounts     %,d created, %,d were there, %,d refused%n", result.created(), result.repeated(), result.refused());
        out.printf(Locale.ROOT, "rate         %,.0f accounts/s%n", (result.created() + result.repeated()) * NS_PER_S / Math.max(1, result.elapsedNs()));
        out.printf(Locale.ROOT, "batch ms     p50 %,.1f  p99 %,.1f  max %,.1f%n", result.latencies().getValueAtPercentile(50) / NS_PER_MS,
            result.latencies().getValueAtPercentile(99) / NS_PER_MS, result.latencies().getMaxValue() / NS_PER_MS);
        if (result.refused() > 0) {
            out.println("refused      " + result.firstRefusal());
        }
        out.flush();
        return result.refused() == 0 ? ExitCode.OK : ExitCode.CASE_FAILED;
    }
}
