package io.daybreak.iso8583.codec;

import io.daybreak.iso8583.dialect.FieldPlan;
import org.agrona.UnsafeApi;

import java.nio.ByteOrder;

/**
 * Eight characters at a time. A "word" holds the first byte in memory in its lowest byte, on any machine.
 * <p>
 * Works on raw addresses, without bounds checks: callers have compared every address with the ends of their buffer, once a
 * field instead of once an access. Functions that read "backwards" need 7 readable bytes before the range; a message type and a
 * bitmap, at least 10 bytes, stand before any field. Stateless.
 */
final class Wire {
    private static final boolean IS_LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;
    private static final long NIBBLE_ONES = 0x1111111111111111L;
    private static final long ZEROS = '0' * ONES;
    private static final long HIGH_NIBBLES = 0xF0F0F0F0F0F0F0F0L;
    private static final long LOW_NIBBLES = 0x0F0F0F0F0F0F0F0FL;
    private static final long BLANKS = ' ' * ONES;
    private static final byte[] HEX_DIGITS = "0123456789ABCDEF".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private Wire() {
    }

    static long word(final Object base, final long address) {
        final long word = UnsafeApi.getLong(base, address);
        return IS_LITTLE ? word : Long.reverseBytes(word);
    }

    static void putWord(final Object base, final long address, final long word) {
        UnsafeApi.putLong(base, address, IS_LITTLE ? word : Long.reverseBytes(word));
    }

    static int half(final Object base, final long address) {
        final int half = UnsafeApi.getInt(base, address);
        return IS_LITTLE ? half : Integer.reverseBytes(half);
    }

    static void putHalf(final Object base, final long address, final int half) {
        UnsafeApi.putInt(base, address, IS_LITTLE ? half : Integer.reverseBytes(half));
    }

    static int unsigned(final Object base, final long address) {
        return UnsafeApi.getByte(base, address) & 0xFF;
    }

    static void putByte(final Object base, final long address, final int value) {
        UnsafeApi.putByte(base, address, (byte) value);
    }

    /**
     * Copies a field, without a call into the virtual machine. Never reads or writes outside the two ranges. They may overlap if the
     * copy goes at least 8 bytes towards lower addresses.
     */
    static void copy(final Object fromBase, final long from, final Object toBase, final long to, final int length) {
        if (length >= 8) {
            final long last = UnsafeApi.getLong(fromBase, from + length - 8);
            for (int i = 0; i < length - 8; i += 8) {
                UnsafeApi.putLong(toBase, to + i, UnsafeApi.getLong(fromBase, from + i));
            }
            UnsafeApi.putLong(toBase, to + length - 8, last);
        } else if (length >= 4) {
            final int last = UnsafeApi.getInt(fromBase, from + length - 4);
            UnsafeApi.putInt(toBase, to, UnsafeApi.getInt(fromBase, from));
            UnsafeApi.putInt(toBase, to + length - 4, last);
        } else {
            for (int i = 0; i < length; i++) {
                UnsafeApi.putByte(toBase, to + i, UnsafeApi.getByte(fromBase, from + i));
            }
        }
    }

    /** Stores the first {@code count} (0 to 8) bytes of a word; may write all eight if they fit before {@code limit}. */
    static void putFirst(final Object base, final long address, final long limit, final long word, final int count) {
        if (address + 8 <= limit) {
            putWord(base, address, word);
        } else {
            long rest = word;
            for (int i = 0; i < count; i++) {
                putByte(base, address + i, (int) rest);
                rest >>>= 8;
            }
        }
    }

    /** The last {@code count} (1 to 8) bytes before {@code end}, in the word's upper bytes; the others zero. Reads backwards. */
    private static long last(final Object base, final long end, final int count) {
        return word(base, end - 8) & -1L << (64 - 8 * count);
    }

