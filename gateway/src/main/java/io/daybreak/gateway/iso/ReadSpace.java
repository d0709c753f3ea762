package io.daybreak.gateway.iso;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The memory that all connections of one event loop receive into, one after the other: what is left of a frame is put in
 * front of the next read by its {@link IsoLink}, so that a connection that waits holds no memory. Event loop's thread only.
 */
final class ReadSpace {
    /** Bytes of one read. */
    static final int READ_BYTES = 64 * 1024;

    final ByteBuf bytes;
    final UnsafeBuffer view;

    /** @param maxFrameBytes of any link */
    ReadSpace(final int maxFrameBytes) {
        final int capacity = READ_BYTES + maxFrameBytes;
        // Lives as long as its loop, so nobody has to release it.
        bytes = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(capacity)).clear();
        view = new UnsafeBuffer(bytes.nioBuffer(0, capacity));
    }

    /** What was received has been used: no card number waits here for the next read. */
    void wipe(final int length) {
        view.setMemory(0, length, (byte) 0);
    }
}
