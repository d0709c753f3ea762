package io.daybreak.loadtest.issuer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.client.NativeTransport;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.workload.Random64;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * An issuer that answers by a {@link IssuerScript} and keeps {@link IssuerBooks}. Listens, and serves any number of connections
 * on one event loop, which owns everything; the public methods may be called from any other thread and wait for the loop.
 * <p>
 * Carries 200,000 messages a second on one core: messages are read and answered in place, and what one read brought is answered
 * in one write. docs/simulators.md.
 */
public final class IssuerSimulator implements AutoCloseable {
    /** Messages remembered if nothing else is said. */
    public static final int DEFAULT_REMEMBERED = 1 << 20;

    private static final int READ_BYTES = 128 << 10;
    private static final int BACKLOG = 1_024;
    private static final int LOW_WATER_BYTES = 1 << 20;
    private static final int HIGH_WATER_BYTES = 4 << 20;
    private static final long TICK_US = 200;
    private static final long REBIND_RETRY_MS = 20;

    private final SimLink link;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final Set<IssuerChannel> channels = new LinkedHashSet<>();
    private final DelayedAnswers delayed = new DelayedAnswers();
    private final IssuerBooks books;
    private final InetSocketAddress address;
    private IssuerScript script;
    private Random64 random;
    private Channel listening;
    private boolean isTicking;
    private boolean isClosed;
    private volatile IssuerWatcher watcher = IssuerWatcher.NONE;

    /**
     * Listens.
     *
     * @param port       0: a free one
     * @param remembered how many messages its books remember, about 130 bytes each
     * @throws IOException if that port is not free
     */
    public IssuerSimulator(final String host, final int port, final SimLink link, final IssuerScript script, final int remembered)
        throws IOException {
        this.link = link;
        this.books = new IssuerBooks(remembered);
        this.script = script;
        this.random = new Random64(script.seed);
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("issuer", true), NativeTransport.ioHandlerFactory());
        this.loop = group.next();
        try {
            this.listening = bind(new InetSocketAddress(host, port)).sync().channel();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ex);
        } catch (final Exception ex) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException("cannot listen on " + host + ":" + port + ": " + ex.getMessage(), ex);
        }
        this.address = (InetSocketAddress) listening.localAddress();
    }

    private io.netty.channel.ChannelFuture bind(final InetSocketAddress where) {
        return new ServerBootstrap()
            .group(group)
            .channel(NativeTransport.serverChannelClass())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(final Channel channel) {
                    channel.pipeline().addLast(new IssuerChannel(IssuerSimulator.this, link));
                }
            })
            .bind(where);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Goes on by another script. */
    public void script(final IssuerScript next) {
        ask(() -> {
            script = next;
            random = new Random64(next.seed);
            return null;
        });
    }

    /** Shows every message that comes to somebody, on the event loop. */
    public void watch(final IssuerWatcher newWatcher) {
        watcher = newWatcher;
    }

    /** The books as they are now, with so many of the newest messages. */
    public ObjectNode books(final int detail) {
        return ask(() -> books.toJson(detail));
    }

    /** Writes the books to a file. */
    public void writeBooks(final Path file, final int detail) throws IOException {
        try {
            ask(() -> {
                books.write(file, detail);
                return null;
            });
        } catch (final IllegalStateException ex) {
            throw new IOException("books: " + ex.getMessage(), ex);
        }
    }

    /** Approved less given back of a card, minor units. */
    public long netDebited(final long card) {
        return ask(() -> books.netDebited(card));
    }

    /** Connections that signed on. */
    public int signedOn() {
        return ask(() -> (int) channels.stream().filter(IssuerChannel::isSignedOn).count());
    }

    /** Closes all connections, and the listener for so long. */
    public void restart(final Duration away) {
        ask(() -> {
            restartNow(away.toNanos());
            return null;
        });
    }

    /** Closes all connections; whoever connects again is served. */
    public void disconnect() {
        ask(() -> {
            Set.copyOf(channels).forEach(IssuerChannel::close);
            return null;
        });
    }

    /** Sends a network message of our own on every connection. @param code DE 70 (24 in 1993), such as 301 */
    public void sendNetwork(final int code) {
        ask(() -> {
            channels.forEach(channel -> channel.sendNetwork(code));
            return null;
        });
    }

    private <T> T ask(final Callable<T> question) {
        try {
            return loop.submit(question).get(30, TimeUnit.SECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ex);
        } catch (final java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException ex) {
            throw new IllegalStateException(String.valueOf(ex.getCause() == null ? ex : ex.getCause().getMessage()), ex);
        }
    }

    @Override
    public void close() {
        try {
            ask(() -> {
                isClosed = true;
                if (listening != null) {
                    listening.close();
                }
                Set.copyOf(channels).forEach(IssuerChannel::close);
                return null;
            });
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    // ----- event loop thread -----

    IssuerScript script() {
        return script;
    }

    IssuerBooks books() {
        return books;
    }

    Random64 random() {
        return random;
    }

    void opened(final IssuerChannel channel) {
        channels.add(channel);
    }

    void closed(final IssuerChannel channel) {
        channels.remove(channel);
    }

    void seen(final MessageIndex message) {
        final IssuerWatcher current = watcher;
        if (current != IssuerWatcher.NONE) {
            current.onMessage(message);
        }
    }

    DelayedAnswers delayed() {
        return delayed;
    }

    /** Makes sure that delayed answers go when they are due. */
    void tick() {
        if (!isTicking) {
            isTicking = true;
            loop.schedule(this::sendDue, TICK_US, TimeUnit.MICROSECONDS);
        }
    }

    private void sendDue() {
        isTicking = false;
        delayed.sendDue(System.nanoTime(), (channel, buffer, length) -> {
            final IssuerChannel target = channel.pipeline().get(IssuerChannel.class);
            if (target != null && channel.isActive()) {
                target.sendDelayed(buffer, length);
            }
        });
        channels.forEach(IssuerChannel::flush);
        if (delayed.size() > 0) {
            final long waitUs = Math.max(TICK_US, Math.min(TimeUnit.NANOSECONDS.toMicros(delayed.nextNs() - System.nanoTime()),
                TimeUnit.SECONDS.toMicros(1)));
            isTicking = true;
            loop.schedule(this::sendDue, Math.min(waitUs, 5 * TICK_US), TimeUnit.MICROSECONDS);
        }
    }

    void restartNow(final long awayNs) {
        if (listening != null) {
            listening.close();
            listening = null;
        }
        Set.copyOf(channels).forEach(IssuerChannel::close);
        loop.schedule(this::listenAgain, awayNs, TimeUnit.NANOSECONDS);
    }

    private void listenAgain() {
        if (isClosed || listening != null) {
            return;
        }
        bind(address).addListener((io.netty.channel.ChannelFuture done) -> {
            if (done.isSuccess()) {
                listening = done.channel();
            } else {
                loop.schedule(this::listenAgain, REBIND_RETRY_MS, TimeUnit.MILLISECONDS);
            }
        });
    }
}
