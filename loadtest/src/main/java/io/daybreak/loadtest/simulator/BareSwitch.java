package io.daybreak.loadtest.simulator;

import io.daybreak.client.Credentials;
import io.daybreak.client.FrameReader;
import io.daybreak.client.NativeTransport;
import io.daybreak.client.SecretAccess;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountsAnswerEncoder;
import io.daybreak.protocol.codec.ChallengeEncoder;
import io.daybreak.protocol.codec.GoodbyeDecoder;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.KeepAliveDecoder;
import io.daybreak.protocol.codec.KeepAliveReplyEncoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.LookupTransfersDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.OutcomesAnswerEncoder;
import io.daybreak.protocol.codec.ProofDecoder;
import io.daybreak.protocol.codec.QueryTotalsDecoder;
import io.daybreak.protocol.codec.SubmitTransfersDecoder;
import io.daybreak.protocol.codec.TotalsAnswerEncoder;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransfersAnswerEncoder;
import io.daybreak.protocol.codec.WelcomeEncoder;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The native protocol with nothing behind it: signs on one participant, applies every transfer to two sums, holds with their posts and releases too,
 * answers. No ring, no journal, no rules. What the load generator reaches against it is the load generator's own limit on this
 * machine, and what a real switch reaches less is the switch's.
 * <p>
 * One event loop thread owns everything. It remembers ids only if told to: then repeats get the first outcome across
 * connections. A fault may be asked for, to see the rig's proof fail.
 */
public final class BareSwitch implements AutoCloseable {
    private static final int HEADER_BYTES = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int OUTCOME_BYTES = OutcomesAnswerEncoder.OutcomesEncoder.sbeBlockLength();
    private static final int GROUP_HEADER_BYTES = OutcomesAnswerEncoder.OutcomesEncoder.sbeHeaderSize();
    private static final int OUTCOMES_HEADER_BYTES = HEADER_BYTES + OutcomesAnswerEncoder.BLOCK_LENGTH + GROUP_HEADER_BYTES;
    private static final int NONCE_BYTES = 32;
    private static final int READ_BYTES = 256 << 10;
    private static final int SCRATCH_BYTES = 1 << 20;
    private static final int LEDGER = 156;
    private static final long NS_PER_MS = 1_000_000L;

    private final Credentials credentials;
    private final boolean isRemembering;
    private final Fault fault;
    private final int faultEvery;
    private final MultiThreadIoEventLoopGroup group;
    private final ChannelGroup channels;
    private final Channel listening;
    private final Long2LongHashMap debits = new Long2LongHashMap(0);
    private final Long2LongHashMap credits = new Long2LongHashMap(0);
    private final Long2LongHashMap pendingDebits = new Long2LongHashMap(0);
    private final Long2LongHashMap pendingCredits = new Long2LongHashMap(0);
    private final Map<Id, Applied> remembered = new HashMap<>();
    private final Map<Id, Applied> holds = new HashMap<>();
    private long sequence;
    private long commands;

