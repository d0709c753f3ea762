package io.daybreak.gateway.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where one link's frames gather before they are written with one call. Owned by an event loop, reused: once the socket
 * has taken everything it goes back to the loop's stock.
 */
public final class OutBuffer {
    /** Holds the largest answer of a query and the largest frame of outcomes with room to spare. */
    public static final int CAPACITY = 64 * 1024;

    /** What is written to the socket. */
    public final ByteBuf bytes = Unpooled.directBuffer(CAPACITY, CAPACITY);
    /** The same memory, for encoders. */
    public final UnsafeBuffer view = new UnsafeBuffer(bytes.nioBuffer(0, CAPACITY));
    /** Bytes used. */
    public int length;
}
