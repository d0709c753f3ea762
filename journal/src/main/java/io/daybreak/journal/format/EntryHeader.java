package io.daybreak.journal.format;

import org.agrona.UnsafeApi;

/**
 * Where the fields of a journal entry lie. All integers are little endian.
 * <pre>
 *    0  int32   magic, the letters DBJE
 *    4  uint16  format version
 *    6  uint16  flags: bit 0 the payload is encrypted, see {@link EntryCipher}
 *    8  int64   incarnation of the process that made the entry
 *   16  int64   entry number, from 1, without a gap
 *   24  int64   sequence of the first command (of the next one, if the entry is empty)
 *   32  int32   commands in the entry; 0 if only deadlines were swept
 *   36  int32   bytes of the payload
 *   40  int64   command time of the whole entry, Unix nanoseconds
 *   48  int64   epoch, the fencing number of the primary
 *   56  int64   state digest after the entry
 *   64  int64   highest sequence that was on the device when the entry was sealed
 *   72  byte[32] chain hash: SHA-256 over the chain hash before, bytes 0..71 of this header, the payload
 *  104  payload, see {@link CommandPacker}
 *  104 + n  int32  CRC32C over everything before it
 * </pre>
 * Rule: docs/journal-format.md, "Entry". Static methods over raw addresses: an entry is read and written where it lies,
 * and the caller answers for the bounds, which {@link #lengthIfPlausible} checks on the way in.
 */
public final class EntryHeader {
    /** "DBJE" as it lies in the file. */
    public static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'E' << 24;
    /** The only version so far. */
    public static final int FORMAT_VERSION = 1;

    static final int ENCRYPTED = 1;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 4;
    static final int FLAGS_OFFSET = 6;
    static final int INCARNATION_OFFSET = 8;
    static final int ENTRY_NUMBER_OFFSET = 16;
    static final int FIRST_SEQUENCE_OFFSET = 24;
    static final int COUNT_OFFSET = 32;
    static final int PAYLOAD_LENGTH_OFFSET = 36;
    static final int TIMESTAMP_OFFSET = 40;
    static final int EPOCH_OFFSET = 48;
    static final int STATE_DIGEST_OFFSET = 56;
    static final int DURABLE_SEQUENCE_OFFSET = 64;
    /** Also the number of header bytes that the chain hash covers. */
    public static final int CHAIN_HASH_OFFSET = 72;
    /** Bytes of the chain hash. */
    public static final int CHAIN_HASH_LENGTH = 32;
    /** Bytes in front of the payload. */
    public static final int LENGTH = CHAIN_HASH_OFFSET + CHAIN_HASH_LENGTH;
    /** Bytes behind the payload: the checksum. */
    public static final int TRAILER_LENGTH = 4;
    /** What an entry occupies beside its payload. */
    public static final int OVERHEAD = LENGTH + TRAILER_LENGTH;

    private EntryHeader() {
    }

    /** Writes the fields that the ledger thread knows when the entry begins; the rest is set by the later calls. */
    public static void begin(final long entry, final long incarnation, final long entryNumber, final long firstSequence,
                             final long timestampNs, final long epoch, final boolean isEncrypted) {
        UnsafeApi.putInt(entry + MAGIC_OFFSET, MAGIC);
        UnsafeApi.putShort(entry + VERSION_OFFSET, (short) FORMAT_VERSION);
        UnsafeApi.putShort(entry + FLAGS_OFFSET, (short) (isEncrypted ? ENCRYPTED : 0));
        UnsafeApi.putLong(entry + INCARNATION_OFFSET, incarnation);
        UnsafeApi.putLong(entry + ENTRY_NUMBER_OFFSET, entryNumber);
        UnsafeApi.putLong(entry + FIRST_SEQUENCE_OFFSET, firstSequence);
        UnsafeApi.putLong(entry + TIMESTAMP_OFFSET, timestampNs);
        UnsafeApi.putLong(entry + EPOCH_OFFSET, epoch);
    }

    /** Writes the fields that are known when the last command is in. */
    public static void end(final long entry, final int count, final int payloadLength, final long stateDigest) {
        UnsafeApi.putInt(entry + COUNT_OFFSET, count);
        UnsafeApi.putInt(entry + PAYLOAD_LENGTH_OFFSET, payloadLength);
        UnsafeApi.putLong(entry + STATE_DIGEST_OFFSET, stateDigest);
    }

