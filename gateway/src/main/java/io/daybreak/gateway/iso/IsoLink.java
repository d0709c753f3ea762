package io.daybreak.gateway.iso;

import io.daybreak.gateway.link.LinkOutput;
import io.daybreak.gateway.link.LoopLink;
import io.daybreak.iso8583.frame.Framing;
import io.daybreak.pipeline.AnswerBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * One connection that speaks ISO 8583, whoever made it: its frames, its bounds, its way out and its end. What its messages
 * mean is its {@link LinkSide}'s. Rule: docs/iso8583.md, "Transport".
 * <p>
 * Event loop's thread only. Nothing is allocated per message. While nothing is under way it holds no buffer: bytes are
 * received into the loop's {@link ReadSpace}, and only the beginning of an unfinished frame is kept, in a buffer of its size.
 */
final class IsoLink extends ChannelInboundHandlerAdapter implements LoopLink, RecvByteBufAllocator {
    private static final Logger LOG = LoggerFactory.getLogger(IsoLink.class);
    /** How long a connection that was told to end may take to close its side, before it is cut. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);
    /** Reads of one socket before the next socket has its turn. */
    private static final int MAX_READS_IN_A_ROW = 4;
    private static final int MAX_LOGGED_REASONS = 64;

    private enum State {
        /** Messages are taken. */
        OPEN,
        /** The peer has ended its direction; answers still go out. */
        LEAVING,
        /** The last word is said; what still arrives is thrown away until the peer closes or the linger time is over. */
        DISCARDING,
        /** Gone. */
        CLOSED
    }

    final IsoLoop loop;
    private final SocketChannel channel;
    private final Framing framing;
    private final IsoCounters counters;
    private final LinkSide side;
    private final ConnectionGate gate;
    private final LinkOutput output;
    private final long frameTimeoutNs;

    private State state = State.OPEN;
    private long linkId;
    /** Null where nobody has to ask, or before it has one. */
    private ConnectionGate.Place place;
    private boolean isInputEnded;
    /** The beginning of an unfinished frame; null if there is none. */
    private ByteBuf rest;
    /** Bytes of {@link #rest} that stand in the loop's memory for a read that has brought nothing so far. */
    private int bytesInFront;
    private long frameBegunNs;
    private long lingerUntilNs;
    private long lastReceivedNs = System.nanoTime();

    /** @param gate says whether this connection may be; null if nobody has to */
    IsoLink(final IsoLoop loop, final SocketChannel channel, final Framing framing, final IsoCounters counters, final IsoSettings settings,
            final LinkSide side, final ConnectionGate gate) {
        this.loop = loop;
        this.channel = channel;
        this.framing = framing;
        this.counters = counters;
        this.side = side;
        this.gate = gate;
        output = new LinkOutput(loop.agent, this, channel, settings.maxUnsentBytes());
        frameTimeoutNs = TimeUnit.MILLISECONDS.toNanos(settings.frameTimeoutMs());
        channel.config().setRecvByteBufAllocator(this);
    }

    @Override
    public long linkId() {
        return linkId;
    }

    /** Time of the last byte from the peer, as System.nanoTime. */
    long lastReceivedNs() {
        return lastReceivedNs;
    }

    boolean isOpen() {
        return state == State.OPEN || state == State.LEAVING;
    }

    /** What happened here and at the other connections of this listener or link. */
    IsoCounters counters() {
        return counters;
    }

    /** Something good was said here, so it keeps its place. False if another connection has that. */
    boolean known() {
        return place == null || place.known();
    }

    /** Any thread: nothing was said here for long, and another connection wants the place. */
    private void giveWay() {
        LOG.info("link {} {} closes: it gives way to another", counters.name(), linkId);
        channel.close();
    }

