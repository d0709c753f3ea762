package io.daybreak.loadtest.workload;

/**
 * When requests are due, in nanoseconds from the start, whatever the switch does: the open loop. Constant gaps, or
 * exponential ones (a Poisson process).
 * <p>
 * The exponential gaps come from a table of 8,192 quantiles (which stays in the cache), so that an arrival costs a few nanoseconds and no logarithm;
 * their mean is exactly the rate's. Not thread safe.
 */
public final class ArrivalSchedule implements Schedule {
    private static final int QUANTILES = 1 << 13;
    private static final double NS_PER_S = 1e9;

    private final double meanGapNs;
    private final double[] gapsNs;
    private final Random64 random;
    private final int burst;
    private double nextNs;
    private int inBurst;

    /** How requests are spread over time. */
    public enum Arrivals {
        /** Independently of each other. */
        POISSON,
        /** Evenly. */
        CONSTANT
    }

    /**
     * One at a time.
     *
     * @param perSecond requests a second, above 0
     */
    public ArrivalSchedule(final Arrivals arrivals, final double perSecond, final long seed) {
        this(arrivals, perSecond, 1, seed);
    }

    /**
     * Several at a time, at the same rate: bursts follow each other as single requests would.
     *
     * @param perSecond requests a second, above 0
     * @param burst     requests that fall due together, at least 1
     */
    public ArrivalSchedule(final Arrivals arrivals, final double perSecond, final int burst, final long seed) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("rate " + perSecond);
        }
        if (burst < 1) {
            throw new IllegalArgumentException("burst " + burst);
        }
        this.burst = burst;
        this.meanGapNs = NS_PER_S / perSecond * burst;
        this.random = new Random64(seed);
        this.gapsNs = arrivals == Arrivals.POISSON ? quantiles(meanGapNs) : null;
        this.nextNs = gapsNs == null ? 0 : gap();
    }

    private static double[] quantiles(final double meanNs) {
        final double[] gaps = new double[QUANTILES];
        double sum = 0;
        for (int i = 0; i < QUANTILES; i++) {
            gaps[i] = -Math.log((i + 0.5) / QUANTILES);
            sum += gaps[i];
        }
        final double scale = meanNs * QUANTILES / sum;
        for (int i = 0; i < QUANTILES; i++) {
            gaps[i] *= scale;
        }
        return gaps;
    }

    private double gap() {
        return gapsNs == null ? meanGapNs : gapsNs[(int) random.next() & QUANTILES - 1];
    }

    @Override
    public long nextNs() {
        return (long) nextNs;
    }

    @Override
    public void advance() {
        if (++inBurst == burst) {
            inBurst = 0;
            nextNs += gap();
        }
    }
}
