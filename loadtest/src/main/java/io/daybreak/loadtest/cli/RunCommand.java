package io.daybreak.loadtest.cli;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.report.HistogramLog;
import io.daybreak.loadtest.report.ProgressLine;
import io.daybreak.loadtest.report.ResultJson;
import io.daybreak.loadtest.report.ResultTable;
import io.daybreak.loadtest.rig.IsoMix;
import io.daybreak.loadtest.rig.IsoRun;
import io.daybreak.loadtest.rig.IsoRunResult;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.daybreak.loadtest.workload.DemoCards;
import org.HdrHistogram.Histogram;
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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

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
final class RunCommand implements Callable<Integer> {
    private static final int SINGLE_WINDOW = 1_024;
    private static final int MIN_BATCH_WINDOW = 2;
    private static final int BATCH_WINDOW_TRANSFERS = 16_384;
    private static final int OPEN_LOOP_TRANSFERS = 262_144;
    private static final int CONNECTIONS = 4;
    private static final int ISO_CONNECTIONS = 8;
    private static final int ISO_WINDOW = 64;
    private static final int ISO_OPEN_LOOP_PAYMENTS = 65_536;
    private static final long STOP_S = 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private SwitchOptions where;

    @Option(names = "--protocol", defaultValue = "native", description = "native or iso8583 (default: ${DEFAULT-VALUE}).")
    private Protocol protocol;

    @Option(names = "--rate", defaultValue = "max", paramLabel = "R|max",
        description = "Transfers (iso8583: payments begun) a second, or max for a closed loop (default: ${DEFAULT-VALUE}).")
    private String rate;

    @Option(names = "--arrivals", defaultValue = "poisson", description = "poisson or constant (default: ${DEFAULT-VALUE}).")
    private String arrivals;

    @Option(names = "--connections", description = "Connections (default: 4, iso8583: 8).")
    private Integer connections;

    @Option(names = "--loops", defaultValue = "1", description = "Event loops, one thread each (default: ${DEFAULT-VALUE}).")
    private int loops;

    @Option(names = "--batch", defaultValue = "1", description = "native: transfers in a request, 1 to 8190 (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--window", description = "Requests in flight on a connection. Default: 1024 single transfers, or batches of "
        + "16384 transfers together, at least 2; in an open loop 262144 transfers over all connections. iso8583: 64 payments; in an "
        + "open loop 65536 over all connections.")
    private Integer window;

    @Option(names = "--duration", defaultValue = "10s", converter = DurationConverter.class,
        description = "Measured part (default: ${DEFAULT-VALUE}).")
    private Duration duration;

    @Option(names = "--warmup", defaultValue = "3s", converter = DurationConverter.class,
        description = "Before it, with the same load, not counted (default: ${DEFAULT-VALUE}).")
    private Duration warmup;

    @Option(names = "--accounts", defaultValue = "1000",
        description = "native: debit accounts, from --debit-from on (default: ${DEFAULT-VALUE}).")
    private int accounts;

    @Option(names = "--debit-from", defaultValue = "1", description = "native: first debit account (default: ${DEFAULT-VALUE}).")
    private long debitFrom;

    @Option(names = "--credit-from", defaultValue = "100001", description = "native: first credit account (default: ${DEFAULT-VALUE}).")
    private long creditFrom;

    @Option(names = "--credit-to", defaultValue = "100100", description = "native: last credit account (default: ${DEFAULT-VALUE}).")
    private long creditTo;

