package io.daybreak.client;

import java.util.HexFormat;

/**
 * Identity of a transfer: 128 bits, of which the first 48 are Unix milliseconds (as in UUIDv7 and ULID). Compares as an
 * unsigned number, which is the order of time.
 *
 * @param hi upper 64 bits: 48 of time, 16 of the sender's choice
 * @param lo lower 64 bits of the sender's choice
 */
public record TransferId(long hi, long lo) implements Comparable<TransferId> {
    /** No transfer: the value of a pending id that is not used. */
    public static final TransferId NONE = new TransferId(0, 0);

    private static final int HEX_DIGITS = 32;
    private static final int TIME_SHIFT = 16;

    /** The id's own time, in Unix milliseconds. */
    public long timeMs() {
        return hi >>> TIME_SHIFT;
    }

    /**
     * Reads the form that {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if it is not 32 hexadecimal digits
     */
    public static TransferId parse(final String hex) {
        if (hex.length() != HEX_DIGITS) {
            throw new IllegalArgumentException("a transfer id is " + HEX_DIGITS + " hexadecimal digits: " + hex);
        }
        return new TransferId(HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, HEX_DIGITS));
    }

    @Override
    public int compareTo(final TransferId other) {
        final int upper = Long.compareUnsigned(hi, other.hi);
        return upper != 0 ? upper : Long.compareUnsigned(lo, other.lo);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(hi) + HexFormat.of().toHexDigits(lo);
    }
}
