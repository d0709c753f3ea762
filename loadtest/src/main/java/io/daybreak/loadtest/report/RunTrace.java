package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.rig.Latencies;
import io.daybreak.loadtest.rig.RunObserver;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

import java.util.ArrayList;
import java.util.List;

/**
 * Remembers a run second by second, for its plots: counts, percentiles, and how the latencies of each second were spread, in ten steps a
 * decade. A second counts what was answered in it; latencies count from the intended time. The reporter's thread only; a run of a day
 * takes some 30 MB.
 */
public final class RunTrace implements RunObserver {
    /** Steps of the spread in a decade of latency. */
    static final int STEPS = 10;
    /** Least latency told apart, microseconds. */
    static final double LEAST_US = 1;

    private static final long SHORT_NS = 500_000_000L;
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1e3;
    private static final double ROUND = 1e3;

    private final List<Row> rows = new ArrayList<>();
    private final Histogram newest = Latencies.newHistogram();
    private long measureFromNs;

    private record Row(double fromS, double toS, long sent, long answered, long refused, double[] us, long[] spread) {
    }

    @Override
    public void onStart(final long fromNs) {
        measureFromNs = fromNs;
    }

    @Override
    public void onCounts(final long fromNs, final long toNs, final long sent, final long answered, final long refused,
                         final Histogram histogram) {
        if (!rows.isEmpty() && toNs - fromNs < SHORT_NS) {
            // What is left over at the end: no second of its own, where a rate would be of a few milliseconds.
            final Row before = rows.remove(rows.size() - 1);
            newest.add(histogram);
            add(before.fromS, toNs / NS_PER_S, before.sent + sent, before.answered + answered, before.refused + refused, newest);
        } else {
            newest.reset();
            newest.add(histogram);
            add(fromNs / NS_PER_S, toNs / NS_PER_S, sent, answered, refused, histogram);
        }
    }

    private void add(final double fromS, final double toS, final long sent, final long answered, final long refused, final Histogram histogram) {
        final double[] us = {at(histogram, 50), at(histogram, 90), at(histogram, 99), at(histogram, 99.9),
            histogram.getMaxValue() / NS_PER_US, histogram.getMean() / NS_PER_US};
        rows.add(new Row(fromS, toS, sent, answered, refused, us, spread(histogram)));
    }

    private static double at(final Histogram histogram, final double percentile) {
        return histogram.getValueAtPercentile(percentile) / NS_PER_US;
    }

    /** Step and count of all steps that have any. */
    private static long[] spread(final Histogram histogram) {
        final long[] counts = new long[STEPS * 10];
        for (final HistogramIterationValue value : histogram.recordedValues()) {
            counts[step(value.getValueIteratedTo() / NS_PER_US, counts.length)] += value.getCountAddedInThisIterationStep();
        }
        int used = 0;
        for (final long count : counts) {
            used += count > 0 ? 1 : 0;
        }
        final long[] spread = new long[2 * used];
        int next = 0;
        for (int step = 0; step < counts.length; step++) {
            if (counts[step] > 0) {
                spread[next++] = step;
                spread[next++] = counts[step];
            }
        }
        return spread;
    }

    private static int step(final double us, final int steps) {
        return us <= LEAST_US ? 0 : Math.min(steps - 1, (int) (Math.log10(us / LEAST_US) * STEPS));
    }

    /** Begin of the measured part by the monotonic clock; 0 if it never began. */
    long measureFromNs() {
        return measureFromNs;
    }

    /** Adds the series. */
    void writeTo(final ObjectNode json) {
        final ObjectNode series = json.putObject("series");
        final ArrayNode from = series.putArray("from_s");
        final ArrayNode to = series.putArray("to_s");
        final ArrayNode sent = series.putArray("sent");
        final ArrayNode accepted = series.putArray("accepted");
        final ArrayNode refused = series.putArray("refused");
        final String[] names = {"p50_us", "p90_us", "p99_us", "p999_us", "max_us", "mean_us"};
        final ArrayNode[] percentiles = new ArrayNode[names.length];
        for (int i = 0; i < names.length; i++) {
            percentiles[i] = series.putArray(names[i]);
        }
        final ObjectNode heat = series.putObject("spread");
        heat.put("least_us", LEAST_US);
        heat.put("steps_a_decade", STEPS);
        final ArrayNode columns = heat.putArray("step_and_count");
        for (final Row row : rows) {
            from.add(rounded(row.fromS));
            to.add(rounded(row.toS));
            sent.add(row.sent);
            accepted.add(row.answered - row.refused);
            refused.add(row.refused);
            for (int i = 0; i < names.length; i++) {
                percentiles[i].add(rounded(row.us[i]));
            }
            final ArrayNode column = columns.addArray();
            for (final long value : row.spread) {
                column.add(value);
            }
        }
    }

    static double rounded(final double value) {
        return Math.round(value * ROUND) / ROUND;
    }
}
