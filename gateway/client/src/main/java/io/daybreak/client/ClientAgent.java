package io.daybreak.client;

import io.daybreak.client.ClientException.Reason;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a {@link DaybreakClient} does on its event loop: keeps one connection, sends what waits, remembers what is
 * unanswered, sends it again on the next connection in the same order, and lets no request outlive its deadline.
 * <pre>
 *   submit (any thread) -> submitted -> waiting -> (claimed on a connection) -> unanswered -> promise
 *                                          ^------- connection lost, resendable -------'
 * </pre>
 * Fields without a comment belong to the event loop. The number of requests is bounded by the permits of {@code room}.
 */
final class ClientAgent implements ConnectionListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClientAgent.class);
    private static final int CORRELATION_ID_OFFSET = 8;
    private static final long GOODBYE_GRACE_MS = 1_000;
    /** Keeps the shift of the back-off within a long for first back-offs of up to hours. */
    private static final int MAX_DOUBLINGS = 16;

    // Any thread.
    private final List<InetSocketAddress> addresses;
    private final Credentials credentials;
    private final ClientOptions options;
    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final ServerClock clock = new ServerClock();
    private final Semaphore room;
    private final ConcurrentLinkedQueue<PendingRequest<?>> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isDrainScheduled = new AtomicBoolean();
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean isCloseBegun = new AtomicBoolean();
    private volatile boolean isClosing;
    private volatile boolean isReady;
    private volatile long reconnects;
    private volatile Disconnect lastDisconnect;

    private final Map<Long, PendingRequest<?>> waiting = new LinkedHashMap<>();
    private final Map<Long, PendingRequest<?>> unanswered = new LinkedHashMap<>();
    private final SplittableRandom jitter = new SplittableRandom();
    private NativeConnection connection;
    private Session session;
    private boolean isPeerLeaving;
    private boolean mustMoveOn;
    private boolean hasBeenReady;
    private boolean hasAuthenticationFailed;
    private int addressIndex;
    private int attemptsInRound;
    private int failedRounds;
    private long lastCorrelationId;

    ClientAgent(final List<InetSocketAddress> addresses, final Credentials credentials, final ClientOptions options) {
        this.addresses = addresses;
        this.credentials = credentials;
        this.options = options;
        this.room = new Semaphore(options.maxInFlight());
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("daybreak-client", true),
            NativeTransport.ioHandlerFactory());
        this.loop = group.next();
    }

    void start() {
        loop.execute(this::connect);
    }

    // ----- any thread -----

    ServerClock clock() {
        return clock;
    }

    boolean isReady() {
        return isReady;
    }

    long reconnects() {
        return reconnects;
    }

    void requireMayBlock() {
        if (loop.inEventLoop()) {
            throw new IllegalStateException("a blocking call from a callback would wait for itself; use the asynchronous form");
        }
    }

    void awaitReady() {
        requireMayBlock();
        try {
            firstReady.get(options.deadline().toMillis(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException ex) {
            throw new ClientException(Reason.NOT_CONNECTED, "no switch at " + addresses + ": " + lastDisconnect);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new ClientException(Reason.NOT_CONNECTED, "interrupted");
        } catch (final ExecutionException ex) {
            throw (ClientException) ex.getCause();
        }
    }

    /**
     * Hands a request to the event loop.
     *
     * @param mayWait wait for room if there is none, at most the deadline
     */
    <T> CompletableFuture<T> submit(final PendingRequest<T> request, final boolean mayWait) {
        request.deadlineNs = System.nanoTime() + options.deadline().toNanos();
        if (isClosing) {
            return refuse(request, Reason.CLOSED, "the client is closed");
        }
        if (!room.tryAcquire(request.commandCount) && !(mayWait && awaitRoom(request.commandCount))) {
            return refuse(request, Reason.BUSY, options.maxInFlight() + " commands are in flight");
        }
        submitted.add(request);
        if (isDrainScheduled.compareAndSet(false, true)) {
            try {
                loop.execute(this::drainSubmitted);
            } catch (final RejectedExecutionException ex) {
                // The loop has ended: whoever empties the queue last answers for what is in it.
                abandonSubmitted();
            }
        }
        if (isClosing && closed.isDone()) {
            abandonSubmitted();
        }
        return request.promise;
    }

    private boolean awaitRoom(final int count) {
        requireMayBlock();
        try {
            return room.tryAcquire(count, options.deadline().toMillis(), TimeUnit.MILLISECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static <T> CompletableFuture<T> refuse(final PendingRequest<T> request, final Reason reason, final String message) {
        request.promise.completeExceptionally(new ClientException(reason, message));
        return request.promise;
    }

    private void abandonSubmitted() {
        PendingRequest<?> request = submitted.poll();
        while (request != null) {
            room.release(request.commandCount);
            request.abandon();
            request = submitted.poll();
        }
    }

    void close() {
        if (isCloseBegun.compareAndSet(false, true)) {
            isClosing = true;
            loop.execute(this::beginClose);
        }
        if (loop.inEventLoop()) {
            return;
        }
        closed.join();
        group.terminationFuture().awaitUninterruptibly();
        abandonSubmitted();
    }

    // ----- requests -----

    private void drainSubmitted() {
        // Cleared first: who submits from here on schedules another turn.
        isDrainScheduled.set(false);
        if (closed.isDone()) {
            // Who waited for room gets it from the requests that the closing abandons; nothing would answer him any more.
            abandonSubmitted();
            return;
        }
        PendingRequest<?> request = submitted.poll();
        while (request != null) {
            final PendingRequest<?> accepted = request;
            accepted.correlationId = ++lastCorrelationId;
            accepted.message.putLong(CORRELATION_ID_OFFSET, accepted.correlationId, ByteOrder.LITTLE_ENDIAN);
            waiting.put(accepted.correlationId, accepted);
            accepted.timer = loop.schedule(() -> abandon(accepted), accepted.deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            request = submitted.poll();
        }
        sendWaiting();
        finishCloseIfIdle();
    }

    private void sendWaiting() {
        if (connection == null || !isReady || isPeerLeaving) {
            return;
        }
        while (!waiting.isEmpty()) {
            final PendingRequest<?> request = waiting.values().iterator().next();
            if (!fits(request)) {
                refuseTooLarge(request);
                continue;
            }
            final int length = request.message.capacity();
            final int offset = connection.claim(length, request.commandCount);
            if (offset == NativeConnection.NOT_CLAIMED) {
                break;
            }
            connection.buffer().putBytes(offset, request.message, 0, length);
            if (request.wasSent) {
                request.onResend();
            }
            request.wasSent = true;
            waiting.remove(request.correlationId);
            unanswered.put(request.correlationId, request);
        }
        connection.flush();
    }

    private boolean fits(final PendingRequest<?> request) {
        return request.message.capacity() <= session.maxFrameLength() && request.commandCount <= session.maxBatch();
    }

    private void refuseTooLarge(final PendingRequest<?> request) {
        if (request.wasSent) {
            // A switch with a lower limit than the one that took it: what that one did is not known here.
            abandon(request);
            return;
        }
        release(request);
        refuse(request, Reason.TOO_LARGE, "the switch takes " + session.maxBatch() + " entries and "
            + session.maxFrameLength() + " bytes in one request");
    }

    /** Forgets a request, whatever its state, and gives its room back. */
    private void release(final PendingRequest<?> request) {
        waiting.remove(request.correlationId);
        unanswered.remove(request.correlationId);
        request.timer.cancel(false);
        room.release(request.commandCount);
    }

    private void abandon(final PendingRequest<?> request) {
        release(request);
        request.abandon();
        finishCloseIfIdle();
    }

    private void complete(final PendingRequest<?> request) {
        release(request);
        request.complete();
        finishCloseIfIdle();
    }

    // ----- what the connection tells -----

    @Override
    public void onReady(final NativeConnection ready, final Session newSession) {
        session = newSession;
        isPeerLeaving = false;
        hasAuthenticationFailed = false;
        if (hasBeenReady) {
            reconnects++;
            LOGGER.info("signed on again at {}, session {}", ready, newSession.sessionId());
        }
        hasBeenReady = true;
        isReady = true;
        firstReady.complete(null);
        sendWaiting();
        finishCloseIfIdle();
    }

    @Override
    public void onOutcome(final long correlationId, final int index, final int requestCount, final long sequence,
                          final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        throw new IllegalStateException("outcomes are read in place");
    }

    @Override
    public void onOutcomes(final long correlationId, final int firstIndex, final int requestCount, final int outcomeCount,
                           final DirectBuffer buffer, final int offset, final int entryBytes) {
        failedRounds = 0;
        final PendingRequest<?> request = unanswered.get(correlationId);
        // Nobody waits any longer if the deadline has passed.
        if (request == null || !request.onOutcomes(firstIndex, outcomeCount, buffer, offset, entryBytes)) {
            return;
        }
        if (request.isResendable && request.isNotPrimaryAnswer() && addresses.size() > 1) {
            // A standby: it decided nothing, and the primary is elsewhere, now or soon.
            isPeerLeaving = true;
            mustMoveOn = true;
            unanswered.remove(correlationId);
            waiting.put(correlationId, request);
            connection.close();
        } else if (request.isResendable && request.isShutDownAnswer() && !isClosing) {
            // It is not decided there, and will be at the next start: it waits for the next connection.
            isPeerLeaving = true;
            unanswered.remove(correlationId);
            waiting.put(correlationId, request);
        } else {
            complete(request);
        }
    }

    @Override
    public void onAnswer(final int templateId, final long correlationId, final DirectBuffer buffer, final int offset,
                         final int length) {
        failedRounds = 0;
        final PendingRequest<?> request = unanswered.get(correlationId);
        if (request == null) {
            return;
        }
        try {
            request.onAnswer(templateId, buffer, offset);
        } catch (final IllegalArgumentException | IndexOutOfBoundsException ex) {
            release(request);
            refuse(request, Reason.NOT_UNDERSTOOD, ex.getMessage());
            return;
        }
        complete(request);
    }

    @Override
    public void onWritable(final NativeConnection writable) {
        sendWaiting();
    }

    @Override
    public void onServerTime(final NativeConnection source, final long serverTimeMs) {
        clock.onServerTime(serverTimeMs);
    }

    @Override
    public void onGoodbye(final NativeConnection leaving) {
        isPeerLeaving = true;
    }

    @Override
    public void onClosed(final NativeConnection gone, final Disconnect disconnect) {
        connection = null;
        final boolean wasReady = isReady;
        isReady = false;
        lastDisconnect = disconnect;
        takeBackUnanswered();
        if (isClosing && waiting.isEmpty()) {
            finishClose();
            return;
        }
        if (wasReady && mustMoveOn) {
            LOGGER.debug("{} is a standby; {} requests wait", gone, waiting.size());
        } else if (wasReady) {
            LOGGER.warn("connection to {} lost: {}; {} requests wait", gone, disconnect, waiting.size());
        } else if (disconnect.isAuthenticationFailure()) {
            if (!hasAuthenticationFailed) {
                // Once, not with every attempt.
                LOGGER.error("sign-on at {} failed, and is tried again: {}", gone, disconnect);
            }
            hasAuthenticationFailed = true;
        }
        connectLater(wasReady && !mustMoveOn);
        mustMoveOn = false;
    }

    private void takeBackUnanswered() {
        final List<PendingRequest<?>> lost = new ArrayList<>(unanswered.values());
        unanswered.clear();
        if (lost.isEmpty()) {
            return;
        }
        final List<PendingRequest<?>> later = new ArrayList<>(waiting.values());
        waiting.clear();
        // In the order of their submission, so that what builds on something earlier still comes after it.
        for (final PendingRequest<?> request : lost) {
            if (request.isResendable) {
                waiting.put(request.correlationId, request);
            }
        }
        for (final PendingRequest<?> request : later) {
            waiting.put(request.correlationId, request);
        }
        // Only now: to abandon may end the closing, which must find every request in its place.
        for (final PendingRequest<?> request : lost) {
            if (!request.isResendable) {
                abandon(request);
            }
        }
    }

    // ----- connections -----

    private void connect() {
        if (isClosing && waiting.isEmpty() || closed.isDone()) {
            return;
        }
        final InetSocketAddress unresolved = addresses.get(addressIndex);
        connection = NativeConnection.connect(loop, unresolved, credentials, options.connection(), this);
    }

    /** Tries each address once without a pause, then pauses: longer with each round that brought no answer. */
    private void connectLater(final boolean wasReady) {
        if (!wasReady) {
            // The one that was lost is asked first again: a switch that was killed is usually started again.
            addressIndex = (addressIndex + 1) % addresses.size();
            if (++attemptsInRound < addresses.size()) {
                connect();
                return;
            }
            if (hasAuthenticationFailed && !hasBeenReady) {
                firstReady.completeExceptionally(new ClientException(Reason.NOT_AUTHENTICATED, String.valueOf(lastDisconnect)));
            }
        }
        attemptsInRound = 0;
        failedRounds++;
        final long longestNs = Math.min(options.maxBackOff().toNanos(),
            options.firstBackOff().toNanos() << Math.min(failedRounds - 1, MAX_DOUBLINGS));
        final long pauseNs = longestNs - (long) (jitter.nextDouble() * longestNs / 2);
        loop.schedule(this::connect, pauseNs, TimeUnit.NANOSECONDS);
    }

    // ----- closing -----

    private void beginClose() {
        loop.schedule(this::finishClose, options.closeGrace().toMillis(), TimeUnit.MILLISECONDS);
        drainSubmitted();
    }

    private void finishCloseIfIdle() {
        if (!isClosing || closed.isDone() || !waiting.isEmpty() || !unanswered.isEmpty() || !submitted.isEmpty()) {
            return;
        }
        if (connection != null && connection.isReady()) {
            connection.goodbye();
            loop.schedule(this::finishClose, GOODBYE_GRACE_MS, TimeUnit.MILLISECONDS);
        } else if (connection == null || !isReady) {
            finishClose();
        }
    }

    private void finishClose() {
        if (closed.isDone()) {
            return;
        }
        for (final PendingRequest<?> request : new ArrayList<>(unanswered.values())) {
            release(request);
            request.abandon();
        }
        for (final PendingRequest<?> request : new ArrayList<>(waiting.values())) {
            release(request);
            request.abandon();
        }
        closed.complete(null);
        if (connection != null) {
            connection.close();
        }
        firstReady.completeExceptionally(new ClientException(Reason.CLOSED, "the client is closed"));
        group.shutdownGracefully(0, GOODBYE_GRACE_MS, TimeUnit.MILLISECONDS);
    }
}
