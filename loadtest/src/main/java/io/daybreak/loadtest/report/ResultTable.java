package io.daybreak.loadtest.report;

import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunResult;
import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The final table of a run. Static. */
public final class ResultTable {
    private static final double NS_PER_US = 1e3;
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
        row(text, "throughput", String.format(Locale.ROOT, "%,.0f accepted/s", result.throughputPerSecond()));
        row(text, "latency us", percentiles(result.latency()) + (settings.isOpenLoop() ? "  (from the intended time)" : ""));
        if (settings.isOpenLoop()) {
            row(text, "send lag us", percentiles(result.sendLag()) + "  (part of the latency)");
        }
        row(text, "offered", String.format(Locale.ROOT, "%,d", result.offered()));
        row(text, "accepted", String.format(Locale.ROOT, "%,d", result.accepted()));
        row(text, "refused", String.format(Locale.ROOT, "%,d", result.refused()));
        for (final Map.Entry<String, Long> refused : result.refusedByResult().entrySet()) {
            row(text, "", String.format(Locale.ROOT, "%,d %s", refused.getValue(), refused.getKey()));
        }
        if (result.unsent() > 0) {
            row(text, "unsent", String.format(Locale.ROOT, "%,d of the offered", result.unsent()));
        }
        if (result.unknown() > 0) {
            row(text, "unknown", String.format(Locale.ROOT, "%,d sent, not answered", result.unknown()));
        }
        row(text, "errors", String.valueOf(result.errors().size()));
        for (final String error : result.errors()) {
            row(text, "", error);
        }
        row(text, "rig CPU", String.format(Locale.ROOT, "%.0f ns a transfer", result.cpuNsPerTransfer()));
        row(text, "money", result.proof().name());
        for (final String line : result.proofText()) {
            row(text, "", line);
        }
        return text.toString();
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
