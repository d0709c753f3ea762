package io.daybreak.pipeline;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Room for the answer of one query: a whole message of at most {@link #CAPACITY_BYTES}. Lent by a publisher with the
 * query, filled by the ledger thread, given back through the reply sink. A publisher has a fixed number of them, so
 * that queries in flight are bounded.
 */
public final class AnswerBuffer {
    /** 128 transfers of 136 bytes, and the message around them, with room to spare. */
    public static final int CAPACITY_BYTES = 24 * 1024;

    /** The memory, for a publisher that hands it to a socket. */
    public final ByteBuffer memory = ByteBuffer.allocateDirect(CAPACITY_BYTES);
    /** A view of {@link #memory}. */
    public final UnsafeBuffer buffer = new UnsafeBuffer(memory);
    /** Bytes of the answer. */
    public int length;
}
