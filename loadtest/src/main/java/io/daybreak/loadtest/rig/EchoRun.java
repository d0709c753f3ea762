package io.daybreak.loadtest.rig;

import io.daybreak.client.NativeConnection;
import io.daybreak.client.NativeTransport;
import io.daybreak.client.SendBuffers;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ManualIoEventLoop;
import org.HdrHistogram.Histogram;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A run against a peer that sends so many bytes back for so many: paced, sent and measured by the same loops as a run against a switch,
 * so that the two can be compared.
 */
public final class EchoRun {
    private static final long DRAIN_S = 2;
    private static final double NS_PER_S = 1e9;

    private final Settings settings;

    /**
     * What is echoed, and how.
     *
     * @param ratePerSecond requests; {@link RigSettings#MAX_RATE}: a closed loop
     * @param window        requests in flight on a connection
     * @param requestBytes  of a request
     * @param replyBytes    of its answer
     */
    public record Settings(int port, double ratePerSecond, Arrivals arrivals, int connections, int window, int requestBytes, int replyBytes,
                           Duration duration, Duration warmup, Duration turn, long seed) {
    }

    /** What was found. @param perSecond answers within the measured part, by its length */
    public record Found(double perSecond, Histogram latency) {
    }

    /** Prepares one. */
    public EchoRun(final Settings settings) {
        this.settings = settings;
    }

    /** Runs to the end. @throws LoadRun.NotStartedException if the peer cannot be reached */
    public Found run() throws LoadRun.NotStartedException {
        final PacedRun<Loop> run = new PacedRun<>(RunObserver.NONE);
        run.signOn(1, place -> new Loop(settings, place.signedOn()));
        final Histogram latency = run.measure(settings.warmup, settings.duration);
        final Loop loop = run.loops().get(0);
        return new Found(loop.measuredNs() == 0 ? 0 : loop.acceptedWithin() * NS_PER_S / loop.measuredNs(), latency);
    }

    private static final class Loop extends PacedLoop {
        private final Connection[] connections;

        Loop(final Settings settings, final CountDownLatch signedOn) {
            super(new Pace(settings.ratePerSecond != RigSettings.MAX_RATE, settings.arrivals, 1, 1, settings.duration, settings.warmup, settings.turn,
                Duration.ofSeconds(DRAIN_S)), settings.ratePerSecond, settings.seed, signedOn);
            connections = new Connection[settings.connections];
            for (int i = 0; i < connections.length; i++) {
                connections[i] = new Connection(this, settings);
            }
        }

        @Override
        PacedLink[] links() {
            return connections;
        }

        @Override
        void open(final ManualIoEventLoop loop) {
            for (final Connection connection : connections) {
                connection.connect(loop);
            }
        }

        @Override
        void collectUnknown() {
            // An echo owes nobody anything.
        }
    }

    /** Answers come in the order of the requests, so the times of those that wait are a queue. */
    private static final class Connection extends ChannelInboundHandlerAdapter implements PacedLink {
        private static final int READ_BYTES = 128 << 10;
        private static final int SEND_BUFFERS = 8;
        private static final int SEND_BUFFER_BYTES = 256 << 10;

        private final Loop loop;
        private final Settings settings;
        private final long[] intendedNs;
        private Channel channel;
        private SendBuffers out;
        private long sent;
        private long answered;
        private long received;
        private String lost;
        private boolean isReady;
        private boolean hasUnflushed;

        Connection(final Loop loop, final Settings settings) {
            this.loop = loop;
            this.settings = settings;
            intendedNs = new long[settings.window];
        }

        void connect(final ManualIoEventLoop eventLoop) {
            final ChannelFuture connecting = new Bootstrap().group(eventLoop).channel(NativeTransport.channelClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(READ_BYTES, READ_BYTES, 4 * READ_BYTES))
                .handler(this).connect(new InetSocketAddress("127.0.0.1", settings.port));
            channel = connecting.channel();
            connecting.addListener(done -> {
                if (!done.isSuccess()) {
                    lost = String.valueOf(done.cause().getMessage());
                }
            });
        }

        @Override
        public void channelActive(final ChannelHandlerContext context) {
            out = new SendBuffers(context, SEND_BUFFER_BYTES, SEND_BUFFERS, () -> loop.onReadEnd(this));
            isReady = true;
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final ByteBuf bytes = (ByteBuf) message;
            received += bytes.readableBytes();
            bytes.release();
            final long now = System.nanoTime();
            while (received >= settings.replyBytes && answered < sent) {
                received -= settings.replyBytes;
                loop.onAnswered(intendedNs[(int) (answered++ % settings.window)], now, 1, 1);
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            loop.onReadEnd(this);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            isReady = false;
            lost = "closed by the peer";
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            lost = String.valueOf(cause.getMessage());
            context.close();
        }

        @Override
        public boolean isReady() {
            return isReady;
        }

        @Override
        public boolean isIdle() {
            return sent == answered;
        }

        @Override
        public boolean maySend() {
            return isReady && sent - answered < settings.window && out.hasRoom();
        }

        @Override
        public boolean send(final long intended) {
            if (sent - answered >= settings.window) {
                return false;
            }
            final int offset = out.claim(settings.requestBytes);
            if (offset == NativeConnection.NOT_CLAIMED) {
                return false;
            }
            out.buffer().setMemory(offset, settings.requestBytes, (byte) sent);
            intendedNs[(int) (sent++ % settings.window)] = intended;
            hasUnflushed = true;
            return true;
        }

        @Override
        public void flush() {
            if (hasUnflushed) {
                hasUnflushed = false;
                out.flush();
            }
        }

        @Override
        public String lost() {
            return lost;
        }

        @Override
        public void goodbye() {
            close();
        }

        @Override
        public void close() {
            isReady = false;
            if (channel != null) {
                channel.close();
            }
        }
    }
}
