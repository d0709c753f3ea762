package io.daybreak.gateway.iso;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One configured connection to an issuer: connects, signs on, and connects again for ever, with growing pauses. Rule:
 * docs/iso8583.md, "Session" (issuer links).
 * <p>
 * All of an issuer's lines are on one event loop; that thread only, but for the accessors of fields that do not change.
 * Names are resolved on the worker, since that may wait.
 */
final class IssuerLine {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerLine.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final double JITTER = 0.2;
    private static final int MAX_DOUBLINGS = 20;

    final IssuerSettings.Link settings;
    final int index;
    final IssuerPlan plan;
    final IssuerLoop loop;
    final IsoCounters counters;
    final IssuerDesk desk;
    private final IssuerLinks links;
    private final boolean isEpoll;

    private IssuerSide side;
    private Channel channel;
    private int failures;
    private boolean isStopped;
    /** Number of the link's record as it was told to the state; 0: it is told down, or was never told. */
    private int toldUp;

    IssuerLine(final IssuerSettings.Link settings, final int index, final IssuerPlan plan, final IssuerLoop loop, final IssuerDesk desk,
               final IssuerLinks links, final boolean isEpoll) {
        this.settings = settings;
        this.index = index;
        this.plan = plan;
        this.loop = loop;
        this.desk = desk;
        this.links = links;
        this.isEpoll = isEpoll;
        counters = new IsoCounters(settings.code());
        desk.lines.add(this);
    }

    // ---- Connecting ----

    /** Begins; any thread. */
    void start() {
        try {
            links.worker().execute(this::resolve);
        } catch (final RejectedExecutionException ex) {
            // The worker has too much to do: as for a connection that failed.
            onLoop(this::onFailed);
        }
    }

    private void resolve() {
        // A name that does not resolve gives an unresolved address, and connecting to that fails like any other.
        final InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        onLoop(() -> connect(address));
    }

    private void onLoop(final Runnable task) {
        try {
            loop.eventLoop().execute(task);
        } catch (final RejectedExecutionException ex) {
            LOG.debug("issuer link {}: stopped", settings.code());
        }
    }

    private void connect(final InetSocketAddress address) {
        if (isStopped) {
            return;
        }
        if (address.isUnresolved()) {
            LOG.debug("issuer link {}: {} does not resolve", settings.code(), settings.host());
            onFailed();
            return;
        }
        final EventLoop eventLoop = loop.eventLoop();
        new Bootstrap()
            .group(eventLoop)
            .channel(isEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(final SocketChannel opened) {
                    opened.pipeline().addLast(links.newLink(IssuerLine.this, opened));
                }
            })
            .connect(address)
            .addListener(future -> {
                if (!future.isSuccess()) {
                    if (failures == 0) {
                        LOG.info("issuer link {}: no connection to {}: {}", settings.code(), address, future.cause().getClass().getSimpleName());
                    }
                    onFailed();
                }
            });
    }

    private void onFailed() {
        if (isStopped) {
            return;
        }
        final long pauseMs = pauseMs(plan.profile.timeOuts().reconnectMs(), plan.profile.timeOuts().reconnectMaxMs(), failures,
            ThreadLocalRandom.current().nextDouble());
        failures++;
        loop.eventLoop().schedule(this::start, pauseMs, TimeUnit.MILLISECONDS);
    }

    /**
     * The pause before the next try.
     *
     * @param failures in a row, before this one
     * @param lot      0 to 1
     */
    static long pauseMs(final long firstMs, final long mostMs, final int failures, final double lot) {
        final long whole = Math.min(mostMs, firstMs << Math.min(failures, MAX_DOUBLINGS));
        return Math.round(whole * (1 + JITTER * (2 * lot - 1)));
    }

    /** The connection stands; its side begins the sign-on. */
    void onOpen(final IssuerSide opened, final Channel openedChannel) {
        side = opened;
        channel = openedChannel;
        if (isStopped) {
            openedChannel.close();
        }
    }

    /** The issuer has taken our sign-on, or signed on itself. */
    void onSignedOn() {
        failures = 0;
        desk.onSignedOn();
    }

    /** The connection is gone. */
    void onLost() {
        side = null;
        channel = null;
        tellStatus();
        LOG.info("issuer link {} is down", settings.code());
        onFailed();
    }

    /** No more connections; the one that stands is ended by the loop. */
    void stop() {
        isStopped = true;
    }

    // ---- Traffic ----

    /** Whether requests may go out here. */
    boolean isUp() {
        return side != null && side.isSignedOn() && !desk.isSignedOff();
    }

    /** Number of the link's record that the state was told is up; 0: none. */
    int linkId() {
        return toldUp;
    }

    /**
     * Hands a frame to the socket.
     *
     * @return false if no byte of it has left, and none will
     */
    boolean transmit(final UnsafeBuffer frame, final int offset, final int length) {
        return isUp() && side.transmit(frame, offset, length);
    }

    /** A business date of the issuer's group was opened or closed. */
    void onDate(final int code, final int date) {
        if (side != null) {
            side.onDate(code, date);
        }
    }

    /** Tells the state where that differs from what it was told last. The number may have become known, or another, since. */
    void tellStatus() {
        final int linkId = links.routed().linkId(settings.code());
        final int nowUp = isUp() ? linkId : 0;
        if (nowUp != toldUp) {
            if (toldUp != 0) {
                loop.tellLink(toldUp, false);
                links.onToldUp(-1);
            }
            toldUp = nowUp;
            if (nowUp != 0) {
                LOG.info("issuer link {} ({}) is up", settings.code(), nowUp);
                loop.tellLink(nowUp, true);
                links.onToldUp(1);
            }
        }
    }

    /** The record was put anew: it may have forgotten that the link is up. */
    void tellAgain() {
        if (toldUp != 0 && toldUp == links.routed().linkId(settings.code())) {
            loop.tellLink(toldUp, true);
        } else {
            tellStatus();
        }
    }

    /** Stops or goes on reading what the issuer sends: the ring has no room. */
    void read(final boolean isReading) {
        if (channel != null) {
            channel.config().setAutoRead(isReading);
        }
    }
}
