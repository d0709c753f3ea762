package io.daybreak.journal.replicate;

import java.nio.ByteOrder;

import io.daybreak.journal.format.EntryHeader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The frames between nodes, all little endian; docs/replication.md, "Frames".
 * <pre>
 *   0  int32   length of what follows
 *   4  uint16  type      6  uint16  version, 1      8  the frame's own fields
 * </pre>
 * Static, over buffers of the caller, who answers for the bounds; {@link #isWellFormed} checks them on the way in.
 */
public final class ReplicationFrames {
    /** Follower: who I am, and what I have. */
    public static final int FOLLOW = 1;
    /** Leader: entries come from behind this one. */
    public static final int STREAM = 2;
    /** Leader: which chain hash has your entry of this number? */
    public static final int PROBE = 3;
    /** Follower: this one. */
    public static final int PROBED = 4;
    /** Leader: entries as stored, none of them if there is only something to tell. */
    public static final int ENTRIES = 5;
    /** Follower: everything up to here is kept. */
    public static final int ACKNOWLEDGE = 6;
    /** Either: no, and why; the connection ends. */
    public static final int REFUSAL = 7;

    /** Leader: a snapshot comes first, since what the follower has is too old. */
    public static final int SNAPSHOT = 8;
    /** Follower: I have the snapshot's file up to here. The first one asks for what follows. */
    public static final int SNAPSHOT_HAVE = 9;
    /** Leader: a part of the snapshot's file; none of it if there is only something to be heard. */
    public static final int SNAPSHOT_PART = 10;

    /** Leader: keys that never stand in the journal, sealed for this connection. */
    public static final int KEYS = 11;

    /** Version of the frames. */
    public static final int VERSION = 1;
    /** Bytes of the length in front of a frame. */
    public static final int PREFIX = 4;
    /** Bytes before a frame's own fields. */
    public static final int HEADER = 8;

    /** Of FOLLOW: I lead, and only want to know in which epoch you are. */
    public static final long FLAG_PATROL = 1;
    /** Of ACKNOWLEDGE: the entries are on the device, not merely written. */
    public static final long FLAG_SYNCED = 1;

    static final int EPOCH = 8;
    static final int INCARNATION = 16;

    static final int FOLLOW_ENTRY = 24;
    static final int FOLLOW_SEQUENCE = 32;
    static final int FOLLOW_COMMITTED = 40;
    static final int FOLLOW_FLAGS = 48;
    static final int FOLLOW_HASH = 56;
    static final int FOLLOW_LENGTH = FOLLOW_HASH + EntryHeader.CHAIN_HASH_LENGTH;

    static final int STREAM_ENTRY = 24;
    static final int STREAM_LENGTH = 32;

    static final int PROBE_ENTRY = 8;
    static final int PROBE_LENGTH = 16;

    static final int PROBED_ENTRY = 8;
    static final int PROBED_FOUND = 16;
    static final int PROBED_HASH = 24;
    static final int PROBED_LENGTH = PROBED_HASH + EntryHeader.CHAIN_HASH_LENGTH;

    static final int ENTRIES_COMMITTED_ENTRY = 24;
    static final int ENTRIES_COMMITTED_SEQUENCE = 32;
    static final int ENTRIES_LAST_ENTRY = 40;
    static final int ENTRIES_LAST_SEQUENCE = 48;
    static final int ENTRIES_TIME = 56;
    static final int ENTRIES_COUNT = 64;
    static final int ENTRIES_BYTES = 68;
    /** Bytes of ENTRIES in front of its entries. */
    public static final int ENTRIES_LENGTH = 72;

    static final int ACK_ENTRY = 24;
    static final int ACK_SEQUENCE = 32;
    static final int ACK_APPLIED = 40;
    static final int ACK_FLAGS = 48;
    static final int ACK_HASH = 56;
    static final int ACK_LENGTH = ACK_HASH + EntryHeader.CHAIN_HASH_LENGTH;

    static final int SNAPSHOT_SEQUENCE = 24;
    static final int SNAPSHOT_ENTRY = 32;
    static final int SNAPSHOT_BYTES = 40;
    static final int SNAPSHOT_HASH = 48;
    static final int SNAPSHOT_DIFFERS = SNAPSHOT_HASH + EntryHeader.CHAIN_HASH_LENGTH;
    static final int SNAPSHOT_LENGTH = SNAPSHOT_DIFFERS + Long.BYTES;

    static final int HAVE_SEQUENCE = 8;
    static final int HAVE_OFFSET = 16;
    static final int HAVE_LENGTH = 24;

    static final int PART_SEQUENCE = 8;
    static final int PART_OFFSET = 16;
    static final int PART_BYTES = 24;
    static final int PART_CHECKSUM = 28;
    /** Bytes of SNAPSHOT_PART in front of the file's. */
    static final int PART_LENGTH = 32;

    static final int KEYS_BYTES = 8;
    /** Bytes of KEYS in front of what is sealed. */
    public static final int KEYS_LENGTH = 16;

    static final int REFUSAL_EPOCH = 8;
    static final int REFUSAL_ENTRY = 16;
    static final int REFUSAL_REASON = 24;
    static final int REFUSAL_LENGTH = 32;

    /** Largest frame without entries. */
    public static final int LARGEST_WITHOUT_ENTRIES = FOLLOW_LENGTH;

    /** Why a node refuses another one. Numbers are never reused. */
    public enum Refusal {
        /** The frames are not those of this document. */
        MALFORMED(1),
        /** A later epoch is known here. */
        STALE_EPOCH(2),
        /** This node does not lead. */
        NOT_PRIMARY(3),
        /** The journal does not make the other node a member. */
        NOT_A_MEMBER(4),
        /** The follower knows as acknowledged what the leader does not have. */
        ACKNOWLEDGED_IS_MISSING(5),
        /** What the follower needs is no longer in the leader's journal. */
        NEEDS_A_SNAPSHOT(6),
        /** An entry, or an acknowledgement, does not continue the chain. */
        BROKEN_CHAIN(7),
        /** Nothing was heard for too long. */
        SILENT(8),
        /** The same epoch is led from elsewhere. */
        TWO_PRIMARIES(9),
        /** An answer to a patrol: nothing is newer here. */
        NOTHING_NEWER(10);

        private final int code;

        Refusal(final int code) {
            this.code = code;
        }

        /** Number on the wire. */
        public int code() {
            return code;
        }

        static Refusal of(final int code) {
            for (final Refusal refusal : values()) {
                if (refusal.code == code) {
                    return refusal;
                }
            }
            return MALFORMED;
        }
    }

    private ReplicationFrames() {
    }

    static void header(final MutableDirectBuffer buffer, final int type, final int length) {
        buffer.putInt(0, length - PREFIX, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(4, (short) type, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(6, (short) VERSION, ByteOrder.LITTLE_ENDIAN);
    }

    static long get(final DirectBuffer buffer, final int at) {
        return buffer.getLong(at, ByteOrder.LITTLE_ENDIAN);
    }

    static void put(final MutableDirectBuffer buffer, final int at, final long value) {
        buffer.putLong(at, value, ByteOrder.LITTLE_ENDIAN);
    }

    /** Type of a frame that begins at {@code offset}, prefix included. */
    public static int type(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset + 4, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Epoch that a refusal names. */
    public static long refusalEpoch(final DirectBuffer buffer, final int offset) {
        return get(buffer, offset + REFUSAL_EPOCH);
    }

    /** Reason that a refusal names. */
    public static Refusal refusal(final DirectBuffer buffer, final int offset) {
        return Refusal.of((int) get(buffer, offset + REFUSAL_REASON));
    }

    /** Writes a refusal; returns its length. */
    public static int putRefusal(final MutableDirectBuffer buffer, final Refusal reason, final long epoch, final long entry) {
        header(buffer, REFUSAL, REFUSAL_LENGTH);
        put(buffer, REFUSAL_EPOCH, epoch);
        put(buffer, REFUSAL_ENTRY, entry);
        put(buffer, REFUSAL_REASON, reason.code());
        return REFUSAL_LENGTH;
    }

    /** Writes a KEYS frame; returns its length. */
    public static int putKeys(final MutableDirectBuffer buffer, final byte[] sealed) {
        header(buffer, KEYS, KEYS_LENGTH + sealed.length);
        buffer.putInt(KEYS_BYTES, sealed.length, ByteOrder.LITTLE_ENDIAN);
        buffer.putBytes(KEYS_LENGTH, sealed);
        return KEYS_LENGTH + sealed.length;
    }

    /** What a KEYS frame holds, sealed. */
    public static byte[] keys(final DirectBuffer buffer, final int offset) {
        final byte[] sealed = new byte[buffer.getInt(offset + KEYS_BYTES, ByteOrder.LITTLE_ENDIAN)];
        buffer.getBytes(offset + KEYS_LENGTH, sealed);
        return sealed;
    }

    /**
     * Whether a whole frame is of a known type and version and as long as its type wants it.
     *
     * @param length of the frame, prefix included
     */
    public static boolean isWellFormed(final DirectBuffer buffer, final int offset, final int length) {
        if (length < HEADER || (buffer.getShort(offset + 6, ByteOrder.LITTLE_ENDIAN) & 0xFFFF) != VERSION) {
            return false;
        }
        return switch (type(buffer, offset)) {
            case FOLLOW -> length == FOLLOW_LENGTH;
            case STREAM -> length == STREAM_LENGTH;
            case PROBE -> length == PROBE_LENGTH;
            case PROBED -> length == PROBED_LENGTH;
            case ENTRIES -> length >= ENTRIES_LENGTH && buffer.getInt(offset + ENTRIES_COUNT, ByteOrder.LITTLE_ENDIAN) >= 0
                && buffer.getInt(offset + ENTRIES_BYTES, ByteOrder.LITTLE_ENDIAN) == length - ENTRIES_LENGTH;
            case ACKNOWLEDGE -> length == ACK_LENGTH;
            case REFUSAL -> length == REFUSAL_LENGTH;
            case SNAPSHOT -> length == SNAPSHOT_LENGTH;
            case SNAPSHOT_HAVE -> length == HAVE_LENGTH;
            case SNAPSHOT_PART -> length >= PART_LENGTH && buffer.getInt(offset + PART_BYTES, ByteOrder.LITTLE_ENDIAN) == length - PART_LENGTH;
            case KEYS -> length >= KEYS_LENGTH && buffer.getInt(offset + KEYS_BYTES, ByteOrder.LITTLE_ENDIAN) == length - KEYS_LENGTH;
            default -> false;
        };
    }
}
