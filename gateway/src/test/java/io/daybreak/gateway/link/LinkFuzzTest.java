package io.daybreak.gateway.link;

import io.daybreak.gateway.Await;
import io.daybreak.protocol.TransferFlags;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mutated frames over real sockets, from a seed that is printed: the switch must answer with an Error or close, go on
 * answering a neighbour, and hold no more memory than before.
 */
class LinkFuzzTest {
    private static final String SEED_PROPERTY = "daybreak.fuzz.seed";
    private static final long NEIGHBOUR_MS = 5_000;
    private static final int FRAMES_PER_WRITE = 16;

    @Test
    @Timeout(120)
    void shouldSurviveGarbage() throws Exception {
        fuzz(20_000);
    }

    @Test
    @Tag("nightly")
    @Timeout(3_600)
    void shouldSurviveAMillionPiecesOfGarbage() throws Exception {
        fuzz(1_000_000);
    }

    private static void fuzz(final int inputs) throws Exception {
        final long seed = Long.getLong(SEED_PROPERTY, System.nanoTime());
        System.out.println("LinkFuzzTest: -D" + SEED_PROPERTY + "=" + seed);
        final LinkRig.Options options = new LinkRig.Options();
        options.frameMs = 300;
        options.signOnMs = 300;
        options.idleMs = 2_000;
        try (LinkRig rig = new LinkRig(options)) {
            final Neighbour neighbour = new Neighbour(rig);
            // Pools and stocks reach their size first.
            run(rig, new Random(seed), inputs / 4);
            settle(rig, 1);
            final long before = directBytes();
            run(rig, new Random(~seed), inputs - inputs / 4);
            neighbour.stop();
            settle(rig, 0);
            assertThat(directBytes()).as("direct memory after %d inputs, seed %d", inputs, seed).isLessThan(before + (8 << 20));
            assertThat(rig.server.counters().accepted()).isEqualTo(rig.server.counters().closed());
            assertThat(rig.fatal.get()).isNull();
            try (Peer after = rig.peer()) {
                LinkRig.pay(after, 1);
            }
        }
    }

    private static void settle(final LinkRig rig, final int connections) {
        Await.until("the attackers' connections are gone", () -> rig.server.connections() == connections);
    }

    private static long directBytes() {
        long bytes = 0;
        for (final BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            bytes += pool.getMemoryUsed();
        }
        return bytes + io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static void run(final LinkRig rig, final Random random, final int inputs) throws IOException {
        int sent = 0;
        while (sent < inputs) {
            final boolean isStranger = random.nextInt(8) == 0;
            try (Peer peer = new Peer(rig.address)) {
                if (!isStranger) {
                    final Peer.Message welcome = peer.signOn(LinkRig.CODE, LinkRig.SECRET);
                    assertThat(welcome == null ? -1 : welcome.templateId()).isEqualTo(4);
                }
                sent += attack(peer, random, Math.min(inputs - sent, 200));
            }
        }
    }

    /** Sends garbage until the switch has closed, or enough was sent. */
    private static int attack(final Peer peer, final Random random, final int most) {
        int sent = 0;
        try {
            while (sent < most) {
                final List<byte[]> frames = new ArrayList<>();
                final int count = 1 + random.nextInt(FRAMES_PER_WRITE);
                for (int i = 0; i < count; i++) {
                    frames.add(mutated(random));
                }
                sent += count;
                peer.send(Wire.join(frames.toArray(new byte[0][])));
                while (peer.socket().getInputStream().available() > 0) {
                    final Peer.Message answer = peer.receive();
                    if (answer == null || answer.templateId() == 8) {
                        return sent;
                    }
                }
            }
        } catch (final IOException closed) {
            return sent + 1;
        }
        return sent;
    }

    /** A good frame with some of its bytes, its length or its end changed; now and then a good one, or noise. */
    private static byte[] mutated(final Random random) {
        final byte[] frame = good(random);
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> {
                final int changes = 1 + random.nextInt(4);
                for (int i = 0; i < changes; i++) {
                    // Mostly in front, where what counts is.
                    final int at = random.nextInt(random.nextBoolean() ? Math.min(frame.length, 28) : frame.length);
                    frame[at] = (byte) (random.nextBoolean() ? random.nextInt() : frame[at] ^ 1 << random.nextInt(8));
                }
                return frame;
            }
            case 4 -> {
                ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(0, edge(random));
                return frame;
            }
            case 5 -> {
                return java.util.Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            }
            case 6 -> {
                return java.util.Arrays.copyOf(frame, frame.length + 1 + random.nextInt(64));
            }
            case 7 -> {
                final byte[] noise = new byte[1 + random.nextInt(300)];
                random.nextBytes(noise);
                return noise;
            }
            case 8 -> {
                if (frame.length >= 24) {
                    ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putShort(22, (short) edge(random));
                }
                return frame;
            }
            default -> {
                return frame;
            }
        }
    }

    private static int edge(final Random random) {
        final int[] edges = {0, 1, 7, 8, 19, 20, 115, 116, 117, 255, 256, 257, 8_190, 8_191, 65_535, 786_260, 786_261, Integer.MAX_VALUE, Integer.MIN_VALUE, -1};
        return edges[random.nextInt(edges.length)];
    }

    private static byte[] good(final Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Wire.frame(8, 53, Wire.words(random.nextLong()));
            case 1 -> Wire.batch(48, random.nextLong(), 8, Wire.words(1), Wire.words(random.nextLong()));
            case 2 -> Wire.batch(17, random.nextLong(), 40, Wire.words(3, 0, 0, 0, random.nextLong()));
            case 3 -> Wire.frame(8, 5, Wire.words(random.nextLong()));
            case 4 -> Wire.frame(16, 37, Wire.words(random.nextLong(), 1));
            case 5 -> {
                final byte[][] chain = new byte[1 + random.nextInt(80)][];
                for (int i = 0; i < chain.length; i++) {
                    chain[i] = LinkRig.payment(random.nextInt(6) == 0 ? 0 : TransferFlags.LINKED);
                }
                yield Wire.transfers(random.nextLong(), chain);
            }
            default -> Wire.transfers(random.nextLong(), LinkRig.payment(), LinkRig.payment(1 << random.nextInt(16)));
        };
    }

    /** Pays one by one beside the garbage, and minds how long each takes. */
    private static final class Neighbour {
        private final AtomicBoolean isStopped = new AtomicBoolean();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;
        private volatile long paid;
        private volatile long worstMs;

        Neighbour(final LinkRig rig) throws IOException {
            final Peer peer = new Peer(rig.address);
            assertThat(peer.signOn(LinkRig.OTHER, LinkRig.secret(2)).templateId()).isEqualTo(4);
            thread = new Thread(() -> {
                try (peer) {
                    while (!isStopped.get()) {
                        final long beginNs = System.nanoTime();
                        peer.send(Wire.frame(8, 53, Wire.words(paid)));
                        final Peer.Message answer = peer.receive();
                        assertThat(answer == null ? -1 : answer.correlationId()).isEqualTo(paid);
                        worstMs = Math.max(worstMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs));
                        paid++;
                    }
                } catch (final Throwable ex) {
                    failure.set(ex);
                }
            });
            thread.start();
        }

        void stop() throws InterruptedException {
            isStopped.set(true);
            thread.join();
            assertThat(failure.get()).isNull();
            assertThat(paid).isPositive();
            assertThat(worstMs).as("the neighbour's longest wait, ms").isLessThan(NEIGHBOUR_MS);
        }
    }
}
