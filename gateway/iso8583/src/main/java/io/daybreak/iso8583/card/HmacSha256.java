package io.daybreak.iso8583.card;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC (RFC 2104) with SHA-256 into a given array. The JDK's Mac gives a new array for every result; a digest does not.
 * Holds the key, as every Mac does. One thread.
 */
final class HmacSha256 {
    static final int BYTES = 32;

    private static final int BLOCK = 64;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5C;

    private final MessageDigest digest;
    private final byte[] innerKey = new byte[BLOCK];
    private final byte[] outerKey = new byte[BLOCK];

    HmacSha256(final byte[] key) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException ex) {
            throw new IllegalStateException("every Java has SHA-256", ex);
        }
        final byte[] block = Arrays.copyOf(key.length > BLOCK ? digest.digest(key) : key, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            innerKey[i] = (byte) (block[i] ^ INNER);
            outerKey[i] = (byte) (block[i] ^ OUTER);
        }
        Arrays.fill(block, (byte) 0);
    }

    /** Writes {@link #BYTES} bytes from the start of {@code result}. */
    void compute(final byte[] data, final int offset, final int length, final byte[] result) {
        try {
            digest.update(innerKey);
            digest.update(data, offset, length);
            digest.digest(result, 0, BYTES);
            digest.update(outerKey);
            digest.update(result, 0, BYTES);
            digest.digest(result, 0, BYTES);
        } catch (final DigestException ex) {
            throw new IllegalStateException("the result has room", ex);
        }
    }

    void destroy() {
        Arrays.fill(innerKey, (byte) 0);
        Arrays.fill(outerKey, (byte) 0);
    }
}
