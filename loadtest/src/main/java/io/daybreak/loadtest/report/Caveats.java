package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Locale;

/** What a reader of a run must know before believing its figures: the traps of load tests (docs/loadtest.md), looked for in each run. Static. */
final class Caveats {
    private static final long SHORT_MS = 10_000;
    private static final long SHORT_WARMUP_MS = 3_000;
    private static final long FEW_COMMANDS = 1_000_000;
    /** Answers beyond a percentile from which on it is more than an anecdote. */
    private static final long ENOUGH = 100;
    private static final double STOLEN_CORES = 0.05;
    private static final double TEN_THOUSAND = 10_000;
    private static final double THOUSAND = 1_000;
    private static final double MOST_LAG = 0.5;
    private static final double OTHERS_CORES = 0.2;
    private static final double RESTLESS_P99_US = 2_000;

    private Caveats() {
    }

    /** Adds them. @param answers in the latencies */
    static void write(final ObjectNode json, final long answers) {
        final ArrayNode into = json.putArray("caveats");
        final JsonNode config = json.path("config");
        final boolean isOpen = "open".equals(json.path("loop").asText());
        if (!isOpen) {
            into.add("A closed loop: each answer lets the next request out, so a stall slows the load down and hides itself. Its throughput is a "
                + "finding, its latencies are those of a queue that it keeps full. Use --rate for latencies.");
        }
        if (config.path("duration_ms").asLong() < SHORT_MS) {
            into.add("Measured for only " + seconds(config.path("duration_ms").asLong()) + ": what happens every few seconds (a collection, a new file of "
                + "the journal, the host's moods) may be missing, or be all there is. Use 10 s at least, minutes for p99.9 and beyond.");
        }
        if (config.path("warmup_ms").asLong() < SHORT_WARMUP_MS) {
            into.add("Warmed up for only " + seconds(config.path("warmup_ms").asLong()) + ": some of the figures are of code that was still being compiled.");
        }
        if (answers < ENOUGH * TEN_THOUSAND) {
            final String which = answers < ENOUGH * ENOUGH ? "p99 and beyond rest" : answers < ENOUGH * THOUSAND ? "p99.9 and beyond rest" : "p99.99 rests";
            into.add(String.format(Locale.ROOT, "Only %,d answers: %s on fewer than a hundred of them.", answers, which));
        }
        final double before = json.path("switch").path("commands_before").asDouble(Double.NaN);
        if (!Double.isNaN(before) && before < FEW_COMMANDS) {
            into.add(String.format(Locale.ROOT, "The switch had applied %,.0f commands before the run: tables and journal were nearly empty, and so in the "
                + "caches. --grown fills them first.", before));
        }
        if ("process".equals(json.path("switch").path("durability").asText())) {
            into.add("Durability process: answers went out when the data was in the page cache. A loss of power would lose them; do not compare with disk.");
        }
        if (isOpen && json.path("send_lag_us").path("p99").asDouble() > MOST_LAG * json.path("latency_us").path("p99").asDouble()) {
            into.add(String.format(Locale.ROOT, "At p99 requests left %.0f us late: more than half of that latency is the load generator's own, or the "
                + "machine's. Give it more processors, or several processes (--agents).", json.path("send_lag_us").path("p99").asDouble()));
        }
        if (json.path("unsent").asLong() > 0) {
            into.add("Some requests that were due could not be sent at all; their latency would be greater than any that is shown.");
        }
        final double stolen = mean(json.path("resources").path("machine_steal_cpu"));
        if (stolen > STOLEN_CORES) {
            into.add(String.format(Locale.ROOT, "The host took %.2f cores away on average while this ran.", stolen));
        }
        final JsonNode resources = json.path("resources");
        final double others = mean(resources.path("machine_user_cpu")) + mean(resources.path("machine_system_cpu"))
            - mean(resources.path("client_cpu")) - mean(resources.path("switch_cpu"));
        if (resources.has("switch_cpu") && mean(resources.path("switch_cpu")) > 0 && others > OTHERS_CORES) {
            into.add(String.format(Locale.ROOT, "Others used %.2f cores of this machine on average while this ran.", others));
        }
        final JsonNode echo = json.path("limits").path("echo");
        if (isOpen && echo.path("latency_us").path("p99").asDouble() > RESTLESS_P99_US) {
            into.add(String.format(Locale.ROOT, "An echo at the same rate had a p99 of %.1f ms just before: the machine was not quiet, and the tail here is "
                + "partly its own.", echo.path("latency_us").path("p99").asDouble() / THOUSAND));
        }
        final JsonNode replay = json.path("replay");
        if (replay.path("different").asLong() + replay.path("repeated").asLong() + replay.path("unanswered").asLong() > 0) {
            into.add("The outcomes are not those of the recording: the work that was measured is another one.");
        }
        if (!"proved".equals(json.path("proof").path("outcome").asText())) {
            into.add("The money is not proved: the figures may count payments that were not made.");
        }
        if (json.path("resources").has("problem")) {
            into.add(json.path("resources").path("problem").asText());
        }
    }

    private static double mean(final JsonNode values) {
        double sum = 0;
        for (final JsonNode value : values) {
            sum += value.asDouble();
        }
        return values.isEmpty() ? 0 : sum / values.size();
    }

    private static String seconds(final long ms) {
        return String.format(Locale.ROOT, ms % 1_000 == 0 ? "%.0f s" : "%.1f s", ms / THOUSAND);
    }
}
