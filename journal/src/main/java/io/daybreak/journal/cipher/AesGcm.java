package io.daybreak.journal.cipher;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * AES-256-GCM (NIST SP 800-38D, nonces of 96 bits, tags of 128) in place and without an object for each message.
 * <p>
 * The platform's own cipher takes 300 ns and 1,080 bytes of heap to begin a message, which is more than an entry of some payments costs, and its garbage is
 * what the hot path must not make. So AES is the platform's, kept begun in its plain block form and fed with counters, and what GCM adds to it
 * stands here: the counters and GHASH, by tables of what each byte at each place contributes. The tests hold it to the platform's cipher both ways.
 * A look-up in a table takes a time that may depend on the key; who could measure that runs on this machine, which is out of the threat model.
 * <p>
 * The caller answers for nonces: never two messages with the same one under one key. One thread. 68 KiB each.
 */
public final class AesGcm {
    /** Bytes of a key. */
    public static final int KEY_LENGTH = 32;
    /** Bytes of a tag. */
    public static final int TAG_LENGTH = 16;

    private static final int BLOCK = 16;
    private static final int BLOCK_SHIFT = 4;
    private static final int STREAM_BYTES = 2_048;
    private static final int BYTE_VALUES = 256;
    /** Table of a place: a block for each value of its byte. */
    private static final int PLACE_BYTES = BLOCK * BYTE_VALUES;
    /** GHASH's polynomial, its first bit the highest. */
    private static final long REDUCTION = 0xE1L << 56;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Cipher aes;
    private final ByteBuffer table = ByteBuffer.allocateDirect(BLOCK * PLACE_BYTES + BLOCK).alignedSlice(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    private final long tableAddress = BufferUtil.address(table);
    private final byte[] counters = new byte[STREAM_BYTES];
    private final byte[] stream = new byte[STREAM_BYTES];
    /** GHASH's state, in the order of memory. */
    private long first;
    private long second;
    private long maskFirst;
    private long maskSecond;

    /** @param key 32 bytes; not kept */
    public AesGcm(final byte[] key) {
        if (key.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        try {
            aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            final byte[] hashKey = aes.update(new byte[BLOCK]);
            fillTable(Long.reverseBytes((long) WORDS.get(hashKey, 0)), Long.reverseBytes((long) WORDS.get(hashKey, Long.BYTES)));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES", e);
        }
    }

    /** What bit {@code 8 * place + bit} of a block contributes to the product with the hash key, then every sum of the eight of a place. */
    private void fillTable(final long keyHigh, final long keyLow) {
        long high = keyHigh;
        long low = keyLow;
        for (int place = 0; place < BLOCK; place++) {
            final int base = place * PLACE_BYTES;
            for (int bit = Byte.SIZE - 1; bit >= 0; bit--) {
                table.putLong(base + BLOCK * (1 << bit), Long.reverseBytes(high)).putLong(base + BLOCK * (1 << bit) + Long.BYTES, Long.reverseBytes(low));
                final boolean reduces = (low & 1) != 0;
                low = low >>> 1 | (high & 1) << 63;
                high = high >>> 1 ^ (reduces ? REDUCTION : 0);
            }
            for (int value = 1; value < BYTE_VALUES; value++) {
                final int lowest = base + BLOCK * (value & -value);
                final int rest = base + BLOCK * (value & value - 1);
                if (rest != base) {
                    table.putLong(base + BLOCK * value, table.getLong(rest) ^ table.getLong(lowest));
                    table.putLong(base + BLOCK * value + Long.BYTES, table.getLong(rest + Long.BYTES) ^ table.getLong(lowest + Long.BYTES));
                }
            }
        }
    }

    /**
     * Encrypts where it lies.
     *
     * @param nonce      first eight bytes of the nonce, little endian; the other four are zero
     * @param known      address of what is authenticated and not encrypted
     * @param text       address of the text, which becomes the ciphertext
     * @param tag        address of the 16 bytes that take the tag
     */
    public void seal(final long nonce, final long known, final int knownLength, final long text, final int length, final long tag) {
        crypt(nonce, text, text, length);
        hash(known, knownLength, text, length);
        UnsafeApi.putLong(tag, first ^ maskFirst);
        UnsafeApi.putLong(tag + Long.BYTES, second ^ maskSecond);
    }

    /**
     * Decrypts, if everything is as it was encrypted.
     *
     * @param cipherText address of the ciphertext, which stays as it is
     * @param text       address of as many bytes for the text; nothing is written to it unless the tag is right
     * @return false if the tag is wrong
     */
    public boolean open(final long nonce, final long known, final int knownLength, final long cipherText, final int length, final long tag,
                        final long text) {
        crypt(nonce, cipherText, text, 0);
        hash(known, knownLength, cipherText, length);
        // Both words in any case: how much of a tag was right is nobody's business.
        final long differing = first ^ maskFirst ^ UnsafeApi.getLong(tag) | second ^ maskSecond ^ UnsafeApi.getLong(tag + Long.BYTES);
        if (differing != 0) {
            return false;
        }
        crypt(nonce, cipherText, text, length);
        return true;
    }

    /** Counter mode; the first block of the stream is the tag's mask, text begins with the second. */
    private void crypt(final long nonce, final long from, final long to, final int length) {
        int counter = 1;
        int done = -BLOCK;
        while (done < length) {
            final int bytes = Math.min(STREAM_BYTES, length - done + BLOCK - 1 & -BLOCK);
            for (int at = 0; at < bytes; at += BLOCK) {
                WORDS.set(counters, at, nonce);
                WORDS.set(counters, at + Long.BYTES, (long) Integer.reverseBytes(counter++) << Integer.SIZE);
            }
            try {
                aes.update(counters, 0, bytes, stream, 0);
            } catch (final GeneralSecurityException e) {
                throw new IllegalStateException("the stream has room for as much as goes in", e);
            }
            int at = 0;
            if (done < 0) {
                maskFirst = (long) WORDS.get(stream, 0);
                maskSecond = (long) WORDS.get(stream, Long.BYTES);
                at = BLOCK;
            }
            final int end = Math.min(bytes, length - done);
            for (; at + Long.BYTES <= end; at += Long.BYTES) {
                UnsafeApi.putLong(to + done + at, UnsafeApi.getLong(from + done + at) ^ (long) WORDS.get(stream, at));
            }
            for (; at < end; at++) {
                UnsafeApi.putByte(to + done + at, (byte) (UnsafeApi.getByte(from + done + at) ^ stream[at]));
            }
            done += bytes;
        }
    }

    private void hash(final long known, final int knownLength, final long cipherText, final int length) {
        first = 0;
        second = 0;
        hash(known, knownLength);
        hash(cipherText, length);
        mix(Long.reverseBytes((long) knownLength * Byte.SIZE), Long.reverseBytes((long) length * Byte.SIZE));
    }

    private void hash(final long address, final int length) {
        final int whole = length >>> BLOCK_SHIFT << BLOCK_SHIFT;
        for (int at = 0; at < whole; at += BLOCK) {
            mix(UnsafeApi.getLong(address + at), UnsafeApi.getLong(address + at + Long.BYTES));
        }
        if (whole < length) {
            long a = 0;
            long b = 0;
            for (int at = whole; at < length; at++) {
                final long value = (UnsafeApi.getByte(address + at) & 0xFFL) << (at & Long.BYTES - 1) * Byte.SIZE;
                if (at - whole < Long.BYTES) {
                    a |= value;
                } else {
                    b |= value;
                }
            }
            mix(a, b);
        }
    }

    /**
     * One block into the hash: adds it, then multiplies with the hash key. Written out, and the table outside of the heap: as a loop over an array it takes
     * twice as long.
     */
    private void mix(final long a, final long b) {
        final long t = tableAddress;
        final long x = first ^ a;
        final long y = second ^ b;
        final long x0 = t + (x << 4 & 0xFF0);
        final long x1 = t + (x >>> 4 & 0xFF0) + PLACE_BYTES;
        final long x2 = t + (x >>> 12 & 0xFF0) + 2 * PLACE_BYTES;
        final long x3 = t + (x >>> 20 & 0xFF0) + 3 * PLACE_BYTES;
        final long x4 = t + (x >>> 28 & 0xFF0) + 4 * PLACE_BYTES;
        final long x5 = t + (x >>> 36 & 0xFF0) + 5 * PLACE_BYTES;
        final long x6 = t + (x >>> 44 & 0xFF0) + 6 * PLACE_BYTES;
        final long x7 = t + (x >>> 52 & 0xFF0) + 7 * PLACE_BYTES;
        final long y0 = t + (y << 4 & 0xFF0) + 8 * PLACE_BYTES;
        final long y1 = t + (y >>> 4 & 0xFF0) + 9 * PLACE_BYTES;
        final long y2 = t + (y >>> 12 & 0xFF0) + 10 * PLACE_BYTES;
        final long y3 = t + (y >>> 20 & 0xFF0) + 11 * PLACE_BYTES;
        final long y4 = t + (y >>> 28 & 0xFF0) + 12 * PLACE_BYTES;
        final long y5 = t + (y >>> 36 & 0xFF0) + 13 * PLACE_BYTES;
        final long y6 = t + (y >>> 44 & 0xFF0) + 14 * PLACE_BYTES;
        final long y7 = t + (y >>> 52 & 0xFF0) + 15 * PLACE_BYTES;
        first = (word(x0) ^ word(x1) ^ (word(x2) ^ word(x3))) ^ (word(x4) ^ word(x5) ^ (word(x6) ^ word(x7)))
            ^ ((word(y0) ^ word(y1) ^ (word(y2) ^ word(y3))) ^ (word(y4) ^ word(y5) ^ (word(y6) ^ word(y7))));
        second = (word(x0 + 8) ^ word(x1 + 8) ^ (word(x2 + 8) ^ word(x3 + 8))) ^ (word(x4 + 8) ^ word(x5 + 8) ^ (word(x6 + 8) ^ word(x7 + 8)))
            ^ ((word(y0 + 8) ^ word(y1 + 8) ^ (word(y2 + 8) ^ word(y3 + 8))) ^ (word(y4 + 8) ^ word(y5 + 8) ^ (word(y6 + 8) ^ word(y7 + 8))));
    }

    private static long word(final long address) {
        return UnsafeApi.getLong(address);
    }
}
