package io.daybreak.loadtest.link;

import io.daybreak.iso8583.frame.Framing;
import io.netty.buffer.ByteBuf;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * Cuts what the socket delivers into ISO 8583 frames, in place; only a frame that lies across two reads is copied. Frames of
 * length zero are keep-alives, and skipped.
 * <p>
 * Event loop thread only. Holds at most one frame.
 */
public final class FrameCutter {
    /** Consumes frames. */
    @FunctionalInterface
    public interface FrameHandler {
        /**
         * @param buffer valid during the call
         * @param offset of the message, behind the frame's length and header
         * @param length of the message
         * @return false to stop reading: the connection is being closed
         */
        boolean onFrame(DirectBuffer buffer, int offset, int length);
    }

    private static final int INITIAL_STASH_BYTES = 4 << 10;

    private final Framing framing;
    private final FrameHandler handler;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer stash = new UnsafeBuffer(new byte[INITIAL_STASH_BYTES]);
    private int stashed;

    /** For one connection. */
    public FrameCutter(final Framing framing, final FrameHandler handler) {
        this.framing = framing;
        this.handler = handler;
    }

    /**
     * Takes all readable bytes.
     *
     * @return false if a length is out of bounds or the handler said stop: nothing more must be read
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
        while (position < end) {
            final long frame = framing.next(view, position, end - position);
            if (frame == Framing.NEED_MORE) {
                append(position, end - position);
                return true;
            }
            if (frame < 0 || !hand(view, position, (int) frame)) {
                return false;
            }
            position += (int) frame;
        }
        return true;
    }

    private boolean hand(final DirectBuffer buffer, final int offset, final int frame) {
        return framing.isKeepAlive(frame)
            || handler.onFrame(buffer, offset + framing.overhead(), frame - framing.overhead());
    }

    /** Adds to the frame begun in an earlier read; returns how many bytes of this one were taken, -1 to stop. */
    private int completeStash(final int end) {
        final int before = stashed;
        append(0, end);
        final long frame = framing.next(stash, 0, stashed);
        if (frame == Framing.NEED_MORE) {
            return end;
        }
        stashed = 0;
        return frame < 0 || !hand(stash, 0, (int) frame) ? -1 : (int) frame - before;
    }

    private void append(final int position, final int count) {
        final int needed = stashed + count;
        // At most one read and the frame begun before it.
        if (needed > stash.capacity()) {
            final byte[] larger = new byte[Integer.highestOneBit(needed) << 1];
            stash.getBytes(0, larger, 0, stashed);
            stash.wrap(larger);
        }
        view.getBytes(position, stash, stashed, count);
        stashed = needed;
    }
}
