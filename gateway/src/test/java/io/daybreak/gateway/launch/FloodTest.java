package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.iso.AcquirerPeer;
import io.daybreak.gateway.iso.Messages;
import io.daybreak.iso8583.text.Iso8583Message;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * FMT-24, FMT-25, FMT-27, LINK-14: one connection sends without a pause, good, broken, needless and hopeless messages in turn, beyond its
 * window. Each of them has its defined answer, what was refused for lack of room may be sent again, the neighbour's payments and reversals
 * go on and are never refused, and no memory stays in use.
 */
@Timeout(120)
final class FloodTest {
    private static final int BATCHES = 80;
    private static final int BATCH = 400;
    private static final int KINDS = 4;
    /** Not read yet: below the bytes at which a peer counts as one that does not read. */
    private static final int MOST_UNREAD = 8_000;
    private static final int LEAST_OF_THE_NEIGHBOUR = 20;
    private static final long MOST_GROWTH = 4L << 20;

    @TempDir
    private Path directory;

    /** Writes and reads at once; what it was answered, by MTI and DE 39. */
    private static final class Flooder extends Thread {
        final Map<String, Integer> answers = new TreeMap<>();
        final List<Iso8583Message> purchases = new ArrayList<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        String refused;
        private final AcquirerPeer peer;
        private final Semaphore unread = new Semaphore(MOST_UNREAD);

        Flooder(final AcquirerPeer peer) {
            super("flooder");
            this.peer = peer;
        }

        @Override
        public void run() {
            final Thread writer = new Thread(this::write, "flooder's writer");
            writer.start();
            try {
                for (int i = 0; i < BATCHES * BATCH; i++) {
                    final Iso8583Message answer = peer.receive();
                    assertThat(answer).as("answer %d", i).isNotNull();
                    unread.release();
                    final String code = answer.get(39);
                    if ("91".equals(code) && !RoutedRig.CARD.equals(answer.get(2))) {
                        refused = answer.get(37);
                    }
                    answers.merge(answer.mti() + " " + (RoutedRig.CARD.equals(answer.get(2)) ? "routed " : "") + code, 1, Integer::sum);
                }
                writer.join();
            } catch (final Throwable ex) {
                failure.compareAndSet(null, ex);
            }
        }

        private void write() {
            try {
                for (int batch = 0; batch < BATCHES; batch++) {
                    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    for (int i = 0; i < BATCH; i++) {
                        bytes.write(peer.frame(next(i)));
                    }
                    unread.acquire(BATCH);
                    peer.write(bytes.toByteArray());
                }
            } catch (final Throwable ex) {
                failure.compareAndSet(null, ex);
            }
        }

        private Iso8583Message next(final int i) {
            switch (i % KINDS) {
                case 0:
                    return Messages.network(301);
                case 1:
                    return RoutedRig.purchase("9900010000000019").set(4, null);
                case 2:
                    return RoutedRig.purchase(RoutedRig.CARD);
                default:
                    final Iso8583Message purchase = RoutedRig.purchase("9900010000000019").set(4, "000000000001");
                    purchases.add(purchase);
                    return purchase;
            }
        }
    }

    @Test
    void shouldAnswerAFloodAndServeItsNeighbourMeanwhile() throws Exception {
        try (RoutedRig rig = new RoutedRig(directory, 1, "iso8583.max-in-flight-per-loop=4096", "metrics.port=0"); AcquirerPeer neighbour = rig.acquirer()) {
            flood(rig, neighbour);
            final long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            flood(rig, neighbour);
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()).as("a second flood needs no more memory").isLessThan(used + MOST_GROWTH);
            assertThat(rig.fatal.get()).isNull();
        }
    }

    private static String page(final RoutedRig rig) {
        try (InputStream page = URI.create("http://127.0.0.1:" + rig.server.metricsAddress().getPort() + "/metrics").toURL().openStream()) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static void flood(final RoutedRig rig, final AcquirerPeer neighbour) throws Exception {
        try (AcquirerPeer peer = new AcquirerPeer(rig.address(), RoutedRig.ASCII).signOn()) {
            final Flooder flooder = new Flooder(peer);
            flooder.start();
            int served = 0;
            while (flooder.isAlive()) {
                final Iso8583Message purchase = RoutedRig.purchase("9900010000000175").set(4, "000000000002");
                assertThat(neighbour.ask(purchase).get(39)).isEqualTo("00");
                final Iso8583Message reversal = RoutedRig.now(Messages.payment(420, "000000")).set(2, purchase.get(2)).set(4, purchase.get(4))
                    .set(37, purchase.get(37)).set(90, "0200" + purchase.get(11) + purchase.get(7) + "00000100001" + "00000000000");
                assertThat(neighbour.ask(reversal).get(39)).isEqualTo("00");
                served++;
            }
            flooder.join();
            assertThat(flooder.failure.get()).isNull();
            assertThat(served).as("payments of the neighbour meanwhile").isGreaterThan(LEAST_OF_THE_NEIGHBOUR);
            final int each = BATCHES * BATCH / KINDS;
            assertThat(flooder.answers.keySet()).isSubsetOf("210 00", "210 30", "210 91", "210 routed 91", "810 00");
            assertThat(flooder.answers).containsEntry("210 30", each).containsEntry("810 00", each).containsEntry("210 routed 91", each);
            assertThat(flooder.answers.get("210 00") + flooder.answers.getOrDefault("210 91", 0)).isEqualTo(each);
            for (final Iso8583Message purchase : flooder.purchases) {
                if (purchase.get(37).equals(flooder.refused)) {
                    assertThat(peer.ask(purchase).get(39)).as("nothing was remembered of it").isEqualTo("00");
                }
            }
            Await.until("nothing in work", () -> page(rig).contains("\ndaybreak_iso8583_contexts 0\n"));
        }
    }
}