    // ---- The socket's side ----

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        counters.onAccepted();
        if (gate != null) {
            place = gate.enter(System.nanoTime(), this::giveWay);
        }
        linkId = gate == null || place != null ? loop.agent.register(this) : 0;
        if (linkId == 0) {
            counters.onRefused();
            state = State.CLOSED;
            channel.close();
            return;
        }
        side.onOpen(this);
        loop.agent.flushTouched();
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        state = State.CLOSED;
        counters.onClosed();
        if (place != null) {
            place.leave();
        }
        if (linkId != 0) {
            loop.agent.unregister(this);
            side.onClosed();
        }
        output.release();
        dropRest();
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf received = (ByteBuf) message;
        // What was kept stands in front of what was received now.
        final int end = received.writerIndex();
        try {
            lastReceivedNs = System.nanoTime();
            if (state != State.OPEN) {
                dropRest();
                return;
            }
            loop.agent.publisher().received(lastReceivedNs);
            final int used = decode(loop.readSpace.view, end);
            if (state != State.OPEN || used == end) {
                dropRest();
            } else {
                // The time of a frame counts from its first byte; in a steady stream each read may end within another one.
                if (rest == null || used > 0) {
                    frameBegunNs = lastReceivedNs;
                }
                keepRest(used, end);
            }
            side.onReadEnd();
        } finally {
            // Whatever became of it: also what nobody reads any more may be card data.
            loop.readSpace.wipe(end);
            bytesInFront = 0;
            received.release();
        }
    }

    private void keepRest(final int from, final int to) {
        final ByteBuf kept = channel.alloc().directBuffer(to - from, to - from);
        kept.writeBytes(loop.readSpace.bytes, from, to - from);
        dropRest();
        rest = kept;
    }

    private void dropRest() {
        if (rest != null) {
            // It may be the beginning of a card number.
            rest.setZero(0, rest.capacity());
            rest.release();
            rest = null;
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        loop.agent.flushTouched();
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            isInputEnded = true;
            if (state == State.DISCARDING) {
                channel.close();
            } else if (state == State.OPEN) {
                state = State.LEAVING;
                dropRest();
                onAnswered();
                loop.agent.flushTouched();
            }
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        // Resets by the peer come this way; a defect of ours as well, and it must not look like a quiet network. A defect's
        // message could hold what a peer sent, so only its kind and place are told.
        if (cause instanceof java.io.IOException) {
            LOG.debug("link {} {}: {}", counters.name(), linkId, cause.toString());
        } else {
            LOG.error("link {} {} failed: {} at {}", counters.name(), linkId, cause.getClass().getName(),
                cause.getStackTrace().length == 0 ? "?" : cause.getStackTrace()[0]);
        }
        channel.close();
    }

    /** Hands over every message up to {@code end}; returns where the first unfinished frame begins. */
    private int decode(final UnsafeBuffer view, final int end) {
        int at = 0;
        while (state == State.OPEN) {
            final long frame = framing.next(view, at, end - at);
            if (frame == Framing.NEED_MORE) {
                break;
            }
            if (frame < 0) {
                counters.onBadFrame();
                end("frame: " + reason(frame));
                return end;
            }
            final int bytes = (int) frame;
            if (!framing.isKeepAlive(frame)
                && !side.onMessage(view, at + framing.prefixLength(), at + framing.overhead(), bytes - framing.overhead())) {
                end(null);
                return end;
            }
            at += bytes;
        }
        return at;
    }

    private static String reason(final long frame) {
        if (frame == Framing.TOO_LONG) {
            return "too long";
        }
        if (frame == Framing.BAD_HEADER) {
            return "header";
        }
        return frame == Framing.EMPTY ? "empty" : "length";
    }

    @Override
    public void resume() {
        // These links are never paused: what there is no room for is answered.
    }

    @Override
    public void onTick(final long nowNs) {
        if (state == State.OPEN && rest != null && nowNs - frameBegunNs > frameTimeoutNs) {
            counters.onBadFrame();
            end("frame: begun and not finished in time");
        } else if (state == State.DISCARDING && nowNs - lingerUntilNs >= 0) {
            channel.close();
        } else if (state == State.OPEN) {
            side.onTick(nowNs);
        }
    }

    @Override
    public void onOutcomes(final UnsafeBuffer memory, final int offset, final int bytes, final int count) {
        side.onOutcomes(memory, offset, bytes, count);
    }

    @Override
    public void onAnswer(final AnswerBuffer answer) {
        side.onAnswer(answer);
    }

    // ---- The way out ----

    /** As {@link LinkOutput#claim}; ends the connection where the peer does not read. */
    int claim(final int bytes) {
        final int at = output.claim(bytes);
        if (at < 0) {
            cutSlowReader();
        }
        return at;
    }

    UnsafeBuffer out() {
        return output.view();
    }

    /** What goes out here holds card data beyond what came in: write buffers are wiped before others use them. */
    void wipeOutput() {
        output.wipeAfterUse();
    }

    void commit(final int bytes) {
        output.commit(bytes);
    }

    @Override
    public void flush() {
        if (!output.flush()) {
            cutSlowReader();
        }
    }

    private void cutSlowReader() {
        if (state == State.CLOSED) {
            return;
        }
        counters.onSlowReader();
        LOG.warn("link {} {}: the peer does not read, {} bytes unsent", counters.name(), linkId, output.unsentBytes());
        state = State.CLOSED;
        channel.close();
    }

    /** Something was answered: a peer that has ended its direction may have got everything. */
    void onAnswered() {
        if (state == State.LEAVING && !side.hasUnanswered()) {
            end(null);
        }
    }

    // ---- The end ----

    @Override
    public void onShutdown() {
        // ISO 8583 has no word for it; what is under way has been answered.
        end(null);
    }

    /**
     * Flushes, ends our direction, and throws away what still arrives. Closing at once would reset the connection while
     * unread bytes lie in the socket, and the peer might never see the last message.
     *
     * @param why for the log; null if that is told elsewhere
     */
    void end(final String why) {
        if (state == State.DISCARDING || state == State.CLOSED) {
            return;
        }
        if (why != null) {
            LOG.info("link {} {} closes: {}", counters.name(), linkId, why.length() > MAX_LOGGED_REASONS ? why.substring(0, MAX_LOGGED_REASONS) : why);
        }
        state = State.DISCARDING;
        lingerUntilNs = System.nanoTime() + LINGER_NS;
        if (!output.flush() || !channel.isOpen()) {
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) this::endOutput);
    }

    private void endOutput(final ChannelFuture lastWrite) {
        if (!lastWrite.isSuccess() || isInputEnded) {
            channel.close();
            return;
        }
        channel.shutdownOutput();
    }

    // ---- Receive memory ----

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new ReadHandle();
    }

    /** Hands Netty the loop's one buffer for every read, with what this connection has kept in front. */
    @SuppressWarnings("deprecation")
    private final class ReadHandle implements ExtendedHandle {
        private int reads;
        private int lastBytes;
        private int attempted;

        @Override
        public ByteBuf allocate(final ByteBufAllocator unused) {
            final ByteBuf space = loop.readSpace.bytes;
            space.clear();
            if (rest != null && state == State.OPEN) {
                bytesInFront = rest.capacity();
                space.writeBytes(rest, 0, bytesInFront);
            }
            return space.retain();
        }

        @Override
        public int guess() {
            return ReadSpace.READ_BYTES;
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
            return lastBytes == attempted && lastBytes > 0 && reads < MAX_READS_IN_A_ROW;
        }

        @Override
        public boolean continueReading(final UncheckedBooleanSupplier mayHaveMore) {
            return lastBytes > 0 && reads < MAX_READS_IN_A_ROW && mayHaveMore.get();
        }

        @Override
        public void readComplete() {
            // Nothing to learn: the buffer has one size. But a read that brought nothing, as the last one does, has been no channelRead.
            loop.readSpace.wipe(bytesInFront);
            bytesInFront = 0;
        }
    }
}
