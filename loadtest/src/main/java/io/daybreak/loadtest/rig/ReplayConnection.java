package io.daybreak.loadtest.rig;

import io.daybreak.client.ConnectionListener;
import io.daybreak.client.Disconnect;
import io.daybreak.client.NativeConnection;
import io.daybreak.client.Session;
import io.daybreak.loadtest.recording.RecordedRequest;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.OutcomesAnswerDecoder.OutcomesDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/** The connection of one participant of a recording, and the requests in flight on it, by the slot that their correlation id names. Loop thread only. */
final class ReplayConnection implements ConnectionListener {
    private static final int ANSWERS_PER_CLOCK_READING = 32;

    private final ReplayLoop loop;
    private final RecordedRequest[] requests;
    private final long[] intendedNs;
    private final int[] missing;
    private final int[] freeSlots;
    private int freeCount;
    private NativeConnection connection;
    private Session session;
    private Disconnect disconnect;
    private long readNs;
    private int answersAtReading;
    private boolean hasUnflushed;

    ReplayConnection(final ReplayLoop loop, final int window) {
        this.loop = loop;
        requests = new RecordedRequest[window];
        intendedNs = new long[window];
        missing = new int[window];
        freeSlots = new int[window];
        for (int slot = window - 1; slot >= 0; slot--) {
            freeSlots[freeCount++] = slot;
        }
    }

    void opened(final NativeConnection opened) {
        connection = opened;
    }

    boolean isReady() {
        return session != null && disconnect == null;
    }

    boolean isIdle() {
        return freeCount == freeSlots.length;
    }

    String lost() {
        return disconnect == null ? null : disconnect.toString();
    }

    boolean maySend() {
        return freeCount > 0 && isReady() && connection.isWritable();
    }

    /** Encodes a request, which is this connection's until it is answered; false if there is no room now. */
    boolean send(final RecordedRequest request, final long intended) {
        if (freeCount == 0 || !isReady()) {
            return false;
        }
        final int slot = freeSlots[freeCount - 1];
        final int offset = connection.claimTransfers(slot + 1L, request.count());
        if (offset == NativeConnection.NOT_CLAIMED) {
            return false;
        }
        freeCount--;
        request.copyTo(connection.buffer(), offset);
        requests[slot] = request;
        intendedNs[slot] = intended;
        missing[slot] = request.count();
        hasUnflushed = true;
        return true;
    }

    void flush() {
        if (hasUnflushed) {
            hasUnflushed = false;
            connection.flush();
        }
    }

    void goodbye() {
        if (isReady()) {
            connection.goodbye();
        }
    }

    void close() {
        if (connection != null) {
            connection.close();
        }
    }

    /** Transfers that were sent and not answered. */
    long unanswered() {
        long count = 0;
        for (final int each : missing) {
            count += each;
        }
        return count;
    }

    @Override
    public void onReady(final NativeConnection ready, final Session newSession) {
        session = newSession;
    }

    @Override
    public void onOutcome(final long correlationId, final int index, final int requestCount, final long sequence,
                          final long timestampNs, final long amountMinor, final int result, final int outcomeFlags) {
        throw new IllegalStateException("outcomes are read in place");
    }

    @Override
    public void onOutcomes(final long correlationId, final int firstIndex, final int requestCount, final int outcomeCount,
                           final DirectBuffer buffer, final int offset, final int entryBytes) {
        final int slot = (int) correlationId - 1;
        if (correlationId < 1 || correlationId > missing.length || outcomeCount > missing[slot] || requestCount != requests[slot].count()) {
            loop.onProtocolError("an answer that fits no request: correlation id " + correlationId);
            close();
            return;
        }
        if (--answersAtReading < 0) {
            readNs = System.nanoTime();
            answersAtReading = ANSWERS_PER_CLOCK_READING;
        }
        final RecordedRequest request = requests[slot];
        int accepted = 0;
        for (int i = 0; i < outcomeCount; i++) {
            final int entry = offset + i * entryBytes;
            final int result = buffer.getShort(entry + OutcomesDecoder.resultEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
            final int flags = buffer.getShort(entry + OutcomesDecoder.outcomeFlagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN);
            loop.onOutcome(request, firstIndex + i, result, (flags & OutcomeFlags.REPEATED) != 0,
                buffer.getLong(entry + OutcomesDecoder.amountMinorEncodingOffset(), ByteOrder.LITTLE_ENDIAN));
            if (result == Result.OK) {
                accepted++;
            } else {
                loop.onRefused(result, intendedNs[slot]);
            }
        }
        loop.onAnswered(intendedNs[slot], readNs, outcomeCount, accepted);
        missing[slot] -= outcomeCount;
        if (missing[slot] == 0) {
            requests[slot] = null;
            freeSlots[freeCount++] = slot;
            loop.release(request);
        }
    }

    @Override
    public void onAnswer(final int templateId, final long correlationId, final DirectBuffer buffer, final int offset,
                         final int length) {
        loop.onProtocolError("an answer to a query that was not asked");
    }

    @Override
    public void onBatchEnd(final NativeConnection source) {
        answersAtReading = 0;
        loop.onRead();
    }

    @Override
    public void onWritable(final NativeConnection source) {
        loop.onRead();
    }

    @Override
    public void onClosed(final NativeConnection source, final Disconnect reason) {
        disconnect = reason;
    }
}
