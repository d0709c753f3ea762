package io.daybreak.loadtest.rig;

import io.daybreak.client.ClientException;
import io.daybreak.client.ClientOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.loadtest.rig.BalanceReader.Balances;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.loadtest.workload.DemoCards;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;

/**
 * One run over ISO 8583: balances by enquiry, connections and sign-on, warm-up, measured part, drain, balances, proof. Where the
 * native port's secret is given, the same wallets are read there too. The calling thread is the reporter.
 */
public final class IsoRun {
    private static final double NS_PER_S = 1e9;
    private static final int MAX_EXAMPLES = 10;
    private static final int TAG_DIGITS = 4;
    private static final int RADIX = 36;

    private final IsoSettings settings;
    private final RunObserver observer;
    private final PacedRun<IsoLoop> run;
    private final NativeProof nativeProof;
    private final int[] wallets;
    /** Tells this run's references from those of runs in the last weeks. */
    private final String runTag;

    /**
     * A second proof over the native protocol.
     *
     * @param port of the same host
     */
    public record NativeProof(int port, Credentials credentials) {
    }

    /** @param nativeProof null: none */
    public IsoRun(final IsoSettings settings, final NativeProof nativeProof, final RunObserver observer) {
        this.settings = settings;
        this.nativeProof = nativeProof;
        this.observer = observer;
        this.run = new PacedRun<>(observer);
        this.wallets = IsoTables.wallets(settings);
        this.runTag = tag(System.currentTimeMillis() / 1_000);
    }

    private static String tag(final long second) {
        final String text = "000" + Long.toString(second, RADIX).toUpperCase(Locale.ROOT);
        return text.substring(text.length() - TAG_DIGITS);
    }

    /** Ends the run early, from another thread: what was measured so far is reported and proved. */
    public void stop() {
        run.stop();
    }

    /**
     * Runs to the end.
     *
     * @throws LoadRun.NotStartedException if nothing could be sent at all
     */
    public IsoRunResult run() throws LoadRun.NotStartedException {
        long[] before = null;
        Balances nativeBefore = null;
        if (settings.mayProve()) {
            observer.onStage("reading balances before the run");
            try {
                before = IsoBalances.read(settings, wallets, runTag + "B");
                nativeBefore = nativeBalances();
            } catch (final IOException | ClientException | CompletionException ex) {
                throw new LoadRun.NotStartedException(String.valueOf(ex.getMessage()));
            }
        }
        final int[] next = {0};
        run.signOn(settings.loops(), place -> {
            final int connectionCount = place.share(settings.connections(), settings.loops());
            final int first = next[0];
            next[0] += connectionCount;
            return new IsoLoop(settings, connectionCount, first, runTag, settings.seed() + 1_000L * place.index(), place.signedOn());
        });
        final Histogram latency = run.measure(settings.warmup(), settings.duration());
        return conclude(latency, before, nativeBefore);
    }

