package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.pipeline.CommandPublisher;
import io.daybreak.pipeline.CommandSlot;
import io.daybreak.protocol.LinkError;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ChallengeEncoder;
import io.daybreak.protocol.codec.ErrorEncoder;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.KeepAliveDecoder;
import io.daybreak.protocol.codec.KeepAliveEncoder;
import io.daybreak.protocol.codec.KeepAliveReplyEncoder;
import io.daybreak.protocol.codec.LookupParticipantDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.NodeAnswerEncoder;
import io.daybreak.protocol.codec.ParticipantAnswerDecoder;
import io.daybreak.protocol.codec.PromoteDecoder;
import io.daybreak.protocol.codec.QueryNodeDecoder;
import io.daybreak.protocol.codec.QueryRateDecoder;
import io.daybreak.protocol.codec.RateAnswerEncoder;
import io.daybreak.protocol.codec.WelcomeEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One connection: its session, its limits, its way out. Rule: docs/native-protocol.md, "Session".
 * <p>
 * Event loop's thread only. Nothing is allocated per message. Memory is bounded by the read buffer, one open write
 * buffer and {@code maxReplyBytes} of unsent replies; at that last bound the connection is closed as a slow reader.
 */
final class Link extends ChannelInboundHandlerAdapter implements DecoderPort, LoopLink, NodeDesk.Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    /** How long a connection that was told to end may take to close its side, before it is cut. */
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_ERROR_TEXT = 200;

    private enum State {
        /** Accepted; the peer speaks first. */
        EXPECT_HELLO,
        /** Challenged. */
        EXPECT_PROOF,
        /** The participant's record is asked for, or must be as soon as there is room. */
        LOOKING_UP,
        /** Requests are taken. */
        OPEN,
        /** No requests any more; answers are still sent. */
        LEAVING,
        /** The last word is said; what still arrives is thrown away until the peer closes or the linger time is over. */
        DISCARDING,
        /** Gone. */
        CLOSED
    }

    private final LoopAgent loop;
    private final LinkSettings settings;
    private final Credentials credentials;
    private final ConnectionLimiter limiter;
    private final SocketChannel channel;
    private final ReadBuffer readBuffer;
    private final RequestDecoder decoder;
    private final long openedNs = System.nanoTime();

    private State state = State.EXPECT_HELLO;
    private long linkId;
    private SignOn signOn = new SignOn();
    private final NodeDesk nodeDesk;
    private final RateAnswerEncoder rateAnswer = new RateAnswerEncoder();
    private final ForgottenIds forgottenIds;
    private boolean isOperator;
    private int participantId = Participants.SYSTEM;
    private boolean isLookUpPublished;

    private int inFlight;
    private boolean isPaused;
    private boolean isInputEnded;
    private OutBuffer out;

    private long lastReceivedNs = openedNs;
    private long frameBegunNs;
    private boolean isMidFrame;
    private long framesSeen;
    private boolean isKeepAliveSent;
    private long lingerUntilNs;

    Link(final LoopAgent loop, final SocketChannel channel, final Credentials credentials, final ConnectionLimiter limiter,
         final NodePort nodePort, final ForgottenIds forgottenIds) {
        this.forgottenIds = forgottenIds;
        this.loop = loop;
        nodeDesk = new NodeDesk(nodePort, loop.eventLoop, this);
        this.settings = loop.settings;
        this.channel = channel;
        this.credentials = credentials;
        this.limiter = limiter;
        readBuffer = new ReadBuffer(channel.alloc(), settings.readBufferBytes());
        decoder = new RequestDecoder(readBuffer.view, this, loop.publisher, loop.admission, settings.maxFrameLength(), settings.maxChain());
        channel.config().setRecvByteBufAllocator(readBuffer);
    }

    @Override
    public long linkId() {
        return linkId;
    }

    // ---- The socket's side ----

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        loop.counters.onAccepted();
        final boolean isWithinLimit = limiter.opened();
        linkId = loop.register(this);
        if (linkId == 0) {
            channel.close();
            return;
        }
        if (!isWithinLimit) {
            fail(LinkError.TOO_MANY_CONNECTIONS, 0, "the switch has as many connections as it allows");
            loop.flushTouched();
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        final State before = state;
        state = State.CLOSED;
        limiter.closed();
        loop.counters.onClosed();
        if (participantId != Participants.SYSTEM) {
            limiter.signOff(participantId);
        }
        if (linkId != 0) {
            loop.unregister(this);
        }
        if (out != null) {
            loop.returnOutBuffer(out);
            out = null;
        }
        readBuffer.release();
        LOG.debug("link {} closed, was {}", linkId, before);
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf received = (ByteBuf) message;
        try {
            lastReceivedNs = System.nanoTime();
            isKeepAliveSent = false;
            readBuffer.keepOverflow(received);
            if (state == State.DISCARDING) {
                readBuffer.clear();
            } else if (!isPaused) {
                decodeReceived();
            }
        } finally {
            received.release();
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        if (state == State.OPEN) {
            readBuffer.growToFull();
        }
        loop.flushTouched();
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            isInputEnded = true;
            if (state == State.DISCARDING) {
                channel.close();
            } else if (!isPaused) {
                leave();
                loop.flushTouched();
            }
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        // Resets by the peer come this way; a defect of ours as well, and it must not look like a quiet network.
        if (cause instanceof java.io.IOException) {
            LOG.debug("link {}: {}", linkId, cause.toString());
        } else {
            LOG.error("link " + linkId + " failed", cause);
        }
        channel.close();
    }

    private void decodeReceived() {
        loop.publisher.received(lastReceivedNs);
        final ByteBuf bytes = readBuffer.bytes();
        do {
            final int next = decoder.decode(bytes.readerIndex(), bytes.writerIndex());
            if (state == State.CLOSED) {
                return;
            }
            if (state == State.DISCARDING) {
                readBuffer.clear();
                return;
            }
            bytes.readerIndex(next);
        } while (decoder.progress() == RequestDecoder.Progress.NEEDS_BYTES && readBuffer.refill());
        switch (decoder.progress()) {
            case NEEDS_BYTES -> {
                watchFrame(bytes.isReadable() || decoder.isAmongEntries());
                unpause();
                if (isInputEnded) {
                    leave();
                }
            }
            case NEEDS_ROOM, NEEDS_ANSWERS -> {
                pause();
                loop.pause(this);
            }
            case STOPPED -> {
                isMidFrame = false;
                pause();
            }
        }
    }

    /**
     * A frame was begun and not finished, or not. The time of a frame counts from its first byte; in a steady stream each
     * read may end within a frame, but it is another one each time.
     */
    private void watchFrame(final boolean isUnfinished) {
        if (isUnfinished && (!isMidFrame || decoder.frames() != framesSeen)) {
            frameBegunNs = lastReceivedNs;
        }
        isMidFrame = isUnfinished;
        framesSeen = decoder.frames();
    }

    private void pause() {
        if (!isPaused) {
            isPaused = true;
            loop.counters.onPause();
            readBuffer.paused(true);
            channel.config().setAutoRead(false);
        }
    }

    private void unpause() {
        if (isPaused) {
            isPaused = false;
            // While we did not read, neither silence nor an unfinished frame was the peer's fault.
            lastReceivedNs = System.nanoTime();
            frameBegunNs = lastReceivedNs;
            readBuffer.paused(false);
            if (!isInputEnded) {
                channel.config().setAutoRead(true);
            }
        }
    }

    /** There may be room again. */
    @Override
    public void resume() {
        if (!channel.isOpen()) {
            // Closed within this very turn of the loop; that it is inactive will be told in the next.
            return;
        }
        if (state == State.LOOKING_UP) {
            lookUp();
        } else if (state != State.CLOSED && state != State.DISCARDING) {
            decodeReceived();
        }
    }

    /** Called a few times a second; looks at everything that has a time limit. */
    @Override
    public void onTick(final long nowNs) {
        switch (state) {
            case EXPECT_HELLO, EXPECT_PROOF, LOOKING_UP -> {
                if (isOver(openedNs, settings.signOnTimeoutMs(), nowNs)) {
                    fail(LinkError.SIGN_ON_TIMEOUT, 0, "sign-on took too long");
                }
            }
            case OPEN -> {
                if (isPaused) {
                    return;
                }
                if (isMidFrame && isOver(frameBegunNs, settings.frameTimeoutMs(), nowNs)) {
                    fail(LinkError.FRAME_TIMEOUT, 0, "a frame was begun and not finished in time");
                } else if (isOver(lastReceivedNs, settings.idleTimeoutMs(), nowNs)) {
                    fail(LinkError.IDLE_TIMEOUT, 0, "nothing came for the idle time");
                } else if (!isKeepAliveSent && isOver(lastReceivedNs, settings.idleTimeoutMs() / 2, nowNs)) {
                    sendKeepAlive();
                }
            }
            case DISCARDING -> {
                if (nowNs - lingerUntilNs >= 0) {
                    channel.close();
                }
            }
            case LEAVING, CLOSED -> {
                // A leaving link waits for outcomes only, and those come or the switch stops.
            }
        }
    }

    private static boolean isOver(final long sinceNs, final int limitMs, final long nowNs) {
        return nowNs - sinceNs > TimeUnit.MILLISECONDS.toNanos(limitMs);
    }

    // ---- The decoder's side ----

    @Override
    public int credit() {
        final TokenBucket bucket = loop.rateOf(participantId);
        if (bucket != null && !bucket.isOpen(System.nanoTime())) {
            // Not refused: what was decided before would be answered as if it were not. It waits in the socket, and its sender with it.
            return 0;
        }
        return Math.min(settings.maxInFlight() - inFlight, loop.credit());
    }

    @Override
    public void onPublished(final int count) {
        inFlight += count;
        loop.onPublished(count);
        final TokenBucket bucket = loop.rateOf(participantId);
        if (bucket != null) {
            bucket.spend(count, System.nanoTime());
        }
    }

    @Override
    public boolean hasUnanswered() {
        return inFlight > 0;
    }

    @Override
    public AnswerBuffer lend() {
        return loop.lend();
    }

    @Override
    public void giveBack(final AnswerBuffer buffer) {
        loop.giveBack(buffer);
    }

    @Override
    public void answer(final long correlationId, final int firstIndex, final int requestCount, final int count, final int result) {
        int done = 0;
        while (done < count && state != State.CLOSED && state != State.DISCARDING) {
            final int run = Math.min(count - done, ReplyRouter.MAX_RUN);
            final int bytes = Frames.OUTCOMES_PREFACE + run * Frames.OUTCOME_BYTES;
            final int at = claimOut(bytes);
            if (at < 0) {
                return;
            }
            ReplyRouter.putPreface(out.view, at, correlationId, firstIndex + done, requestCount, run);
            for (int i = 0; i < run; i++) {
                final int outcome = at + Frames.OUTCOMES_PREFACE + i * Frames.OUTCOME_BYTES;
                out.view.setMemory(outcome, Frames.OUTCOME_BYTES, (byte) 0);
                out.view.putShort(outcome + 24, (short) result);
            }
            out.length += bytes;
            done += run;
        }
    }

    @Override
    public void onViolation(final LinkError error, final long correlationId, final String text) {
        fail(error, correlationId, text);
    }

    @Override
    public boolean onSessionMessage(final int templateId, final DirectBuffer view, final int offset, final int length) {
        switch (templateId) {
            case HelloDecoder.TEMPLATE_ID -> onHello(view, offset);
            case io.daybreak.protocol.codec.ProofDecoder.TEMPLATE_ID -> onProof(view, offset);
            case KeepAliveDecoder.TEMPLATE_ID -> onKeepAlive(view, offset);
            case io.daybreak.protocol.codec.GoodbyeDecoder.TEMPLATE_ID -> onGoodbye();
            case QueryNodeDecoder.TEMPLATE_ID, PromoteDecoder.TEMPLATE_ID -> onNodeMessage(templateId, view, offset);
            case QueryRateDecoder.TEMPLATE_ID -> onQueryRate(view, offset);
            default -> {
                // KeepAliveReply: that it came is all there is to know.
                if (state != State.OPEN) {
                    fail(LinkError.OUT_OF_ORDER, 0, "keep-alive before the session stands");
                }
            }
        }
        return state == State.OPEN || state == State.EXPECT_PROOF;
    }

    private void onHello(final DirectBuffer view, final int offset) {
        if (state != State.EXPECT_HELLO) {
            fail(LinkError.OUT_OF_ORDER, 0, "Hello comes first, and once");
            return;
        }
        if (loop.admission.isShuttingDown()) {
            fail(LinkError.SHUTTING_DOWN, 0, "the switch is stopping");
            return;
        }
        final int version = view.getShort(offset + HelloDecoder.protocolVersionEncodingOffset(), java.nio.ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        if (version != Limits.PROTOCOL_VERSION) {
            fail(LinkError.UNSUPPORTED_VERSION, 0, "protocol version not spoken here");
            return;
        }
        signOn.onHello(view, offset + HelloDecoder.participantCodeEncodingOffset(), offset + HelloDecoder.clientNonceEncodingOffset());
        final ChallengeEncoder challenge = new ChallengeEncoder();
        final int bytes = Frames.PREFIX + Frames.HEADER + ChallengeEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        putHeader(at, bytes, ChallengeEncoder.BLOCK_LENGTH, ChallengeEncoder.TEMPLATE_ID);
        challenge.wrap(out.view, at + Frames.PREFIX + Frames.HEADER).serverTimeMs(loop.timeMs());
        out.view.putBytes(challenge.offset() + ChallengeEncoder.serverNonceEncodingOffset(), signOn.serverNonce);
        out.length += bytes;
        state = State.EXPECT_PROOF;
    }

    private void onProof(final DirectBuffer view, final int offset) {
        if (state != State.EXPECT_PROOF) {
            fail(LinkError.OUT_OF_ORDER, 0, "Proof answers a Challenge, once");
            return;
        }
        signOn.onProof(view, offset);
        state = State.LOOKING_UP;
        lookUp();
    }

    /** Asks the state machine for the participant's record, as soon as there is room for the question. */
    private void lookUp() {
        if (isLookUpPublished) {
            return;
        }
        final AnswerBuffer buffer = credit() <= 0 ? null : loop.lend();
        final long claimed = buffer == null ? CommandPublisher.NOT_CLAIMED : loop.publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            if (buffer != null) {
                loop.giveBack(buffer);
            }
            loop.pause(this);
            return;
        }
        final CommandSlot slot = loop.publisher.slot(claimed);
        slot.command.putLong(0, 0);
        slot.command.putBytes(LookupParticipantDecoder.participantCodeEncodingOffset(), signOn.participantCode);
        slot.templateId = LookupParticipantDecoder.TEMPLATE_ID;
        slot.commandLength = LookupParticipantDecoder.BLOCK_LENGTH;
        slot.participantId = Participants.SYSTEM;
        slot.linkId = linkId;
        slot.correlationId = 0;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = buffer;
        loop.publisher.publish(claimed, claimed);
        isLookUpPublished = true;
        onPublished(1);
    }

    private void onParticipant(final DirectBuffer answer) {
        final ParticipantAnswerDecoder record = new ParticipantAnswerDecoder();
        record.wrapAndApplyHeader(answer, 0, new MessageHeaderDecoder());
        final boolean isKnown = record.result() == Result.OK;
        final byte[] secret = isKnown ? credentials.secret(signOn.codeText(), (int) record.keyId()) : null;
        if (!signOn.isProvedBy(secret)) {
            fail(LinkError.NOT_AUTHENTICATED, 0, "unknown participant or wrong proof");
            return;
        }
        if ((record.roles() & Participants.ROLE_ACTIVE) == 0) {
            fail(LinkError.BARRED, 0, "the participant is barred");
            return;
        }
        final int signedOnAs = (int) record.participantId();
        if (!limiter.trySignOn(signedOnAs)) {
            fail(LinkError.TOO_MANY_CONNECTIONS, 0, "the participant has as many connections as it may have");
            return;
        }
        participantId = signedOnAs;
        isOperator = (record.roles() & Participants.ROLE_OPERATOR) != 0;
        decoder.signOn(participantId, linkId);
        sendWelcome(secret);
        signOn = null;
        state = State.OPEN;
        readBuffer.growToFull();
        decodeReceived();
    }

    private void sendWelcome(final byte[] secret) {
        final int bytes = Frames.PREFIX + Frames.HEADER + WelcomeEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        putHeader(at, bytes, WelcomeEncoder.BLOCK_LENGTH, WelcomeEncoder.TEMPLATE_ID);
        final WelcomeEncoder welcome = new WelcomeEncoder().wrap(out.view, at + Frames.PREFIX + Frames.HEADER);
        welcome.serverTimeMs(loop.timeMs())
            .sessionId(linkId)
            .participantId(participantId)
            .maxFrameLength(settings.maxFrameLength())
            .maxInFlight(settings.maxInFlight())
            .idleTimeoutMs(settings.idleTimeoutMs())
            .maxBatch(Limits.MAX_BATCH)
            .maxChain(settings.maxChain());
        out.view.putBytes(welcome.offset() + WelcomeEncoder.macEncodingOffset(), signOn.serverProof(secret));
        out.length += bytes;
    }

    private void onNodeMessage(final int templateId, final DirectBuffer view, final int offset) {
        if (state != State.OPEN) {
            fail(LinkError.OUT_OF_ORDER, 0, "request before the session stands");
        } else if (templateId == PromoteDecoder.TEMPLATE_ID) {
            nodeDesk.onPromote(view, offset, isOperator);
        } else {
            nodeDesk.onQuery(view, offset);
        }
    }

    @Override
    public boolean isClosed() {
        return state != State.OPEN;
    }

    @Override
    public void sendNodeAnswer(final NodeDesk.Writer writer) {
        final int bytes = Frames.PREFIX + Frames.HEADER + NodeAnswerEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        if (at >= 0) {
            putHeader(at, bytes, NodeAnswerEncoder.BLOCK_LENGTH, NodeAnswerEncoder.TEMPLATE_ID);
            writer.write(out.view, at + Frames.PREFIX + Frames.HEADER);
            out.length += bytes;
            loop.flushTouched();
        }
    }

    private void onQueryRate(final DirectBuffer view, final int offset) {
        if (state != State.OPEN) {
            fail(LinkError.OUT_OF_ORDER, 0, "request before the session stands");
            return;
        }
        final int bytes = Frames.PREFIX + Frames.HEADER + RateAnswerEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        if (at < 0) {
            return;
        }
        putHeader(at, bytes, RateAnswerEncoder.BLOCK_LENGTH, RateAnswerEncoder.TEMPLATE_ID);
        final TokenBucket bucket = loop.rateOf(participantId);
        rateAnswer.wrap(out.view, at + Frames.PREFIX + Frames.HEADER)
            .correlationId(view.getLong(offset, java.nio.ByteOrder.LITTLE_ENDIAN))
            .requestsPerSecond(bucket == null ? 0 : bucket.perSecond())
            .capacity(bucket == null ? 0 : bucket.capacity())
            .available(bucket == null ? 0 : bucket.available(System.nanoTime()));
        out.length += bytes;
    }

    private void onKeepAlive(final DirectBuffer view, final int offset) {
        if (state != State.OPEN) {
            fail(LinkError.OUT_OF_ORDER, 0, "keep-alive before the session stands");
            return;
        }
        final int bytes = Frames.PREFIX + Frames.HEADER + KeepAliveReplyEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        if (at < 0) {
            return;
        }
        putHeader(at, bytes, KeepAliveReplyEncoder.BLOCK_LENGTH, KeepAliveReplyEncoder.TEMPLATE_ID);
        out.view.putLong(at + 12, view.getLong(offset));
        out.view.putLong(at + 20, loop.timeMs());
        out.length += bytes;
    }

    private void sendKeepAlive() {
        final int bytes = Frames.PREFIX + Frames.HEADER + KeepAliveEncoder.BLOCK_LENGTH;
        final int at = claimOut(bytes);
        if (at >= 0) {
            putHeader(at, bytes, KeepAliveEncoder.BLOCK_LENGTH, KeepAliveEncoder.TEMPLATE_ID);
            out.view.putLong(at + 12, linkId);
            out.length += bytes;
            isKeepAliveSent = true;
        }
    }

    private void onGoodbye() {
        if (state != State.OPEN) {
            fail(LinkError.OUT_OF_ORDER, 0, "Goodbye before the session stands");
            return;
        }
        leave();
    }

    /** No more requests come; when the last answer is out, the connection ends. */
    private void leave() {
        if (state == State.OPEN || state == State.EXPECT_HELLO || state == State.EXPECT_PROOF || state == State.LOOKING_UP) {
            state = State.LEAVING;
        }
        if (state == State.LEAVING && inFlight == 0) {
            sayNoMore();
        }
    }

    // ---- The replies' side ----

    /** A finished frame with {@code count} outcomes. */
    @Override
    public void onOutcomes(final UnsafeBuffer memory, final int offset, final int bytes, final int count) {
        inFlight -= count;
        if (state == State.OPEN || state == State.LEAVING) {
            final int at = claimOut(bytes);
            if (at >= 0) {
                out.view.putBytes(at, memory, offset, bytes);
                out.length += bytes;
            }
            if (state == State.LEAVING && inFlight == 0) {
                sayNoMore();
            }
        }
    }

    /** The answer of a query; the buffer is the caller's again afterwards. */
    @Override
    public void onAnswer(final AnswerBuffer answer) {
        inFlight--;
        if (state == State.LOOKING_UP) {
            onParticipant(answer.buffer);
        } else if (state == State.OPEN || state == State.LEAVING) {
            // A look-up of the sign-on may come after the peer has left; nobody is told its answer.
            if (participantId != Participants.SYSTEM && !isCompletedElsewhere(answer)) {
                putAnswer(answer.buffer, answer.length);
            }
            if (state == State.LEAVING && inFlight == 0) {
                sayNoMore();
            }
        }
    }

    /** An answer about ids that memory has forgotten waits beside the ring for the journal; what it counts in flight goes on counting. */
    private boolean isCompletedElsewhere(final AnswerBuffer answer) {
        if (state != State.OPEN || !ForgottenAnswer.isExpiredIn(answer.buffer, answer.length)) {
            return false;
        }
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[answer.length]);
        copy.putBytes(0, answer.buffer, 0, answer.length);
        final boolean isTaken = forgottenIds.complete(copy, copy.capacity(), () -> loop.eventLoop.execute(() -> {
            inFlight--;
            if (state == State.OPEN || state == State.LEAVING) {
                putAnswer(copy, copy.capacity());
                if (state == State.LEAVING && inFlight == 0) {
                    sayNoMore();
                }
                loop.flushTouched();
            }
        }));
        inFlight += isTaken ? 1 : 0;
        return isTaken;
    }

    private void putAnswer(final DirectBuffer answer, final int length) {
        final int bytes = Frames.PREFIX + length;
        final int at = claimOut(bytes);
        if (at >= 0) {
            out.view.putInt(at, length);
            out.view.putBytes(at + Frames.PREFIX, answer, 0, length);
            out.length += bytes;
        }
    }

    /**
     * Room for {@code bytes} in the open write buffer.
     *
     * @return the offset, or -1 if the connection was just closed as a slow reader
     */
    private int claimOut(final int bytes) {
        if (out != null && out.length + bytes > OutBuffer.CAPACITY) {
            flush();
            if (!channel.isOpen()) {
                return -1;
            }
        }
        if (out == null) {
            out = loop.takeOutBuffer();
            loop.touch(this);
        }
        return out.length;
    }

    private void putHeader(final int at, final int bytes, final int blockLength, final int templateId) {
        out.view.putInt(at, bytes - Frames.PREFIX);
        out.view.putLong(at + Frames.PREFIX, Frames.header(blockLength, templateId));
        out.view.setMemory(at + Frames.PREFIX + Frames.HEADER, bytes - Frames.PREFIX - Frames.HEADER, (byte) 0);
    }

    /** Writes what has gathered, with one call. */
    @Override
    public void flush() {
        final OutBuffer buffer = out;
        if (buffer == null) {
            return;
        }
        out = null;
        final ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending == null || buffer.length == 0) {
            loop.returnOutBuffer(buffer);
            return;
        }
        final long pendingBytes = pending.totalPendingWriteBytes();
        if (pendingBytes == 0) {
            buffer.bytes.setIndex(0, buffer.length);
            buffer.bytes.retain();
            channel.writeAndFlush(buffer.bytes, channel.voidPromise());
            if (buffer.bytes.refCnt() == 1) {
                loop.returnOutBuffer(buffer);
            } else {
                // The socket did not take it all; the buffer goes when it has. At most one of this size per connection.
                buffer.bytes.release();
            }
        } else if (pendingBytes + buffer.length <= settings.maxReplyBytes()) {
            // An exact copy: a whole write buffer for a few bytes would let a slow reader hold far more than is counted.
            final ByteBuf copy = channel.alloc().directBuffer(buffer.length, buffer.length);
            copy.writeBytes(buffer.bytes.setIndex(0, buffer.length));
            channel.writeAndFlush(copy, channel.voidPromise());
            loop.returnOutBuffer(buffer);
        } else {
            loop.returnOutBuffer(buffer);
            loop.counters.onError(LinkError.SLOW_READER);
            LOG.warn("link {} of participant {}: {}, {} bytes unsent", linkId, participantId, LinkError.SLOW_READER, pendingBytes);
            // An Error would stand behind all that the peer does not read, so there is none.
            channel.close();
        }
    }

    // ---- The end ----

    /** Says why, and ends the connection. Outcomes that are still under way are dropped: the sender asks by id. */
    private void fail(final LinkError error, final long correlationId, final String text) {
        if (state == State.DISCARDING || state == State.CLOSED) {
            return;
        }
        loop.counters.onError(error);
        LOG.debug("link {} of participant {}: {}: {}", linkId, participantId, error, text);
        final byte[] words = text.getBytes(StandardCharsets.UTF_8);
        final int textBytes = Math.min(words.length, MAX_ERROR_TEXT);
        final int bytes = Frames.PREFIX + Frames.HEADER + ErrorEncoder.BLOCK_LENGTH + ErrorEncoder.textHeaderLength() + textBytes;
        final int at = claimOut(bytes);
        if (at < 0) {
            return;
        }
        putHeader(at, bytes, ErrorEncoder.BLOCK_LENGTH, ErrorEncoder.TEMPLATE_ID);
        new ErrorEncoder().wrap(out.view, at + Frames.PREFIX + MessageHeaderEncoder.ENCODED_LENGTH)
            .correlationId(correlationId)
            .errorCode(error.code())
            .putText(words, 0, textBytes);
        out.length += bytes;
        sayNoMore();
    }

    /** The switch stops: a word to whoever signed on, then the end. */
    @Override
    public void onShutdown() {
        fail(LinkError.SHUTTING_DOWN, 0, "the switch is stopping");
    }

    /**
     * Flushes, ends our direction, and throws away what still arrives. Closing at once would reset the connection while
     * unread bytes lie in the socket, and the peer might never see the last frame.
     */
    private void sayNoMore() {
        state = State.DISCARDING;
        lingerUntilNs = System.nanoTime() + LINGER_NS;
        flush();
        if (!channel.isOpen()) {
            return;
        }
        readBuffer.clear();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) this::endOutput);
    }

    private void endOutput(final ChannelFuture lastWrite) {
        if (!lastWrite.isSuccess() || isInputEnded) {
            channel.close();
            return;
        }
        ((DuplexChannel) channel).shutdownOutput();
        isPaused = false;
        readBuffer.paused(false);
        channel.config().setAutoRead(true);
    }
}
