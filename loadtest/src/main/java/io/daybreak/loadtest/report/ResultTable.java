package io.daybreak.loadtest.report;

import io.daybreak.loadtest.recording.Recording;
import io.daybreak.loadtest.rig.IsoRunResult;
import io.daybreak.loadtest.rig.IsoSettings;
import io.daybreak.loadtest.rig.ReplayOutcomes;
import io.daybreak.loadtest.rig.ReplayResult;
import io.daybreak.loadtest.rig.ReplaySettings;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunResult;
import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The final table of a run. Static. */
public final class ResultTable {
    /** DE 39: no room, or no more time. */
    private static final String NO_ROOM = "91";
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_S = 1e9;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final List<String> NAMES = List.of("p50", "p90", "p99", "p99.9", "p99.99", "max");

    private ResultTable() {
    }

    /** Lines of text, each with its line feed. */
    public static String format(final RunResult result) {
        final RigSettings settings = result.settings();
        final StringBuilder text = new StringBuilder();
        row(text, "load", settings.isOpenLoop()
            ? String.format(Locale.ROOT, "open loop, %,.0f transfers/s offered, %s arrivals, batch %d, %d connections",
                settings.ratePerSecond(), settings.arrivals().name().toLowerCase(Locale.ROOT), settings.batch(), settings.connections())
            : String.format(Locale.ROOT, "closed loop (max), window %d requests of %d on each of %d connections: latency here is"
                + " queueing of our own making", settings.window(), settings.batch(), settings.connections()));
        if (!settings.mix().isPlain()) {
            row(text, "mix", settings.mix() + "; posts and releases follow their holds, and count as transfers of their own");
        }
        rest(text, new Counts(result.throughputPerSecond(), settings.isOpenLoop(), result.latency(), result.sendLag(), result.offered(),
            result.accepted(), result.refusedByResult(), result.unsent(), result.unknown(), result.errors()));
        row(text, "rig CPU", String.format(Locale.ROOT, "%.0f ns a transfer", result.cpuNsPerTransfer()));
        proof(text, result.proof(), result.proofText());
        return text.toString();
    }

    /** Lines of text, each with its line feed. */
    public static String format(final ReplayResult result) {
        final ReplaySettings settings = result.settings();
        final StringBuilder text = new StringBuilder();
        row(text, "load", settings.isOpenLoop()
            ? String.format(Locale.ROOT, "open loop, recorded times at %s times the speed, %,.0f transfers/s offered, batch %d, %d connections",
                ReplayJson.speed(settings), settings.ratePerSecond(), settings.batch(), settings.payers().size())
            : String.format(Locale.ROOT, "closed loop (max) in the recorded order, window %d requests of %d on each of %d connections: latency here is"
                + " queueing of our own making", settings.window(), settings.batch(), settings.payers().size()));
        recording(text, settings.recording(), result.isSetUpSent());
        rest(text, new Counts(result.throughputPerSecond(), settings.isOpenLoop(), result.latency(), result.sendLag(), result.offered(),
            result.accepted(), result.refusedByResult(), result.unsent(), result.unknown(), result.errors()));
        row(text, "rig CPU", String.format(Locale.ROOT, "%.0f ns a transfer", result.cpuNsPerTransfer()));
        outcomes(text, result);
        proof(text, result.proof(), result.proofText());
        return text.toString();
    }

    private static void recording(final StringBuilder text, final Recording recording, final boolean isSetUpSent) {
        row(text, "recording", String.format(Locale.ROOT, "%,d transfers of %s in %.3f s, sequences %d to %d of %s", recording.transfers(),
            String.join(", ", new TreeSet<>(recording.payers().values())), recording.spanNs() / NS_PER_S, recording.firstSequence(),
            recording.lastSequence(), recording.data()));
        final Recording.SetUpCounts setUp = recording.setUp();
        row(text, "set-up", String.format(Locale.ROOT, "%s: participants %,d, grants %,d, accounts %,d, operators' transfers %,d",
            isSetUpSent ? "made as in the recording" : "assumed as in the recording", setUp.participants(), setUp.grants(), setUp.accounts(), setUp.transfers()));
        row(text, "not sent", recording.notSent().isEmpty() ? "nothing" : String.format(Locale.ROOT, "%,d commands that no client of a replay can send",
            recording.notSent().stream().mapToLong(Recording.NotSent::count).sum()));
        for (final Recording.NotSent kind : recording.notSent()) {
            row(text, "", String.format(Locale.ROOT, "%,d %s (%s)", kind.count(), kind.kind(), kind.why()));
        }
    }

