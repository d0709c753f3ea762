package io.daybreak.loadtest.workload;

/**
 * A generator of 64 bits in a nanosecond: a counter in steps of an odd constant, mixed. Passes what a load generator needs
 * (no short cycles, no visible pattern in any bits); not for secrets. Not thread safe.
 */
public final class Random64 {
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    /** Equal seeds give equal sequences. */
    public Random64(final long seed) {
        state = seed;
    }

    /** 64 random bits. */
    public long next() {
        long mixed = state += STEP;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D0_49BB_1331_11EBL;
        return mixed ^ mixed >>> 31;
    }

    /** From 0 to {@code bound - 1}, evenly but for a bias below bound / 2<sup>63</sup>. */
    public long below(final long bound) {
        return Math.multiplyHigh(next() >>> 1, bound << 1);
    }

    /** From 0 included to 1 excluded. */
    public double unit() {
        return (next() >>> 11) * UNIT;
    }
}
