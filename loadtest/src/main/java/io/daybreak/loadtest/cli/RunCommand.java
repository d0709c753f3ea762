package io.daybreak.loadtest.cli;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.report.HistogramLog;
import io.daybreak.loadtest.report.ProgressLine;
import io.daybreak.loadtest.report.ResultJson;
import io.daybreak.loadtest.report.ResultTable;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Pays at a rate, or as fast as a window lets it, measures, and proves the money. */
@Command(name = "run", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Pays through a switch, measures the latency, and proves the money.",
        "With a rate it is an open loop: requests fall due by a schedule that does not wait for answers, and latency counts from "
            + "the intended time. With --rate max it is a closed loop: each answer lets the next request out.",
        "Nobody else may pay on these accounts meanwhile, or the proof fails."},
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done, the money is proved", "1:unexpected error", "2:the money differs", "3:not connected, or a connection lost",
        "4:the proof is incomplete", "64:wrong command line or file"})
final class RunCommand implements Callable<Integer> {
    private static final int SINGLE_WINDOW = 1_024;
    private static final int MIN_BATCH_WINDOW = 2;
    private static final int BATCH_WINDOW_TRANSFERS = 16_384;
    private static final int OPEN_LOOP_TRANSFERS = 262_144;
    private static final long STOP_S = 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--rate", defaultValue = "max", paramLabel = "R|max",
        description = "Transfers a second, or max for a closed loop (default: ${DEFAULT-VALUE}).")
    private String rate;

    @Option(names = "--arrivals", defaultValue = "poisson", description = "poisson or constant (default: ${DEFAULT-VALUE}).")
    private String arrivals;

    @Option(names = "--connections", defaultValue = "4", description = "Connections (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(names = "--loops", defaultValue = "1", description = "Event loops, one thread each (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(names = "--batch", defaultValue = "1", description = "Transfers in a request, 1 to 8190 (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--window", description = "Requests in flight on a connection. Default: 1024 single transfers, or batches of "
        + "16384 transfers together, at least 2; in an open loop 262144 transfers over all connections.")
    private Integer window;

    @Option(names = "--duration", defaultValue = "10s", converter = DurationConverter.class,
        description = "Measured part (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(names = "--warmup", defaultValue = "3s", converter = DurationConverter.class,
        description = "Before it, with the same load, not counted (default: ${DEFAULT-VALUE}).")
    private Duration warmup;

    @Option(names = "--accounts", defaultValue = "1000",
        description = "Debit accounts, from --debit-from on (default: ${DEFAULT-VALUE}).")
    private int accounts;

    @Option(names = "--debit-from", defaultValue = "1", description = "First debit account (default: ${DEFAULT-VALUE}).")
    private long debitFrom;

    @Option(names = "--credit-from", defaultValue = "100001", description = "First credit account (default: ${DEFAULT-VALUE}).")
    private long creditFrom;

    @Option(names = "--credit-to", defaultValue = "100100", description = "Last credit account (default: ${DEFAULT-VALUE}).")
    private long creditTo;

    @Option(names = "--amount-from", defaultValue = "1", description = "Least amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountFrom;

    @Option(names = "--amount-to", defaultValue = "100", description = "Greatest amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountTo;

    @Option(names = "--zipf", defaultValue = "0",
        description = "Exponent of the law by which debit accounts are popular; 0: all alike (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(names = "--hot-share", defaultValue = "0",
        description = "Share of the credits, 0 to 1, that go to the first credit account (default: ${DEFAULT-VALUE}).")
    private double hotShare;

    @Option(names = "--ledger", defaultValue = "0", description = "Ledger; 0: that of the first debit account (default: ${DEFAULT-VALUE}).")
    private int ledger;

    @Option(names = "--code", defaultValue = "1", description = "Code of the transfers (default: ${DEFAULT-VALUE}).")
    private int code;

    @Option(names = "--seed", defaultValue = "1", description = "Accounts, amounts and arrivals follow from it (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--turn", defaultValue = "100us", converter = DurationConverter.class,
        description = "An open loop sends at most this often; what is due in between shares a system call (default: ${DEFAULT-VALUE}).")
    private Duration turn;

    @Option(names = "--drain", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long to wait for the last answers (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Option(names = "--proof-participant", description = "Who reads the balances; its secret comes from the same file "
        + "(default: --participant).")
    private String proofParticipant;

    @Option(names = "--no-proof", description = "Do not read balances; the result says that the money is not proved.")
    private boolean isUnproved;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON.")
    private Path json;

    @Option(names = "--hlog", paramLabel = "FILE", description = "Writes a histogram for each second.")
    private Path hlog;

    @Override
    public Integer call() throws IOException {
        final RigSettings settings = settings();
        final CountDownLatch reported = new CountDownLatch(1);
        final AtomicReference<LoadRun> running = new AtomicReference<>();
        final Thread hook = new Thread(() -> {
            final LoadRun run = running.get();
            if (run != null) {
                run.stop();
                awaitQuietly(reported);
            }
        }, "load-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            final RunResult result = measure(settings, running);
            spec.commandLine().getOut().print(ResultTable.format(result));
            spec.commandLine().getOut().flush();
            if (json != null) {
                ResultJson.write(result, json);
            }
            return exitCode(result);
        } catch (final LoadRun.NotStartedException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        } finally {
            reported.countDown();
            removeQuietly(hook);
        }
    }

    private RunResult measure(final RigSettings settings, final AtomicReference<LoadRun> running)
        throws IOException, LoadRun.NotStartedException {
        try (HistogramLog log = hlog == null ? null : new HistogramLog(hlog);
            ProgressLine progress = ProgressLine.isWatched() ? new ProgressLine() : null) {
            final LoadRun run = new LoadRun(settings, new Watch(log, progress));
            running.set(run);
            return run.run();
        }
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            if (!latch.await(STOP_S, TimeUnit.SECONDS)) {
                System.err.println("stopped without a report");
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(final Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException alreadyStopping) {
            // A signal ends this process: the hook runs, and there is nothing to remove.
            assert Thread.currentThread() != hook;
        }
    }

    private static int exitCode(final RunResult result) {
        if (result.proof() == RunResult.Proof.DIFFERENT) {
            return ExitCode.MONEY_DIFFERS;
        }
        if (!result.errors().isEmpty()) {
            return ExitCode.CONNECTION;
        }
        return result.proof() == RunResult.Proof.INCOMPLETE ? ExitCode.PROOF_INCOMPLETE : ExitCode.OK;
    }

    private RigSettings settings() throws IOException {
        try {
            final double perSecond = "max".equals(rate) ? RigSettings.MAX_RATE : Double.parseDouble(rate.replace("_", ""));
            final boolean isOpenLoop = perSecond != RigSettings.MAX_RATE;
            final Credentials credentials = where.credentials();
            final Credentials proof = proofParticipant == null ? credentials : where.credentials(proofParticipant);
            return new RigSettings(where.host, where.port, credentials, proof, perSecond,
                Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)), connections, loops, batch, window == null ? window(isOpenLoop) : window,
                duration, warmup, turn, drain, debitFrom, accounts, creditFrom, Math.toIntExact(creditTo - creditFrom + 1), amountFrom,
                amountTo, zipf, hotShare, ledger, code, seed, !isUnproved);
        } catch (final IllegalArgumentException | ArithmeticException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    private int window(final boolean isOpenLoop) {
        if (isOpenLoop) {
            return Math.max(MIN_BATCH_WINDOW, OPEN_LOOP_TRANSFERS / Math.max(1, batch * connections));
        }
        return batch <= 1 ? SINGLE_WINDOW : Math.max(MIN_BATCH_WINDOW, BATCH_WINDOW_TRANSFERS / batch);
    }

    private record Watch(HistogramLog log, ProgressLine progress) implements RunObserver {
        @Override
        public void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
            if (progress != null) {
                progress.onProgress(elapsedNs, totalNs, answered, refused);
            }
        }

        @Override
        public void onInterval(final Histogram histogram) {
            if (log != null) {
                log.add(histogram);
            }
        }
    }
}
