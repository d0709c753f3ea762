package io.daybreak.loadtest.workload;

/**
 * Which accounts and amounts the transfers have: debit accounts uniform or by a Zipf law, credit accounts uniform with a
 * share for one hot account, amounts uniform. Accounts are given by their place in their range, from 0.
 * <p>
 * Zipf ranks are drawn beforehand into a ring of 2<sup>20</sup>, since one draw costs as much as all the rest of a transfer;
 * popular accounts are scattered over the range. Not thread safe.
 */
public final class TransferPlan {
    private static final int RING = 1 << 20;
    /** A prime far from a power of two: neighbouring ranks come to lie far apart. */
    private static final long SCATTER = 1_000_000_007L;

    private final Random64 random;
    private final int debitCount;
    private final int creditCount;
    private final long amountFrom;
    private final long amountSpan;
    private final long hotThreshold;
    private final int[] zipfRing;
    private int ringIndex;
    private int debitIndex;
    private int creditIndex;
    private int amountMinor;

    /**
     * @param zipf     exponent; 0: uniform
     * @param hotShare from 0 to 1: so many of the credits go to the first credit account
     */
    public TransferPlan(final int debitCount, final int creditCount, final int amountFrom, final int amountTo, final double zipf,
                        final double hotShare, final long seed) {
        if (debitCount < 1 || creditCount < 1 || amountFrom < 1 || amountTo < amountFrom || zipf < 0 || hotShare < 0 || hotShare > 1) {
            throw new IllegalArgumentException("accounts, amounts, zipf or hot share out of range");
        }
        this.random = new Random64(seed);
        this.debitCount = debitCount;
        this.creditCount = creditCount;
        this.amountFrom = amountFrom;
        this.amountSpan = amountTo - amountFrom + 1L;
        this.hotThreshold = hotShare >= 1 ? Long.MAX_VALUE : (long) (hotShare * Long.MAX_VALUE);
        this.zipfRing = zipf > 0 ? ring(new ZipfSampler(debitCount, zipf)) : null;
    }

    private int[] ring(final ZipfSampler sampler) {
        final int[] ring = new int[RING];
        for (int i = 0; i < RING; i++) {
            ring[i] = (int) Math.floorMod((sampler.next(random) - 1) * SCATTER, (long) debitCount);
        }
        return ring;
    }

    /** Draws the next transfer; then the accessors tell it. */
    public void next() {
        debitIndex = zipfRing == null ? (int) random.below(debitCount) : zipfRing[ringIndex++ & RING - 1];
        creditIndex = hotThreshold > 0 && random.next() >>> 1 < hotThreshold ? 0 : (int) random.below(creditCount);
        amountMinor = (int) (amountFrom + (amountSpan == 1 ? 0 : random.below(amountSpan)));
    }

    /** Place of the debit account. */
    public int debitIndex() {
        return debitIndex;
    }

    /** Place of the credit account. */
    public int creditIndex() {
        return creditIndex;
    }

    /** Minor units. */
    public int amountMinor() {
        return amountMinor;
    }
}
