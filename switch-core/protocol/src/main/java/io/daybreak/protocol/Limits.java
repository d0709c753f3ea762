package io.daybreak.protocol;

/** Sizes that are part of the native protocol itself, not settings. */
public final class Limits {
    /** Version of the protocol that Hello names. */
    public static final int PROTOCOL_VERSION = 1;
    /** Bytes of the length prefix: a little-endian signed 32-bit count of the bytes that follow it. */
    public static final int LENGTH_PREFIX_BYTES = 4;
    /** Entries of the largest request batch. */
    public static final int MAX_BATCH = 8_190;
    /** Largest frame, without its length prefix: header, correlation id, group size, 8,190 transfers of 96 bytes. */
    public static final int MAX_FRAME_BYTES = 8 + 8 + 4 + MAX_BATCH * 96;
    /** Entries of the largest look-up request and of the largest page of an answer. */
    public static final int MAX_PAGE = 128;
    /** Bytes of a secret, a nonce and a proof. */
    public static final int SECRET_BYTES = 32;

    private Limits() {
    }
}
