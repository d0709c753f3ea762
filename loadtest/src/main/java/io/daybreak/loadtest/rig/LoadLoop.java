package io.daybreak.loadtest.rig;

import io.daybreak.client.ConnectionOptions;
import io.daybreak.client.NativeConnection;
import io.daybreak.loadtest.workload.Random64;
import io.daybreak.loadtest.workload.TransferPlan;
import io.netty.channel.ManualIoEventLoop;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.concurrent.CountDownLatch;

/** A loop that pays over the native protocol: its connections, the ids of its transfers, its books. */
final class LoadLoop extends PacedLoop {
    private static final long NS_PER_MS = 1_000_000L;
    private static final int TIME_SHIFT = 16;
    private static final int SEND_BUFFERS = 8;
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private final RigSettings settings;
    private final LoadConnection[] connections;
    private final MoneyBook book;
    private final UnknownTransfers unknown = new UnknownTransfers();
    private final Random64 kinds;
    private final long idTag;
    private long idLo;
    private long idHi;
    private long serverOffsetNs;

    LoadLoop(final RigSettings settings, final int connectionCount, final double ratePerSecond, final long seed,
             final CountDownLatch signedOn) {
        super(settings.pace(), ratePerSecond, seed, signedOn);
        this.settings = settings;
        this.book = new MoneyBook(settings.debitCount(), settings.creditCount(), settings.mix().hasHolds());
        this.kinds = new Random64(seed + 2);
        this.connections = new LoadConnection[connectionCount];
        final TransferPlan plan = new TransferPlan(settings.debitCount(), settings.creditCount(), settings.amountFrom(),
            settings.amountTo(), settings.zipf(), settings.hotShare(), seed + 1);
        for (int i = 0; i < connectionCount; i++) {
            connections[i] = new LoadConnection(this, settings, plan, book);
        }
        // Not from the seed: two runs with one seed must not use the same ids.
        final SecureRandom random = new SecureRandom();
        this.idTag = random.nextInt(1 << TIME_SHIFT);
        this.idLo = random.nextLong();
    }

    // ----- after the thread has ended -----

    MoneyBook book() {
        return book;
    }

    UnknownTransfers unknown() {
        return unknown;
    }

    // ----- the loop's own thread -----

    @Override
    PacedLink[] links() {
        return connections;
    }

    @Override
    void open(final ManualIoEventLoop loop) {
        final ConnectionOptions options = ConnectionOptions.DEFAULT.withSendBuffers(SEND_BUFFERS, SEND_BUFFER_BYTES);
        for (final LoadConnection connection : connections) {
            connection.opened(NativeConnection.connect(loop, new InetSocketAddress(settings.host(), settings.port()),
                settings.credentials(), options, connection));
        }
    }

    @Override
    void beforeSending(final long nowNs) {
        idHi = (nowNs + serverOffsetNs) / NS_PER_MS << TIME_SHIFT | idTag;
    }

    @Override
    void collectUnknown() {
        for (final LoadConnection connection : connections) {
            connection.collectUnknown(unknown);
        }
    }

    // ----- called by the connections -----

    long idHi() {
        return idHi;
    }

    long nextIdLo() {
        return ++idLo;
    }

    /** The ordinal of the next request's kind. */
    int nextKind() {
        return settings.mix().next(kinds);
    }

    void onServerTime(final long serverTimeMs) {
        serverOffsetNs = serverTimeMs * NS_PER_MS - System.nanoTime();
    }
}
