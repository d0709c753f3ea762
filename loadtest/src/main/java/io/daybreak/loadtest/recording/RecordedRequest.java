package io.daybreak.loadtest.recording;

import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Transfers of a recording that go out together: one, a linked chain, or a batch of one participant and one time. Used again once it was released.
 * Belongs to one thread at a time: the reader's, then who took it, until it is released.
 */
public final class RecordedRequest {
    /** From one transfer to the next. */
    public static final int TRANSFER_BYTES = TransferDecoder.BLOCK_LENGTH;

    private static final int FEW = 4;

    private final ExpandableArrayBuffer bodies = new ExpandableArrayBuffer(TRANSFER_BYTES);
    private short[] results = new short[1];
    private int count;
    private int participantId;
    private long offsetNs;
    private long firstSequence;

    void begin(final int newParticipantId, final long newOffsetNs, final long sequence) {
        count = 0;
        participantId = newParticipantId;
        offsetNs = newOffsetNs;
        firstSequence = sequence;
    }

    void add(final DirectBuffer command, final int offset, final int result) {
        if (count == results.length) {
            results = Arrays.copyOf(results, Math.max(FEW, 2 * count));
        }
        bodies.putBytes(count * TRANSFER_BYTES, command, offset, TRANSFER_BYTES);
        results[count++] = (short) result;
    }

    /** Transfers. */
    public int count() {
        return count;
    }

    /** Who sent them. */
    public int participantId() {
        return participantId;
    }

    /** When, in nanoseconds from the first transfer of the traffic. */
    public long offsetNs() {
        return offsetNs;
    }

    /** Place in the journal of a transfer. */
    public long sequence(final int index) {
        return firstSequence + index;
    }

    /** What it was answered then. */
    public int result(final int index) {
        return results[index] & 0xFFFF;
    }

    /** Copies their bodies, one behind the other, as they lie in a request. */
    public void copyTo(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, bodies, 0, count * TRANSFER_BYTES);
    }

    /** A 64-bit field of a transfer, by its place in the body. */
    public long longAt(final int index, final int field) {
        return bodies.getLong(index * TRANSFER_BYTES + field, ByteOrder.LITTLE_ENDIAN);
    }

    /** Flags of a transfer. */
    public int flags(final int index) {
        return bodies.getShort(index * TRANSFER_BYTES + TransferDecoder.flagsEncodingOffset(), ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }
}
