package io.daybreak.gateway.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;

/**
 * What one connection has received and not yet used, in one direct buffer of bounded size. The socket reads straight
 * behind what is left of the read before, so that nothing is copied but the few bytes of an unfinished frame.
 * <p>
 * Until the session stands the buffer is small: a connection that never signs on costs little. Event loop's thread only.
 */
final class ReadBuffer implements RecvByteBufAllocator {
    private static final int SIGN_ON_CAPACITY = 1_024;
    /** Reads of one socket before the next socket has its turn. */
    private static final int MAX_READS_IN_A_ROW = 4;

    /** View of the memory; offsets are indexes of {@link #bytes()}. */
    final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    private final ByteBufAllocator allocator;
    private final int fullCapacity;
    /** Read after the peer ended its direction while {@link #bytes} was full; otherwise empty. */
    private final ArrayDeque<ByteBuf> overflow = new ArrayDeque<>();
    private ByteBuf bytes;
    private boolean isPaused;

    ReadBuffer(final ByteBufAllocator allocator, final int fullCapacity) {
        this.allocator = allocator;
        this.fullCapacity = fullCapacity;
        use(allocator.directBuffer(SIGN_ON_CAPACITY, SIGN_ON_CAPACITY));
    }

    ByteBuf bytes() {
        return bytes;
    }

    /** While paused no further read of the socket is made, not even in the round that is going on. */
    void paused(final boolean newIsPaused) {
        isPaused = newIsPaused;
    }

    /** The session stands: from the next read on there is room for many requests. Not within a read. */
    void growToFull() {
        if (bytes.capacity() < fullCapacity) {
            final ByteBuf old = bytes;
            use(allocator.directBuffer(fullCapacity, fullCapacity));
            bytes.writeBytes(old);
            old.release();
        }
    }

    /** Frees the memory; the connection is closed. */
    void release() {
        clear();
        bytes.release();
    }

    /** Throws away what was received. */
    void clear() {
        bytes.clear();
        ByteBuf more = overflow.poll();
        while (more != null) {
            more.release();
            more = overflow.poll();
        }
    }

    /**
     * Keeps what was read into another buffer than {@link #bytes()}, see {@link ReadHandle#allocate}; the caller releases
     * its own reference afterwards.
     */
    void keepOverflow(final ByteBuf received) {
        if (received != bytes) {
            overflow.add(received.retain());
        }
    }

    /** Moves as much of the overflow as there is room for into {@link #bytes()}; false if there is none. */
    boolean refill() {
        final ByteBuf more = overflow.peek();
        if (more == null) {
            return false;
        }
        bytes.discardReadBytes();
        bytes.writeBytes(more, Math.min(more.readableBytes(), bytes.writableBytes()));
        if (!more.isReadable()) {
            overflow.poll().release();
        }
        return true;
    }

    private void use(final ByteBuf memory) {
        bytes = memory;
        view.wrap(memory.nioBuffer(0, memory.capacity()));
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new ReadHandle();
    }

    /** Hands Netty the same buffer for every read. */
    @SuppressWarnings("deprecation")
    private final class ReadHandle implements ExtendedHandle {
        private int reads;
        private int lastBytes;
        private int attempted;

        @Override
        public ByteBuf allocate(final ByteBufAllocator unused) {
            if (bytes.isReadable()) {
                bytes.discardReadBytes();
            } else {
                bytes.clear();
            }
            if (!bytes.isWritable() || !overflow.isEmpty()) {
                // When the peer ends its direction, Netty reads what is left even from a paused socket, and takes a read
                // into no room for the end of the stream. No more can come than the socket's own buffer holds.
                return allocator.directBuffer(fullCapacity, fullCapacity);
            }
            return bytes.retain();
        }

        @Override
        public int guess() {
            return bytes.writableBytes();
        }

        @Override
        public void reset(final ChannelConfig config) {
            reads = 0;
        }

        @Override
        public void incMessagesRead(final int count) {
            reads += count;
        }

        @Override
        public void lastBytesRead(final int count) {
            lastBytes = count;
        }

        @Override
        public int lastBytesRead() {
            return lastBytes;
        }

        @Override
        public void attemptedBytesRead(final int count) {
            attempted = count;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return !isPaused && lastBytes == attempted && lastBytes > 0 && reads < MAX_READS_IN_A_ROW;
        }

        @Override
        public boolean continueReading(final UncheckedBooleanSupplier mayHaveMore) {
            return !isPaused && lastBytes > 0 && reads < MAX_READS_IN_A_ROW && mayHaveMore.get();
        }

        @Override
        public void readComplete() {
            // Nothing to learn: the buffer has one size.
        }
    }
}
