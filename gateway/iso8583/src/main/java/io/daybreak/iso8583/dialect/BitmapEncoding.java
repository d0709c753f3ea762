package io.daybreak.iso8583.dialect;

/** How each bitmap of 64 bits is written. */
public enum BitmapEncoding {
    /** 16 hexadecimal characters, written in upper case, read in either. */
    HEX(16),
    /** 8 bytes. */
    BINARY(8);

    private final int bytes;

    BitmapEncoding(final int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one bitmap. */
    public int bytes() {
        return bytes;
    }
}