    /** What it does wrong, once in a while. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** Says applied and applies nothing. */
        FORGET,
        /** Applies twice. */
        DOUBLE,
        /** Applies and does not answer. */
        SILENT,
        /** Refuses for want of money. */
        REFUSE,
        /** Applies, then closes the connection without an answer. */
        DROP
    }

    private record Id(long hi, long lo) {
    }

    private record Applied(long sequence, long debitAccountId, long creditAccountId, long amountMinor) {
    }

    /**
     * Listens on loopback.
     *
     * @param port          0: a free one
     * @param isRemembering keep ids, so that repeats are told and transfers can be looked up; costs memory for each
     * @param faultEvery    one transfer in so many gets the fault
     */
    public BareSwitch(final int port, final Credentials credentials, final boolean isRemembering, final Fault fault,
                      final int faultEvery) {
        this.credentials = credentials;
        this.isRemembering = isRemembering;
        this.fault = fault;
        this.faultEvery = faultEvery;
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("bare-switch", true),
            NativeTransport.ioHandlerFactory());
        this.channels = new DefaultChannelGroup(group.next());
        this.listening = new ServerBootstrap()
            .group(group)
            .channel(NativeTransport.serverChannelClass())
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1 << 20, 4 << 20))
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(final Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(new Link());
                }
            })
            .bind(new InetSocketAddress("127.0.0.1", port)).syncUninterruptibly().channel();
    }

    /** Where it listens. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Ends all connections, as a crash would; what was applied is kept. */
    public void dropConnections() {
        channels.close().awaitUninterruptibly();
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        channels.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Link extends ChannelInboundHandlerAdapter {
        private final FrameReader reader = new FrameReader(Limits.MAX_FRAME_BYTES, this::onFrame);
        private final MessageHeaderDecoder headerIn = new MessageHeaderDecoder();
        private final MessageHeaderEncoder headerOut = new MessageHeaderEncoder();
        private final UnsafeBuffer out = new UnsafeBuffer(new byte[SCRATCH_BYTES]);
        private final byte[] clientNonce = new byte[NONCE_BYTES];
        private final byte[] serverNonce = new byte[NONCE_BYTES];
        private ChannelHandlerContext context;
        private int filled;
        private boolean isSignedOn;
        private boolean isDropping;

        @Override
        public void channelActive(final ChannelHandlerContext active) {
            context = active;
        }

        @Override
        public void channelRead(final ChannelHandlerContext source, final Object message) {
            final ByteBuf in = (ByteBuf) message;
            try {
                if (!reader.read(in)) {
                    source.close();
                }
            } finally {
                in.release();
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext source) {
            flush();
            if (isDropping) {
                source.close();
            }
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext source) {
            source.channel().config().setAutoRead(source.channel().isWritable());
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext source, final Throwable cause) {
            source.close();
        }

        private void flush() {
            if (filled > 0) {
                final ByteBuf bytes = context.alloc().directBuffer(filled);
                bytes.writeBytes(out.byteArray(), 0, filled);
                filled = 0;
                context.writeAndFlush(bytes, context.voidPromise());
            }
        }

        /** Room for an answer; returns the offset of its message header. */
        private int claim(final int length) {
            if (filled + Limits.LENGTH_PREFIX_BYTES + length > SCRATCH_BYTES) {
                flush();
            }
            out.putInt(filled, length, ByteOrder.LITTLE_ENDIAN);
            final int offset = filled + Limits.LENGTH_PREFIX_BYTES;
            filled = offset + length;
            return offset;
        }

        private boolean onFrame(final DirectBuffer buffer, final int offset, final int length) {
            headerIn.wrap(buffer, offset);
            switch (headerIn.templateId()) {
                case HelloDecoder.TEMPLATE_ID -> onHello(new HelloDecoder().wrapAndApplyHeader(buffer, offset, headerIn));
                case ProofDecoder.TEMPLATE_ID -> {
                    return onProof(new ProofDecoder().wrapAndApplyHeader(buffer, offset, headerIn));
                }
                case KeepAliveDecoder.TEMPLATE_ID -> new KeepAliveReplyEncoder()
                    .wrapAndApplyHeader(out, claim(HEADER_BYTES + KeepAliveReplyEncoder.BLOCK_LENGTH), headerOut)
                    .token(new KeepAliveDecoder().wrapAndApplyHeader(buffer, offset, headerIn).token())
                    .serverTimeMs(System.currentTimeMillis());
                case SubmitTransfersDecoder.TEMPLATE_ID -> {
                    return isSignedOn && onTransfers(buffer, offset + HEADER_BYTES);
                }
                case LookupAccountsDecoder.TEMPLATE_ID ->
                    onLookupAccounts(new LookupAccountsDecoder().wrapAndApplyHeader(buffer, offset, headerIn));
                case LookupTransfersDecoder.TEMPLATE_ID ->
                    onLookupTransfers(new LookupTransfersDecoder().wrapAndApplyHeader(buffer, offset, headerIn));
                case QueryTotalsDecoder.TEMPLATE_ID ->
                    onTotals(new QueryTotalsDecoder().wrapAndApplyHeader(buffer, offset, headerIn).correlationId());
                case GoodbyeDecoder.TEMPLATE_ID -> {
                    flush();
                    return false;
                }
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void onHello(final HelloDecoder hello) {
            hello.getClientNonce(clientNonce, 0, NONCE_BYTES);
            new ChallengeEncoder().wrapAndApplyHeader(out, claim(HEADER_BYTES + ChallengeEncoder.BLOCK_LENGTH), headerOut)
                .serverTimeMs(System.currentTimeMillis())
                .putServerNonce(serverNonce, 0, NONCE_BYTES);
        }

        private boolean onProof(final ProofDecoder proof) {
            final byte[] mac = new byte[NONCE_BYTES];
            proof.getMac(mac, 0, NONCE_BYTES);
            if (!SecretAccess.isClientProof(credentials, clientNonce, serverNonce, mac)) {
                return false;
            }
            final byte[] own = SecretAccess.serverProof(credentials, clientNonce, serverNonce);
            new WelcomeEncoder().wrapAndApplyHeader(out, claim(HEADER_BYTES + WelcomeEncoder.BLOCK_LENGTH), headerOut)
                .putMac(own, 0, NONCE_BYTES).serverTimeMs(System.currentTimeMillis()).sessionId(1).participantId(2)
                .maxFrameLength(Limits.MAX_FRAME_BYTES).maxInFlight(Integer.MAX_VALUE).idleTimeoutMs(0)
                .maxBatch(Limits.MAX_BATCH).maxChain(256);
            isSignedOn = true;
            return true;
        }

        private boolean onTransfers(final DirectBuffer buffer, final int body) {
            final int group = body + SubmitTransfersDecoder.BLOCK_LENGTH;
            final int count = buffer.getShort(group + Short.BYTES, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
            final long timestampNs = System.currentTimeMillis() * NS_PER_MS;
            int transfer = group + GROUP_HEADER_BYTES;
            boolean isSilent = false;
            final int answer = claim(OUTCOMES_HEADER_BYTES + count * OUTCOME_BYTES);
            int outcome = answer + OUTCOMES_HEADER_BYTES;
            for (int i = 0; i < count; i++) {
                final Fault now = fault != Fault.NONE && ++commands % faultEvery == 0 ? fault : Fault.NONE;
                isSilent |= now == Fault.SILENT || now == Fault.DROP;
                isDropping |= now == Fault.DROP;
                apply(buffer, transfer, outcome, now, timestampNs);
                transfer += TransferDecoder.BLOCK_LENGTH;
                outcome += OUTCOME_BYTES;
            }
            if (isSilent || isDropping) {
                filled = answer - Limits.LENGTH_PREFIX_BYTES;
                return true;
            }
            headerOut.wrap(out, answer).blockLength(OutcomesAnswerEncoder.BLOCK_LENGTH)
                .templateId(OutcomesAnswerEncoder.TEMPLATE_ID).schemaId(OutcomesAnswerEncoder.SCHEMA_ID)
                .version(OutcomesAnswerEncoder.SCHEMA_VERSION);
            final int block = answer + HEADER_BYTES;
            out.putLong(block, buffer.getLong(body));
            out.putInt(block + Long.BYTES, 0);
            out.putInt(block + Long.BYTES + Integer.BYTES, count, ByteOrder.LITTLE_ENDIAN);
            out.putShort(block + OutcomesAnswerEncoder.BLOCK_LENGTH, (short) OUTCOME_BYTES, ByteOrder.LITTLE_ENDIAN);
            out.putShort(block + OutcomesAnswerEncoder.BLOCK_LENGTH + Short.BYTES, (short) count, ByteOrder.LITTLE_ENDIAN);
            return true;
        }

        private void apply(final DirectBuffer buffer, final int transfer, final int outcome, final Fault now, final long timestampNs) {
            final long amount = buffer.getLong(transfer + TransferDecoder.amountMinorEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
            final long debit = buffer.getLong(transfer + TransferDecoder.debitAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
            final long credit = buffer.getLong(transfer + TransferDecoder.creditAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
            final Id id = isRemembering ? new Id(buffer.getLong(transfer, ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(transfer + Long.BYTES, ByteOrder.LITTLE_ENDIAN)) : null;
            final Applied first = isRemembering ? remembered.get(id) : null;
            final long decided = first == null ? ++sequence : first.sequence();
            final int result = first == null && now == Fault.REFUSE ? Result.EXCEEDS_CREDITS : Result.OK;
            final int flags = first == null ? 0 : OutcomeFlags.REPEATED;
            if (first == null && result == Result.OK) {
                if (isRemembering) {
                    remembered.put(id, new Applied(decided, debit, credit, amount));
                }
                final int times = now == Fault.FORGET ? 0 : now == Fault.DOUBLE ? 2 : 1;
                final int kind = buffer.getShort(transfer + TransferDecoder.flagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
                if (kind == 0) {
                    add(debits, debit, times * amount);
                    add(credits, credit, times * amount);
                } else {
                    applyToHold(buffer, transfer, kind, times);
                }
            }
            out.putLong(outcome, decided, ByteOrder.LITTLE_ENDIAN);
            out.putLong(outcome + 8, timestampNs, ByteOrder.LITTLE_ENDIAN);
            out.putLong(outcome + 16, result == Result.OK ? amount : 0, ByteOrder.LITTLE_ENDIAN);
            out.putShort(outcome + 24, (short) result, ByteOrder.LITTLE_ENDIAN);
            out.putShort(outcome + 26, (short) flags, ByteOrder.LITTLE_ENDIAN);
            out.putInt(outcome + 28, 0);
        }

        /** A hold is posted or released as a whole. */
        private void applyToHold(final DirectBuffer buffer, final int transfer, final int kind, final int times) {
            final boolean isHold = (kind & TransferFlags.PENDING) != 0;
            final int id = transfer + (isHold ? 0 : TransferDecoder.pendingIdEncodingOffset());
            final Id key = new Id(buffer.getLong(id, ByteOrder.LITTLE_ENDIAN), buffer.getLong(id + Long.BYTES, ByteOrder.LITTLE_ENDIAN));
            if (isHold) {
                holds.put(key, new Applied(0, buffer.getLong(transfer + TransferDecoder.debitAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
                    buffer.getLong(transfer + TransferDecoder.creditAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
                    buffer.getLong(transfer + TransferDecoder.amountMinorEncodingOffset(), ByteOrder.LITTLE_ENDIAN)));
            }
            final Applied hold = isHold ? holds.get(key) : holds.remove(key);
            final long amount = times * hold.amountMinor();
            add(pendingDebits, hold.debitAccountId(), isHold ? amount : -amount);
            add(pendingCredits, hold.creditAccountId(), isHold ? amount : -amount);
            if ((kind & TransferFlags.POST) != 0) {
                add(debits, hold.debitAccountId(), amount);
                add(credits, hold.creditAccountId(), amount);
            }
        }

        private void add(final Long2LongHashMap sums, final long account, final long amount) {
            // The map takes no zero, which is how it marks what is missing.
            final long sum = sums.get(account) + amount;
            if (sum != 0) {
                sums.put(account, sum);
            } else {
                sums.remove(account);
            }
        }

        private void onLookupAccounts(final LookupAccountsDecoder request) {
            final long correlationId = request.correlationId();
            final LookupAccountsDecoder.AccountsDecoder asked = request.accounts();
            final int count = asked.count();
            final AccountsAnswerEncoder answer = new AccountsAnswerEncoder();
            final int length = HEADER_BYTES + AccountsAnswerEncoder.BLOCK_LENGTH + GROUP_HEADER_BYTES
                + count * AccountsAnswerEncoder.AccountsEncoder.sbeBlockLength();
            final AccountsAnswerEncoder.AccountsEncoder accounts = answer.wrapAndApplyHeader(out, claim(length), headerOut)
                .correlationId(correlationId).asOfSequence(sequence).accountsCount(count);
            for (int i = 0; i < count; i++) {
                final long id = asked.next().id();
                accounts.next().id(id).userData64(0).debitsPosted(debits.get(id)).debitsPending(pendingDebits.get(id)).creditsPosted(credits.get(id))
                    .creditsPending(pendingCredits.get(id)).createdNs(1).ledger(LEDGER).code(1).flags(0).lookup(0).reserved1(0).reserved2(0);
                accounts.userData128().hi(0).lo(0);
            }
        }

        private void onLookupTransfers(final LookupTransfersDecoder request) {
            final long correlationId = request.correlationId();
            final LookupTransfersDecoder.TransfersDecoder asked = request.transfers();
            final int count = asked.count();
            final int length = HEADER_BYTES + TransfersAnswerEncoder.BLOCK_LENGTH + GROUP_HEADER_BYTES
                + count * TransfersAnswerEncoder.TransfersEncoder.sbeBlockLength();
            final TransfersAnswerEncoder.TransfersEncoder transfers = new TransfersAnswerEncoder()
                .wrapAndApplyHeader(out, claim(length), headerOut).correlationId(correlationId).asOfSequence(sequence).nextCursor(0)
                .memoryBeginsSequence(0).result(0).reserved1(0).reserved2(0).transfersCount(count);
            for (int i = 0; i < count; i++) {
                asked.next();
                final long hi = asked.id().hi();
                final long lo = asked.id().lo();
                final Applied known = remembered.get(new Id(hi, lo));
                final Applied applied = known == null ? new Applied(0, 0, 0, 0) : known;
                transfers.next().id().hi(hi).lo(lo);
                transfers.pendingId().hi(0).lo(0);
                transfers.userData128().hi(0).lo(0);
                transfers.debitAccountId(applied.debitAccountId()).creditAccountId(applied.creditAccountId())
                    .amountMinor(applied.amountMinor()).userData64(0).sequence(applied.sequence()).timestampNs(0).timeoutMs(0)
                    .ledger(LEDGER).code(1).flags(0).result(0)
                    .lookup((short) (known == null ? OutcomeFlags.LOOKUP_UNKNOWN : OutcomeFlags.LOOKUP_APPLIED))
                    .holdState((short) 0).participantId(2).reserved(0);
            }
        }

        private void onTotals(final long correlationId) {
            final TotalsAnswerEncoder answer = new TotalsAnswerEncoder()
                .wrapAndApplyHeader(out, claim(HEADER_BYTES + TotalsAnswerEncoder.BLOCK_LENGTH), headerOut)
                .correlationId(correlationId).asOfSequence(sequence).accountCount(0).ledger(LEDGER).result(0).reserved(0);
            answer.debitsPosted().hi(0).lo(sum(debits));
            answer.creditsPosted().hi(0).lo(sum(credits));
            answer.debitsPending().hi(0).lo(0);
            answer.creditsPending().hi(0).lo(0);
        }

        private long sum(final Long2LongHashMap sums) {
            long sum = 0;
            final Long2LongHashMap.ValueIterator values = sums.values().iterator();
            while (values.hasNext()) {
                sum += values.nextValue();
            }
            return sum;
        }
    }
}
