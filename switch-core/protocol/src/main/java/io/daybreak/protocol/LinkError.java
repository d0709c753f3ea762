package io.daybreak.protocol;

/** Codes of the Error message: what broke the link. Numbers are never reused. */
public enum LinkError {
    /** Length prefix zero, negative or above the limit. */
    FRAME_LENGTH(1),
    /** The frame's contents are not the message its header names. */
    MALFORMED_FRAME(2),
    /** Template not known, or not one that this side may send. */
    UNKNOWN_TEMPLATE(3),
    /** Schema id or version not spoken here. */
    UNSUPPORTED_VERSION(4),
    /** Message not allowed before the session stands, or a second Hello. */
    OUT_OF_ORDER(5),
    /** Unknown participant or wrong proof; the two are not told apart. */
    NOT_AUTHENTICATED(6),
    /** Sign-on took longer than allowed. */
    SIGN_ON_TIMEOUT(7),
    /** Nothing came for the idle time. */
    IDLE_TIMEOUT(8),
    /** A frame was begun and not finished in time. */
    FRAME_TIMEOUT(9),
    /** The peer does not read its answers. */
    SLOW_READER(10),
    /** More connections than this participant, or the switch, allows. */
    TOO_MANY_CONNECTIONS(11),
    /** The switch is stopping. */
    SHUTTING_DOWN(12),
    /** More entries than a request batch may hold, or none. */
    BATCH_SIZE(13),
    /** The participant was barred or its key changed. */
    BARRED(14);

    private final int code;

    LinkError(final int code) {
        this.code = code;
    }

    /** Number on the wire. */
    public int code() {
        return code;
    }

    /** The constant with this number, or null. */
    public static LinkError of(final int code) {
        for (final LinkError error : values()) {
            if (error.code == code) {
                return error;
            }
        }
        return null;
    }
}
