package io.daybreak.iso8583.dialect;

/** How the length in front of a variable field is written. */
public enum LengthEncoding {
    /** Two or three ASCII digits. */
    ASCII,
    /** One byte for two digits, two bytes for three, the first nibble of which is zero. */
    BCD,
    /** One byte for LLVAR, two bytes, big endian, for LLLVAR. The limits stay those of two and three digits. */
    BINARY
}
