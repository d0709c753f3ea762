package io.daybreak.model;

/**
 * A 128-bit id as a value.
 *
 * @param hi 48 bits of Unix milliseconds, then 16 bits of the sender's choice
 * @param lo the sender's choice
 */
public record Id(long hi, long lo) implements Comparable<Id> {
    /** No id. */
    public static final Id ZERO = new Id(0, 0);
    /** All ones; never a valid id. */
    public static final Id MAX = new Id(-1, -1);

    /** An id minted at that Unix millisecond. */
    public static Id at(final long epochMs, final long lo) {
        return new Id(epochMs << 16, lo);
    }

    /** Unix milliseconds that the id carries. */
    public long epochMs() {
        return hi >>> 16;
    }

    public boolean isZero() {
        return hi == 0 && lo == 0;
    }

    public boolean isMax() {
        return hi == -1 && lo == -1;
    }

    @Override
    public int compareTo(final Id other) {
        final int byHi = Long.compareUnsigned(hi, other.hi);
        return byHi != 0 ? byHi : Long.compareUnsigned(lo, other.lo);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(epochMs()) + "ms." + Long.toHexString(hi & 0xFFFF) + "." + Long.toHexString(lo);
    }
}