    @Option(names = "--amount-from", defaultValue = "1", description = "Least amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountFrom;

    @Option(names = "--amount-to", defaultValue = "100", description = "Greatest amount, minor units (default: ${DEFAULT-VALUE}).")
    private int amountTo;

    @Option(names = "--zipf", defaultValue = "0",
        description = "Exponent of the law by which debit accounts (iso8583: wallets) are popular; 0: all alike (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(names = "--hot-share", defaultValue = "0",
        description = "native: share of the credits, 0 to 1, that go to the first credit account (default: ${DEFAULT-VALUE}).")
    private double hotShare;

    @Option(names = "--ledger", defaultValue = "0", description = "native: ledger; 0: that of the first debit account (default: ${DEFAULT-VALUE}).")
    private int ledger;

    @Option(names = "--code", defaultValue = "1", description = "native: code of the transfers (default: ${DEFAULT-VALUE}).")
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

    @Option(names = "--link", defaultValue = "demo-ascii", paramLabel = "FILE|NAME",
        description = "iso8583: what the link speaks: a link file, or demo-ascii, demo-bcd, demo-mac, 1993-ascii, ascii-length, tpdu "
            + "(default: ${DEFAULT-VALUE}).")
    private String link;

    @Option(names = "--mac-key", defaultValue = SimLink.DEMO_KEY, paramLabel = "HEX", showDefaultValue = CommandLine.Help.Visibility.NEVER,
        description = "iso8583: the key, where the link has MACs (default: the demo's).")
    private String macKey;

    @Option(names = "--mix", defaultValue = "purchase=100", paramLabel = "KIND=SHARE,...",
        description = "iso8583: what is paid: purchase, authorise+complete, reversal (a purchase, then its 0400), refund (a purchase, "
            + "then all of it back), repeat (a purchase, then its 0201), balance (default: ${DEFAULT-VALUE}).")
    private String mix;

    @Option(names = "--demo-wallets", defaultValue = "1000", paramLabel = "N",
        description = "iso8583: wallets 1 to N pay; 990 and 997 to 999 are left out (default: ${DEFAULT-VALUE}).")
    private int demoWallets;

    @Option(names = "--merchants", defaultValue = "100", description = "iso8583: merchants (default: ${DEFAULT-VALUE}).")
    private int merchants;

    @Option(names = "--terminals", defaultValue = "10000", description = "iso8583: terminals (default: ${DEFAULT-VALUE}).")
    private int terminals;

    @Option(names = "--card-prefix", defaultValue = DemoCards.LOCAL_PREFIX, paramLabel = "SIX DIGITS",
        description = "iso8583: 990001 local cards, 990002 cards that are routed to the demo's issuer (default: ${DEFAULT-VALUE}).")
    private String cardPrefix;

    @Option(names = "--acquirer", defaultValue = DemoCards.ACQUIRER, paramLabel = "DIGITS",
        description = "iso8583: DE 32 (default: ${DEFAULT-VALUE}).")
    private String acquirer;

    @Option(names = "--native-port", defaultValue = "7300",
        description = "iso8583: with --secret-file the money is proved over this port as well (default: ${DEFAULT-VALUE}).")
    private int nativePort;

    @Option(names = "--books", paramLabel = "FILE",
        description = "iso8583: writes what was approved less what was given back, by card, to be compared with an issuer's books.")
    private Path books;

    @Option(names = "--no-proof", description = "Do not read balances; the result says that the money is not proved.")
    private boolean isUnproved;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON.")
    private Path json;

    @Option(names = "--hlog", paramLabel = "FILE", description = "Writes a histogram for each second.")
    private Path hlog;

    @Override
    public Integer call() throws IOException {
        return protocol == Protocol.ISO8583 ? payOverIso() : payOverNative();
    }

    private Integer payOverNative() throws IOException {
        final RigSettings settings = settings();
        return report(running -> {
            final RunResult result;
            try (HistogramLog log = hlog == null ? null : new HistogramLog(hlog);
                ProgressLine progress = ProgressLine.isWatched() ? new ProgressLine() : null) {
                final LoadRun run = new LoadRun(settings, new Watch(log, progress));
                running.set(run::stop);
                result = run.run();
            }
            print(ResultTable.format(result));
            if (json != null) {
                ResultJson.write(result, json);
            }
            return exitCode(result.proof(), result.errors());
        });
    }

    private Integer payOverIso() throws IOException {
        final IsoSettings settings = isoSettings();
        // Routed cards have no wallet here: their issuer's books are the proof.
        final IsoRun.NativeProof second = where.hasSecretFile() && settings.mayProve()
            ? new IsoRun.NativeProof(nativePort, proofParticipant == null ? where.credentials() : where.credentials(proofParticipant))
            : null;
        return report(running -> {
            final IsoRunResult result;
            try (HistogramLog log = hlog == null ? null : new HistogramLog(hlog);
                ProgressLine progress = ProgressLine.isWatched() ? new ProgressLine() : null) {
                final IsoRun run = new IsoRun(settings, second, new Watch(log, progress));
                running.set(run::stop);
                result = run.run();
            }
            print(ResultTable.format(result));
            if (json != null) {
                ResultJson.write(result, json);
            }
            if (books != null) {
                ResultJson.writeBooks(result, books);
            }
            return exitCode(result.proof(), result.errors());
        });
    }

    private void print(final String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }

    /** A run that tells how it is stopped, and its exit code at the end. */
    @FunctionalInterface
    private interface Run {
        int run(AtomicReference<Runnable> running) throws IOException, LoadRun.NotStartedException;
    }

    private Integer report(final Run run) throws IOException {
        final CountDownLatch reported = new CountDownLatch(1);
        final AtomicReference<Runnable> running = new AtomicReference<>();
        final Thread hook = new Thread(() -> {
            final Runnable stop = running.get();
            if (stop != null) {
                stop.run();
                awaitQuietly(reported);
            }
        }, "load-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run.run(running);
        } catch (final LoadRun.NotStartedException ex) {
            spec.commandLine().getErr().println("not started: " + ex.getMessage());
            return ExitCode.CONNECTION;
        } finally {
            reported.countDown();
            removeQuietly(hook);
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

    private static int exitCode(final RunResult.Proof proof, final List<String> errors) {
        if (proof == RunResult.Proof.DIFFERENT) {
            return ExitCode.MONEY_DIFFERS;
        }
        if (!errors.isEmpty()) {
            return ExitCode.CONNECTION;
        }
        return proof == RunResult.Proof.INCOMPLETE ? ExitCode.PROOF_INCOMPLETE : ExitCode.OK;
    }

    private double perSecond() {
        return "max".equals(rate) ? RigSettings.MAX_RATE : Double.parseDouble(rate.replace("_", ""));
    }

    private IsoSettings isoSettings() throws IOException {
        final SimLink profile = SimLink.load(link, macKey);
        try {
            final int channels = connections == null ? ISO_CONNECTIONS : connections;
            final boolean isOpenLoop = perSecond() != RigSettings.MAX_RATE;
            final int slots = window != null ? window : isOpenLoop ? Math.max(1, ISO_OPEN_LOOP_PAYMENTS / Math.max(1, channels)) : ISO_WINDOW;
            return new IsoSettings(where.host, where.port(SwitchOptions.ISO_PORT), profile, perSecond(),
                Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)), new IsoMix(mix), channels, loops, slots, duration, warmup, turn, drain,
                cardPrefix, demoWallets, merchants, terminals, amountFrom, amountTo, zipf, acquirer, seed,
                !isUnproved && !DemoCards.ROUTED_PREFIX.equals(cardPrefix));
        } catch (final IllegalArgumentException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    private RigSettings settings() throws IOException {
        try {
            final double perSecond = perSecond();
            final boolean isOpenLoop = perSecond != RigSettings.MAX_RATE;
            final Credentials credentials = where.credentials();
            final Credentials proof = proofParticipant == null ? credentials : where.credentials(proofParticipant);
            return new RigSettings(where.host, where.port(), credentials, proof, perSecond,
                Arrivals.valueOf(arrivals.toUpperCase(Locale.ROOT)), connections(), loops, batch, window == null ? window(isOpenLoop) : window,
                duration, warmup, turn, drain, debitFrom, accounts, creditFrom, Math.toIntExact(creditTo - creditFrom + 1), amountFrom,
                amountTo, zipf, hotShare, ledger, code, seed, !isUnproved);
        } catch (final IllegalArgumentException | ArithmeticException ex) {
            throw new ParameterException(spec.commandLine(), String.valueOf(ex.getMessage()));
        }
    }

    private int connections() {
        return connections == null ? CONNECTIONS : connections;
    }

    private int window(final boolean isOpenLoop) {
        if (isOpenLoop) {
            return Math.max(MIN_BATCH_WINDOW, OPEN_LOOP_TRANSFERS / Math.max(1, batch * connections()));
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
