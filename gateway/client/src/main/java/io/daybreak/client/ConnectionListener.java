package io.daybreak.client;

import io.daybreak.protocol.codec.OutcomesAnswerDecoder.OutcomesDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Receives what a {@link NativeConnection} reads. Every method is called on the connection's event loop thread and must
 * not block. What must be sent in return is claimed at once, and flushed once, at the latest in
 * {@link #onBatchEnd(NativeConnection)}: a flush is a system call.
 */
public interface ConnectionListener {
    /** Signed on: requests may be claimed from here on. */
    void onReady(NativeConnection connection, Session session);

    /**
     * One outcome of a request.
     *
     * @param correlationId as claimed
     * @param index         place in the request, from 0
     * @param requestCount  entries of the whole request
     * @param sequence      of the decision; the last sequence decided if this one was not decided
     * @param timestampNs   command time of the decision, Unix nanoseconds
     * @param amountMinor   what was moved, held, posted, released or added
     * @param result        one of {@link io.daybreak.protocol.Result}
     * @param outcomeFlags  bits of {@link io.daybreak.protocol.OutcomeFlags}
     */
    void onOutcome(long correlationId, int index, int requestCount, long sequence, long timestampNs, long amountMinor, int result,
                   int outcomeFlags);

    /**
     * Neighbouring outcomes of one request, as they came in one frame. The default calls {@link #onOutcome} for each;
     * who needs speed overrides it and reads the entries in place.
     *
     * @param firstIndex   place of the first one in the request
     * @param outcomeCount how many
     * @param offset       of the first entry in the buffer; fields as in {@link OutcomesDecoder}
     * @param entryBytes   from one entry to the next
     */
    default void onOutcomes(final long correlationId, final int firstIndex, final int requestCount, final int outcomeCount,
                            final DirectBuffer buffer, final int offset, final int entryBytes) {
        int entry = offset;
        for (int i = 0; i < outcomeCount; i++) {
            onOutcome(correlationId, firstIndex + i, requestCount,
                buffer.getLong(entry + OutcomesDecoder.sequenceEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(entry + OutcomesDecoder.timestampNsEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
                buffer.getLong(entry + OutcomesDecoder.amountMinorEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
                buffer.getShort(entry + OutcomesDecoder.resultEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF,
                buffer.getShort(entry + OutcomesDecoder.outcomeFlagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF);
            entry += entryBytes;
        }
    }

    /**
     * The answer to a query.
     *
     * @param templateId    of the answer
     * @param correlationId as claimed
     * @param buffer        holds the message; valid during the call only
     * @param offset        of the message header
     * @param length        of header and message
     */
    void onAnswer(int templateId, long correlationId, DirectBuffer buffer, int offset, int length);

    /** All that one read brought has been delivered: send and flush what follows from it. */
    default void onBatchEnd(final NativeConnection connection) {
    }

    /** A claim was refused before and may succeed now. */
    default void onWritable(final NativeConnection connection) {
    }

    /** The switch told its time: at sign-on and with each keep-alive. */
    default void onServerTime(final NativeConnection connection, final long serverTimeMs) {
    }

    /** The switch said goodbye: it takes no more requests, outstanding answers may still come. */
    default void onGoodbye(final NativeConnection connection) {
    }

    /** The connection is gone, exactly once and last of all calls, also if it never stood. */
    void onClosed(NativeConnection connection, Disconnect disconnect);
}
