package io.daybreak.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.daybreak.client.Disconnect.Kind;
import io.daybreak.client.StubSwitch.Reaction;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.codec.TransferEncoder;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One connection, driven by hand on the test's own event loop. */
@Timeout(30)
class NativeConnectionTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);
    private static final ConnectionOptions OPTIONS = ConnectionOptions.DEFAULT;

    private static final class Recorder implements ConnectionListener {
        private final List<Integer> indices = new ArrayList<>();
        private final List<Long> serverTimes = new ArrayList<>();
        private Session session;
        private Disconnect disconnect;
        private long outcomes;
        private int batchEnds;
        private int writables;

        @Override
        public void onReady(final NativeConnection connection, final Session newSession) {
            session = newSession;
        }

        @Override
        public void onOutcome(final long correlationId, final int index, final int requestCount, final long sequence,
                              final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
            outcomes++;
            if (requestCount > 1) {
                indices.add(index);
            }
        }

        @Override
        public void onAnswer(final int templateId, final long correlationId, final DirectBuffer buffer, final int offset,
                             final int length) {
            throw new AssertionError("no query was asked");
        }

        @Override
        public void onBatchEnd(final NativeConnection connection) {
            batchEnds++;
        }

        @Override
        public void onWritable(final NativeConnection connection) {
            writables++;
        }

        @Override
        public void onServerTime(final NativeConnection connection, final long serverTimeMs) {
            serverTimes.add(serverTimeMs);
        }

        @Override
        public void onClosed(final NativeConnection connection, final Disconnect reason) {
            assertThat(disconnect).as("told once").isNull();
            disconnect = reason;
        }
    }

    /** Runs a test's body on a thread of Netty's own kind, as the owner of an event loop. */
    private static void onLoop(final LoopBody body) throws Exception {
        final FutureTask<Void> task = new FutureTask<>((Callable<Void>) () -> {
            final ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), NativeTransport.ioHandlerFactory());
            try {
                body.run(loop);
            } finally {
                loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
                while (!loop.isTerminated()) {
                    loop.run(1_000_000L);
                }
            }
            return null;
        });
        final Thread thread = new FastThreadLocalThread(task, "test-loop");
        thread.start();
        try {
            task.get(25, TimeUnit.SECONDS);
        } catch (final java.util.concurrent.ExecutionException ex) {
            if (ex.getCause() instanceof final Error error) {
                throw error;
            }
            throw ex;
        }
    }

    @FunctionalInterface
    private interface LoopBody {
        void run(ManualIoEventLoop loop) throws Exception;
    }

    private static void runUntil(final ManualIoEventLoop loop, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadlineNs);
            loop.run(1_000_000L);
        }
    }

    private static NativeConnection connect(final ManualIoEventLoop loop, final int port, final ConnectionOptions options,
                                            final Recorder recorder) {
        return NativeConnection.connect(loop, new InetSocketAddress("127.0.0.1", port), CREDENTIALS, options, recorder);
    }

    private static void encode(final NativeConnection connection, final TransferEncoder encoder, final int offset, final long number) {
        encoder.wrap(connection.buffer(), offset);
        encoder.id().hi(1).lo(number);
        encoder.debitAccountId(1).creditAccountId(2).amountMinor(3);
        encoder.pendingId().hi(0).lo(0);
        encoder.userData128().hi(0).lo(0);
        encoder.userData64(0).timeoutMs(0).ledger(156).code(1).flags(0).reserved(0);
    }

    @Test
    void shouldSignOnSendAndTellOutcomesInPlace() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.ANSWER_IN_PIECES)) {
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                final NativeConnection connection = connect(loop, stub.port(), OPTIONS, recorder);
                assertThat(connection.claimTransfers(1, 1)).isEqualTo(NativeConnection.NOT_CLAIMED);
                runUntil(loop, connection::isReady);
                assertThat(recorder.session.sessionId()).isEqualTo(42);
                assertThat(recorder.serverTimes).containsExactly(stub.serverTimeMs);
                final TransferEncoder encoder = new TransferEncoder();
                final int offset = connection.claimTransfers(9, 3);
                for (int i = 0; i < 3; i++) {
                    encode(connection, encoder, offset + i * NativeConnection.TRANSFER_BYTES, i);
                }
                assertThat(connection.inFlight()).isEqualTo(3);
                connection.flush();
                runUntil(loop, () -> recorder.outcomes == 3);
                assertThat(recorder.indices).containsExactly(0, 1, 2);
                assertThat(connection.inFlight()).isZero();
                assertThat(recorder.batchEnds).isPositive();
                connection.goodbye();
                assertThat(connection.claimTransfers(10, 1)).isEqualTo(NativeConnection.NOT_CLAIMED);
                runUntil(loop, () -> recorder.disconnect != null);
                assertThat(recorder.disconnect.kind()).isEqualTo(Kind.CLOSED_BY_PEER);
            });
            assertThat(stub.debited(1)).isEqualTo(9);
        }
    }

    @Test
    void shouldKeepTheLinkAliveAndGiveUpOnASilentSwitch() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.ANSWER)) {
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                connect(loop, stub.port(), OPTIONS.withKeepAliveMs(10), recorder);
                runUntil(loop, () -> stub.keepAlives.get() >= 5);
                assertThat(recorder.disconnect).isNull();
                assertThat(recorder.serverTimes).hasSizeGreaterThan(2);
                stub.isMute = true;
                runUntil(loop, () -> recorder.disconnect != null);
                assertThat(recorder.disconnect.kind()).isEqualTo(Kind.PEER_SILENT);
            });
        }
    }

    @Test
    void shouldGiveUpWhenNobodyFinishesTheSignOn() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.ANSWER)) {
            stub.isMute = true;
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                connect(loop, stub.port(), OPTIONS.withSignOnTimeoutMs(50), recorder);
                runUntil(loop, () -> recorder.disconnect != null);
                assertThat(recorder.disconnect.kind()).isEqualTo(Kind.SIGN_ON_TIMEOUT);
                assertThat(recorder.session).isNull();
            });
        }
    }

    @Test
    void shouldTellTheErrorThatTheSwitchSent() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.REFUSE)) {
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                final NativeConnection connection = connect(loop, stub.port(), OPTIONS, recorder);
                runUntil(loop, connection::isReady);
                encode(connection, new TransferEncoder(), connection.claimTransfers(1, 1), 1);
                connection.flush();
                runUntil(loop, () -> recorder.disconnect != null);
                assertThat(recorder.disconnect).isEqualTo(
                    new Disconnect(Kind.REFUSED_BY_PEER, LinkError.SLOW_READER.code(), "reads too slowly"));
            });
        }
    }

    @Test
    void shouldRefuseClaimsWhenTheSocketTakesNoMoreAndTellWhenItDoes() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            listening.setReceiveBufferSize(8 << 10);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                // 4 buffers of 64 KiB: what a peer that reads nothing makes us keep, beyond what the kernel takes.
                final NativeConnection connection = connect(loop, listening.getLocalPort(), OPTIONS.withSendBuffers(4, 64 << 10), recorder);
                final Socket[] peer = new Socket[1];
                final Thread server = new Thread(() -> peer[0] = ManualPeer.signOn(listening, CREDENTIALS), "peer");
                server.start();
                runUntil(loop, connection::isReady);
                server.join();
                final TransferEncoder encoder = new TransferEncoder();
                long sent = 0;
                int offset = connection.claimTransfers(0, 1);
                while (offset != NativeConnection.NOT_CLAIMED) {
                    encode(connection, encoder, offset, sent++);
                    if (sent % 64 == 0) {
                        connection.flush();
                    }
                    assertThat(sent).as("memory must be bounded").isLessThan(2_000_000);
                    offset = connection.claimTransfers(sent, 1);
                }
                assertThat(connection.isWritable()).isFalse();
                assertThat(connection.inFlight()).isEqualTo((int) sent);
                final long bytes = sent * 120;
                final Thread reading = new Thread(() -> ManualPeer.read(peer[0], bytes), "peer");
                reading.start();
                runUntil(loop, () -> recorder.writables > 0);
                assertThat(connection.isWritable()).isTrue();
                reading.join();
                peer[0].close();
            });
        }
    }

    @Test
    void shouldNotAllocateInSteadyState() throws Exception {
        try (StubSwitch stub = new StubSwitch(CREDENTIALS, number -> Reaction.ANSWER)) {
            onLoop(loop -> {
                final Recorder recorder = new Recorder();
                final NativeConnection connection = connect(loop, stub.port(), OPTIONS, recorder);
                runUntil(loop, connection::isReady);
                final TransferEncoder encoder = new TransferEncoder();
                exchange(loop, connection, encoder, recorder, 300);
                final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                final long before = threads.getCurrentThreadAllocatedBytes();
                exchange(loop, connection, encoder, recorder, 300);
                final long perTransfer = (threads.getCurrentThreadAllocatedBytes() - before) / (300 * 100);
                // A read or write now and then makes Netty allocate a few small objects: none of them is per transfer.
                assertThat(perTransfer).isLessThan(8);
            });
        }
    }

    private static void exchange(final ManualIoEventLoop loop, final NativeConnection connection, final TransferEncoder encoder,
                                 final Recorder recorder, final int rounds) {
        for (int round = 0; round < rounds; round++) {
            final long wanted = recorder.outcomes + 100;
            for (int i = 0; i < 100; i++) {
                encode(connection, encoder, connection.claimTransfers(i, 1), recorder.outcomes + i);
            }
            connection.flush();
            while (recorder.outcomes < wanted) {
                loop.run(1_000_000L);
            }
        }
    }

    /** The few bytes of a switch that signs on and then does what the test wants. */
    private static final class ManualPeer {
        private static Socket signOn(final ServerSocket listening, final Credentials credentials) {
            try {
                final Socket socket = listening.accept();
                final InputStream in = socket.getInputStream();
                final OutputStream out = socket.getOutputStream();
                final byte[] hello = in.readNBytes(4 + 8 + 56);
                final byte[] clientNonce = java.util.Arrays.copyOfRange(hello, 36, 68);
                final byte[] serverNonce = new byte[32];
                out.write(frame(2, 40, java.nio.ByteBuffer.allocate(40).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(1).array()));
                in.readNBytes(4 + 8 + 32);
                final java.nio.ByteBuffer welcome = java.nio.ByteBuffer.allocate(68).order(java.nio.ByteOrder.LITTLE_ENDIAN);
                welcome.put(SessionProof.ofServer(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce))
                    .putLong(1).putLong(1).putInt(2).putInt(786_260).putInt(100).putInt(0).putShort((short) 8_190).putShort((short) 256);
                out.write(frame(4, 68, welcome.array()));
                return socket;
            } catch (final java.io.IOException ex) {
                throw new java.io.UncheckedIOException(ex);
            }
        }

        private static byte[] frame(final int templateId, final int blockLength, final byte[] block) {
            return java.nio.ByteBuffer.allocate(12 + block.length).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(8 + block.length)
                .putShort((short) blockLength).putShort((short) templateId).putShort((short) 7_300).putShort((short) 1).put(block)
                .array();
        }

        private static void read(final Socket socket, final long byteCount) {
            try {
                final byte[] buffer = new byte[64 << 10];
                long read = 0;
                while (read < byteCount) {
                    read += socket.getInputStream().read(buffer);
                }
            } catch (final java.io.IOException ex) {
                throw new java.io.UncheckedIOException(ex);
            }
        }
    }
}
