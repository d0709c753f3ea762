package io.daybreak.iso8583.frame;

/** How a frame's length is written. */
public enum LengthFormat {
    /** 2 bytes, big endian. */
    BINARY_2(2, 65_535),
    /** 4 bytes, big endian. */
    BINARY_4(4, Integer.MAX_VALUE),
    /** 4 ASCII digits. */
    ASCII_4(4, 9_999),
    /** 4 digits in 2 bytes. */
    BCD_2(2, 9_999);

    private final int bytes;
    private final int max;

    LengthFormat(final int bytes, final int max) {
        this.bytes = bytes;
        this.max = max;
    }

    /** Bytes of the length itself. */
    public int bytes() {
        return bytes;
    }

    /** The greatest number it can tell. */
    public int max() {
        return max;
    }
}
