package io.daybreak.loadtest.workload;

/**
 * Draws ranks 1 to {@code count} with probability proportional to rank<sup>-exponent</sup>, exactly, by
 * rejection-inversion (W. Hörmann and G. Derflinger, 1996): constant time and no table, whatever the count. Not thread
 * safe.
 */
public final class ZipfSampler {
    private final long count;
    private final double exponent;
    private final double integralOfFirst;
    private final double integralOfCount;
    private final double shortcut;

    /**
     * @param count    ranks, from 1 on
     * @param exponent above 0; 1 is the classic law
     */
    public ZipfSampler(final long count, final double exponent) {
        if (count < 1 || !(exponent > 0)) {
            throw new IllegalArgumentException("count " + count + ", exponent " + exponent);
        }
        this.count = count;
        this.exponent = exponent;
        this.integralOfFirst = integral(1.5) - 1;
        this.integralOfCount = integral(count + 0.5);
        this.shortcut = 2 - inverseIntegral(integral(2.5) - density(2));
    }

    /** The next rank. */
    public long next(final Random64 random) {
        while (true) {
            final double u = integralOfCount + random.unit() * (integralOfFirst - integralOfCount);
            final double x = inverseIntegral(u);
            final long rank = Math.max(1, Math.min(count, (long) (x + 0.5)));
            if (rank - x <= shortcut || u >= integral(rank + 0.5) - density(rank)) {
                return rank;
            }
        }
    }

    private double density(final double x) {
        return Math.exp(-exponent * Math.log(x));
    }

    private double integral(final double x) {
        final double logX = Math.log(x);
        return expRatio((1 - exponent) * logX) * logX;
    }

    private double inverseIntegral(final double x) {
        final double t = Math.max(-1, x * (1 - exponent));
        return Math.exp(logRatio(t) * x);
    }

    /** log(1 + x) / x, also near 0. */
    private static double logRatio(final double x) {
        return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x * (0.5 - x / 3);
    }

    /** (exp(x) - 1) / x, also near 0. */
    private static double expRatio(final double x) {
        return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x * 0.5 * (1 + x / 3);
    }
}
