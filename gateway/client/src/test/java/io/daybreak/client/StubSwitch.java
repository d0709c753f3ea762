package io.daybreak.client;

import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountsAnswerEncoder;
import io.daybreak.protocol.codec.ChallengeEncoder;
import io.daybreak.protocol.codec.ErrorEncoder;
import io.daybreak.protocol.codec.GoodbyeDecoder;
import io.daybreak.protocol.codec.HelloDecoder;
import io.daybreak.protocol.codec.KeepAliveDecoder;
import io.daybreak.protocol.codec.KeepAliveReplyEncoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.MessageHeaderDecoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.OutcomesAnswerEncoder;
import io.daybreak.protocol.codec.ProofDecoder;
import io.daybreak.protocol.codec.SubmitTransfersDecoder;
import io.daybreak.protocol.codec.WelcomeEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A switch of a few lines on a real socket: signs on, remembers ids and their first outcomes across connections as the real
 * one does across a crash, and misbehaves as its script says. One thread per connection; the table is guarded by this.
 */
final class StubSwitch implements AutoCloseable {
    static final int MAX_BATCH = 8_190;
    private static final int BUFFER_BYTES = 1 << 20;

    /** What to do with a request of commands. */
    enum Reaction {
        /** Apply and answer. */
        ANSWER,
        /** Apply and answer in frames of one outcome each. */
        ANSWER_IN_PIECES,
        /** Close the connection; nothing is applied. */
        DROP_UNAPPLIED,
        /** Apply, close without an answer: what a crash after the journal looks like. */
        DROP_UNANSWERED,
        /** Apply, answer the first half only, close. */
        DROP_HALF_ANSWERED,
        /** Apply and never answer; the connection stays. */
        SWALLOW,
        /** Answer that it is stopping, for each command, and close; nothing is applied. */
        SHUT_DOWN,
        /** Answer that it is busy; nothing is applied. */
        BUSY,
        /** Send a frame whose length is out of bounds. */
        BAD_LENGTH,
        /** Send a frame with a template that nobody knows. */
        BAD_TEMPLATE,
        /** Send an Error message and close. */
        REFUSE
    }

    /** Decides; called for each request of commands, in order of arrival over all connections. */
    @FunctionalInterface
    interface Script {
        Reaction react(int requestNumber) throws InterruptedException;
    }

    private record Applied(long sequence, long timestampNs, long amountMinor) {
    }

    private final ServerSocket listening;
    private final Credentials credentials;
    private final Script script;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final Map<TransferId, Applied> applied = new HashMap<>();
    private final Map<Long, Long> debits = new HashMap<>();
    final AtomicInteger signOns = new AtomicInteger();
    final AtomicInteger goodbyes = new AtomicInteger();
    final AtomicInteger keepAlives = new AtomicInteger();
    volatile boolean isMacWrong;
    volatile boolean isMute;
    volatile long serverTimeMs = 1_790_000_000_000L;
    volatile int idleTimeoutMs = 60_000;
    volatile int maxBatch = MAX_BATCH;

