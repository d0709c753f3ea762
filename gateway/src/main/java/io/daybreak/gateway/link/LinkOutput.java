package io.daybreak.gateway.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The way out of one connection: frames gather in a write buffer of the loop's stock and leave with one write. Holds no
 * memory while there is nothing to write.
 * <p>
 * Event loop's thread only. Bounded by one write buffer and {@code maxUnsentBytes} that the peer has not taken; at that
 * bound {@link #flush} says so, and the connection must end.
 */
public final class LinkOutput {
    private final LoopAgent loop;
    private final LoopLink link;
    private final SocketChannel channel;
    private final int maxUnsentBytes;
    private OutBuffer out;
    private boolean isStuck;
    private boolean isWiping;

    public LinkOutput(final LoopAgent loop, final LoopLink link, final SocketChannel channel, final int maxUnsentBytes) {
        this.loop = loop;
        this.link = link;
        this.channel = channel;
        this.maxUnsentBytes = maxUnsentBytes;
    }

    /** From now on write buffers are wiped before others use them: what goes out here holds card data. */
    public void wipeAfterUse() {
        isWiping = true;
    }

    private void giveBack(final OutBuffer buffer) {
        if (isWiping) {
            buffer.view.setMemory(0, buffer.length, (byte) 0);
        }
        loop.returnOutBuffer(buffer);
    }

    /**
     * Makes room for {@code bytes}, at most a whole write buffer, behind what has gathered; {@link #commit} follows.
     *
     * @return where in {@link #view}, or -1 if the peer does not read: the connection must end
     */
    public int claim(final int bytes) {
        if (out != null && out.length + bytes > OutBuffer.CAPACITY && !flush() || isStuck) {
            return -1;
        }
        if (out == null) {
            out = loop.takeOutBuffer();
            loop.touch(link);
        }
        return out.length;
    }

    /** Where claimed bytes go. */
    public UnsafeBuffer view() {
        return out.view;
    }

    /** So many of the claimed bytes are written. */
    public void commit(final int bytes) {
        out.length += bytes;
    }

    /**
     * Writes what has gathered, with one call.
     *
     * @return false if the peer does not read and too much waits for it; nothing more can be written then
     */
    public boolean flush() {
        final OutBuffer buffer = out;
        if (buffer == null) {
            return !isStuck;
        }
        out = null;
        final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending == null || buffer.length == 0) {
            giveBack(buffer);
            return true;
        }
        final long pendingBytes = pending.totalPendingWriteBytes();
        if (pendingBytes == 0) {
            buffer.bytes.setIndex(0, buffer.length);
            buffer.bytes.retain();
            channel.writeAndFlush(buffer.bytes, channel.voidPromise());
            if (buffer.bytes.refCnt() == 1) {
                giveBack(buffer);
            } else {
                // The socket did not take it all; the buffer goes when it has. At most one of this size per connection.
                buffer.bytes.release();
            }
        } else if (pendingBytes + buffer.length <= maxUnsentBytes) {
            // An exact copy: a whole write buffer for a few bytes would let a slow reader hold far more than is counted.
            final ByteBuf copy = channel.alloc().directBuffer(buffer.length, buffer.length);
            copy.writeBytes(buffer.bytes.setIndex(0, buffer.length));
            channel.writeAndFlush(copy, channel.voidPromise());
            giveBack(buffer);
        } else {
            giveBack(buffer);
            isStuck = true;
        }
        return !isStuck;
    }

    /** Bytes that the peer has not taken. */
    public long unsentBytes() {
        final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /** The connection is closed; what has gathered is dropped. */
    public void release() {
        if (out != null) {
            giveBack(out);
            out = null;
        }
    }
}
