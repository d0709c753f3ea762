package io.daybreak.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The send side of a connection: a few direct buffers that requests are encoded into, one after the other, and that go to
 * the socket whole. While the socket keeps up, the first buffer is used over and over and stays in the cache; when
 * it does not, the others fill, and then claims are refused until one has gone out.
 * <p>
 * Not only for {@link NativeConnection}: the simulators of other protocols send in the same way.
 * <p>
 * Event loop thread only. Nothing is allocated while the socket keeps up. A buffer that was handed to the socket is
 * not touched again before its reference count says that the socket is done with it.
 */
public final class SendBuffers {
    private static final int REFERENCES_WHEN_FREE = 1;

    private final ChannelHandlerContext context;
    private final int bufferBytes;
    private final Chunk[] chunks;
    private final Runnable onRoom;
    private final ChannelFutureListener onDrained = this::onDrained;
    private Chunk active;
    private boolean refused;

    /**
     * @param onRoom run when a claim that was refused may be tried again
     */
    public SendBuffers(final ChannelHandlerContext context, final int bufferBytes, final int bufferCount, final Runnable onRoom) {
        this.context = context;
        this.bufferBytes = bufferBytes;
        this.chunks = new Chunk[bufferCount];
        this.onRoom = onRoom;
    }

    /**
     * Room for so many bytes in {@link #buffer()}; they must be filled before the next claim or flush.
     *
     * @return their offset, or {@link NativeConnection#NOT_CLAIMED}
     */
    public int claim(final int byteCount) {
        Chunk chunk = active;
        if (chunk == null || chunk.filled + byteCount > chunk.view.capacity()) {
            flush();
            chunk = free(byteCount);
            active = chunk;
            if (chunk == null) {
                refused = true;
                return NativeConnection.NOT_CLAIMED;
            }
        }
        final int offset = chunk.filled;
        chunk.filled = offset + byteCount;
        return offset;
    }

    /** Where the last claim lies. */
    public UnsafeBuffer buffer() {
        return active.view;
    }

    /** False from a refused claim until there is room again. */
    public boolean hasRoom() {
        return !refused;
    }

    /** Hands what was claimed to the socket. Does nothing if there is nothing. */
    public void flush() {
        final Chunk chunk = active;
        if (chunk == null || chunk.filled == 0) {
            return;
        }
        chunk.wire.retain().setIndex(0, chunk.filled);
        chunk.filled = 0;
        context.writeAndFlush(chunk.wire, context.voidPromise());
        if (chunk.wire.refCnt() != REFERENCES_WHEN_FREE) {
            active = null;
            // The socket is full. An empty write behind the full one tells when it has gone out.
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(onDrained);
        }
    }

    private void onDrained(final ChannelFuture future) {
        if (refused && future.isSuccess()) {
            refused = false;
            onRoom.run();
        }
    }

    private Chunk free(final int byteCount) {
        for (int i = 0; i < chunks.length; i++) {
            final Chunk chunk = chunks[i];
            if (chunk == null || chunk.wire.refCnt() == REFERENCES_WHEN_FREE) {
                if (chunk == null || chunk.view.capacity() < byteCount) {
                    chunks[i] = new Chunk(Math.max(bufferBytes, byteCount));
                }
                return chunks[i];
            }
        }
        return null;
    }

    private static final class Chunk {
        private final UnsafeBuffer view;
        private final ByteBuf wire;
        private int filled;

        private Chunk(final int byteCount) {
            final ByteBuffer memory = ByteBuffer.allocateDirect(byteCount);
            view = new UnsafeBuffer(memory);
            wire = Unpooled.wrappedBuffer(memory);
        }
    }
}
