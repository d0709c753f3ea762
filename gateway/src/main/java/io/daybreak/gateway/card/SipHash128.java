package io.daybreak.gateway.card;

/**
 * SipHash-2-4 with 128 bits of result, over three words. Without the key nobody can tell what was hashed, nor find two
 * inputs with one result. The bytes hashed are the words', lowest byte first. One thread.
 */
final class SipHash128 {
    private static final long BYTES = 24L << 56;

    private final long k0;
    private final long k1;
    private long hi;
    private long lo;

    SipHash128(final long k0, final long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** First half of the last result. */
    long hi() {
        return hi;
    }

    /** Second half of the last result. */
    long lo() {
        return lo;
    }

    void hash(final long m0, final long m1, final long m2) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        for (int block = 0; block < 6; block++) {
            final long m = block == 0 ? m0 : block == 1 ? m1 : block == 2 ? m2 : block == 3 ? BYTES : 0;
            int rounds = 2;
            if (block < 4) {
                v3 ^= m;
            } else if (block == 4) {
                v2 ^= 0xee;
                rounds = 4;
            } else {
                hi = v0 ^ v1 ^ v2 ^ v3;
                v1 ^= 0xdd;
                rounds = 4;
            }
            for (int i = 0; i < rounds; i++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v1;
                v0 += v3;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            if (block < 4) {
                v0 ^= m;
            }
        }
        lo = v0 ^ v1 ^ v2 ^ v3;
    }
}
