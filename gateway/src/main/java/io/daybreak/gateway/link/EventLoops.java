package io.daybreak.gateway.link;

import io.daybreak.pipeline.CommandPublisher;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The threads that serve connections of every protocol, with what each of them shares among its connections. Made before
 * the pipeline starts, since the pipeline needs the {@link #replySink}.
 * <p>
 * All methods but the accessors are for the thread that starts and stops the switch.
 */
public final class EventLoops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
    private static final int POLL_US = 500;

    private final LinkSettings settings;
    private final Room room;
    private final Admission admission;
    private final Consumer<Throwable> defects;
    private final LinkCounters counters = new LinkCounters();
    private final ParticipantRates rates = new ParticipantRates();
    private final EventLoopGroup group;
    private final boolean isEpoll;
    private final LoopAgent[] agents;
    private final Map<EventExecutor, LoopAgent> agentOf = new IdentityHashMap<>();
    private final SystemPort systemPort = new SystemPort(0);
    private final SystemPort memberPort = new SystemPort(1);
    private final ReplyRouter replyRouter;

    /**
     * What other protocols than the native one need of each loop.
     *
     * @param links          connections, in all
     * @param paymentsInWork payments without an answer, by loop; each may get a deferred answer beside its outcome
     */
    public record Room(int links, int paymentsInWork) {
        /** Nothing but native links. */
        public static final Room NATIVE_ONLY = new Room(0, 0);
    }

    /** @param defects hears of what must not happen in an event loop; the process must not go on after it */
    public EventLoops(final LinkSettings settings, final Room room, final Admission admission, final Consumer<Throwable> defects) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("the links read words in the machine's order, which must be little endian");
        }
        this.settings = settings;
        this.room = room;
        this.admission = admission;
        this.defects = defects;
        isEpoll = settings.isEpollAllowed() && Epoll.isAvailable();
        final IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("link"), io);
        agents = new LoopAgent[settings.eventLoops()];
        replyRouter = new ReplyRouter(agents, systemPort, memberPort);
    }

    /** Where the pipeline's reply stage hands outcomes to. */
    public ReplyRouter replySink() {
        return replyRouter;
    }

    /** Publishes for the switch itself. */
    public SystemPort systemPort() {
        return systemPort;
    }

    /** Publishes the words about members: answers to everyone else may wait for them, so nobody else may hold this port. */
    public SystemPort memberPort() {
        return memberPort;
    }

    /** Counts what happens at the native links. */
    public LinkCounters counters() {
        return counters;
    }

    /** Rates of participants, which all links keep. */
    public ParticipantRates rates() {
        return rates;
    }

    /** True if the links use epoll, false if NIO. */
    public boolean isEpoll() {
        return isEpoll;
    }

    /** The threads themselves, for outbound connections. */
    public EventLoopGroup group() {
        return group;
    }

    /** What each thread shares among its connections; after {@link #connect}. */
    public List<LoopAgent> agents() {
        return List.of(agents);
    }

    /** That of one thread; any thread, after {@link #connect}. */
    public LoopAgent agentOf(final EventLoop eventLoop) {
        return agentOf.get(eventLoop);
    }

    /**
     * Gives each event loop its publisher; before the pipeline's first reply.
     *
     * @param timeNs the pipeline's time, Unix nanoseconds: what participants are told, since their ids are judged by it
     */
    public void connect(final Supplier<CommandPublisher> publishers, final LongSupplier timeNs) {
        int index = 0;
        for (final EventExecutor executor : group) {
            final LoopAgent agent =
                new LoopAgent(index, (EventLoop) executor, publishers.get(), timeNs, settings, room, admission, rates, counters, defects);
            agents[index++] = agent;
            agentOf.put(executor, agent);
        }
        systemPort.connect(publishers.get());
        memberPort.connect(publishers.get());
    }

    /** Begins to watch the connections' times; before anything listens. May be called more than once. */
    public void start() {
        for (final LoopAgent agent : agents) {
            agent.start();
        }
    }

    /** A listener's beginnings: threads, socket options, the switch's allocator. */
    public ServerBootstrap bootstrap() {
        return new ServerBootstrap()
            .group(group)
            .channel(isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, settings.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
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
        for (final LoopAgent agent : agents) {
            agent.eventLoop.execute(agent::closeLinks);
        }
        return await(LoopAgent::linkCount, timeoutMs);
    }

    private boolean await(final ToIntFunction<LoopAgent> count, final long timeoutMs) {
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
    private int sum(final ToIntFunction<LoopAgent> count) {
        int sum = 0;
        for (final LoopAgent agent : agents) {
            sum += agent.eventLoop.submit(() -> count.applyAsInt(agent)).awaitUninterruptibly().getNow();
        }
        return sum;
    }

    /** Ends the threads. The pipeline must be closed before, since its replies wake them. */
    @Override
    public void close() {
        final boolean isOver = group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        for (final LoopAgent agent : agents) {
            if (isOver && agent != null) {
                agent.releaseStock();
            }
        }
        LOG.debug("links stopped");
    }
}
