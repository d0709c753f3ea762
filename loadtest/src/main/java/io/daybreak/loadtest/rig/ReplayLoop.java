package io.daybreak.loadtest.rig;

import io.daybreak.client.ConnectionOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.NativeConnection;
import io.daybreak.loadtest.recording.RecordedRequest;
import io.daybreak.protocol.Result;
import io.netty.channel.ManualIoEventLoop;
import org.agrona.collections.Int2ObjectHashMap;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A loop that sends a recording: one connection for each participant, since the order of commands is that of a connection. To the schedule all of them are
 * one link, which sends in the recorded order and waits where the next request's participant has no room.
 */
final class ReplayLoop extends PacedLoop implements PacedLink {
    private static final int SEND_BUFFERS = 8;
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private final ReplaySettings settings;
    private final ReplaySource source;
    private final Int2ObjectHashMap<ReplayConnection> byParticipant = new Int2ObjectHashMap<>();
    private final ReplayConnection[] connections;
    private final PacedLink[] links = {this};
    private final ReplayOutcomes outcomes = new ReplayOutcomes();
    private final ReplayBook book = new ReplayBook();
    private long unknown;
    private long endNs;

    ReplayLoop(final ReplaySettings settings, final ReplaySource source, final CountDownLatch signedOn) {
        super(settings.pace(), settings.isOpenLoop() ? source : null, signedOn);
        this.settings = settings;
        this.source = source;
        for (final int participantId : settings.payers().keySet()) {
            byParticipant.put(participantId, new ReplayConnection(this, settings.window()));
        }
        connections = byParticipant.values().toArray(new ReplayConnection[0]);
    }

    // ----- after the thread has ended -----

    ReplayOutcomes outcomes() {
        return outcomes;
    }

    ReplayBook book() {
        return book;
    }

    long unknown() {
        return unknown;
    }

    // ----- the loop's own thread -----

    @Override
    PacedLink[] links() {
        return links;
    }

    @Override
    void open(final ManualIoEventLoop loop) {
        final ConnectionOptions options = ConnectionOptions.DEFAULT.withSendBuffers(SEND_BUFFERS, SEND_BUFFER_BYTES);
        for (final Map.Entry<Integer, Credentials> payer : settings.payers().entrySet()) {
            final ReplayConnection connection = byParticipant.get((int) payer.getKey());
            connection.opened(NativeConnection.connect(loop, new InetSocketAddress(settings.host(), settings.port()), payer.getValue(), options, connection));
        }
    }

    @Override
    void beforeSending(final long nowNs) {
        noteFailure();
    }

    private void noteFailure() {
        if (source.failure() != null) {
            onProtocolError("the recording cannot be read further: " + source.failure());
        }
    }

    @Override
    int nextCommands() {
        final RecordedRequest next = source.peek();
        return next == null ? 0 : next.count();
    }

    @Override
    boolean isOver() {
        if (source.peek() != null) {
            return false;
        }
        noteFailure();
        final long now = System.nanoTime();
        endNs = endNs == 0 ? now : endNs;
        return isIdle() || now - endNs > settings.drain().toNanos();
    }

    @Override
    void collectUnknown() {
        noteFailure();
        for (final ReplayConnection connection : connections) {
            unknown += connection.unanswered();
        }
    }

    // ----- the link -----

    @Override
    public boolean isReady() {
        for (final ReplayConnection connection : connections) {
            if (!connection.isReady()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean isIdle() {
        for (final ReplayConnection connection : connections) {
            if (!connection.isIdle()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean maySend() {
        final RecordedRequest next = source.peek();
        return next != null && byParticipant.get(next.participantId()).maySend();
    }

    @Override
    public boolean send(final long intendedNs) {
        final RecordedRequest next = source.peek();
        if (next == null || !byParticipant.get(next.participantId()).send(next, intendedNs)) {
            return false;
        }
        book.onSent(source.take());
        return true;
    }

    @Override
    public void flush() {
        for (final ReplayConnection connection : connections) {
            connection.flush();
        }
    }

    @Override
    public String lost() {
        for (final ReplayConnection connection : connections) {
            if (connection.lost() != null) {
                return connection.lost();
            }
        }
        return null;
    }

    @Override
    public void goodbye() {
        for (final ReplayConnection connection : connections) {
            connection.goodbye();
        }
    }

    @Override
    public void close() {
        for (final ReplayConnection connection : connections) {
            connection.close();
        }
    }

    // ----- called by the connections -----

    void onOutcome(final RecordedRequest request, final int index, final int result, final boolean isRepeated, final long amountMinor) {
        outcomes.add(request.result(index), result, isRepeated, request.sequence(index), request.longAt(index, 0), request.longAt(index, Long.BYTES));
        if (result != Result.OK) {
            book.onRefused(request, index);
        } else if (!isRepeated) {
            book.onApplied(request, index, amountMinor);
        }
    }

    void release(final RecordedRequest request) {
        source.release(request);
    }

    /** Answers came, or there is room again. */
    void onRead() {
        onReadEnd(this);
    }
}
