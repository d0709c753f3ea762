package io.daybreak.gateway.link;

import io.daybreak.pipeline.CommandPublisher;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The native port: event loops, their agents, the listening socket. Made before the pipeline starts, since the pipeline
 * needs the {@link #replySink}; binds when recovery is complete.
 * <p>
 * All methods but the accessors are for the thread that starts and stops the switch.
 */
public final class NativeServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeServer.class);
    private static final int POLL_US = 500;

    private final LinkSettings settings;
    private final Admission admission;
    private final Consumer<Throwable> defects;
    private final LinkCounters counters = new LinkCounters();
    private final ConnectionLimiter limiter;
    private final EventLoopGroup group;
    private final boolean isEpoll;
    private final LoopAgent[] loops;
    private final Map<EventExecutor, LoopAgent> loopOf = new IdentityHashMap<>();
    private final SystemPort systemPort = new SystemPort();
    private final ReplyRouter replyRouter;
    private Channel listener;

    /** @param defects hears of what must not happen in an event loop; the process must not go on after it */
    public NativeServer(final LinkSettings settings, final Admission admission, final Consumer<Throwable> defects) {
        this.defects = defects;
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("the links read words in the machine's order, which must be little endian");
        }
        this.settings = settings;
        this.admission = admission;
        limiter = new ConnectionLimiter(settings.maxConnections(), settings.maxConnectionsPerParticipant());
        isEpoll = settings.isEpollAllowed() && Epoll.isAvailable();
        final IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("link"), io);
        loops = new LoopAgent[settings.eventLoops()];
        replyRouter = new ReplyRouter(loops, systemPort);
    }

    /** Where the pipeline's reply stage hands outcomes to. */
    public ReplyRouter replySink() {
        return replyRouter;
    }

    /** Publishes for the switch itself. */
    public SystemPort systemPort() {
        return systemPort;
    }

    public LinkCounters counters() {
        return counters;
    }

    /** True if the links use epoll, false if NIO. */
    public boolean isEpoll() {
        return isEpoll;
    }

    /** Connections now. */
    public int connections() {
        return limiter.count();
    }

    /**
     * Gives each event loop its publisher; before the pipeline's first reply.
     *
     * @param timeNs the pipeline's time, Unix nanoseconds: what participants are told, since their ids are judged by it
     */
    public void connect(final Supplier<CommandPublisher> publishers, final LongSupplier timeNs) {
        int index = 0;
        for (final EventExecutor executor : group) {
            final LoopAgent loop = new LoopAgent(index, (EventLoop) executor, publishers.get(), timeNs, settings, admission, counters, defects);
            loops[index++] = loop;
            loopOf.put(executor, loop);
        }
        systemPort.connect(publishers.get());
    }

    /**
     * Listens.
     *
     * @return the bound address
     * @throws java.io.IOException if the address cannot be bound (thrown as is by Netty, unchecked)
     */
    public InetSocketAddress bind(final Credentials credentials) throws InterruptedException {
        for (final LoopAgent loop : loops) {
            loop.start();
        }
        final Class<? extends ServerSocketChannel> type = isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        listener = new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, settings.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(final SocketChannel channel) {
                    channel.pipeline().addLast(new Link(loopOf.get(channel.eventLoop()), channel, credentials, limiter));
                }
            })
            .bind(settings.host(), settings.port())
            .sync()
            .channel();
        return (InetSocketAddress) listener.localAddress();
    }

    /** Takes no new connections. */
    public void stopAccepting() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
    }

    /**
     * Waits until every published command has its answer on the way; the admission must be closed before.
     *
     * @return false if that took longer than {@code timeoutMs}
     */
    public boolean awaitAnswers(final long timeoutMs) {
        return await(LoopAgent::underWay, timeoutMs);
    }

    /**
     * Ends all connections with a word and waits for them to go.
     *
     * @return false if some were still there after {@code timeoutMs}
     */
    public boolean closeLinks(final long timeoutMs) {
        for (final LoopAgent loop : loops) {
            loop.eventLoop.execute(loop::closeLinks);
        }
        return await(LoopAgent::linkCount, timeoutMs);
    }

    private boolean await(final java.util.function.ToIntFunction<LoopAgent> count, final long timeoutMs) {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (sum(count) != 0) {
            if (System.nanoTime() - deadlineNs > 0) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(POLL_US));
        }
        return true;
    }

    /** Asks each loop on its own thread, since the counts are its plain fields. */
    private int sum(final java.util.function.ToIntFunction<LoopAgent> count) {
        int sum = 0;
        for (final LoopAgent loop : loops) {
            sum += loop.eventLoop.submit(() -> count.applyAsInt(loop)).awaitUninterruptibly().getNow();
        }
        return sum;
    }

    /** Ends the event loops. The pipeline must be closed before, since its replies wake them. */
    @Override
    public void close() {
        stopAccepting();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        LOG.debug("links stopped");
    }
}
