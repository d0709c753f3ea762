package io.daybreak.loadtest.rig;

import io.daybreak.client.AccountsPage;
import io.daybreak.client.AccountRecord;
import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.recording.RecordedSetUp;
import io.daybreak.loadtest.recording.RecordingException;
import io.daybreak.loadtest.recording.RecordingReader;
import io.daybreak.loadtest.rig.LoadRun.NotStartedException;
import io.daybreak.loadtest.rig.ReplaySettings.SetUp;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/** One replay of a recording: set-up, balances, connections, the traffic, drain, balances, proof. The calling thread is the reporter. */
public final class ReplayRun {
    private static final double NS_PER_S = 1e9;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Read ahead, beyond what is in flight. */
    private static final int READ_AHEAD = 16_384;
    private static final int READ_AHEAD_TRANSFERS = 1 << 20;

    private final ReplaySettings settings;
    private final RunObserver observer;
    private final PacedRun<ReplayLoop> run;
    private boolean isSetUpSent;

    /** Prepares a replay. */
    public ReplayRun(final ReplaySettings settings, final RunObserver observer) {
        this.settings = settings;
        this.observer = settings.isOpenLoop() ? observer : new ByCount(observer, settings.recording().transfers());
        run = new PacedRun<>(this.observer);
    }

    /** Ends it early, from another thread: what was measured so far is reported and proved. */
    public void stop() {
        run.stop();
    }

    /**
     * Runs to the end.
     *
     * @throws NotStartedException if nothing could be sent at all, or the set-up was refused
     */
    public ReplayResult run() throws NotStartedException {
        final ReplayProof proof;
        try {
            isSetUpSent = settings.setUp() == SetUp.SEND || settings.setUp() == SetUp.AUTO && isNothingThere();
            if (isSetUpSent) {
                observer.onStage("making the set-up");
                sendSetUp();
            }
            observer.onStage("reading balances before the run");
            if (settings.mayProve()) {
                try (DaybreakClient client = client(settings.proofCredentials())) {
                    proof = new ReplayProof(client, settings.recording().accounts());
                }
            } else {
                proof = null;
            }
        } catch (final ClientException | CompletionException ex) {
            throw new NotStartedException(message(ex));
        }
        final int inFlight = settings.window() * settings.payers().size();
        final int ahead = Math.max(1, Math.min(READ_AHEAD, READ_AHEAD_TRANSFERS / settings.batch()));
        try (RecordingReader reader = new RecordingReader(settings.recording(), settings.batch(), inFlight + ahead)) {
            reader.start();
            final ReplaySource source = new ReplaySource(reader, settings.speed());
            run.signOn(1, place -> new ReplayLoop(settings, source, place.signedOn()));
            final Histogram latency = run.measure(settings.warmup(), settings.duration());
            return conclude(latency, proof);
        }
    }

    private DaybreakClient client(final Credentials credentials) {
        return DaybreakClient.builder().address(settings.host(), settings.port()).credentials(credentials)
            .options(ClientOptions.DEFAULT.withDeadline(PATIENCE)).connect();
    }

    private static String message(final RuntimeException ex) {
        final Throwable cause = ex instanceof CompletionException && ex.getCause() != null ? ex.getCause() : ex;
        return String.valueOf(cause.getMessage());
    }

    /** Looks for some of the accounts that the traffic names. */
    private boolean isNothingThere() {
        final Credentials operator = settings.operators().get(Participants.FIRST_OPERATOR);
        if (operator == null) {
            return false;
        }
        final long[] accounts = settings.recording().accounts();
        try (DaybreakClient client = client(operator)) {
            final AccountsPage page = client.lookupAccounts(Arrays.copyOf(accounts, Math.min(accounts.length, Limits.MAX_PAGE)));
            return page.accounts().stream().noneMatch(AccountRecord::isFound);
        }
    }

    private void sendSetUp() throws NotStartedException {
        final Map<Integer, DaybreakClient> clients = new HashMap<>();
        try {
            new RecordedSetUp(settings.recording(), id -> {
                // What the switch itself put in, its first operator puts in here.
                final int participantId = settings.operators().containsKey(id) ? id : Participants.FIRST_OPERATOR;
                return clients.computeIfAbsent(participantId, known -> client(settings.operators().get(known)));
            }).send();
        } catch (final RecordingException ex) {
            throw new NotStartedException(ex.getMessage());
        } finally {
            clients.values().forEach(DaybreakClient::close);
        }
    }

    private ReplayResult conclude(final Histogram latency, final ReplayProof before) {
        run.collectErrors();
        final ReplayLoop loop = run.loops().get(0);
        final Map<String, Long> refused = new TreeMap<>();
        for (int result = 0; result < loop.refused().length; result++) {
            if (loop.refused()[result] > 0) {
                refused.put(Result.name(result), loop.refused()[result]);
            }
        }
        final List<String> proofText = new ArrayList<>();
        final long measuredNs = loop.measuredNs();
        if (settings.isOpenLoop() && measuredNs < settings.duration().toNanos()) {
            proofText.add(String.format(Locale.ROOT, "ended early: %.1f s of %.1f s were measured", measuredNs / NS_PER_S, settings.duration().toNanos() / NS_PER_S));
        }
        final Proof proof = before == null ? Proof.SKIPPED : prove(before, loop, proofText);
        return new ReplayResult(settings, isSetUpSent, measuredNs, measuredNs == 0 ? 0 : loop.acceptedWithin() * NS_PER_S / measuredNs, latency, loop.sendLag(),
            loop.offered(), loop.accepted(), refused, loop.unsent(), loop.unknown(), run.errors(),
            loop.answeredForCpu() == 0 ? 0 : (double) loop.cpuNs() / loop.answeredForCpu(), proof, proofText, loop.outcomes());
    }

    private Proof prove(final ReplayProof before, final ReplayLoop loop, final List<String> text) {
        observer.onStage("reading balances after the run");
        try (DaybreakClient client = client(settings.proofCredentials())) {
            return before.compare(client, loop.book(), loop.unknown(), text);
        } catch (final ClientException | CompletionException ex) {
            text.add("balances could not be read after the run: " + message(ex));
            return Proof.INCOMPLETE;
        }
    }

    /** A closed loop has no length in time: how far it is, is told by what was answered. */
    private static final class ByCount implements RunObserver {
        private final RunObserver observer;
        private final long transfers;

        ByCount(final RunObserver observer, final long transfers) {
            this.observer = observer;
            this.transfers = transfers;
        }

        @Override
        public void onStage(final String text) {
            observer.onStage(text);
        }

        @Override
        public void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
            observer.onProgress(elapsedNs, (long) ((double) elapsedNs * transfers / Math.max(1, answered)), answered, refused);
        }

        @Override
        public void onStart(final long measureFromNs) {
            observer.onStart(measureFromNs);
        }

        @Override
        public void onInterval(final Histogram histogram) {
            observer.onInterval(histogram);
        }

        @Override
        public void onCounts(final long fromNs, final long toNs, final long sent, final long answered, final long refused, final Histogram histogram) {
            observer.onCounts(fromNs, toNs, sent, answered, refused, histogram);
        }
    }
}
