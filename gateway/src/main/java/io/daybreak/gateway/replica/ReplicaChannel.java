package io.daybreak.gateway.replica;

import io.daybreak.journal.replicate.FramePort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One connection between nodes: cuts frames out of what was received, hands them on, and sends. Event loop only. Memory: one receive buffer of the
 * largest frame that its side may get, grown only after the sign-on; what the peer does not take is bounded by Netty's high-water mark, which the sessions look at.
 */
abstract class ReplicaChannel extends ChannelInboundHandlerAdapter implements FramePort {
    static final int SIGN_ON_FRAME = 512;
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaChannel.class);
    private static final int PREFIX = 4;

    private final UnsafeBuffer received = new UnsafeBuffer(ByteBuffer.allocateDirect(SIGN_ON_FRAME).order(ByteOrder.LITTLE_ENDIAN));
    private int length;
    private int largestFrame = SIGN_ON_FRAME;
    private Channel channel;
    private boolean isEnding;

    /** From now on frames may be this long, prefix included. */
    final void allowFrames(final int bytes) {
        largestFrame = bytes;
        final ByteBuffer larger = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final UnsafeBuffer before = new UnsafeBuffer(received.byteBuffer().duplicate().clear());
        received.wrap(larger);
        received.putBytes(0, before, 0, length);
    }

    final String peer() {
        return String.valueOf(channel == null ? null : channel.remoteAddress());
    }

    @Override
    public final void channelActive(final ChannelHandlerContext context) {
        channel = context.channel();
        onOpened();
    }

    @Override
    public final void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !isEnding) {
                final int room = Math.min(bytes.readableBytes(), received.capacity() - length);
                bytes.readBytes(received.byteBuffer().clear().limit(length + room).position(length));
                length += room;
                takeFrames();
            }
        } catch (final IOException | RuntimeException ex) {
            onDefect(ex);
        } finally {
            bytes.release();
        }
    }

    private void takeFrames() throws IOException {
        int at = 0;
        while (!isEnding && length - at >= PREFIX) {
            final int frame = received.getInt(at, ByteOrder.LITTLE_ENDIAN);
            if (frame <= 0 || frame > largestFrame - PREFIX) {
                LOG.warn("{}: a frame of {} bytes, at most {} are taken", peer(), frame, largestFrame - PREFIX);
                onMalformed();
                return;
            }
            if (length - at < PREFIX + frame) {
                break;
            }
            final int next = at + PREFIX + frame;
            onFrame(received, at, PREFIX + frame);
            at = next;
        }
        if (at > 0) {
            received.putBytes(0, received, at, length - at);
            length -= at;
        }
    }

    @Override
    public final void channelReadComplete(final ChannelHandlerContext context) {
        try {
            if (!isEnding) {
                onBatchEnd();
            }
        } catch (final IOException | RuntimeException ex) {
            onDefect(ex);
        }
        context.flush();
    }

    @Override
    public final void channelWritabilityChanged(final ChannelHandlerContext context) {
        try {
            if (context.channel().isWritable() && !isEnding) {
                onWritable();
            }
        } catch (final IOException | RuntimeException ex) {
            onDefect(ex);
        }
    }

    @Override
    public final void channelInactive(final ChannelHandlerContext context) {
        isEnding = true;
        onClosed();
    }

    @Override
    public final void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        LOG.info("{}: {}", peer(), cause.toString());
        context.close();
    }

    @Override
    public final boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public final void send(final DirectBuffer frame, final int bytes) {
        final ByteBuf copy = channel.alloc().directBuffer(bytes, bytes);
        if (frame.byteBuffer() != null) {
            copy.writeBytes(frame.byteBuffer().duplicate().clear().limit(bytes));
        } else {
            copy.writeBytes(frame.byteArray(), 0, bytes);
        }
        channel.writeAndFlush(copy, channel.voidPromise());
    }

    @Override
    public final void close() {
        isEnding = true;
        if (channel != null) {
            channel.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The connection stands. */
    abstract void onOpened();

    /** A whole frame, prefix included. */
    abstract void onFrame(UnsafeBuffer buffer, int offset, int bytes) throws IOException;

    /** What came is handed over. */
    abstract void onBatchEnd() throws IOException;

    /** There is room again. */
    abstract void onWritable() throws IOException;

    /** A length out of bounds; the connection is to be ended. */
    abstract void onMalformed();

    /** It is over. */
    abstract void onClosed();

    /** Something of our own failed. */
    abstract void onDefect(Exception cause);
}
