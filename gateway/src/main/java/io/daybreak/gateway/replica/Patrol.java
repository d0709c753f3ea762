package io.daybreak.gateway.replica;

import io.daybreak.client.NativeTransport;
import io.daybreak.journal.replicate.PatrolFrame;
import io.daybreak.journal.replicate.ReplicationFrames;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A primary's rounds: tells the other nodes its epoch, so that one that led before and comes back stops at once, and hears of a later one, so that it
 * stops itself. Event loop only, but for {@link #askOnce}.
 */
final class Patrol {
    private static final Logger LOG = LoggerFactory.getLogger(Patrol.class);
    private static final long ROUND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int CONNECT_MS = 1_000;
    private static final int HIGH_WATER_BYTES = 1 << 20;

    private final Node node;
    private final List<InetSocketAddress> peers = new ArrayList<>();
    private final Map<InetSocketAddress, OutboundReplica> asking = new HashMap<>();
    private long lastRoundNs = System.nanoTime();

    Patrol(final Node node) {
        this.node = node;
        peers.addAll(node.settings().peers());
        if (node.settings().standbyOf() != null && !peers.contains(node.settings().standbyOf())) {
            // After a promotion the one that was followed is the one that may come back.
            peers.add(node.settings().standbyOf());
        }
    }

    void onTick(final long nowNs) {
        if (!node.isLeading() || nowNs - lastRoundNs < ROUND_NS) {
            return;
        }
        lastRoundNs = nowNs;
        for (final InetSocketAddress peer : peers) {
            ask(peer, () -> { });
        }
    }

    void askOnce(final List<InetSocketAddress> whom) throws InterruptedException {
        final CountDownLatch answers = new CountDownLatch(whom.size());
        for (final InetSocketAddress peer : whom) {
            node.loop().execute(() -> ask(peer, answers::countDown));
        }
        if (!answers.await(CONNECT_MS, TimeUnit.MILLISECONDS)) {
            LOG.info("not every other node answered; whoever leads in a later epoch stops this one when it is back");
        }
    }

    private void ask(final InetSocketAddress peer, final Runnable done) {
        final byte[] secret = node.credentials().secret(node.settings().node(), node.settings().keyId());
        final OutboundReplica connection = new OutboundReplica(node.settings().node(), secret, new Round(peer, done));
        final OutboundReplica before = asking.put(peer, connection);
        if (before != null) {
            before.end("no answer within a round");
        }
        connect(node, peer, connection, why -> done.run());
    }

    /** Connects; {@code onFailure} hears why if that came to nothing. */
    static void connect(final Node node, final InetSocketAddress address, final OutboundReplica connection, final Consumer<String> onFailure) {
        new Bootstrap()
            .group(node.loop())
            .channel(NativeTransport.channelClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(HIGH_WATER_BYTES / 2, HIGH_WATER_BYTES))
            .handler(new ChannelInitializer<SocketChannel>() {
                @Override
                protected void initChannel(final SocketChannel channel) {
                    if (node.clientTls() != null) {
                        channel.pipeline().addLast(node.clientTls().newHandler(channel.alloc(), address.getHostString(), address.getPort()));
                    }
                    channel.pipeline().addLast(connection);
                }
            })
            .connect(address)
            .addListener(future -> {
                if (!future.isSuccess()) {
                    onFailure.accept(String.valueOf(future.cause().getMessage()));
                }
            });
    }

    private final class Round implements OutboundReplica.Use {
        private final InetSocketAddress peer;
        private final Runnable done;
        private OutboundReplica connection;

        Round(final InetSocketAddress peer, final Runnable done) {
            this.peer = peer;
            this.done = done;
        }

        @Override
        public int onSignedOn(final OutboundReplica signedOn) {
            connection = signedOn;
            PatrolFrame.send(signedOn, node.seenEpoch());
            return ReplicaChannel.SIGN_ON_FRAME;
        }

        @Override
        public void onFrame(final UnsafeBuffer buffer, final int offset) {
            if (ReplicationFrames.type(buffer, offset) == ReplicationFrames.REFUSAL) {
                final ReplicationFrames.Refusal refusal = ReplicationFrames.refusal(buffer, offset);
                if (refusal == ReplicationFrames.Refusal.STALE_EPOCH) {
                    node.onFenced(ReplicationFrames.refusalEpoch(buffer, offset));
                } else if (refusal == ReplicationFrames.Refusal.TWO_PRIMARIES) {
                    LOG.error("ALARM: {} leads in the same epoch as this node: stop one of them, and join it again", peer);
                }
            }
            connection.end("answered");
        }

        @Override
        public void onBatchEnd() {
            // One frame is all there is.
        }

        @Override
        public void onClosed(final String why) {
            asking.remove(peer, connection);
            done.run();
        }

        @Override
        public void onDefect(final Exception cause) {
            LOG.error("patrol to {}", peer, cause);
        }
    }
}
