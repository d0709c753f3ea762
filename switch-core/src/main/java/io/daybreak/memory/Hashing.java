package io.daybreak.memory;

import org.agrona.UnsafeApi;

/**
 * Hash functions of the state machine. Part of the digest, and so of the journal's format: changing one makes old
 * journals unreadable.
 */
public final class Hashing {
    private static final long M1 = 0xBF58476D1CE4E5B9L;
    private static final long M2 = 0x94D049BB133111EBL;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Hashing() {
    }

    /** A bijection of 64 bits in which each bit of the input changes about half of the output (Stafford's variant 13). */
    public static long mix(final long value) {
        long z = value + GOLDEN;
        z = (z ^ z >>> 30) * M1;
        z = (z ^ z >>> 27) * M2;
        return z ^ z >>> 31;
    }

    /** Mixes two words. */
    public static long mix(final long first, final long second) {
        return mix(mix(first) ^ second * M2);
    }

    /** The 128-bit product of two words, folded to 64 bits. */
    public static long fold(final long first, final long second) {
        return first * second ^ Math.multiplyHigh(first, second);
    }

    /**
     * Hash of {@code words} neighbouring 64-bit words, an even number. The products are independent of each other, so
     * that the processor computes several at a time.
     */
    public static long ofWords(final long address, final int words) {
        long sum = words * GOLDEN;
        long salt = M1;
        for (int i = 0; i < words; i += 2) {
            sum += fold(UnsafeApi.getLong(address + i * 8L) ^ salt, UnsafeApi.getLong(address + i * 8L + 8) ^ salt + M2);
            salt += GOLDEN;
        }
        return mix(sum);
    }
}