    /**
     * Whether all bytes of a range are of a class. Loops count in int, so that the compiler unrolls them; a tail overlaps what was
     * checked before.
     *
     * @param check one of FieldPlan.CHECK_*
     */
    static boolean isClean(final int check, final Object base, final long start, final long end) {
        final int length = (int) (end - start);
        if (length <= 0) {
            return true;
        }
        return switch (check) {
            case FieldPlan.CHECK_DIGITS -> areDigits(base, start, length);
            case FieldPlan.CHECK_PRINTABLE -> arePrintable(base, start, length);
            case FieldPlan.CHECK_NIBBLES -> areDecimalNibbles(base, start, length);
            case FieldPlan.CHECK_AN -> areAlphanumeric(base, start, length);
            case FieldPlan.CHECK_HEX -> areHex(base, start, length);
            case FieldPlan.CHECK_TRACK -> areTrack(base, start, length);
            case FieldPlan.CHECK_TRACK_NIBBLES -> areTrackNibbles(base, start, length);
            case FieldPlan.CHECK_SIGNED -> isSign(unsigned(base, start)) && isClean(FieldPlan.CHECK_DIGITS, base, start + 1, end);
            case FieldPlan.CHECK_SIGNED_NIBBLES ->
                isSign(unsigned(base, start)) && isClean(FieldPlan.CHECK_NIBBLES, base, start + 1, end);
            default -> true;
        };
    }

    private static boolean isSign(final int character) {
        return character == 'C' || character == 'D';
    }

    /** The last {@code length} (1 to 7) bytes before the end of a range; the bytes before them are replaced by a filling. */
    private static long shortWord(final Object base, final long start, final int length, final long filling) {
        final long keep = -1L << (64 - 8 * length);
        return word(base, start + length - 8) & keep | filling & ~keep;
    }

    private static boolean areDigits(final Object base, final long start, final int length) {
        if (length < 8) {
            return notDigits(shortWord(base, start, length, ZEROS)) == 0;
        }
        long bad = 0;
        for (int i = 0; i < length - 8; i += 8) {
            bad |= notDigits(word(base, start + i));
        }
        return (bad | notDigits(word(base, start + length - 8))) == 0;
    }

    /** A carry out of a byte can only come from one that is no digit itself. */
    static long notDigits(final long word) {
        return (word & HIGH_NIBBLES ^ ZEROS) | (word + 0x06 * ONES & HIGH_NIBBLES ^ ZEROS);
    }

    private static boolean arePrintable(final Object base, final long start, final int length) {
        if (length < 8) {
            return (notPrintable(shortWord(base, start, length, BLANKS)) & TOPS) == 0;
        }
        long bad = 0;
        for (int i = 0; i < length - 8; i += 8) {
            bad |= notPrintable(word(base, start + i));
        }
        return ((bad | notPrintable(word(base, start + length - 8))) & TOPS) == 0;
    }

    private static long notPrintable(final long word) {
        return word | word - BLANKS | word + ONES;
    }

    private static boolean areDecimalNibbles(final Object base, final long start, final int length) {
        if (length < 8) {
            return notDecimal(shortWord(base, start, length, 0)) == 0;
        }
        long bad = 0;
        for (int i = 0; i < length - 8; i += 8) {
            bad |= notDecimal(word(base, start + i));
        }
        return (bad | notDecimal(word(base, start + length - 8))) == 0;
    }

    /** A bit for each nibble above 9: its 8 is set, and its 4 or its 2. */
    static long notDecimal(final long word) {
        return word >>> 3 & (word >>> 2 | word >>> 1) & NIBBLE_ONES;
    }

    private static boolean areAlphanumeric(final Object base, final long start, final int length) {
        if (length < 8) {
            return alphanumeric(shortWord(base, start, length, BLANKS)) == TOPS;
        }
        long good = TOPS;
        for (int i = 0; i < length - 8; i += 8) {
            good &= alphanumeric(word(base, start + i));
        }
        return (good & alphanumeric(word(base, start + length - 8))) == TOPS;
    }

    /** The top bit of each byte that is a letter, a digit or a blank. Bytes above 0x7F are cut first, so nothing carries. */
    private static long alphanumeric(final long word) {
        final long low = word & ~TOPS;
        final long lower = low | BLANKS;
        final long letter = lower + 0x1F * ONES & ~(lower + 0x05 * ONES);
        // 0x40 to 0x5F fold onto 0x60 to 0x7F; only what is a letter there was one before.
        return (digit(low) | letter & low + 0x40 * ONES | equal(low, ' ')) & ~word & TOPS;
    }

