package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time goes inside the switch, from the histograms of its page of figures (setting {@code stages.sample-every}). Means are
 * stacked, since means add up and percentiles do not. Static.
 */
final class StageTrace {
    /** In the order of a payment's way; names of the label {@code stage}. */
    static final List<String> STAGES = List.of("decode", "ring", "apply", "journal", "sync", "reply");

    private static final String BASE = "daybreak_stage_ns";
    private static final double NS_PER_US = 1e3;
    private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999};
    private static final String[] NAMES = {"p50_us", "p90_us", "p99_us", "p999_us"};

    private StageTrace() {
    }

    private static String name(final String suffix, final String stage) {
        return BASE + suffix + "{stage=\"" + stage + "\"}";
    }

    /** Adds the stages; nothing if the switch does not time them. */
    static void write(final ObjectNode json, final List<Map<String, Double>> samples) {
        if (samples.size() < 2 || !samples.get(samples.size() - 1).containsKey(name("_count", STAGES.get(0)))) {
            return;
        }
        final Map<String, Double> first = samples.get(0);
        final Map<String, Double> last = samples.get(samples.size() - 1);
        final ObjectNode stages = json.putObject("stages");
        final ObjectNode means = stages.putObject("mean_us");
        final ObjectNode whole = stages.putObject("whole");
        for (final String stage : STAGES) {
            final ArrayNode row = means.putArray(stage);
            for (int i = 1; i < samples.size(); i++) {
                row.add(mean(samples.get(i - 1), samples.get(i), stage));
            }
            final ObjectNode sum = whole.putObject(stage);
            sum.put("samples", (long) growth(first, last, name("_count", stage)));
            sum.put("mean_us", mean(first, last, stage));
            percentiles(sum, first, last, stage);
        }
    }

    private static double growth(final Map<String, Double> from, final Map<String, Double> to, final String name) {
        return to.getOrDefault(name, 0.0) - from.getOrDefault(name, 0.0);
    }

    private static double mean(final Map<String, Double> from, final Map<String, Double> to, final String stage) {
        final double count = growth(from, to, name("_count", stage));
        return count == 0 ? 0 : RunTrace.rounded(growth(from, to, name("_sum", stage)) / count / NS_PER_US);
    }

    /** From the counts of the whole time, never from percentiles of parts of it; each is the upper bound of its step. */
    private static void percentiles(final ObjectNode json, final Map<String, Double> first, final Map<String, Double> last, final String stage) {
        final String begin = BASE + "_bucket{stage=\"" + stage + "\",le=\"";
        final TreeMap<Double, Double> upTo = new TreeMap<>();
        for (final String name : last.keySet()) {
            if (name.startsWith(begin) && !name.contains("Inf")) {
                upTo.put(Double.parseDouble(name.substring(begin.length(), name.length() - 2)), growth(first, last, name));
            }
        }
        if (upTo.isEmpty()) {
            return;
        }
        final double all = growth(first, last, name("_count", stage));
        for (int i = 0; i < QUANTILES.length; i++) {
            double value = upTo.lastKey();
            for (final Map.Entry<Double, Double> step : upTo.entrySet()) {
                if (step.getValue() >= all * QUANTILES[i]) {
                    value = step.getKey();
                    break;
                }
            }
            json.put(NAMES[i], RunTrace.rounded(value / NS_PER_US));
        }
    }
}