    /** Names what was on the device when the entry was sealed; before the chain hash is computed. */
    public static void durableSequence(final long entry, final long durableSequence) {
        UnsafeApi.putLong(entry + DURABLE_SEQUENCE_OFFSET, durableSequence);
    }

    /**
     * Whole length of the entry that may begin here, judged by magic, version and the length field alone.
     *
     * @param entry     address of at least {@code available} readable bytes
     * @param available bytes that may be read
     * @return length in bytes including the checksum, or 0 if no entry of a known version can begin here
     */
    public static int lengthIfPlausible(final long entry, final int available) {
        if (available < OVERHEAD || UnsafeApi.getInt(entry + MAGIC_OFFSET) != MAGIC) {
            return 0;
        }
        if (formatVersion(entry) != FORMAT_VERSION || !hasKnownFlags(entry)) {
            return 0;
        }
        final int payloadLength = payloadLength(entry);
        if (payloadLength < 0 || payloadLength > available - OVERHEAD) {
            return 0;
        }
        return OVERHEAD + payloadLength;
    }

    /**
     * True if an entry of this whole length begins here that a later version wrote: its version or its flags are not known. Its checksum, which every version has in the
     * same place, is the caller's to compare.
     */
    public static boolean isUnknown(final long entry, final int length) {
        return length >= OVERHEAD && UnsafeApi.getInt(entry + MAGIC_OFFSET) == MAGIC && payloadLength(entry) == length - OVERHEAD
            && (formatVersion(entry) != FORMAT_VERSION || !hasKnownFlags(entry));
    }

    private static boolean hasKnownFlags(final long entry) {
        return (UnsafeApi.getShort(entry + FLAGS_OFFSET) & ~ENCRYPTED) == 0;
    }

    /** Whether the payload is encrypted. */
    public static boolean isEncrypted(final long entry) {
        return (UnsafeApi.getShort(entry + FLAGS_OFFSET) & ENCRYPTED) != 0;
    }

    /** Version of the entry's form. */
    public static int formatVersion(final long entry) {
        return UnsafeApi.getShort(entry + VERSION_OFFSET) & 0xFFFF;
    }

    /** Incarnation of the process that made the entry. */
    public static long incarnation(final long entry) {
        return UnsafeApi.getLong(entry + INCARNATION_OFFSET);
    }

    /** Number of the entry, from 1. */
    public static long entryNumber(final long entry) {
        return UnsafeApi.getLong(entry + ENTRY_NUMBER_OFFSET);
    }

    /** Sequence of the first command. */
    public static long firstSequence(final long entry) {
        return UnsafeApi.getLong(entry + FIRST_SEQUENCE_OFFSET);
    }

    /** Commands in the entry. */
    public static int count(final long entry) {
        return UnsafeApi.getInt(entry + COUNT_OFFSET);
    }

    /** Sequence of the last command; that of the command before, if the entry is empty. */
    public static long lastSequence(final long entry) {
        return firstSequence(entry) + count(entry) - 1;
    }

    /** Bytes of the payload. */
    public static int payloadLength(final long entry) {
        return UnsafeApi.getInt(entry + PAYLOAD_LENGTH_OFFSET);
    }

    /** Command time, Unix nanoseconds. */
    public static long timestampNs(final long entry) {
        return UnsafeApi.getLong(entry + TIMESTAMP_OFFSET);
    }

    /** Fencing number of the primary. */
    public static long epoch(final long entry) {
        return UnsafeApi.getLong(entry + EPOCH_OFFSET);
    }

    /** State digest after the entry. */
    public static long stateDigest(final long entry) {
        return UnsafeApi.getLong(entry + STATE_DIGEST_OFFSET);
    }

    /** Highest sequence that was on the device when the entry was sealed. */
    public static long durableSequence(final long entry) {
        return UnsafeApi.getLong(entry + DURABLE_SEQUENCE_OFFSET);
    }

    /** A copy of the chain hash. */
    public static byte[] chainHash(final long entry) {
        final byte[] hash = new byte[CHAIN_HASH_LENGTH];
        for (int i = 0; i < CHAIN_HASH_LENGTH; i++) {
            hash[i] = UnsafeApi.getByte(entry + CHAIN_HASH_OFFSET + i);
        }
        return hash;
    }

    /** Whole length in bytes, checksum included. */
    public static int length(final long entry) {
        return OVERHEAD + payloadLength(entry);
    }
}
