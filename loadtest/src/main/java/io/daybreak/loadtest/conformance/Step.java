package io.daybreak.loadtest.conformance;

import java.util.Map;

/**
 * A line of a case's protocol, masked.
 *
 * @param kind   what it is
 * @param text   of a note or check, or the message type
 * @param fields of a message, as text; else empty
 */
public record Step(Kind kind, String text, Map<Integer, String> fields) {
    /** What happened. */
    public enum Kind {
        /** We sent. */
        SENT,
        /** The switch answered. */
        GOT,
        /** Held. */
        PASSED,
        /** Did not hold. */
        FAILED,
        /** For the reader. */
        NOTE
    }
}
