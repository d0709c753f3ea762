package io.daybreak.iso8583.codec;

/** Why a message or one of its fields cannot be read. The numbers stand in counters and are never reused. docs/iso8583-wire.md, "Errors". */
public enum ErrorReason {
    /** Nothing is wrong. */
    NONE(0, true),
    /** The message ends before its message type and primary bitmap do. */
    TOO_SHORT(1, false),
    /** The message type is not four digits. */
    MESSAGE_TYPE(2, false),
    /** The message type's first digit is not the dialect's version. */
    VERSION(3, true),
    /** A bitmap is not hexadecimal, or the message ends within it. */
    BITMAP(4, false),
    /** The message ends before the field does. */
    TRUNCATED(5, false),
    /** The length in front of the field is not a number. */
    LENGTH(6, false),
    /** The length in front of the field is above its maximum. */
    TOO_LONG(7, true),
    /** The field has a character that its content does not allow, or half a byte. */
    CONTENT(8, true),
    /** The nibble that fills up an odd count of digits is not zero. */
    PADDING(9, true),
    /** Bytes follow behind the last field, which is the one named. */
    TRAILING(10, true),
    /** The field may not be used: 65, the third bitmap. */
    NOT_ALLOWED(11, true);

    private static final ErrorReason[] BY_CODE = values();

    private final int code;
    private final boolean canGoOn;

    ErrorReason(final int code, final boolean canGoOn) {
        this.code = code;
        this.canGoOn = canGoOn;
    }

    /** The number. */
    public int code() {
        return code;
    }

    /** Whether the fields behind the error could be found all the same. */
    public boolean canGoOn() {
        return canGoOn;
    }

    /** The reason with that number. */
    public static ErrorReason of(final int code) {
        return BY_CODE[code];
    }
}
