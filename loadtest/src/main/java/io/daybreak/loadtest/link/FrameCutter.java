package io.daybreak.loadtest.link;

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

    private final FrameForm form;
    private final FrameHandler handler;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer stash = new UnsafeBuffer(new byte[INITIAL_STASH_BYTES]);
    private int stashed;

    /** For one connection. */
    public FrameCutter(final FrameForm form, final FrameHandler handler) {
        this.form = form;
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
        final int prefix = form.prefixBytes();
        while (end - position >= prefix) {
            final int length = form.length(view, position);
            if (length < 0) {
                return false;
            }
            if (end - position - prefix < length) {
                break;
            }
            if (length > form.headerBytes()
                && !handler.onFrame(view, position + prefix + form.headerBytes(), length - form.headerBytes())) {
                return false;
            }
            position += prefix + length;
        }
        if (position < end) {
            append(position, end - position);
        }
        return true;
    }

    /** Adds to the frame begun in an earlier read; returns how many bytes of this one were taken, -1 to stop. */
    private int completeStash(final int end) {
        int position = 0;
        final int prefix = form.prefixBytes();
        if (stashed < prefix) {
            position = Math.min(prefix - stashed, end);
            append(0, position);
            if (stashed < prefix) {
                return position;
            }
        }
        final int length = form.length(stash, 0);
        if (length < 0) {
            return -1;
        }
        final int taken = Math.min(prefix + length - stashed, end - position);
        append(position, taken);
        if (stashed == prefix + length) {
            stashed = 0;
            if (length > form.headerBytes() && !handler.onFrame(stash, prefix + form.headerBytes(), length - form.headerBytes())) {
                return -1;
            }
        }
        return position + taken;
    }

    private void append(final int position, final int count) {
        final int needed = stashed + count;
        if (needed > stash.capacity()) {
            final byte[] larger = new byte[Integer.highestOneBit(needed) << 1];
            stash.getBytes(0, larger, 0, stashed);
            stash.wrap(larger);
        }
        view.getBytes(position, stash, stashed, count);
        stashed = needed;
    }
}
