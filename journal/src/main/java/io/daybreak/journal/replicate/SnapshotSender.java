package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.daybreak.journal.replicate.ReplicationFrames.get;
import static io.daybreak.journal.replicate.ReplicationFrames.put;

/**
 * Sends a snapshot's file in parts, from where the other side wants it. Rule: docs/replication.md, "A snapshot first". How fast is its session's
 * business. One thread.
 */
final class SnapshotSender {
    /** Most bytes of the file in a frame. */
    static final int PART_BYTES = 64 << 10;
    private static final long NOT_ASKED = -1;

    private final SnapshotSource source;
    private final FramePort port;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(ReplicationFrames.PART_LENGTH + PART_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final UnsafeBuffer frame = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();
    private long next = NOT_ASKED;

    SnapshotSender(final SnapshotSource source, final FramePort port) {
        this.source = source;
        this.port = port;
    }

    /**
     * Says what comes.
     *
     * @param differing the first entry found to be another one than the standby's; 0 if none was
     */
    void offer(final long epoch, final long incarnation, final long differing) {
        ReplicationFrames.header(frame, ReplicationFrames.SNAPSHOT, ReplicationFrames.SNAPSHOT_LENGTH);
        put(frame, ReplicationFrames.EPOCH, epoch);
        put(frame, ReplicationFrames.INCARNATION, incarnation);
        put(frame, ReplicationFrames.SNAPSHOT_SEQUENCE, source.position().sequence());
        put(frame, ReplicationFrames.SNAPSHOT_ENTRY, source.position().entryNumber());
        put(frame, ReplicationFrames.SNAPSHOT_BYTES, source.bytes());
        frame.putBytes(ReplicationFrames.SNAPSHOT_HASH, source.position().chainHash());
        put(frame, ReplicationFrames.SNAPSHOT_DIFFERS, differing);
        port.send(frame, ReplicationFrames.SNAPSHOT_LENGTH);
    }

    /** The other side tells what it has; false if that makes no sense. */
    boolean onHave(final DirectBuffer buffer, final int offset) {
        final long have = get(buffer, offset + ReplicationFrames.HAVE_OFFSET);
        if (get(buffer, offset + ReplicationFrames.HAVE_SEQUENCE) != source.position().sequence() || have < 0 || have > source.bytes()) {
            return false;
        }
        if (next == NOT_ASKED) {
            next = have;
        }
        return have <= next;
    }

    /** True if something is left to be sent. */
    boolean hasMore() {
        return next != NOT_ASKED && next < source.bytes();
    }

    /**
     * Sends a part.
     *
     * @param isEmpty only to be heard
     * @return its bytes
     */
    int sendPart(final boolean isEmpty) throws IOException {
        final int length = isEmpty || !hasMore() ? 0 : (int) Math.min(PART_BYTES, source.bytes() - next);
        final ByteBuffer part = bytes.slice(ReplicationFrames.PART_LENGTH, length);
        source.read(Math.max(0, next), part);
        crc.reset();
        crc.update(part.flip());
        ReplicationFrames.header(frame, ReplicationFrames.SNAPSHOT_PART, ReplicationFrames.PART_LENGTH + length);
        put(frame, ReplicationFrames.PART_SEQUENCE, source.position().sequence());
        put(frame, ReplicationFrames.PART_OFFSET, Math.max(0, next));
        frame.putInt(ReplicationFrames.PART_BYTES, length, ByteOrder.LITTLE_ENDIAN);
        frame.putInt(ReplicationFrames.PART_CHECKSUM, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
        port.send(frame, ReplicationFrames.PART_LENGTH + length);
        next += length;
        return length;
    }

    void close() throws IOException {
        source.close();
    }
}
