package io.daybreak.gateway.iso;

import io.daybreak.gateway.card.TokenKeys;
import io.daybreak.gateway.key.KeyFile;
import io.daybreak.gateway.link.Admission;
import io.daybreak.gateway.link.EventLoops;
import io.daybreak.gateway.link.LinkSettings;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** ISO 8583 listeners on real sockets before an {@link EchoSwitch}. */
final class IsoRig implements AutoCloseable {
    final EchoSwitch echo = new EchoSwitch();
    final EventLoops loops;
    final IsoServer server;
    final List<IsoServer.Bound> bound;
    final AtomicReference<Throwable> defect = new AtomicReference<>();

    /** Defaults for tests. */
    static final class Options {
        int eventLoops = 1;
        int maxConnections = 64;
        int contexts = 1_024;
        int maxUnsentBytes = 1 << 16;
        int frameTimeoutMs = 20_000;
        int maxInFlightPerLoop = 2_048;
        int tokenCache = 256;
        boolean isEpoll = true;
        KeyFile keyFile;
        TokenKeys tokenKeys = TokenKeys.of(1, new byte[32]);
        String[] links = {"demo-ascii"};
        Map<Long, String> participants = Map.of();
    }

    IsoRig(final String... links) throws Exception {
        this(options(links));
    }

    private static Options options(final String... links) {
        final Options options = new Options();
        if (links.length > 0) {
            options.links = links;
        }
        return options;
    }

    IsoRig(final Options options) throws Exception {
        final LinkSettings settings = new LinkSettings("127.0.0.1", 0, options.eventLoops, options.isEpoll, 4_096, 786_260,
            options.maxInFlightPerLoop, options.maxInFlightPerLoop, 64, 64 * 1024, 1 << 20, 64, 16, 16, 20_000, 60_000, 20_000);
        final List<IsoSettings.Listener> listeners = Arrays.stream(options.links)
            .map(link -> new IsoSettings.Listener(name(link), "127.0.0.1", 0, link, options.participants)).toList();
        final IsoSettings iso = new IsoSettings(listeners, options.maxConnections, options.maxUnsentBytes, options.contexts, options.tokenCache,
            options.frameTimeoutMs);
        loops = new EventLoops(settings, IsoServer.room(iso), new Admission(), ex -> defect.compareAndSet(null, ex));
        server = new IsoServer(iso, loops, options.keyFile);
        loops.connect(echo::newPublisher, () -> System.currentTimeMillis() * 1_000_000L);
        server.connect(options.tokenKeys);
        echo.start(loops.replySink(), loops.replySink().effectSink(server.effectSink()));
        bound = server.bind(loops.systemPort());
    }

    private static String name(final String link) {
        return link.substring(link.lastIndexOf('/') + 1);
    }

    InetSocketAddress address() {
        return bound.get(0).address();
    }

    IsoCounters counters() {
        return server.counters().get(0);
    }

    @Override
    public void close() {
        server.close();
        loops.closeLinks(3_000);
        echo.close();
        loops.close();
        if (defect.get() != null) {
            throw new AssertionError("defect", defect.get());
        }
    }
}
