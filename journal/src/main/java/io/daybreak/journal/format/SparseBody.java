package io.daybreak.journal.format;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Bodies of commands as their difference from the last body of the same template in the same entry: payments of an acquirer
 * share most of their bytes, and what is left is mostly zero.
 * <pre>
 *   words that differ: one bit a word, from the first word's lowest on, in as many bytes as that needs
 *   for each of them:  bytes that differ: one bit a byte (1) | those bytes, exclusive-or with the last body's
 * </pre>
 * Packer and unpacker each have one and see the same commands, so both know the same last bodies. Not thread safe.
 */
final class SparseBody {
    /** Shortest and longest body of this form, and its length is a multiple of 8. */
    static final int MIN_LENGTH = 32;
    static final int MAX_LENGTH = 512;

    /** Templates whose last body is remembered, found by their lowest bits. */
    private static final int REMEMBERED = 8;
    private static final int WORDS = MAX_LENGTH / 8;

    private final long[][] last = new long[REMEMBERED][WORDS];
    private final int[] templates = new int[REMEMBERED];
    private final int[] lengths = new int[REMEMBERED];
    private final UnsafeBuffer body = new UnsafeBuffer(new byte[MAX_LENGTH]);

    /** True for lengths that this form is for. */
    static boolean fits(final int length) {
        return length >= MIN_LENGTH && length <= MAX_LENGTH && (length & 7) == 0;
    }

    /** Bytes that a body may take at most. */
    static int maxPackedLength(final int length) {
        return length / 64 + 1 + length / 8 * 9;
    }

    /** Forgets all bodies: a new entry begins. */
    void beginEntry() {
        for (int i = 0; i < REMEMBERED; i++) {
            templates[i] = 0;
            lengths[i] = 0;
        }
    }

    /** Packs a body and remembers it. Returns the address behind the last byte written. */
    long pack(final long target, final int templateId, final DirectBuffer command, final int offset, final int length) {
        final long[] before = lastOf(templateId, length);
        final int words = length / 8;
        final int maskBytes = maskBytes(words);
        long at = target + maskBytes;
        for (int i = 0; i < maskBytes; i++) {
            UnsafeApi.putByte(target + i, (byte) 0);
        }
        for (int word = 0; word < words; word++) {
            final long value = command.getLong(offset + word * 8, ByteOrder.LITTLE_ENDIAN);
            final long difference = value ^ before[word];
            if (difference != 0) {
                final long mask = target + (word >>> 3);
                UnsafeApi.putByte(mask, (byte) (UnsafeApi.getByte(mask) | 1 << (word & 7)));
                at = packWord(at, difference);
                before[word] = value;
            }
        }
        return at;
    }

    private static long packWord(final long target, final long difference) {
        long at = target + 1;
        int mask = 0;
        for (int i = 0; i < 8; i++) {
            final byte b = (byte) (difference >>> i * 8);
            if (b != 0) {
                mask |= 1 << i;
                UnsafeApi.putByte(at++, b);
            }
        }
        UnsafeApi.putByte(target, (byte) mask);
        return at;
    }

    /**
     * Unpacks a body and remembers it; it is then in {@link #body()}.
     *
     * @return the address behind it, or -1 if it would reach beyond {@code end} or is not what a packer writes
     */
    long unpack(final long source, final long end, final int templateId, final int length) {
        final long[] before = lastOf(templateId, length);
        final int words = length / 8;
        long at = source + maskBytes(words);
        if (at > end) {
            return -1;
        }
        for (int word = 0; word < words; word++) {
            if ((UnsafeApi.getByte(source + (word >>> 3)) & 1 << (word & 7)) != 0) {
                if (at >= end) {
                    return -1;
                }
                final int mask = UnsafeApi.getByte(at++) & 0xFF;
                if (mask == 0 || end - at < Integer.bitCount(mask)) {
                    return -1;
                }
                long difference = 0;
                for (int i = 0; i < 8; i++) {
                    if ((mask & 1 << i) != 0) {
                        difference |= (UnsafeApi.getByte(at++) & 0xFFL) << i * 8;
                    }
                }
                before[word] ^= difference;
            }
            body.putLong(word * 8, before[word], ByteOrder.LITTLE_ENDIAN);
        }
        return at;
    }

    /** The body that was unpacked last. */
    DirectBuffer body() {
        return body;
    }

    private static int maskBytes(final int words) {
        return words + 7 >>> 3;
    }

    private long[] lastOf(final int templateId, final int length) {
        final int index = templateId & REMEMBERED - 1;
        final long[] words = last[index];
        if (templates[index] != templateId || lengths[index] != length) {
            templates[index] = templateId;
            lengths[index] = length;
            for (int i = 0; i < length / 8; i++) {
                words[i] = 0;
            }
        }
        return words;
    }
}
