package io.daybreak.client;

import io.netty.buffer.ByteBuf;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Cuts what the socket delivers into frames, in place; only a frame that lies across two reads is copied.
 * <pre>
 *   int32 little endian: n | n bytes: message header, message | int32 ...
 * </pre>
 * Event loop thread only. Holds at most one frame of {@code maxFrameBytes}.
 */
public final class FrameReader {
    /** Consumes frames. */
    @FunctionalInterface
    public interface FrameHandler {
        /**
         * @param offset of the message header
         * @return false to stop reading: the connection is being closed
         */
        boolean onFrame(DirectBuffer buffer, int offset, int length);
    }

    private static final int PREFIX_BYTES = 4;
    private static final int MIN_FRAME_BYTES = 8;
    private static final int INITIAL_STASH_BYTES = 4 << 10;

    private final int maxFrameBytes;
    private final FrameHandler handler;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer stash = new UnsafeBuffer(new byte[INITIAL_STASH_BYTES]);
    private int stashed;

    /** @param maxFrameBytes without the length prefix; a longer one ends the reading */
    public FrameReader(final int maxFrameBytes, final FrameHandler handler) {
        this.maxFrameBytes = maxFrameBytes;
        this.handler = handler;
    }

    /**
     * Takes all readable bytes.
     *
     * @return false if a length prefix is out of bounds or the handler said stop: nothing more must be read
     */
    public boolean read(final ByteBuf in) {
        final int end = in.readableBytes();
        if (in.hasMemoryAddress()) {
            view.wrap(in.memoryAddress() + in.readerIndex(), end);
        } else {
            final ByteBuffer nio = in.nioBuffer();
            view.wrap(nio, nio.position(), end);
        }
        int position = 0;
        if (stashed > 0) {
            position = completeStash(end);
            if (position < 0) {
                return false;
            }
        }
        while (end - position >= PREFIX_BYTES) {
            final int length = view.getInt(position, ByteOrder.LITTLE_ENDIAN);
            if (length < MIN_FRAME_BYTES || length > maxFrameBytes) {
                return false;
            }
            if (end - position - PREFIX_BYTES < length) {
                break;
            }
            if (!handler.onFrame(view, position + PREFIX_BYTES, length)) {
                return false;
            }
            position += PREFIX_BYTES + length;
        }
        if (position < end) {
            append(position, end - position);
        }
        return true;
    }

    /** Adds to the frame begun in an earlier read; returns how many bytes of this one were taken, -1 to stop. */
    private int completeStash(final int end) {
        int position = 0;
        if (stashed < PREFIX_BYTES) {
            position = Math.min(PREFIX_BYTES - stashed, end);
            append(0, position);
            if (stashed < PREFIX_BYTES) {
                return position;
            }
        }
        final int length = stash.getInt(0, ByteOrder.LITTLE_ENDIAN);
        if (length < MIN_FRAME_BYTES || length > maxFrameBytes) {
            return -1;
        }
        final int taken = Math.min(PREFIX_BYTES + length - stashed, end - position);
        append(position, taken);
        if (stashed == PREFIX_BYTES + length) {
            stashed = 0;
            if (!handler.onFrame(stash, PREFIX_BYTES, length)) {
                return -1;
            }
        }
        return position + taken;
    }

    private void append(final int position, final int count) {
        final int needed = stashed + count;
        if (needed > stash.capacity()) {
            final byte[] larger = new byte[Math.min(Integer.highestOneBit(needed) << 1, PREFIX_BYTES + maxFrameBytes)];
            stash.getBytes(0, larger, 0, stashed);
            stash.wrap(larger);
        }
        view.getBytes(position, stash, stashed, count);
        stashed = needed;
    }
}
