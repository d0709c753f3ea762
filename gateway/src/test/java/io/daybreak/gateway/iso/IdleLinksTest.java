package io.daybreak.gateway.iso;

import io.daybreak.gateway.Await;
import io.daybreak.iso8583.link.LinkProfile;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * LINK-16: what a connection that waits costs. Fewer here than the 10,000 of the rule, since both ends' descriptors are this
 * process's; what the clients' ends cost is counted with it.
 */
@Timeout(120)
final class IdleLinksTest {
    private static final int LINKS = 1_500;
    private static final int MAX_BYTES_EACH = 20_000;

    @TempDir
    private Path directory;

    @Test
    void shouldHoldLittleMemoryForALinkThatWaits() throws Exception {
        final Path link = directory.resolve("many.conf");
        Files.writeString(link, "name = many\ndialect { base = 1987-ascii }\ndefault-participant = ACQ001\ninstitutions = [\"00100001\"]\n"
            + "windows { sockets = 20000 }");
        final IsoRig.Options options = new IsoRig.Options();
        options.links = new String[] {link.toString()};
        options.maxConnections = 20_000;
        final List<SocketChannel> clients = new ArrayList<>();
        try (IsoRig rig = new IsoRig(options); AcquirerPeer peer = new AcquirerPeer(rig.address(), LinkProfile.builtIn("demo-ascii")).signOn()) {
            final byte[] echo = peer.frame(Messages.network(301));
            connect(rig.address(), 100, clients, echo);
            final long before = usedBytes();
            connect(rig.address(), LINKS, clients, echo);
            Await.until("all accepted", () -> rig.server.connections() == LINKS + 101);
            final long each = (usedBytes() - before) / LINKS;
            assertThat(each).as("bytes of heap and direct memory of a link, its client's end included").isLessThan(MAX_BYTES_EACH);
            assertThat(peer.ask(Messages.purchase()).get(39)).isEqualTo("00");
        } finally {
            for (final SocketChannel client : clients) {
                client.setOption(StandardSocketOptions.SO_LINGER, 0);
                client.close();
            }
        }
    }

    /** Each has been used once: an echo, and its answer. */
    private static void connect(final InetSocketAddress address, final int count, final List<SocketChannel> clients, final byte[] echo) throws Exception {
        final ByteBuffer out = ByteBuffer.allocateDirect(echo.length).put(echo);
        final ByteBuffer in = ByteBuffer.allocateDirect(4_096);
        for (int i = 0; i < count; i++) {
            final SocketChannel client = SocketChannel.open(address);
            clients.add(client);
            client.write(out.rewind());
            assertThat(client.read(in.clear())).isPositive();
        }
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            final Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        long direct = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        for (final BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            direct += pool.getMemoryUsed();
        }
        return least + direct;
    }
}
