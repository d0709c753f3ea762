package io.daybreak.gateway.link;

import io.daybreak.gateway.GatedJournal;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.PlainSlabAllocator;
import io.daybreak.pipeline.Pipeline;
import io.daybreak.pipeline.PipelineContext;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EpochClock;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.ConfigurePaymentsDecoder;
import io.daybreak.protocol.codec.PutParticipantDecoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** Links on a real socket before a real pipeline and state machine; the journal keeps nothing. */
public final class LinkRig implements AutoCloseable {
    static final String CODE = "ACQ001";
    static final byte[] SECRET = secret(1);
    static final String BARRED = "BARRED";
    static final String OTHER = "ACQ002";

    final Admission admission = new Admission();
    final GatedJournal journal = new GatedJournal();
    final AtomicReference<String> fatal = new AtomicReference<>();
    final NativeServer server;
    final Pipeline pipeline;
    final InetSocketAddress address;
    private static final AtomicLong IDS = new AtomicLong();

    /** Defaults for tests: small limits that are reached quickly, times that are not reached. */
    static final class Options {
        int maxInFlight = 4_096;
        int maxInFlightPerLoop = 8_192;
        int maxConnections = 32;
        int perParticipant = 16;
        int maxReplyBytes = 1 << 20;
        int answerBuffers = 8;
        int signOnMs = 20_000;
        int idleMs = 60_000;
        int frameMs = 20_000;
        int eventLoops = 1;
        int ringCapacity = 4_096;
        boolean isEpoll = true;
        long wallAheadMs;
        LongSupplier timeNs;
    }

    LinkRig(final Options options) throws Exception {
        final LinkSettings settings = new LinkSettings("127.0.0.1", 0, options.eventLoops, options.isEpoll, 128, 786_260, options.maxInFlight,
            options.maxInFlightPerLoop, 64, 64 * 1024, options.maxReplyBytes, options.answerBuffers, options.maxConnections, options.perParticipant,
            options.signOnMs, options.idleMs, options.frameMs);
        server = new NativeServer(settings, admission, defect -> fatal.compareAndSet(null, "links: " + defect));
        pipeline = new Pipeline(
            new PipelineContext().ringCapacity(options.ringCapacity).reserve(256).maxChain(64).maxClaim(64).maxBatch(1_024)
                .maxEntryCommands(Math.min(1_024, options.ringCapacity)).maxPublishers(options.eventLoops + 2),
            new StateMachine(new PlainSlabAllocator()), journal, server.replySink(), EffectSink.NONE, new EpochClock() {
                @Override
                public long wallNs() {
                    final Instant now = Instant.now();
                    return now.getEpochSecond() * 1_000_000_000L + now.getNano() + options.wallAheadMs * 1_000_000L;
                }

                @Override
                public long monotonicNs() {
                    return System.nanoTime();
                }
            },
            (reason, message, cause) -> fatal.compareAndSet(null, reason + " " + message + " " + cause));
        server.connect(pipeline::newPublisher, options.timeNs != null ? options.timeNs : pipeline.clock()::nowNs);
        pipeline.start();
        provision();
        address = server.bind(Credentials.builder().put(CODE, 1, SECRET).put(OTHER, 1, secret(2)).put(BARRED, 1, secret(3)).build());
    }

    static byte[] secret(final int number) {
        final byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) number);
        return secret;
    }

    private void provision() {
        submit(ConfigureDecoder.TEMPLATE_ID, ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0).putLong(1_000).putLong(1_000_000).putLong(0).putLong(60_000).putLong(1_000).putLong(10_000).putLong(10_000).putInt(1_024).putInt(64));
        participant(1, CODE, Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR);
        participant(2, OTHER, Participants.ROLE_ACTIVE);
        participant(3, BARRED, 0);
        for (int account = 1; account <= 2; account++) {
            submit(AccountDecoder.TEMPLATE_ID, ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(account).putLong(0).putLong(0).putLong(0).putInt(156).putShort((short) 1).putShort((short) 0));
        }
    }

    private void participant(final int id, final String code, final int roles) {
        submit(PutParticipantDecoder.TEMPLATE_ID, ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0).putLong(200_000).putInt(id).putInt(1).putShort((short) roles).putShort((short) 0).putInt(0)
            .put(Arrays.copyOf(code.getBytes(StandardCharsets.US_ASCII), 16)));
    }

    private void submit(final int templateId, final ByteBuffer body) {
        final int participant = templateId == AccountDecoder.TEMPLATE_ID ? 1 : Participants.SYSTEM;
        final int result = server.systemPort().submit(templateId, participant, new UnsafeBuffer(body.array()), body.capacity());
        if (result != 0) {
            throw new AssertionError("provisioning: " + result);
        }
    }

    /** A rig with default options, for tests of other packages. */
    public static LinkRig create() throws Exception {
        return new LinkRig(new Options());
    }

    /** Where the native port listens. */
    public java.net.InetSocketAddress address() {
        return address;
    }

    /** The operator's name. */
    public String operator() {
        return CODE;
    }

    /** The operator's secret. */
    public byte[] operatorSecret() {
        return SECRET.clone();
    }

    /** Lets payments be administered. */
    public void configurePayments() {
        final ByteBuffer body = ByteBuffer.allocate(ConfigurePaymentsDecoder.BLOCK_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        body.putLong(0);
        while (body.remaining() > Long.BYTES) {
            body.putLong(4_096);
        }
        submit(ConfigurePaymentsDecoder.TEMPLATE_ID, body);
    }

    /** A peer that has signed on. */
    Peer peer() throws IOException {
        final Peer peer = new Peer(address);
        final Peer.Message welcome = peer.signOn(CODE, SECRET);
        if (welcome == null || welcome.templateId() != 4) {
            throw new AssertionError("no Welcome: " + welcome);
        }
        return peer;
    }

    /** A good transfer with a new id. */
    static byte[] payment() {
        return payment(0);
    }

    static byte[] payment(final int flags) {
        return Wire.transfer(System.currentTimeMillis() << 16, IDS.incrementAndGet(), 1, 2, 3, flags);
    }

    /** Sends one payment and expects its outcome. */
    static void pay(final Peer peer, final long correlationId) throws IOException {
        peer.send(Wire.transfers(correlationId, payment()));
        final Peer.Message answer = peer.receive();
        if (answer == null || answer.templateId() != 64 || answer.correlationId() != correlationId || answer.result(0) != 0) {
            throw new AssertionError("not paid: " + answer + (answer != null && answer.templateId() == 64 ? " " + answer.result(0) : ""));
        }
    }

    @Override
    public void close() {
        journal.holdUp(false);
        server.stopAccepting();
        server.closeLinks(3_000);
        pipeline.close();
        server.close();
        if (fatal.get() != null) {
            throw new AssertionError("fatal: " + fatal.get());
        }
    }
}
