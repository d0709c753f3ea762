package io.daybreak.iso8583.dialect;

/** How a field's value becomes bytes. docs/iso8583-wire.md, "Fields". */
public enum ValueEncoding {
    /** One character a byte. */
    ASCII,
    /** A byte as two hexadecimal characters; only for {@link Content#B}. Written in upper case, read in either. */
    HEX,
    /** A byte as it is; only for {@link Content#B}. */
    RAW,
    /** Two digits a byte; an odd count has a zero nibble in front. */
    BCD_LEFT,
    /** Two digits a byte; an odd count has a zero nibble behind it. */
    BCD_RIGHT
}
