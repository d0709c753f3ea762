package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the highest rate at which a load meets a target, by short runs (windows): doubles from a first rate until one fails, halves the
 * distance until it is small, then confirms the result by many windows, going down while they contradict it.
 * <p>
 * A window counts only if its caller says so: what was measured while the machine itself was not quiet says nothing about the switch. A
 * rate holds if most of its counted windows meet the target. How sure the result is, is told as an interval (Wilson, 95 %) of the share
 * of windows that meet it; where the interval reaches below a half the rate is a guess. Not thread safe.
 */
public final class RateSearch {
    private static final double Z_95 = 1.96;
    private static final int TRIES_PER_WINDOW = 3;
    private static final double STEP_DOWN = 0.93;
    private static final int MAX_CONFIRMATIONS = 6;

    private final Settings settings;
    private final Trials trials;
    private final List<Trial> done = new ArrayList<>();

    /**
     * How to search.
     *
     * @param fromPerSecond rate that is tried first
     * @param toPerSecond   rate that is not exceeded
     * @param windows       counted windows for each rate on the way
     * @param confirmations counted windows for the result
     * @param precision     ratio of the lowest rate that fails to the highest that holds at which the search ends, such as 1.05
     */
    public record Settings(double fromPerSecond, double toPerSecond, int windows, int confirmations, double precision) {
        /** Checks the bounds; the message names the setting. */
        public Settings {
            require(fromPerSecond > 0 && toPerSecond >= fromPerSecond, "--from and --to are above 0, and --to is not below --from");
            require(windows >= 1 && windows <= 100, "--windows is 1 to 100");
            require(confirmations >= 1 && confirmations <= 1_000, "--confirm is 1 to 1000");
            require(precision >= 1.001 && precision <= 2, "--precision is 1.001 to 2");
        }

        private static void require(final boolean isMet, final String rule) {
            if (!isMet) {
                throw new IllegalArgumentException(rule);
            }
        }
    }

    /** One window. @param isCounted the machine was quiet before and after it */
    public record Window(boolean isCounted, boolean isMet, Histogram latency) {
    }

    /** Pays for a window at a rate. */
    @FunctionalInterface
    public interface Trials {
        /** @throws Exception if it cannot be paid at all: the search ends */
        Window window(double perSecond) throws Exception;
    }

    /** What became of a rate. @param latency of all its counted windows together */
    public record Trial(double perSecond, int windows, int counted, int met, Histogram latency) {
        /** Most of the counted windows met the target. */
        public boolean holds() {
            return 2 * met > counted;
        }
    }

    /**
     * The result.
     *
     * @param perSecond highest rate that holds; 0: none, not even the first
     * @param last      its confirmation; null if there is none
     * @param leastShare of windows that meet the target, lower end of the interval
     * @param trials    all that was tried, in order
     */
    public record Found(double perSecond, Trial last, double leastShare, double greatestShare, List<Trial> trials) {
    }

    /** Nothing could be counted. */
    public static final class NotQuietException extends Exception {
        private static final long serialVersionUID = 1L;

        NotQuietException(final String message) {
            super(message);
        }
    }

    /** Prepares a search. */
    public RateSearch(final Settings settings, final Trials trials) {
        this.settings = settings;
        this.trials = trials;
    }

    /** Searches; takes minutes. */
    public Found search() throws Exception {
        double holds = 0;
        double fails = Double.POSITIVE_INFINITY;
        double rate = settings.fromPerSecond;
        while (Double.isInfinite(fails) && holds < settings.toPerSecond) {
            if (tryOut(rate, settings.windows).holds()) {
                holds = rate;
                rate = Math.min(settings.toPerSecond, 2 * rate);
            } else {
                fails = rate;
            }
        }
        if (holds == 0) {
            return new Found(0, null, 0, 0, done);
        }
        while (fails / holds > settings.precision && !Double.isInfinite(fails)) {
            final double middle = Math.sqrt(holds * fails);
            if (tryOut(middle, settings.windows).holds()) {
                holds = middle;
            } else {
                fails = middle;
            }
        }
        return confirm(holds);
    }

    private Found confirm(final double highest) throws Exception {
        double rate = highest;
        for (int i = 0; i < MAX_CONFIRMATIONS; i++) {
            final Trial trial = tryOut(rate, settings.confirmations);
            if (trial.holds()) {
                return new Found(rate, trial, wilson(trial.met, trial.counted, -1), wilson(trial.met, trial.counted, 1), done);
            }
            rate *= STEP_DOWN;
        }
        return new Found(0, null, 0, 0, done);
    }

    private Trial tryOut(final double rate, final int wanted) throws Exception {
        final Histogram latency = Latencies.newHistogram();
        int windows = 0;
        int counted = 0;
        int met = 0;
        while (counted < wanted && windows < TRIES_PER_WINDOW * wanted) {
            final Window window = trials.window(rate);
            windows++;
            if (window.isCounted) {
                counted++;
                met += window.isMet ? 1 : 0;
                latency.add(window.latency);
            }
        }
        if (counted == 0) {
            throw new NotQuietException("of " + windows + " windows at " + Math.round(rate) + "/s none could be counted: the machine was not quiet around any");
        }
        final Trial trial = new Trial(rate, windows, counted, met, latency);
        done.add(trial);
        return trial;
    }

    /** End of the interval of a share of which {@code met} of {@code all} were seen. @param side -1: lower, 1: upper */
    static double wilson(final int met, final int all, final int side) {
        final double share = (double) met / all;
        final double z2 = Z_95 * Z_95;
        final double middle = share + z2 / (2 * all);
        final double width = Z_95 * Math.sqrt(share * (1 - share) / all + z2 / (4.0 * all * all));
        return Math.max(0, Math.min(1, (middle + side * width) / (1 + z2 / all)));
    }
}
