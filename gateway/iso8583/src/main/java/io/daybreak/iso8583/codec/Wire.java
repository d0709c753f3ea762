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

    /** Copies up to thousands of bytes; small ones, which fields are, without a call into the virtual machine. */
    static void copy(final Object fromBase, final long from, final Object toBase, final long to, final int length) {
        int done = 0;
        for (; done + 8 <= length; done += 8) {
            UnsafeApi.putLong(toBase, to + done, UnsafeApi.getLong(fromBase, from + done));
        }
        for (; done < length; done++) {
            UnsafeApi.putByte(toBase, to + done, UnsafeApi.getByte(fromBase, from + done));
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
     * Whether all bytes of a range are of a class.
     *
     * @param check one of FieldPlan.CHECK_*
     */
    static boolean isClean(final int check, final Object base, final long start, final long end) {
        if (start >= end) {
            return true;
        }
        return switch (check) {
            case FieldPlan.CHECK_DIGITS -> areDigits(base, start, end);
            case FieldPlan.CHECK_PRINTABLE -> arePrintable(base, start, end);
            case FieldPlan.CHECK_NIBBLES -> areDecimalNibbles(base, start, end);
            case FieldPlan.CHECK_AN -> areAlphanumeric(base, start, end);
            case FieldPlan.CHECK_HEX -> areHex(base, start, end);
            case FieldPlan.CHECK_TRACK -> areTrack(base, start, end);
            case FieldPlan.CHECK_TRACK_NIBBLES -> areTrackNibbles(base, start, end);
            case FieldPlan.CHECK_SIGNED -> isSign(unsigned(base, start)) && isClean(FieldPlan.CHECK_DIGITS, base, start + 1, end);
            case FieldPlan.CHECK_SIGNED_NIBBLES ->
                isSign(unsigned(base, start)) && isClean(FieldPlan.CHECK_NIBBLES, base, start + 1, end);
            default -> true;
        };
    }

    private static boolean isSign(final int character) {
        return character == 'C' || character == 'D';
    }

    private static boolean areDigits(final Object base, final long start, final long end) {
        long bad = 0;
        long at = start;
        for (; at + 8 <= end; at += 8) {
            bad |= notDigits(word(base, at));
        }
        if (at < end) {
            final long keep = -1L << (64 - 8 * (int) (end - at));
            bad |= notDigits(word(base, end - 8) & keep | ZEROS & ~keep);
        }
        return bad == 0;
    }

    /** A carry out of a byte can only come from one that is no digit itself. */
    static long notDigits(final long word) {
        return (word & HIGH_NIBBLES ^ ZEROS) | (word + 0x06 * ONES & HIGH_NIBBLES ^ ZEROS);
    }

    private static boolean arePrintable(final Object base, final long start, final long end) {
        long bad = 0;
        long at = start;
        for (; at + 8 <= end; at += 8) {
            bad |= notPrintable(word(base, at));
        }
        if (at < end) {
            final long keep = -1L << (64 - 8 * (int) (end - at));
            bad |= notPrintable(word(base, end - 8) & keep | BLANKS & ~keep);
        }
        return (bad & TOPS) == 0;
    }

    private static long notPrintable(final long word) {
        return word | word - BLANKS | word + ONES;
    }

    private static boolean areDecimalNibbles(final Object base, final long start, final long end) {
        long bad = 0;
        long at = start;
        for (; at + 8 <= end; at += 8) {
            bad |= notDecimal(word(base, at));
        }
        if (at < end) {
            bad |= notDecimal(last(base, end, (int) (end - at)));
        }
        return bad == 0;
    }

    /** A bit for each nibble above 9: its 8 is set, and its 4 or its 2. */
    static long notDecimal(final long word) {
        return word >>> 3 & (word >>> 2 | word >>> 1) & 0x1111111111111111L;
    }

    private static boolean areAlphanumeric(final Object base, final long start, final long end) {
        long good = TOPS;
        long at = start;
        for (; at + 8 <= end; at += 8) {
            good &= alphanumeric(word(base, at));
        }
        if (at < end) {
            final long keep = -1L << (64 - 8 * (int) (end - at));
            good &= alphanumeric(word(base, end - 8) & keep | BLANKS & ~keep);
        }
        return good == TOPS;
    }

    /** The top bit of each byte that is a letter, a digit or a blank. Bytes above 0x7F are cut first, so nothing carries. */
    private static long alphanumeric(final long word) {
        final long low = word & ~TOPS;
        final long lower = low | BLANKS;
        final long digit = low + 0x50 * ONES & ~(low + 0x46 * ONES);
        final long letter = lower + 0x1F * ONES & ~(lower + 0x05 * ONES);
        // 0x40 to 0x5F fold onto 0x60 to 0x7F; only what is a letter there was one before.
        final long blank = ~((low ^ BLANKS) + 0x7F * ONES);
        return (digit | letter & low + 0x40 * ONES | blank) & ~word & TOPS;
    }

    private static boolean areHex(final Object base, final long start, final long end) {
        long good = TOPS;
        long at = start;
        for (; at + 8 <= end; at += 8) {
            good &= hex(word(base, at));
        }
        if (at < end) {
            final long keep = -1L << (64 - 8 * (int) (end - at));
            good &= hex(word(base, end - 8) & keep | ZEROS & ~keep);
        }
        return good == TOPS;
    }

    /** The top bit of each byte that is 0-9, A-F or a-f. */
    private static long hex(final long word) {
        final long low = word & ~TOPS;
        final long lower = low | BLANKS;
        final long digit = low + 0x50 * ONES & ~(low + 0x46 * ONES);
        final long letter = lower + 0x1F * ONES & ~(lower + 0x19 * ONES) & low + 0x40 * ONES;
        return (digit | letter) & ~word & TOPS;
    }

    private static boolean areTrack(final Object base, final long start, final long end) {
        for (long at = start; at < end; at++) {
            final int character = unsigned(base, at);
            if ((character < '0' || character > '9') && character != '=' && character != 'D') {
                return false;
            }
        }
        return true;
    }

    private static boolean areTrackNibbles(final Object base, final long start, final long end) {
        for (long at = start; at < end; at++) {
            final int two = unsigned(base, at);
            if (isBadTrackNibble(two >>> 4) || isBadTrackNibble(two & 15)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBadTrackNibble(final int nibble) {
        return nibble > 9 && nibble != 0xD;
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
