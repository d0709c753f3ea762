package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Locale;

/** What a run reached, as shares of what the machine was found to do just before it. Static. */
final class Shares {
    private static final double MILLION = 1e6;
    private static final double THOUSAND = 1e3;
    /** Cache lines that a transfer must touch at least: one of each account. */
    private static final int LINES = 2;

    private Shares() {
    }

    /** Adds them; nothing if no limits were measured. */
    static void write(final ObjectNode json) {
        final JsonNode limits = json.path("limits");
        if (limits.isMissingNode()) {
            return;
        }
        final ArrayNode into = json.putArray("shares");
        final double throughput = json.path("throughput_per_s").asDouble();
        final int batch = Math.max(1, json.path("config").path("batch").asInt(1));
        final JsonNode echo = limits.path("echo");
        final double echoed = echo.path("max_per_s").asDouble() * batch;
        add(into, "throughput", throughput / echoed, rate(throughput) + " of " + rate(echoed),
            "of messages of the same size over " + echo.path("connections").asText() + " connections, echoed as fast as they go");
        final boolean isOpen = "open".equals(json.path("loop").asText());
        for (final String[] percentile : new String[][] {{"p50", "p50"}, {"p99", "p99"}, {"p999", "p99.9"}}) {
            final double machine = echo.path("latency_us").path(percentile[0]).asDouble();
            final double product = json.path("latency_us").path(percentile[0]).asDouble();
            if (isOpen && product > 0) {
                add(into, "the machine's part of " + percentile[1], machine / product, time(machine) + " of " + time(product),
                    "an echo at the same rate; the switch's " + percentile[1] + String.format(Locale.ROOT, " is %.1f times it", product / machine));
            }
        }
        final double lines = limits.path("memory").path("lines_per_s").asDouble();
        add(into, "random access to memory", throughput * LINES / lines, rate(throughput * LINES) + " of " + rate(lines),
            String.format(Locale.ROOT, "two cache lines a transfer, of one core's reads and writes in a table of %,d accounts",
                limits.path("memory").path("accounts").asLong()));
        final double hops = limits.path("ring").path("events_per_s").asDouble();
        add(into, "hops between threads", throughput / hops, rate(throughput) + " of " + rate(hops), "one of the ring's hops, both threads awake");
        final double syncs = mean(json.path("resources").path("switch_syncs"));
        final double possible = limits.path("sync").path("per_s").asDouble();
        if (syncs > 0 && possible > 0 && !"process".equals(json.path("switch").path("durability").asText())) {
            add(into, "synced writes", syncs / possible, rate(syncs) + " of " + rate(possible), String.format(Locale.ROOT,
                "of groups of %,d bytes, one after another%s, in %s", limits.path("sync").path("bytes").asLong(),
                limits.path("sync").path("direct").asBoolean() ? ", past the page cache" : "", limits.path("sync").path("directory").asText()));
        }
    }

    private static void add(final ArrayNode into, final String what, final double share, final String text, final String of) {
        if (!Double.isFinite(share)) {
            return;
        }
        final ObjectNode row = into.addObject();
        row.put("what", what);
        row.put("share", RunTrace.rounded(share));
        row.put("text", String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share));
        row.put("of", text + " " + of);
    }

    private static String rate(final double perSecond) {
        return perSecond >= MILLION ? String.format(Locale.ROOT, "%.2f M/s", perSecond / MILLION)
            : perSecond >= THOUSAND ? String.format(Locale.ROOT, "%.1f k/s", perSecond / THOUSAND) : String.format(Locale.ROOT, "%.0f/s", perSecond);
    }

    private static String time(final double us) {
        return us >= THOUSAND ? String.format(Locale.ROOT, "%.2f ms", us / THOUSAND) : String.format(Locale.ROOT, "%.0f us", us);
    }

    private static double mean(final JsonNode values) {
        double sum = 0;
        int count = 0;
        for (final JsonNode value : values) {
            sum += value.asDouble();
            count += value.isNull() ? 0 : 1;
        }
        return count == 0 ? 0 : sum / count;
    }
}
