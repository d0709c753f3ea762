package io.daybreak.iso8583.dialect;

/** How the message type indicator is written. */
public enum MtiEncoding {
    /** 4 digits. */
    ASCII(4),
    /** 2 bytes. */
    BCD(2);

    private final int bytes;

    MtiEncoding(final int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of the indicator. */
    public int bytes() {
        return bytes;
    }
}