    /** The top bit of each byte that is 0-9; the bytes have no top bits. */
    private static long digit(final long low) {
        return low + 0x50 * ONES & ~(low + 0x46 * ONES);
    }

    /** The top bit of each byte that is a character; the bytes have no top bits. */
    private static long equal(final long low, final int character) {
        return ~((low ^ character * ONES) + 0x7F * ONES);
    }

    /** Chip data is the longest field by far, so the test stands in the loop: it is too long for the compiler to put it there. */
    private static boolean areHex(final Object base, final long start, final int length) {
        if (length < 8) {
            return hex(shortWord(base, start, length, ZEROS)) == TOPS;
        }
        long good = TOPS;
        long every = 0;
        for (int i = 0; i < length - 8; i += 8) {
            final long word = word(base, start + i);
            every |= word;
            final long low = word & ~TOPS;
            final long lower = low | BLANKS;
            good &= low + 0x50 * ONES & ~(low + 0x46 * ONES) | lower + 0x1F * ONES & ~(lower + 0x19 * ONES) & low + 0x40 * ONES;
        }
        return (good & ~every & hex(word(base, start + length - 8))) == TOPS;
    }

    /** The top bit of each byte that is 0-9, A-F or a-f. */
    private static long hex(final long word) {
        final long low = word & ~TOPS;
        final long lower = low | BLANKS;
        final long letter = lower + 0x1F * ONES & ~(lower + 0x19 * ONES) & low + 0x40 * ONES;
        return (digit(low) | letter) & ~word & TOPS;
    }

    private static boolean areTrack(final Object base, final long start, final int length) {
        if (length < 8) {
            return track(shortWord(base, start, length, ZEROS)) == TOPS;
        }
        long good = TOPS;
        for (int i = 0; i < length - 8; i += 8) {
            good &= track(word(base, start + i));
        }
        return (good & track(word(base, start + length - 8))) == TOPS;
    }

    private static long track(final long word) {
        final long low = word & ~TOPS;
        return (digit(low) | equal(low, '=') | equal(low, 'D')) & ~word & TOPS;
    }

    private static boolean areTrackNibbles(final Object base, final long start, final int length) {
        if (length < 8) {
            return notTrack(shortWord(base, start, length, 0)) == 0;
        }
        long bad = 0;
        for (int i = 0; i < length - 8; i += 8) {
            bad |= notTrack(word(base, start + i));
        }
        return (bad | notTrack(word(base, start + length - 8))) == 0;
    }

    /** A bit for each nibble above 9 that is not 13: 8, 4 and 1 without 2. */
    private static long notTrack(final long word) {
        return notDecimal(word) & ~(word >>> 2 & ~(word >>> 1) & word);
    }

    /** The number of the last {@code count} (1 to 18) ASCII digits before {@code end}, which have been checked. Reads backwards. */
    static long number(final Object base, final long end, final int count) {
        if (count <= 8) {
            return eightDigits(last(base, end, count));
        }
        if (count <= 16) {
            return eightDigits(last(base, end - 8, count - 8)) * 100_000_000L + eightDigits(word(base, end - 8));
        }
        return (eightDigits(last(base, end - 16, count - 16)) * 100_000_000L + eightDigits(word(base, end - 16))) * 100_000_000L
            + eightDigits(word(base, end - 8));
    }

    /** Pairs, then fours, then all eight; a zero byte counts as the digit 0. */
    private static long eightDigits(final long word) {
        final long digits = word & LOW_NIBBLES;
        final long pairs = digits * 10 + (digits >>> 8) & 0x00FF00FF00FF00FFL;
        final long fours = pairs * 100 + (pairs >>> 16) & 0x0000FFFF0000FFFFL;
        return fours * 10_000 + (fours >>> 32) & 0xFFFFFFFFL;
    }

