package io.daybreak.gateway.link;

import io.daybreak.pipeline.CommandPublisher;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;

import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The native port: the listening socket before the {@link EventLoops}. Binds when recovery is complete.
 * <p>
 * All methods but the accessors are for the thread that starts and stops the switch.
 */
public final class NativeServer implements AutoCloseable {
    private final LinkSettings settings;
    private final EventLoops loops;
    private final ConnectionLimiter limiter;
    private NodePort nodePort = NodePort.ALONE;
    private ForgottenIds forgottenIds = ForgottenIds.NONE;
    private Channel listener;

    /** With event loops of its own, which serve nothing else. */
    public NativeServer(final LinkSettings settings, final Admission admission, final Consumer<Throwable> defects) {
        this(settings, new EventLoops(settings, EventLoops.Room.NATIVE_ONLY, admission, defects));
    }

    /** @param loops shared with other protocols; closed with this server */
    public NativeServer(final LinkSettings settings, final EventLoops loops) {
        this.settings = settings;
        this.loops = loops;
        limiter = new ConnectionLimiter(settings.maxConnections(), settings.maxConnectionsPerParticipant());
    }

    /** Who answers for the node; before {@link #bind}. */
    public void nodePort(final NodePort port) {
        nodePort = port;
    }

    /** Who knows of ids that memory has forgotten; before {@link #bind}. */
    public void forgottenIds(final ForgottenIds ids) {
        forgottenIds = ids;
    }

    /** The threads. */
    public EventLoops loops() {
        return loops;
    }

    /** Where the pipeline's reply stage hands outcomes to. */
    public ReplyRouter replySink() {
        return loops.replySink();
    }

    /** Publishes for the switch itself. */
    public SystemPort systemPort() {
        return loops.systemPort();
    }

    public LinkCounters counters() {
        return loops.counters();
    }

    /** True if the links use epoll, false if NIO. */
    public boolean isEpoll() {
        return loops.isEpoll();
    }

    /** Connections now. */
    public int connections() {
        return limiter.count();
    }

    /** As {@link EventLoops#connect}. */
    public void connect(final Supplier<CommandPublisher> publishers, final LongSupplier timeNs) {
        loops.connect(publishers, timeNs);
    }

    /**
     * Listens.
     *
     * @return the bound address
     * @throws java.io.IOException if the address cannot be bound (thrown as is by Netty, unchecked)
     */
    public InetSocketAddress bind(final Credentials credentials) throws InterruptedException {
        loops.start();
        listener = loops.bootstrap()
            .childHandler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(final SocketChannel channel) {
                    channel.pipeline().addLast(new Link(loops.agentOf(channel.eventLoop()), channel, credentials, limiter, nodePort, forgottenIds));
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

    /** As {@link EventLoops#awaitAnswers}. */
    public boolean awaitAnswers(final long timeoutMs) {
        return loops.awaitAnswers(timeoutMs);
    }

    /** As {@link EventLoops#closeLinks}. */
    public boolean closeLinks(final long timeoutMs) {
        return loops.closeLinks(timeoutMs);
    }

    /** Ends the event loops. The pipeline must be closed before, since its replies wake them. */
    @Override
    public void close() {
        stopAccepting();
        loops.close();
    }
}
