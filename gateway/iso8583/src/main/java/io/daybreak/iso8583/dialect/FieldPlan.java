package io.daybreak.iso8583.dialect;

/**
 * A {@link FieldSpec} in one word, so that the codec's loop reads a field's whole description with one load and branches on
 * small numbers. "Count" is what a length in front counts: digits, characters, or of binary fields bytes on the wire.
 * <pre>
 *  bit 0..2    prefix, see PREFIX_*
 *  bit 3       CONTENT_N: number() may be asked
 *  bit 4..7    check class, see CHECK_*
 *  bit 8       NIBBLES: two digits a byte
 *  bit 9       PAD_RIGHT: an odd count is padded behind
 *  bit 10      HEX: two characters for each byte of the value
 *  bit 11      APART: the check must not run on from the field before (the prefix is of another class)
 *  bit 12      ODD: a fixed field with an odd count of nibbles, of which one is padding
 *  bit 13..14  bytes of the prefix
 *  bit 16..31  count: the most, or of a fixed field the exact one
 *  bit 32..47  units of a fixed field (digits, characters, bytes that the value stands for), else 0
 *  bit 48..62  bytes of a fixed field, else 0
 * </pre>
 */
public final class FieldPlan {
    /** Fixed length. */
    public static final int PREFIX_NONE = 0;
    /** Two ASCII digits. */
    public static final int PREFIX_ASCII_2 = 1;
    /** Three ASCII digits. */
    public static final int PREFIX_ASCII_3 = 2;
    /** One byte of two digits. */
    public static final int PREFIX_BCD_1 = 3;
    /** Two bytes of three digits. */
    public static final int PREFIX_BCD_2 = 4;
    /** One byte. */
    public static final int PREFIX_BINARY_1 = 5;
    /** Two bytes, big endian. */
    public static final int PREFIX_BINARY_2 = 6;

    /** Nothing to check. */
    public static final int CHECK_NONE = 0;
    /** ASCII digits. */
    public static final int CHECK_DIGITS = 1;
    /** ASCII letters, digits, blanks. */
    public static final int CHECK_AN = 2;
    /** 0x20 to 0x7E. */
    public static final int CHECK_PRINTABLE = 3;
    /** Hexadecimal characters. */
    public static final int CHECK_HEX = 4;
    /** Nibbles 0 to 9. */
    public static final int CHECK_NIBBLES = 5;
    /** ASCII digits, = and D. */
    public static final int CHECK_TRACK = 6;
    /** Nibbles 0 to 9 and D. */
    public static final int CHECK_TRACK_NIBBLES = 7;
    /** C or D, then ASCII digits. */
    public static final int CHECK_SIGNED = 8;
    /** C or D, then nibbles. */
    public static final int CHECK_SIGNED_NIBBLES = 9;

    /** The content is digits. */
    public static final long CONTENT_N = 1L << 3;
    /** Two digits a byte. */
    public static final long NIBBLES = 1L << 8;
    /** An odd count is padded behind. */
    public static final long PAD_RIGHT = 1L << 9;
    /** Two characters for each byte of the value. */
    public static final long HEX = 1L << 10;
    /** The check must not run on from the field before. */
    public static final long APART = 1L << 11;

    /** A fixed field with an odd count of nibbles. */
    public static final long ODD = 1L << 12;

    private FieldPlan() {
    }

    /** One of PREFIX_*. */
    public static int prefix(final long plan) {
        return (int) plan & 7;
    }

    /** Bytes and units of a fixed field in the order of an index: {@code bytes << 16 | units}. */
    public static long fixedSizes(final long plan) {
        return plan >>> 32;
    }

    /** One of CHECK_*. */
    public static int check(final long plan) {
        return (int) (plan >>> 4) & 15;
    }

    /** The greatest count, or the exact one of a fixed field. */
    public static int count(final long plan) {
        return (int) (plan >>> 16) & 0xFFFF;
    }

    /** Bytes of a fixed field. */
    public static int fixedBytes(final long plan) {
        return (int) (plan >>> 48);
    }

    /** Units of a fixed field. */
    public static int fixedUnits(final long plan) {
        return (int) (plan >>> 32) & 0xFFFF;
    }

    /** Bytes of the length in front. */
    public static int prefixBytes(final long plan) {
        return (int) (plan >>> 13) & 3;
    }

    static long of(final FieldSpec spec) {
        final boolean isBcd = spec.encoding() == ValueEncoding.BCD_LEFT || spec.encoding() == ValueEncoding.BCD_RIGHT;
        final boolean isFixed = spec.lengthKind() == LengthKind.FIXED;
        final int check = switch (spec.content()) {
            case N -> isBcd ? CHECK_NIBBLES : CHECK_DIGITS;
            case AN -> CHECK_AN;
            case ANS -> CHECK_PRINTABLE;
            case B -> spec.encoding() == ValueEncoding.HEX ? CHECK_HEX : CHECK_NONE;
            case Z -> isBcd ? CHECK_TRACK_NIBBLES : CHECK_TRACK;
            case XN -> isBcd ? CHECK_SIGNED_NIBBLES : CHECK_SIGNED;
        };
        final int prefix = prefixOf(spec);
        long plan = prefix | (long) check << 4 | (long) spec.prefixBytes() << 13;
        if (spec.content() == Content.N) {
            plan |= CONTENT_N;
        }
        if (isBcd && spec.content() != Content.XN) {
            plan |= NIBBLES;
        }
        if (isBcd && spec.content() != Content.XN && isFixed && spec.maxLength() % 2 != 0) {
            plan |= ODD;
        }
        if (spec.encoding() == ValueEncoding.BCD_RIGHT) {
            plan |= PAD_RIGHT;
        }
        if (spec.encoding() == ValueEncoding.HEX) {
            plan |= HEX;
        }
        if (isApart(check, prefix)) {
            plan |= APART;
        }
        plan |= (long) (spec.encoding() == ValueEncoding.HEX ? 2 * spec.maxLength() : spec.maxLength()) << 16;
        if (isFixed) {
            plan |= (long) spec.bytesOf(spec.maxLength()) << 48 | (long) spec.maxLength() << 32;
        }
        return plan;
    }

    private static int prefixOf(final FieldSpec spec) {
        if (spec.lengthKind() == LengthKind.FIXED) {
            return PREFIX_NONE;
        }
        final int first = switch (spec.lengthEncoding()) {
            case ASCII -> PREFIX_ASCII_2;
            case BCD -> PREFIX_BCD_1;
            case BINARY -> PREFIX_BINARY_1;
        };
        return spec.lengthKind() == LengthKind.LLVAR ? first : first + 1;
    }

    /** ASCII digits of a length are themselves digits, letters-or-digits and printable; those of BCD are nibbles. */
    private static boolean isApart(final int check, final int prefix) {
        return switch (check) {
            case CHECK_DIGITS, CHECK_AN, CHECK_PRINTABLE, CHECK_HEX -> prefix > PREFIX_ASCII_3;
            case CHECK_NIBBLES -> prefix != PREFIX_NONE && prefix != PREFIX_BCD_1 && prefix != PREFIX_BCD_2;
            default -> true;
        };
    }
}
