package io.daybreak.loadtest.issuer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueType;
import io.daybreak.loadtest.workload.Random64;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long an answer waits, nanoseconds, drawn from a distribution: a table of 4,096 quantiles, so that a draw costs one random
 * number. {@link #NONE} answers at once. Immutable; any thread.
 */
final class DelayPlan {
    /** No delay. */
    static final DelayPlan NONE = new DelayPlan(new long[1]);

    private static final int QUANTILES = 1 << 12;
    private static final double HUNDRED = 100;

    private final long[] quantilesNs;

    private DelayPlan(final long[] quantilesNs) {
        this.quantilesNs = quantilesNs;
    }

    /**
     * Reads a delay: {@code 5ms} or one of {@code constant}, {@code uniform = [1ms, 5ms]}, {@code exponential = 5ms} (its mean),
     * {@code percentiles { 50 = 1ms, 99 = 20ms, 100 = 100ms }} (between them straight lines, from 0 at 0).
     *
     * @throws ConfigException if it is none of these
     */
    static DelayPlan read(final Config config, final String path) {
        if (config.getValue(path).valueType() != ConfigValueType.OBJECT) {
            return constant(config.getDuration(path));
        }
        final Config delay = config.getConfig(path);
        if (delay.root().size() != 1) {
            throw new ConfigException.BadValue(config.origin(), path, "one of constant, uniform, exponential, percentiles");
        }
        final String kind = delay.root().keySet().iterator().next();
        switch (kind) {
            case "constant":
                return constant(delay.getDuration(kind));
            case "uniform":
                if (delay.getDurationList(kind).size() != 2) {
                    throw new ConfigException.BadValue(config.origin(), path, "uniform is [from, to]");
                }
                return uniform(delay.getDurationList(kind).get(0), delay.getDurationList(kind).get(1));
            case "exponential":
                return exponential(delay.getDuration(kind));
            case "percentiles":
                return percentiles(delay.getConfig(kind));
            default:
                throw new ConfigException.BadValue(config.origin(), path, "'" + kind
                    + "' is none of constant, uniform, exponential, percentiles");
        }
    }

    private static DelayPlan constant(final Duration delay) {
        return new DelayPlan(new long[] {delay.toNanos()});
    }

    private static DelayPlan uniform(final Duration from, final Duration to) {
        final long[] quantiles = new long[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            quantiles[i] = from.toNanos() + (long) ((to.toNanos() - from.toNanos()) * ((i + 0.5) / QUANTILES));
        }
        return new DelayPlan(quantiles);
    }

    private static DelayPlan exponential(final Duration mean) {
        final long[] quantiles = new long[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            quantiles[i] = (long) (-Math.log1p(-(i + 0.5) / QUANTILES) * mean.toNanos());
        }
        return new DelayPlan(quantiles);
    }

    private static DelayPlan percentiles(final Config config) {
        final TreeMap<Double, Long> points = new TreeMap<>(Map.of(0.0, 0L));
        config.root().keySet().forEach(key -> points.put(Double.valueOf(key), config.getDuration("\"" + key + "\"").toNanos()));
        final long[] quantiles = new long[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            final double percent = HUNDRED * (i + 0.5) / QUANTILES;
            final Map.Entry<Double, Long> low = points.floorEntry(percent);
            final Map.Entry<Double, Long> high = points.ceilingEntry(percent);
            quantiles[i] = high == null || high.getKey().equals(low.getKey()) ? low.getValue()
                : low.getValue() + (long) ((high.getValue() - low.getValue()) * (percent - low.getKey()) / (high.getKey() - low.getKey()));
        }
        return new DelayPlan(quantiles);
    }

    /** The next delay, nanoseconds; 0: at once. */
    long nextNs(final Random64 random) {
        return quantilesNs.length == 1 ? quantilesNs[0] : quantilesNs[(int) random.next() & QUANTILES - 1];
    }
}
