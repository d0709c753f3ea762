package io.daybreak.reference;

import org.agrona.DirectBuffer;

/** Forms of text fields in records. */
public final class Texts {
    private Texts() {
    }

    /**
     * True for an identifier of fixed length as it stands in a message of ISO 8583: printable ASCII, blanks at its end
     * only or within, not blank all over.
     */
    public static boolean isIdentifier(final DirectBuffer buffer, final int offset, final int length) {
        boolean blank = true;
        for (int i = 0; i < length; i++) {
            final byte character = buffer.getByte(offset + i);
            if (character < ' ' || character > '~') {
                return false;
            }
            blank &= character == ' ';
        }
        return !blank;
    }

    /** True for printable ASCII without blanks at its ends, padded with zero bytes; may be empty. */
    public static boolean isName(final DirectBuffer buffer, final int offset, final int length) {
        int end = 0;
        while (end < length && buffer.getByte(offset + end) != 0) {
            final byte character = buffer.getByte(offset + end);
            if (character < ' ' || character > '~') {
                return false;
            }
            end++;
        }
        for (int i = end; i < length; i++) {
            if (buffer.getByte(offset + i) != 0) {
                return false;
            }
        }
        return end == 0 || buffer.getByte(offset) != ' ' && buffer.getByte(offset + end - 1) != ' ';
    }
}
