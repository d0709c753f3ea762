package io.daybreak.loadtest.rig;

import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.rig.BalanceReader.Balances;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.protocol.Result;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/**
 * One run: balances, connections, warm-up, measured part, drain, balances, proof. The calling thread is the reporter.
 */
public final class LoadRun {
    private static final int DEFAULT_LEDGER = 156;
    private static final double NS_PER_S = 1e9;

    private final RunObserver observer;
    private final PacedRun<LoadLoop> run;
    private RigSettings settings;

    /** Could not begin: no connection, sign-on refused. */
    public static final class NotStartedException extends Exception {
        private static final long serialVersionUID = 1L;

        /** With one clear sentence. */
        public NotStartedException(final String message) {
            super(message);
        }
    }

    /** Prepares a run. */
    public LoadRun(final RigSettings settings, final RunObserver observer) {
        this.settings = settings;
        this.observer = observer;
        this.run = new PacedRun<>(observer);
    }

    /** Ends the run early, from another thread: what was measured so far is reported and proved. */
    public void stop() {
        run.stop();
    }

    /**
     * Runs to the end.
     *
     * @throws NotStartedException if nothing could be sent at all
     */
    public RunResult run() throws NotStartedException {
        Balances debitsBefore = null;
        Balances creditsBefore = null;
        if (settings.mayProve()) {
            observer.onStage("reading balances before the run");
            try (DaybreakClient client = proofClient()) {
                debitsBefore = BalanceReader.read(client, settings.debitFrom(), settings.debitCount());
                creditsBefore = BalanceReader.read(client, settings.creditFrom(), settings.creditCount());
            } catch (final ClientException | CompletionException ex) {
                throw new NotStartedException(message(ex));
            }
        }
        if (settings.ledger() == 0) {
            settings = settings.withLedger(debitsBefore == null || debitsBefore.ledger == 0 ? DEFAULT_LEDGER : debitsBefore.ledger);
        }
        signOn();
        final Histogram latency = run.measure(settings.warmup(), settings.duration());
        return conclude(latency, debitsBefore, creditsBefore);
    }

    private DaybreakClient proofClient() {
        return DaybreakClient.builder().address(settings.host(), settings.port()).credentials(settings.proofCredentials())
            .options(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(15))).connect();
    }

    private static String message(final RuntimeException ex) {
        final Throwable cause = ex instanceof CompletionException && ex.getCause() != null ? ex.getCause() : ex;
        return String.valueOf(cause.getMessage());
    }

    private void signOn() throws NotStartedException {
        run.signOn(settings.loops(), place -> {
            final int connectionCount = place.share(settings.connections(), settings.loops());
            return new LoadLoop(settings, connectionCount, settings.ratePerSecond() * connectionCount / settings.connections(),
                settings.seed() + 1_000L * place.index(), place.signedOn());
        });
    }

    private RunResult conclude(final Histogram latency, final Balances debitsBefore, final Balances creditsBefore) {
        run.collectErrors();
        final Histogram sendLag = Latencies.newHistogram();
        final UnknownTransfers unknown = new UnknownTransfers();
        final Map<String, Long> refused = new TreeMap<>();
        long offered = 0;
        long accepted = 0;
        long acceptedWithin = 0;
        long measuredNs = 0;
        long unsent = 0;
        long cpuNs = 0;
        long answered = 0;
        for (final LoadLoop loop : run.loops()) {
            sendLag.add(loop.sendLag());
            unknown.addAll(loop.unknown());
            offered += loop.offered();
            accepted += loop.accepted();
            acceptedWithin += loop.acceptedWithin();
            measuredNs = Math.max(measuredNs, loop.measuredNs());
            unsent += loop.unsent();
            cpuNs += loop.cpuNs();
            answered += loop.answeredForCpu();
            for (int result = 0; result < loop.refused().length; result++) {
                if (loop.refused()[result] > 0) {
                    refused.merge(Result.name(result), loop.refused()[result], Long::sum);
                }
            }
        }
        final List<String> proofText = new ArrayList<>();
        if (measuredNs < settings.duration().toNanos()) {
            proofText.add(String.format(Locale.ROOT, "ended early: %.1f s of %.1f s were measured", measuredNs / NS_PER_S,
                settings.duration().toNanos() / NS_PER_S));
        }
        final Proof proof = settings.mayProve() ? prove(unknown, debitsBefore, creditsBefore, proofText) : Proof.SKIPPED;
        return new RunResult(settings, measuredNs == 0 ? 0 : acceptedWithin * NS_PER_S / measuredNs, latency, sendLag, offered, accepted,
            refused, unsent, unknown.count(), run.errors(), answered == 0 ? 0 : (double) cpuNs / answered, proof, proofText);
    }

    private Proof prove(final UnknownTransfers unknown, final Balances debitsBefore, final Balances creditsBefore,
                        final List<String> text) {
        observer.onStage("reading balances after the run");
        final MoneyProof proof = new MoneyProof(settings);
        for (final LoadLoop loop : run.loops()) {
            proof.addAcknowledged(loop.book());
        }
        try (DaybreakClient client = proofClient()) {
            resolve(proof, unknown);
            proof.compare(debitsBefore, BalanceReader.read(client, settings.debitFrom(), settings.debitCount()),
                creditsBefore, BalanceReader.read(client, settings.creditFrom(), settings.creditCount()));
        } catch (final ClientException | CompletionException ex) {
            text.add("balances could not be read after the run: " + message(ex));
            return Proof.INCOMPLETE;
        }
        if (!unknown.entries().isEmpty()) {
            text.add("without an answer " + unknown.entries().size() + ": found applied " + proof.unknownApplied() + ", not applied "
                + proof.unknownNotApplied() + ", not to be told " + proof.unknownUnresolved());
        }
        text.addAll(proof.differences());
        if (proof.differenceCount() > 0) {
            text.add(proof.differenceCount() + " sums differ (true only if nobody else moved money on these accounts)");
            return Proof.DIFFERENT;
        }
        final int unreadable = debitsBefore.unreadable() + creditsBefore.unreadable();
        if (unreadable > 0) {
            final int result = debitsBefore.unreadable() > 0 ? debitsBefore.firstUnreadableResult()
                : creditsBefore.firstUnreadableResult();
            text.add(unreadable + " accounts could not be read by " + settings.proofCredentials().participantCode() + ": "
                + Result.name(result) + " (see --proof-participant)");
            return Proof.INCOMPLETE;
        }
        text.add("every one of " + (settings.debitCount() + settings.creditCount())
            + " accounts changed by what was acknowledged (holds only while nobody else pays on them)");
        return proof.unknownUnresolved() > 0 ? Proof.INCOMPLETE : Proof.PROVED;
    }

    /** Ids are looked up by whose they are: the payer, not who reads the balances. */
    private void resolve(final MoneyProof proof, final UnknownTransfers unknown) {
        if (unknown.entries().isEmpty()) {
            return;
        }
        try (DaybreakClient payer = DaybreakClient.builder().address(settings.host(), settings.port())
            .credentials(settings.credentials()).connect()) {
            proof.resolve(payer, unknown.entries());
        }
    }
}
