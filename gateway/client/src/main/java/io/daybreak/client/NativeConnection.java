package io.daybreak.client;

import io.daybreak.client.Disconnect.Kind;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.codec.AccountsAnswerDecoder;
import io.daybreak.protocol.codec.ChallengeDecoder;
import io.daybreak.protocol.codec.DayTotalsAnswerDecoder;
import io.daybreak.protocol.codec.ErrorDecoder;
import io.daybreak.protocol.codec.GoodbyeDecoder;
import io.daybreak.protocol.codec.GoodbyeEncoder;
import io.daybreak.protocol.codec.HelloEncoder;
import io.daybreak.protocol.codec.KeepAliveDecoder;
import io.daybreak.protocol.codec.KeepAliveEncoder;
import io.daybreak.protocol.codec.KeepAliveReplyDecoder;
import io.daybreak.protocol.codec.KeepAliveReplyEncoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder.OutcomesDecoder;
import io.daybreak.protocol.codec.RateAnswerDecoder;
import io.daybreak.protocol.codec.ProofEncoder;
import io.daybreak.protocol.codec.ReferenceAnswerDecoder;
import io.daybreak.protocol.codec.SubmitTransfersEncoder;
import io.daybreak.protocol.codec.SubmitTransfersEncoder.TransfersEncoder;
import io.daybreak.protocol.codec.WelcomeDecoder;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One connection to the switch: connects, signs on (and checks that the switch knows the secret as well), encodes requests
 * straight into direct send buffers, cuts answers out of what was read, keeps the link alive. It keeps no book of
 * requests: their answers go to the {@link ConnectionListener}, and on a disconnect the caller knows what is unanswered.
 * <p>
 * Owned by its event loop: everything but {@link #connect}, {@link #close()} and {@link #toString()} may be called on that
 * thread only. Sending one request:
 * <pre>
 *   int offset = connection.claimTransfers(correlationId, 1);      // or NOT_CLAIMED: wait for onWritable
 *   transfer.wrap(connection.buffer(), offset).debitAccountId(1)...; // every field: the buffer is not cleared
 *   connection.flush();                                             // once for as many requests as there are
 * </pre>
 * Allocates nothing in steady state as long as the socket keeps up. What is not bounded here is bounded there: the
 * switch stops reading at its in-flight limit, the send buffers fill, claims are refused.
 */
public final class NativeConnection {
    /** No room now: {@link ConnectionListener#onWritable} tells when to try again. */
    public static final int NOT_CLAIMED = -1;
    /** From one transfer of a request to the next; their layout is that of the message Transfer. */
    public static final int TRANSFER_BYTES = TransfersEncoder.sbeBlockLength();

    private static final int HEADER_BYTES = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int GROUP_HEADER_BYTES = TransfersEncoder.sbeHeaderSize();
    private static final int SILENT_PERIODS_TO_DISCONNECT = 3;
    /** Reads are large, so that one system call brings many answers; 64 KiB is what cost least in trials. */
    private static final int READ_BYTES = 64 << 10;
    private static final int NONCE_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Where the session stands. */
    private enum Phase {
        /** No TCP connection yet. */
        CONNECTING,
        /** Hello is out, Challenge is awaited. */
        GREETED,
        /** Proof is out, Welcome is awaited. */
        PROVING,
        /** Requests may be sent. */
        READY,
        /** Goodbye is out: answers are awaited, nothing more is sent. */
        LEAVING,
        /** Nothing more is read or sent. */
        CLOSED
    }

    private final Credentials credentials;
    private final ConnectionOptions options;
    private final ConnectionListener listener;
    private final SocketAddress address;
    private final EventLoop loop;
    private final FrameReader reader;
    private final byte[] clientNonce = new byte[NONCE_BYTES];
    private final byte[] serverNonce = new byte[NONCE_BYTES];
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private Channel channel;
    private SendBuffers sendBuffers;
    private Phase phase = Phase.CONNECTING;
    private Disconnect disconnect;
    private Future<?> signOnTimer;
    private Future<?> keepAliveTimer;
    private int inFlight;
    private int silentPeriods;
    private boolean hasReadInPeriod;
    private boolean hasSentInPeriod;
    private long keepAliveToken;
    private volatile boolean isCloseWanted;

    private NativeConnection(final EventLoop loop, final SocketAddress address, final Credentials credentials,
                             final ConnectionOptions options, final ConnectionListener listener) {
        this.loop = loop;
        this.address = Objects.requireNonNull(address, "address");
        this.credentials = Objects.requireNonNull(credentials, "credentials");
        this.options = Objects.requireNonNull(options, "options");
        this.listener = Objects.requireNonNull(listener, "listener");
        this.reader = new FrameReader(options.maxAnswerBytes(), this::onFrame);
    }

    /**
     * Begins to connect and sign on; any thread. The listener hears {@code onReady} or {@code onClosed}.
     *
     * @param loop made with {@link NativeTransport#ioHandlerFactory()}
     */
    public static NativeConnection connect(final EventLoop loop, final SocketAddress address, final Credentials credentials,
                                           final ConnectionOptions options, final ConnectionListener listener) {
        final NativeConnection connection = new NativeConnection(loop, address, credentials, options, listener);
        loop.execute(connection::begin);
        return connection;
    }

    private void begin() {
        final ChannelFuture connecting = new Bootstrap()
            .group(loop)
            .channel(NativeTransport.channelClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectTimeoutMs())
            .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(READ_BYTES, READ_BYTES, 4 * READ_BYTES))
            .handler(new Handler())
            .connect(address);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(new Disconnect(Kind.NOT_CONNECTED, Disconnect.NO_ERROR_CODE, String.valueOf(done.cause().getMessage())));
            }
        });
    }

    // ----- sending -----

    /**
     * Room for a request of transfers; prefix, header, correlation id and group header are written, the transfers are
     * the caller's to write: {@code count} bodies of {@link #TRANSFER_BYTES} each, every byte of them.
     *
     * @param correlationId unique among the requests in flight on this connection
     * @param count         from 1 to {@link Session#maxBatch()}
     * @return offset of the first transfer in {@link #buffer()}, or {@link #NOT_CLAIMED}
     */
    public int claimTransfers(final long correlationId, final int count) {
        final int length = HEADER_BYTES + SubmitTransfersEncoder.BLOCK_LENGTH + GROUP_HEADER_BYTES + count * TRANSFER_BYTES;
        final int offset = claim(length, count);
        if (offset == NOT_CLAIMED) {
            return NOT_CLAIMED;
        }
        final MutableDirectBuffer buffer = sendBuffers.buffer();
        header.wrap(buffer, offset)
            .blockLength(SubmitTransfersEncoder.BLOCK_LENGTH)
            .templateId(SubmitTransfersEncoder.TEMPLATE_ID)
            .schemaId(SubmitTransfersEncoder.SCHEMA_ID)
            .version(SubmitTransfersEncoder.SCHEMA_VERSION);
        final int body = offset + HEADER_BYTES;
        buffer.putLong(body, correlationId, ByteOrder.LITTLE_ENDIAN);
        final int group = body + SubmitTransfersEncoder.BLOCK_LENGTH;
        buffer.putShort(group, (short) TRANSFER_BYTES, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(group + Short.BYTES, (short) count, ByteOrder.LITTLE_ENDIAN);
        return group + GROUP_HEADER_BYTES;
    }

    /**
     * Room for any request, which the caller writes with its message header; the length prefix is written.
     *
     * @param length       bytes of header and message
     * @param commandCount answers that it will bring: its entries, or 1 for a query or an administration message
     * @return offset of the message header in {@link #buffer()}, or {@link #NOT_CLAIMED}
     */
    public int claim(final int length, final int commandCount) {
        if (phase != Phase.READY) {
            return NOT_CLAIMED;
        }
        final int offset = claimFrame(length);
        if (offset != NOT_CLAIMED) {
            inFlight += commandCount;
        }
        return offset;
    }

    private int claimFrame(final int length) {
        final int offset = sendBuffers.claim(Limits.LENGTH_PREFIX_BYTES + length);
        if (offset == NOT_CLAIMED) {
            return NOT_CLAIMED;
        }
        sendBuffers.buffer().putInt(offset, length, ByteOrder.LITTLE_ENDIAN);
        return offset + Limits.LENGTH_PREFIX_BYTES;
    }

    /** Where the last claim lies. Another claim may move on to another buffer. */
    public MutableDirectBuffer buffer() {
        return sendBuffers.buffer();
    }

    /** Sends what was claimed: one system call. */
    public void flush() {
        hasSentInPeriod = true;
        sendBuffers.flush();
    }

    /** False from a refused claim to {@link ConnectionListener#onWritable}, and whenever no request may be sent. */
    public boolean isWritable() {
        return phase == Phase.READY && sendBuffers.hasRoom();
    }

    /** Commands and queries that were claimed and are not answered. */
    public int inFlight() {
        return inFlight;
    }

    /** True once signed on, until goodbye or disconnect. */
    public boolean isReady() {
        return phase == Phase.READY;
    }

    /** Sends Goodbye: outstanding answers still come, then the switch closes. Does nothing unless signed on. */
    public void goodbye() {
        if (phase != Phase.READY) {
            return;
        }
        final int offset = claimFrame(HEADER_BYTES + GoodbyeEncoder.BLOCK_LENGTH);
        if (offset == NOT_CLAIMED) {
            close();
            return;
        }
        new GoodbyeEncoder().wrapAndApplyHeader(buffer(), offset, header).reason(0);
        flush();
        phase = Phase.LEAVING;
    }

    /** Closes at once; any thread. */
    public void close() {
        isCloseWanted = true;
        if (loop.inEventLoop()) {
            end(new Disconnect(Kind.CLOSED_HERE, Disconnect.NO_ERROR_CODE, ""));
        } else {
            loop.execute(() -> end(new Disconnect(Kind.CLOSED_HERE, Disconnect.NO_ERROR_CODE, "")));
        }
    }

    @Override
    public String toString() {
        return credentials.participantCode() + "@" + (address instanceof final InetSocketAddress inet
            ? inet.getHostString() + ":" + inet.getPort() : address);
    }

    // ----- reading -----

    private boolean onFrame(final DirectBuffer buffer, final int offset, final int length) {
        final int blockLength = unsigned(buffer, offset + MessageHeaderDecoder.blockLengthEncodingOffset());
        final int templateId = unsigned(buffer, offset + MessageHeaderDecoder.templateIdEncodingOffset());
        final int version = unsigned(buffer, offset + MessageHeaderDecoder.versionEncodingOffset());
        if (unsigned(buffer, offset + MessageHeaderDecoder.schemaIdEncodingOffset()) != MessageHeaderDecoder.SCHEMA_ID
            || HEADER_BYTES + blockLength > length) {
            return malformed("not a message of this protocol");
        }
        if (templateId == OutcomesAnswerDecoder.TEMPLATE_ID) {
            return onOutcomes(buffer, offset + HEADER_BYTES, blockLength, length - HEADER_BYTES);
        }
        if (templateId >= AccountsAnswerDecoder.TEMPLATE_ID && templateId <= RateAnswerDecoder.TEMPLATE_ID
            || templateId >= ReferenceAnswerDecoder.TEMPLATE_ID && templateId <= DayTotalsAnswerDecoder.TEMPLATE_ID) {
            if (phase.ordinal() < Phase.READY.ordinal() || blockLength < Long.BYTES) {
                return malformed("answer " + templateId + " out of order");
            }
            inFlight--;
            final long correlationId = buffer.getLong(offset + HEADER_BYTES, ByteOrder.LITTLE_ENDIAN);
            listener.onAnswer(templateId, correlationId, buffer, offset, length);
            return true;
        }
        return onSessionMessage(templateId, buffer, offset + HEADER_BYTES, blockLength, version);
    }

    private boolean onOutcomes(final DirectBuffer buffer, final int body, final int blockLength, final int length) {
        final int group = body + blockLength;
        if (phase.ordinal() < Phase.READY.ordinal() || blockLength < OutcomesAnswerDecoder.BLOCK_LENGTH
            || blockLength + GROUP_HEADER_BYTES > length) {
            return malformed("outcomes out of order or cut");
        }
        final int entryBytes = unsigned(buffer, group);
        final int count = unsigned(buffer, group + Short.BYTES);
        final int firstIndex = buffer.getInt(body + OutcomesAnswerDecoder.firstIndexEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        final int requestCount = buffer.getInt(body + OutcomesAnswerDecoder.requestCountEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
        if (entryBytes < OutcomesDecoder.sbeBlockLength() || blockLength + GROUP_HEADER_BYTES + entryBytes * count > length
            || firstIndex < 0 || count > requestCount - firstIndex) {
            return malformed("outcomes cut or out of bounds");
        }
        inFlight -= count;
        listener.onOutcomes(buffer.getLong(body + OutcomesAnswerDecoder.correlationIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            firstIndex, requestCount, count, buffer, group + GROUP_HEADER_BYTES, entryBytes);
        return true;
    }

    private boolean onSessionMessage(final int templateId, final DirectBuffer buffer, final int body, final int blockLength,
                                     final int version) {
        switch (templateId) {
            case ChallengeDecoder.TEMPLATE_ID:
                return phase == Phase.GREETED && blockLength >= ChallengeDecoder.BLOCK_LENGTH
                    ? onChallenge(new ChallengeDecoder().wrap(buffer, body, blockLength, version)) : malformed("challenge out of order");
            case WelcomeDecoder.TEMPLATE_ID:
                return phase == Phase.PROVING && blockLength >= WelcomeDecoder.BLOCK_LENGTH
                    ? onWelcome(new WelcomeDecoder().wrap(buffer, body, blockLength, version)) : malformed("welcome out of order");
            case KeepAliveDecoder.TEMPLATE_ID:
                return blockLength >= KeepAliveDecoder.BLOCK_LENGTH
                    ? onKeepAlive(new KeepAliveDecoder().wrap(buffer, body, blockLength, version)) : malformed("keep-alive cut");
            case KeepAliveReplyDecoder.TEMPLATE_ID:
                if (blockLength < KeepAliveReplyDecoder.BLOCK_LENGTH) {
                    return malformed("keep-alive reply cut");
                }
                listener.onServerTime(this, new KeepAliveReplyDecoder().wrap(buffer, body, blockLength, version).serverTimeMs());
                return true;
            case GoodbyeDecoder.TEMPLATE_ID:
                listener.onGoodbye(this);
                return true;
            case ErrorDecoder.TEMPLATE_ID:
                return onError(buffer, body, blockLength, version);
            default:
                return malformed("message " + templateId + " is not one that the switch may send");
        }
    }

    private boolean onChallenge(final ChallengeDecoder challenge) {
        for (int i = 0; i < NONCE_BYTES; i++) {
            serverNonce[i] = (byte) challenge.serverNonce(i);
        }
        // Its time is not believed yet: whoever sent it has still to prove itself.
        final byte[] mac = SessionProof.ofClient(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce);
        final int offset = claimFrame(HEADER_BYTES + ProofEncoder.BLOCK_LENGTH);
        new ProofEncoder().wrapAndApplyHeader(buffer(), offset, header).putMac(mac, 0, mac.length);
        phase = Phase.PROVING;
        flush();
        return true;
    }

    private boolean onWelcome(final WelcomeDecoder welcome) {
        final byte[] mac = new byte[Limits.SECRET_BYTES];
        for (int i = 0; i < mac.length; i++) {
            mac[i] = (byte) welcome.mac(i);
        }
        final byte[] expected = SessionProof.ofServer(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce);
        if (!SessionProof.matches(expected, mac)) {
            end(new Disconnect(Kind.PEER_NOT_AUTHENTICATED, Disconnect.NO_ERROR_CODE, "whoever listens at " + address
                + " does not know the secret of " + credentials.participantCode()));
            return false;
        }
        signOnTimer.cancel(false);
        final Session session = new Session(welcome.sessionId(), (int) welcome.participantId(), (int) welcome.maxFrameLength(),
            (int) welcome.maxInFlight(), (int) welcome.idleTimeoutMs(), welcome.maxBatch(), welcome.maxChain(),
            welcome.serverTimeMs());
        phase = Phase.READY;
        scheduleKeepAlive(session.idleTimeoutMs());
        listener.onServerTime(this, session.serverTimeMs());
        listener.onReady(this, session);
        return phase != Phase.CLOSED;
    }

    private boolean onKeepAlive(final KeepAliveDecoder keepAlive) {
        if (phase == Phase.READY || phase == Phase.LEAVING) {
            final int offset = claimFrame(HEADER_BYTES + KeepAliveReplyEncoder.BLOCK_LENGTH);
            if (offset != NOT_CLAIMED) {
                new KeepAliveReplyEncoder().wrapAndApplyHeader(buffer(), offset, header)
                    .token(keepAlive.token())
                    .serverTimeMs(0);
                flush();
            }
        }
        return true;
    }

    private boolean onError(final DirectBuffer buffer, final int body, final int blockLength, final int version) {
        int code = Disconnect.NO_ERROR_CODE;
        String text = "";
        if (blockLength >= ErrorDecoder.BLOCK_LENGTH) {
            final ErrorDecoder error = new ErrorDecoder().wrap(buffer, body, blockLength, version);
            code = error.errorCode();
            try {
                text = error.text();
            } catch (final IndexOutOfBoundsException cut) {
                text = "(text cut)";
            }
        }
        end(new Disconnect(Kind.REFUSED_BY_PEER, code, text));
        return false;
    }

    private boolean malformed(final String text) {
        end(new Disconnect(Kind.MALFORMED_FRAME, Disconnect.NO_ERROR_CODE, text));
        return false;
    }

    private static int unsigned(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    // ----- life -----

    private void onConnected(final ChannelHandlerContext context) {
        if (isCloseWanted) {
            end(new Disconnect(Kind.CLOSED_HERE, Disconnect.NO_ERROR_CODE, ""));
            return;
        }
        sendBuffers = new SendBuffers(context, options.sendBufferBytes(), options.sendBuffers(), this::onRoom);
        signOnTimer = loop.schedule(() -> end(new Disconnect(Kind.SIGN_ON_TIMEOUT, Disconnect.NO_ERROR_CODE,
            "no welcome within " + options.signOnTimeoutMs() + " ms")), options.signOnTimeoutMs(), TimeUnit.MILLISECONDS);
        RANDOM.nextBytes(clientNonce);
        final int offset = claimFrame(HEADER_BYTES + HelloEncoder.BLOCK_LENGTH);
        new HelloEncoder().wrapAndApplyHeader(buffer(), offset, header)
            .protocolVersion(Limits.PROTOCOL_VERSION)
            .reserved1(0)
            .reserved2(0)
            .putParticipantCode(credentials.codeBytes(), 0)
            .putClientNonce(clientNonce, 0, NONCE_BYTES);
        phase = Phase.GREETED;
        flush();
    }

    private void onRoom() {
        if (phase == Phase.READY) {
            listener.onWritable(this);
        }
    }

    private void scheduleKeepAlive(final int idleTimeoutMs) {
        // A third of the idle time: two keep-alives may be lost in a stall before the switch gives up.
        final long periodMs = idleTimeoutMs == 0 ? options.keepAliveMs()
            : Math.max(1, Math.min(options.keepAliveMs(), idleTimeoutMs / SILENT_PERIODS_TO_DISCONNECT));
        keepAliveTimer = loop.scheduleAtFixedRate(this::onKeepAlivePeriod, periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    private void onKeepAlivePeriod() {
        silentPeriods = hasReadInPeriod ? 0 : silentPeriods + 1;
        if (silentPeriods > SILENT_PERIODS_TO_DISCONNECT) {
            end(new Disconnect(Kind.PEER_SILENT, Disconnect.NO_ERROR_CODE, "no answer to keep-alives"));
            return;
        }
        if (!hasReadInPeriod || !hasSentInPeriod) {
            final int offset = claimFrame(HEADER_BYTES + KeepAliveEncoder.BLOCK_LENGTH);
            if (offset != NOT_CLAIMED) {
                new KeepAliveEncoder().wrapAndApplyHeader(buffer(), offset, header).token(++keepAliveToken);
                flush();
            }
        }
        hasReadInPeriod = false;
        hasSentInPeriod = false;
    }

    /** Ends the connection for this reason, unless it has ended; the listener hears of it once. */
    private void end(final Disconnect reason) {
        if (disconnect != null) {
            return;
        }
        disconnect = reason;
        phase = Phase.CLOSED;
        if (signOnTimer != null) {
            signOnTimer.cancel(false);
        }
        if (keepAliveTimer != null) {
            keepAliveTimer.cancel(false);
        }
        if (channel != null) {
            channel.close();
        }
        if (loop.isShuttingDown()) {
            listener.onClosed(this, disconnect);
        } else {
            // Not from within a claim or a callback: the listener may well connect anew at once.
            loop.execute(() -> listener.onClosed(this, disconnect));
        }
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(final ChannelHandlerContext context) {
            onConnected(context);
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final ByteBuf in = (ByteBuf) message;
            try {
                hasReadInPeriod = true;
                if (phase != Phase.CLOSED && !reader.read(in)) {
                    // Ended already if a message was the reason; else it was the length prefix.
                    end(new Disconnect(Kind.MALFORMED_FRAME, Disconnect.NO_ERROR_CODE, "frame length out of bounds"));
                }
            } finally {
                in.release();
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            if (phase == Phase.READY || phase == Phase.LEAVING) {
                listener.onBatchEnd(NativeConnection.this);
            }
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            end(new Disconnect(isCloseWanted ? Kind.CLOSED_HERE : Kind.CLOSED_BY_PEER, Disconnect.NO_ERROR_CODE, ""));
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            end(new Disconnect(Kind.IO_ERROR, Disconnect.NO_ERROR_CODE, String.valueOf(cause)));
        }
    }
}