    StubSwitch(final Credentials credentials, final Script script) throws IOException {
        this.credentials = credentials;
        this.script = script;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        spawn(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    synchronized int appliedCount() {
        return applied.size();
    }

    synchronized long debited(final long accountId) {
        return debits.getOrDefault(accountId, 0L);
    }

    int requestCount() {
        return requests.get();
    }

    /** Ends all connections; new ones are accepted. */
    void dropConnections() {
        for (final Socket socket : sockets) {
            close(socket);
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        dropConnections();
        for (final Thread thread : threads) {
            try {
                thread.join(5_000);
            } catch (final InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void spawn(final Runnable body) {
        final Thread thread = new Thread(body, "stub-switch");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                final Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                spawn(() -> serve(socket));
            } catch (final IOException closed) {
                return;
            }
        }
    }

    private void serve(final Socket socket) {
        try (socket) {
            new Link(socket).run();
        } catch (final IOException gone) {
            close(socket);
        }
    }

    private static void close(final Socket socket) {
        try {
            socket.close();
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }

    private synchronized boolean apply(final SubmitTransfersDecoder.TransfersDecoder transfer, final MutableDirectBuffer outcomes,
                                       final int offset) {
        final TransferId id = new TransferId(transfer.id().hi(), transfer.id().lo());
        final long debitAccountId = transfer.debitAccountId();
        final long amount = transfer.amountMinor();
        final boolean isNew = !applied.containsKey(id);
        if (isNew) {
            applied.put(id, new Applied(applied.size() + 1L, serverTimeMs * 1_000_000L, amount));
            debits.merge(debitAccountId, amount, Long::sum);
        }
        final Applied first = applied.get(id);
        outcome(outcomes, offset, first.sequence(), first.timestampNs(), first.amountMinor(), Result.OK,
            isNew ? 0 : OutcomeFlags.REPEATED);
        return isNew;
    }

    private static void outcome(final MutableDirectBuffer buffer, final int offset, final long sequence, final long timestampNs,
                                final long amountMinor, final int result, final int flags) {
        buffer.putLong(offset, sequence, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + 8, timestampNs, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + 16, amountMinor, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(offset + 24, (short) result, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(offset + 26, (short) flags, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(offset + 28, 0, ByteOrder.LITTLE_ENDIAN);
    }

    private final class Link {
        private final DataInputStream in;
        private final OutputStream out;
        private final MessageHeaderDecoder headerIn = new MessageHeaderDecoder();
        private final MessageHeaderEncoder headerOut = new MessageHeaderEncoder();
        private final UnsafeBuffer answer = new UnsafeBuffer(new byte[BUFFER_BYTES]);

        private Link(final Socket socket) throws IOException {
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        private void run() throws IOException {
            if (!signOn()) {
                return;
            }
            signOns.incrementAndGet();
            boolean isOpen = true;
            while (isOpen) {
                isOpen = onMessage(receive());
            }
        }

        private boolean signOn() throws IOException {
            final HelloDecoder hello = new HelloDecoder().wrapAndApplyHeader(receive(), 0, headerIn);
            final byte[] code = new byte[16];
            hello.getParticipantCode(code, 0);
            final byte[] clientNonce = new byte[32];
            hello.getClientNonce(clientNonce, 0, 32);
            final byte[] serverNonce = new byte[32];
            Arrays.fill(serverNonce, (byte) 7);
            final ChallengeEncoder challenge = new ChallengeEncoder().wrapAndApplyHeader(answer, 0, headerOut);
            challenge.serverTimeMs(serverTimeMs).putServerNonce(serverNonce, 0, 32);
            if (isMute) {
                receive();
                return false;
            }
            send(8 + ChallengeEncoder.BLOCK_LENGTH);
            final ProofDecoder proof = new ProofDecoder().wrapAndApplyHeader(receive(), 0, headerIn);
            final byte[] mac = new byte[32];
            proof.getMac(mac, 0, 32);
            if (!Arrays.equals(mac, SessionProof.ofClient(credentials.secret(), credentials.codeBytes(), clientNonce, serverNonce))
                || !Arrays.equals(code, credentials.codeBytes())) {
                error(6, "no");
                return false;
            }
            final byte[] serverMac = SessionProof.ofServer(credentials.secret(), code, clientNonce, serverNonce);
            if (isMacWrong) {
                serverMac[31] ^= 1;
            }
            new WelcomeEncoder().wrapAndApplyHeader(answer, 0, headerOut).putMac(serverMac, 0, 32)
                .serverTimeMs(serverTimeMs).sessionId(42).participantId(2).maxFrameLength(786_260).maxInFlight(16_384)
                .idleTimeoutMs(idleTimeoutMs).maxBatch(maxBatch).maxChain(256);
            send(8 + WelcomeEncoder.BLOCK_LENGTH);
            return true;
        }

        private boolean onMessage(final UnsafeBuffer message) throws IOException {
            headerIn.wrap(message, 0);
            switch (headerIn.templateId()) {
                case SubmitTransfersDecoder.TEMPLATE_ID:
                    return onTransfers(new SubmitTransfersDecoder().wrapAndApplyHeader(message, 0, headerIn));
                case LookupAccountsDecoder.TEMPLATE_ID:
                    onLookup(new LookupAccountsDecoder().wrapAndApplyHeader(message, 0, headerIn));
                    return true;
                case KeepAliveDecoder.TEMPLATE_ID:
                    keepAlives.incrementAndGet();
                    if (!isMute) {
                        new KeepAliveReplyEncoder().wrapAndApplyHeader(answer, 0, headerOut)
                            .token(new KeepAliveDecoder().wrapAndApplyHeader(message, 0, headerIn).token())
                            .serverTimeMs(serverTimeMs);
                        send(8 + KeepAliveReplyEncoder.BLOCK_LENGTH);
                    }
                    return true;
                case GoodbyeDecoder.TEMPLATE_ID:
                    goodbyes.incrementAndGet();
                    return false;
                default:
                    return onCommand(message);
            }
        }

        private Reaction nextReaction() throws IOException {
            try {
                return script.react(requests.getAndIncrement());
            } catch (final InterruptedException ex) {
                throw new IOException(ex);
            }
        }

        private boolean onTransfers(final SubmitTransfersDecoder request) throws IOException {
            final Reaction reaction = nextReaction();
            final long correlationId = request.correlationId();
            final SubmitTransfersDecoder.TransfersDecoder transfers = request.transfers();
            final int count = transfers.count();
            final UnsafeBuffer outcomes = new UnsafeBuffer(new byte[count * 32]);
            final boolean isApplied = reaction != Reaction.DROP_UNAPPLIED && reaction != Reaction.SHUT_DOWN
                && reaction != Reaction.BUSY && reaction != Reaction.REFUSE && reaction != Reaction.BAD_LENGTH
                && reaction != Reaction.BAD_TEMPLATE;
            for (int i = 0; i < count; i++) {
                transfers.next();
                if (isApplied) {
                    apply(transfers, outcomes, i * 32);
                } else {
                    outcome(outcomes, i * 32, 0, 0, 0, reaction == Reaction.BUSY ? Result.BUSY : Result.SHUTTING_DOWN, 0);
                }
            }
            return react(reaction, correlationId, count, outcomes);
        }

        private boolean onCommand(final UnsafeBuffer message) throws IOException {
            final UnsafeBuffer outcomes = new UnsafeBuffer(new byte[32]);
            outcome(outcomes, 0, 5, 6, 0, Result.OK, 0);
            return react(nextReaction(), message.getLong(8, ByteOrder.LITTLE_ENDIAN), 1, outcomes);
        }

        private boolean react(final Reaction reaction, final long correlationId, final int count, final UnsafeBuffer outcomes)
            throws IOException {
            switch (reaction) {
                case ANSWER, BUSY:
                    answer(correlationId, 0, count, count, outcomes);
                    return true;
                case ANSWER_IN_PIECES:
                    for (int i = 0; i < count; i++) {
                        answer(correlationId, i, 1, count, outcomes);
                    }
                    return true;
                case DROP_HALF_ANSWERED:
                    answer(correlationId, 0, count / 2, count, outcomes);
                    return false;
                case SWALLOW:
                    return true;
                case SHUT_DOWN:
                    answer(correlationId, 0, count, count, outcomes);
                    return false;
                case BAD_LENGTH:
                    out.write(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0});
                    return true;
                case BAD_TEMPLATE:
                    headerOut.wrap(answer, 0).blockLength(8).templateId(999).schemaId(7300).version(1);
                    send(16);
                    return true;
                case REFUSE:
                    error(10, "reads too slowly");
                    return false;
                default:
                    return false;
            }
        }

        private void answer(final long correlationId, final int firstIndex, final int count, final int requestCount,
                            final UnsafeBuffer outcomes) throws IOException {
            final OutcomesAnswerEncoder encoder = new OutcomesAnswerEncoder().wrapAndApplyHeader(answer, 0, headerOut)
                .correlationId(correlationId).firstIndex(firstIndex).requestCount(requestCount);
            encoder.outcomesCount(count);
            answer.putBytes(encoder.limit(), outcomes, firstIndex * 32, count * 32);
            send(encoder.limit() + count * 32);
        }

        private void onLookup(final LookupAccountsDecoder request) throws IOException {
            final List<Long> ids = new ArrayList<>();
            final long correlationId = request.correlationId();
            for (final LookupAccountsDecoder.AccountsDecoder account : request.accounts()) {
                ids.add(account.id());
            }
            final AccountsAnswerEncoder encoder = new AccountsAnswerEncoder().wrapAndApplyHeader(answer, 0, headerOut)
                .correlationId(correlationId).asOfSequence(appliedCount());
            final AccountsAnswerEncoder.AccountsEncoder group = encoder.accountsCount(ids.size());
            for (final long id : ids) {
                group.next().id(id).userData64(0).debitsPosted(debited(id)).debitsPending(0).creditsPosted(0).creditsPending(0)
                    .createdNs(1).ledger(156).code(1).flags(0).lookup(id == 404 ? Result.ACCOUNT_NOT_FOUND : 0).reserved1(0).reserved2(0);
                group.userData128().hi(0).lo(0);
            }
            send(encoder.limit());
        }

        private void error(final int code, final String text) throws IOException {
            final ErrorEncoder encoder = new ErrorEncoder().wrapAndApplyHeader(answer, 0, headerOut).correlationId(0).errorCode(code);
            encoder.text(text);
            send(encoder.limit());
        }

        private UnsafeBuffer receive() throws IOException {
            final int length = Integer.reverseBytes(in.readInt());
            final byte[] frame = new byte[length];
            in.readFully(frame);
            return new UnsafeBuffer(frame);
        }

        private void send(final int length) throws IOException {
            final byte[] frame = new byte[4 + length];
            ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
            answer.getBytes(0, frame, 4, length);
            out.write(frame);
        }
    }
}