    private Balances nativeBalances() {
        if (nativeProof == null) {
            return null;
        }
        try (DaybreakClient client = DaybreakClient.builder().address(settings.host(), nativeProof.port())
            .credentials(nativeProof.credentials()).options(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(15))).connect()) {
            return BalanceReader.read(client, 1, settings.wallets());
        }
    }

    private IsoRunResult conclude(final Histogram latency, final long[] before, final Balances nativeBefore) {
        run.collectErrors();
        final Histogram sendLag = Latencies.newHistogram();
        final Map<String, Long> refused = new TreeMap<>();
        final WalletBook book = new WalletBook(wallets.length);
        long offered = 0;
        long accepted = 0;
        long acceptedWithin = 0;
        long followUps = 0;
        long measuredNs = 0;
        long unsent = 0;
        long unknown = 0;
        long cpuNs = 0;
        long answered = 0;
        for (final IsoLoop loop : run.loops()) {
            sendLag.add(loop.sendLag());
            book.add(loop.book());
            offered += loop.offered();
            accepted += loop.accepted();
            acceptedWithin += loop.acceptedWithin();
            followUps += loop.followUps();
            measuredNs = Math.max(measuredNs, loop.measuredNs());
            unsent += loop.unsent();
            unknown += loop.unknown();
            cpuNs += loop.cpuNs();
            answered += loop.answeredForCpu();
            for (int code = 0; code < IsoLoop.codes(); code++) {
                if (loop.refused()[code] > 0) {
                    refused.merge(IsoLoop.codeText(code), loop.refused()[code], Long::sum);
                }
            }
        }
        final List<String> proofText = new ArrayList<>();
        if (measuredNs < settings.duration().toNanos()) {
            proofText.add(String.format(Locale.ROOT, "ended early: %.1f s of %.1f s were measured", measuredNs / NS_PER_S,
                settings.duration().toNanos() / NS_PER_S));
        }
        final Proof proof = settings.mayProve() ? prove(book, before, nativeBefore, unknown, proofText) : Proof.SKIPPED;
        final Map<String, Long> spent = new TreeMap<>();
        for (int i = 0; i < wallets.length; i++) {
            if (book.spent[i] != 0) {
                spent.put(DemoCards.pan(settings.cardPrefix(), wallets[i]), book.spent[i]);
            }
        }
        return new IsoRunResult(settings, measuredNs == 0 ? 0 : acceptedWithin * NS_PER_S / measuredNs, latency, sendLag, offered,
            accepted, followUps, refused, unsent, unknown, run.errors(), answered == 0 ? 0 : (double) cpuNs / answered, proof,
            proofText, new IsoTemplate(settings.link(), IsoMessages.purchase(settings.link(), settings)).length(), spent);
    }

    private Proof prove(final WalletBook book, final long[] before, final Balances nativeBefore, final long unknown,
                        final List<String> text) {
        observer.onStage("reading balances after the run");
        final long[] after;
        final Balances nativeAfter;
        try {
            after = IsoBalances.read(settings, wallets, runTag + "A");
            nativeAfter = nativeBalances();
        } catch (final IOException | ClientException | CompletionException ex) {
            text.add("balances could not be read after the run: " + ex.getMessage());
            return Proof.INCOMPLETE;
        }
        if (unknown > 0) {
            text.add("without an answer " + unknown + ": each may have been applied once, or not at all");
        }
        final long[] count = new long[2];
        for (int i = 0; i < wallets.length; i++) {
            if (before[i] == IsoBalances.NULL_BALANCE || after[i] == IsoBalances.NULL_BALANCE) {
                count[1]++;
            } else {
                compare(book, i, before[i] - after[i], "by enquiry", text, count);
            }
            if (nativeBefore != null) {
                final int place = wallets[i] - 1;
                compare(book, i, nativeAfter.debitsPosted[place] - nativeBefore.debitsPosted[place]
                    - nativeAfter.creditsPosted[place] + nativeBefore.creditsPosted[place], "by the native protocol", text, count);
            }
        }
        if (count[0] > 0) {
            text.add(count[0] + " sums differ (true only if nobody else moved money on these wallets)");
            return Proof.DIFFERENT;
        }
        if (count[1] > 0) {
            text.add(count[1] + " wallets told no balance (DE 54)");
            return Proof.INCOMPLETE;
        }
        text.add("every one of " + wallets.length + " wallets changed by what was approved" + (nativeBefore == null ? ""
            : ", by enquiry and by the native protocol") + " (holds only while nobody else pays on them)");
        return Proof.PROVED;
    }

    private void compare(final WalletBook book, final int wallet, final long changed, final String how, final List<String> text,
                         final long[] count) {
        final long least = book.spent[wallet] - book.mayBeLess[wallet];
        final long most = book.spent[wallet] + book.mayBeMore[wallet];
        if (changed < least || changed > most) {
            count[0]++;
            if (count[0] <= MAX_EXAMPLES) {
                text.add("wallet " + wallets[wallet] + " " + how + ": " + changed + " minor units left it, approved were "
                    + book.spent[wallet] + (least == most ? "" : " (" + least + " to " + most + " with what was not answered)"));
            }
        }
    }
}
