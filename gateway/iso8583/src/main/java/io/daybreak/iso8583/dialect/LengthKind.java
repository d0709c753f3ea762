package io.daybreak.iso8583.dialect;

/** Whether a field's length is known beforehand or written in front of it. */
public enum LengthKind {
    /** Always the same. */
    FIXED,
    /** A length of two digits in front; at most 99. */
    LLVAR,
    /** A length of three digits in front; at most 999. */
    LLLVAR
}
