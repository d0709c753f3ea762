package io.daybreak.iso8583.frame;

/** What stands between a frame's length and its message. The length counts it. */
public enum HeaderKind {
    /** Nothing. */
    NONE,
    /** A transport protocol data unit: an id of 1 byte, destination and source of 2 bytes each; swapped in the answer. */
    TPDU,
    /** The same bytes in every frame. */
    LITERAL
}