    private static void outcomes(final StringBuilder text, final ReplayResult result) {
        final ReplayOutcomes outcomes = result.outcomes();
        row(text, "outcomes", String.format(Locale.ROOT, "%,d as recorded, %,d not%s", outcomes.same(), outcomes.different(),
            result.unanswered() == 0 ? "" : String.format(Locale.ROOT, ", %,d unknown or not sent", result.unanswered())));
        for (final ReplayOutcomes.Difference difference : outcomes.differences()) {
            row(text, "", String.format(Locale.ROOT, "%,d were %s and are %s: %s%s", difference.count(), difference.recorded(), difference.replayed(),
                String.join("; ", difference.examples()), difference.count() > difference.examples().size() ? "; ..." : ""));
        }
        if (outcomes.repeated() > 0) {
            row(text, "", String.format(Locale.ROOT, "%,d were known before: the switch was not fresh", outcomes.repeated()));
        }
    }

    /** Lines of text, each with its line feed. */
    public static String format(final IsoRunResult result) {
        final IsoSettings settings = result.settings();
        final StringBuilder text = new StringBuilder();
        row(text, "load", settings.isOpenLoop()
            ? String.format(Locale.ROOT, "open loop, %,.0f payments/s offered, %s arrivals, %d connections", settings.ratePerSecond(),
                settings.arrivals().name().toLowerCase(Locale.ROOT), settings.connections())
            : String.format(Locale.ROOT, "closed loop (max), window %d payments on each of %d connections: latency here is queueing of"
                + " our own making", settings.window(), settings.connections()));
        row(text, "link", String.format(Locale.ROOT, "ISO 8583, %s, 0200 of %d bytes; mix %s", settings.link().profile().name(),
            result.requestBytes(), settings.mix()));
        rest(text, new Counts(result.throughputPerSecond(), settings.isOpenLoop(), result.latency(), result.sendLag(), result.offered(),
            result.accepted(), result.refusedByCode(), result.unsent(), result.unknown(), result.errors()));
        if (result.refusedByCode().containsKey(NO_ROOM)) {
            explainNoRoom(text);
        }
        row(text, "rig CPU", String.format(Locale.ROOT, "%.0f ns a message", result.cpuNsPerMessage()));
        proof(text, result.proof(), result.proofText());
        return text.toString();
    }

    private record Counts(double throughputPerSecond, boolean isOpenLoop, Histogram latency, Histogram sendLag, long offered,
                          long accepted, Map<String, Long> refused, long unsent, long unknown, List<String> errors) {
    }

    private static void rest(final StringBuilder text, final Counts counts) {
        row(text, "throughput", String.format(Locale.ROOT, "%,.0f accepted/s", counts.throughputPerSecond()));
        row(text, "latency us", percentiles(counts.latency()) + (counts.isOpenLoop() ? "  (from the intended time)" : ""));
        if (counts.isOpenLoop()) {
            row(text, "send lag us", percentiles(counts.sendLag()) + "  (part of the latency)");
        }
        row(text, "offered", String.format(Locale.ROOT, "%,d", counts.offered()));
        row(text, "accepted", String.format(Locale.ROOT, "%,d", counts.accepted()));
        row(text, "refused", String.format(Locale.ROOT, "%,d", counts.refused().values().stream().mapToLong(Long::longValue).sum()));
        for (final Map.Entry<String, Long> refused : counts.refused().entrySet()) {
            row(text, "", String.format(Locale.ROOT, "%,d %s", refused.getValue(), refused.getKey()));
        }
        if (counts.unsent() > 0) {
            row(text, "unsent", String.format(Locale.ROOT, "%,d of the offered", counts.unsent()));
        }
        if (counts.unknown() > 0) {
            row(text, "unknown", String.format(Locale.ROOT, "%,d sent, not answered", counts.unknown()));
        }
        row(text, "errors", String.valueOf(counts.errors().size()));
        for (final String error : counts.errors()) {
            row(text, "", error);
        }
    }

    /** Many at the end of a long run are the table of payments: it fills within minutes at a rate that only a test has. */
    private static void explainNoRoom(final StringBuilder text) {
        row(text, "91 means", "the switch has no room. Once it begins and does not end: its table of payments is full, which holds every");
        row(text, "", "payment for 24 h and longer. Give it more (serve --set capacity.payments=N, 256 bytes each), or run for less long");
        row(text, "", "on a fresh data directory. Now and then: the link's window or the ring was full; fewer connections, or a lower rate.");
    }

    private static void proof(final StringBuilder text, final RunResult.Proof proof, final List<String> lines) {
        row(text, "money", proof.name());
        for (final String line : lines) {
            row(text, "", line);
        }
    }

    private static String percentiles(final Histogram histogram) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < PERCENTILES.length; i++) {
            text.append(String.format(Locale.ROOT, "%s%s %,.1f", i == 0 ? "" : "  ", NAMES.get(i),
                (PERCENTILES[i] == 100 ? histogram.getMaxValue() : histogram.getValueAtPercentile(PERCENTILES[i])) / NS_PER_US));
        }
        return text.toString();
    }

    private static void row(final StringBuilder text, final String name, final String value) {
        text.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
    }
}