    /** The number in the last {@code bytes} (1 to 8) bytes of BCD before {@code end}, which have been checked. Reads backwards. */
    static long bcdNumber(final Object base, final long end, final int bytes, final boolean isPaddedRight) {
        final long nibbles = Long.reverseBytes(last(base, end, bytes)) >>> (isPaddedRight ? 4 : 0);
        final long pairs = (nibbles >>> 4 & LOW_NIBBLES) * 10 + (nibbles & LOW_NIBBLES);
        final long fours = (pairs >>> 8 & 0x00FF00FF00FF00FFL) * 100 + (pairs & 0x00FF00FF00FF00FFL);
        final long eights = (fours >>> 16 & 0x0000FFFF0000FFFFL) * 10_000 + (fours & 0x0000FFFF0000FFFFL);
        return (eights >>> 32) * 100_000_000L + (eights & 0xFFFFFFFFL);
    }

    /** Eight digits (one a byte, values 0 to 9) of a number below 100,000,000. */
    static long digitsOf(final int number) {
        final int high = number / 10_000;
        final long fours = high | (long) (number - high * 10_000) << 32;
        final long hundreds = fours * 10_486 >>> 20 & 0x0000007F0000007FL;
        final long pairs = hundreds | fours - hundreds * 100 << 16;
        final long tens = pairs * 103 >>> 10 & 0x000F000F000F000FL;
        return tens | pairs - tens * 10 << 8;
    }

    static long asciiOf(final int number) {
        return digitsOf(number) | ZEROS;
    }

    /** Sixteen digits in BCD as a word of eight bytes; the number is below 10^16. */
    static long bcdOf(final long number) {
        final long high = number / 100_000_000L;
        final int low = (int) (number - high * 100_000_000L);
        return packed(digitsOf((int) high)) | packed(digitsOf(low)) << 32;
    }

    /** Eight bytes of one digit each into four bytes of two. */
    static long packed(final long digits) {
        final long pairs = (digits << 4 | digits >>> 8) & 0x00FF00FF00FF00FFL;
        final long fours = (pairs | pairs >>> 8) & 0x0000FFFF0000FFFFL;
        return (fours | fours >>> 16) & 0xFFFFFFFFL;
    }

    /** Whether the 16 bytes are hexadecimal characters. */
    static boolean isHexBitmap(final Object base, final long address) {
        return (hex(word(base, address)) & hex(word(base, address + 8))) == TOPS;
    }

    /** The 64 bits of 16 hexadecimal characters, which have been checked; the first character's are the highest. */
    static long hexBitmap(final Object base, final long address) {
        return (long) Integer.reverseBytes((int) packed(hexValues(word(base, address)))) << 32
            | Integer.reverseBytes((int) packed(hexValues(word(base, address + 8)))) & 0xFFFFFFFFL;
    }

    private static long hexValues(final long word) {
        return (word & LOW_NIBBLES) + 9 * (word >>> 6 & ONES);
    }

    static void putHexBitmap(final Object base, final long address, final long bitmap) {
        putWord(base, address, hexOf((int) (bitmap >>> 32)));
        putWord(base, address + 8, hexOf((int) bitmap));
    }

    /** Eight characters of 32 bits, the highest first. */
    private static long hexOf(final int bits) {
        long wide = Integer.reverseBytes(bits) & 0xFFFFFFFFL;
        wide = (wide | wide << 16) & 0x0000FFFF0000FFFFL;
        wide = (wide | wide << 8) & 0x00FF00FF00FF00FFL;
        final long nibbles = (wide >>> 4 | wide << 8) & LOW_NIBBLES;
        // 6 more than 9 carries into bit 4: those are letters, 7 further on.
        final long letters = nibbles + 6 * ONES >>> 4 & ONES;
        return nibbles + ZEROS + letters * 7;
    }

    static long bitmap(final Object base, final long address) {
        return Long.reverseBytes(word(base, address));
    }

    static void putBitmap(final Object base, final long address, final long bitmap) {
        putWord(base, address, Long.reverseBytes(bitmap));
    }

    static int hexDigit(final int value) {
        return HEX_DIGITS[value];
    }

    /** The value of a hexadecimal character that has been checked. */
    static int hexValue(final int character) {
        return (character & 15) + 9 * (character >>> 6);
    }

    static int nibble(final Object base, final long address, final int index) {
        final int two = unsigned(base, address + (index >> 1));
        return (index & 1) == 0 ? two >>> 4 : two & 15;
    }
}
