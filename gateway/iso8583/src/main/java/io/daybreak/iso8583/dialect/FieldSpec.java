package io.daybreak.iso8583.dialect;

import java.util.ArrayList;
import java.util.List;

/**
 * One field of a dialect. Immutable.
 *
 * @param number         1 to 128
 * @param name           for people
 * @param content        what it is made of
 * @param lengthKind     fixed, or with a length in front
 * @param maxLength      digits or characters; of {@link Content#B} bytes. The exact length of a fixed field
 * @param encoding       how the value is written
 * @param lengthEncoding how the length in front is written; of no meaning for a fixed field
 * @param isSensitive    whether a dump must not show it
 */
public record FieldSpec(int number, String name, Content content, LengthKind lengthKind, int maxLength, ValueEncoding encoding,
                        LengthEncoding lengthEncoding, boolean isSensitive) {
    /** The format as files and documents write it, such as {@code n..19}, {@code an 12}, {@code x+n 17}. */
    public String format() {
        final String letters = content == Content.XN ? "x+n" : content.name().toLowerCase(java.util.Locale.ROOT);
        return letters + switch (lengthKind) {
            case FIXED -> " ";
            case LLVAR -> "..";
            case LLLVAR -> "...";
        } + maxLength;
    }

    /** Bytes on the wire of a value of that length, without the length in front. */
    public int bytesOf(final int length) {
        return switch (encoding) {
            case ASCII, RAW -> length;
            case HEX -> 2 * length;
            case BCD_LEFT, BCD_RIGHT -> content == Content.XN ? 1 + length / 2 : (length + 1) / 2;
        };
    }

    /** Bytes of the length in front; 0 if fixed. */
    public int prefixBytes() {
        final int digits = switch (lengthKind) {
            case FIXED -> 0;
            case LLVAR -> 2;
            case LLLVAR -> 3;
        };
        return lengthEncoding == LengthEncoding.ASCII || digits == 0 ? digits : digits - 1;
    }

    /** What is wrong with this combination; empty if nothing. */
    List<String> problems() {
        final List<String> problems = new ArrayList<>();
        final boolean isBcd = encoding == ValueEncoding.BCD_LEFT || encoding == ValueEncoding.BCD_RIGHT;
        final boolean isBinary = encoding == ValueEncoding.HEX || encoding == ValueEncoding.RAW;
        if (isBinary != (content == Content.B)) {
            problems.add("b goes with the encodings hex and raw, everything else with ascii and bcd");
        }
        if (isBcd && (content == Content.AN || content == Content.ANS)) {
            problems.add("letters cannot be written in bcd");
        }
        if (content == Content.XN && (lengthKind != LengthKind.FIXED || maxLength % 2 == 0)) {
            problems.add("x+n is fixed, one letter and an even count of digits");
        }
        final int count = encoding == ValueEncoding.HEX ? 2 * maxLength : maxLength;
        final int most = switch (lengthKind) {
            case FIXED, LLLVAR -> 999;
            case LLVAR -> 99;
        };
        if (maxLength < 1 || count > most) {
            problems.add("the length must be from 1 to what two (..) or three (...) digits can count, in hex two characters for each byte");
        }
        return problems;
    }
}
