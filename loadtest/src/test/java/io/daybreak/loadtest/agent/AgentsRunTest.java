package io.daybreak.loadtest.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.NativeMix;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.rig.RunObserver;
import io.daybreak.loadtest.rig.RunResult;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.loadtest.simulator.BareSwitch;
import io.daybreak.loadtest.simulator.BareSwitch.Fault;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Agents over real sockets, against the bare switch. */
@Timeout(60)
class AgentsRunTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);

    private static RigSettings settings(final int port, final double rate, final int connections) {
        return new RigSettings("127.0.0.1", port, CREDENTIALS, CREDENTIALS, rate, Arrivals.POISSON, connections, 1, 1, 64, Duration.ofMillis(600),
            Duration.ofMillis(100), Duration.ofNanos(100_000), Duration.ofSeconds(2), 1, 301, 100_001, 51, 1, 100, 0, 0, 156, 1, 1, true);
    }

    private static AgentServer agent() throws IOException {
        final AgentServer server = new AgentServer("127.0.0.1", 0, code -> {
            if (!"ACQ001".equals(code)) {
                throw new IOException("no secret of " + code);
            }
            return CREDENTIALS;
        });
        final Thread thread = new Thread(server::serve, "agent-under-test");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static InetSocketAddress address(final AgentServer server) {
        return InetSocketAddress.createUnresolved("127.0.0.1", server.port());
    }

    @Test
    void shouldHandTheMixToAgents() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1); AgentServer one = agent()) {
            final RigSettings plain = settings(bare.port(), 5_000, 2);
            final RigSettings mixed = new RigSettings(plain.host(), plain.port(), CREDENTIALS, CREDENTIALS, 5_000, plain.arrivals(), 2, 1, 1, 64, plain.duration(),
                plain.warmup(), plain.turn(), plain.drain(), plain.debitFrom(), plain.debitCount(), plain.creditFrom(), plain.creditCount(), 1, 100, 0, 0, 156, 1, 1,
                true, 1, new NativeMix("pending+void=1"));
            final RunResult result = new AgentsRun(mixed, List.of(address(one)), RunObserver.NONE).run();
            assertThat(result.proof()).isEqualTo(Proof.PROVED);
            // Each hold is followed by its release: 6,000 messages are expected, not 3,000.
            assertThat(result.offered()).isBetween(5_400L, 6_600L);
        }
    }

    @Test
    void shouldAddUpWhatAgentsPaidAndProved() throws Exception {
        final AtomicLong answered = new AtomicLong();
        final RunObserver observer = new RunObserver() {
            @Override
            public void onCounts(final long fromNs, final long toNs, final long sent, final long count, final long refused, final Histogram histogram) {
                answered.addAndGet(histogram.getTotalCount());
            }
        };
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1); AgentServer one = agent(); AgentServer two = agent()) {
            final RunResult result = new AgentsRun(settings(bare.port(), 10_000, 3), List.of(address(one), address(two)), observer).run();
            assertThat(result.proof()).isEqualTo(Proof.PROVED);
            assertThat(result.proofText()).hasSize(2).allMatch(line -> line.contains("accounts changed by what was acknowledged"));
            assertThat(result.errors()).isEmpty();
            // Two thirds of the rate from one, which has two connections, a third from the other: 6,000 are expected.
            assertThat(result.offered()).isBetween(5_400L, 6_600L);
            assertThat(result.accepted()).isEqualTo(result.offered());
            assertThat(result.latency().getTotalCount()).isEqualTo(result.accepted()).isEqualTo(answered.get());
        }
    }

    @Test
    void shouldTellWhoseMoneyDiffers() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.FORGET, 500); AgentServer one = agent(); AgentServer two = agent()) {
            final RunResult result = new AgentsRun(settings(bare.port(), 10_000, 2), List.of(address(one), address(two)), RunObserver.NONE).run();
            assertThat(result.proof()).isEqualTo(Proof.DIFFERENT);
            assertThat(result.proofText()).anyMatch(line -> line.startsWith("127.0.0.1:" + one.port() + ": "));
        }
    }

    @Test
    void shouldSayWhichAgentCannotPay() throws Exception {
        final InetSocketAddress nobody;
        try (AgentServer gone = agent()) {
            nobody = address(gone);
        }
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1); AgentServer one = agent()) {
            assertThatThrownBy(() -> new AgentsRun(settings(bare.port(), 10_000, 2), List.of(address(one), nobody), RunObserver.NONE).run())
                .isInstanceOf(LoadRun.NotStartedException.class).hasMessageContaining("127.0.0.1:" + nobody.getPort());
            final RigSettings whole = settings(bare.port(), 10_000, 2);
            final Credentials unknown = new Credentials("ACQ002", new byte[32]);
            final RigSettings other = new RigSettings(whole.host(), whole.port(), unknown, unknown, 1_000, whole.arrivals(), 1, 1, 1, 64, whole.duration(),
                whole.warmup(), whole.turn(), whole.drain(), 1, 10, 100_001, 10, 1, 1, 0, 0, 156, 1, 1, true);
            assertThatThrownBy(() -> new AgentsRun(other, List.of(address(one)), RunObserver.NONE).run()).hasMessageContaining("no secret of ACQ002");
        }
        assertThatThrownBy(() -> new AgentsRun(settings(1, 10_000, 1), List.of(InetSocketAddress.createUnresolved("a", 1),
            InetSocketAddress.createUnresolved("b", 1)), RunObserver.NONE)).hasMessageContaining("--agents");
    }

    @Test
    void shouldOutliveACallerThatTalksNonsense() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1); AgentServer one = agent()) {
            for (final int length : new int[] {-1, 0, Integer.MAX_VALUE, 5}) {
                try (Socket socket = new Socket("127.0.0.1", one.port())) {
                    final ByteBuffer message = ByteBuffer.allocate(9).putInt(length).put("{nons".getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().write(message.array());
                    assertThat(isEnded(socket)).as("length %d", length).isTrue();
                }
            }
            assertThat(new AgentsRun(settings(bare.port(), 5_000, 1), List.of(address(one)), RunObserver.NONE).run().proof()).isEqualTo(Proof.PROVED);
        }
    }

    /** With a reset, if something of ours was not read. */
    private static boolean isEnded(final Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        try {
            return socket.getInputStream().read() < 0;
        } catch (final SocketException reset) {
            return true;
        }
    }
}
