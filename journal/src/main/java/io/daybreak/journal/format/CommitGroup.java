package io.daybreak.journal.format;

import org.agrona.UnsafeApi;

/**
 * Where the fields of a commit-log group lie: what one synced write makes durable. All integers are little endian.
 * <pre>
 *    0  int32   magic, the letters DBJG
 *    4  uint16  format version
 *    6  uint16  flags, 0
 *    8  int64   file generation: rises with each lap over a file
 *   16  int64   incarnation of the process that wrote the group
 *   24  int32   where the group begins in the file, in units of 512
 *   28  int32   entries in the group; 0 marks the begin of an incarnation
 *   32  int64   number of the first entry (of the next one, if the group is empty)
 *   40  int32   bytes of the entries that follow the header
 *   44  int32   CRC32C over bytes 0..43 and the entries
 *   48  entries, each: int32 length, the entry, zero bytes up to a multiple of 4
 *       zero bytes up to the end of the block
 * </pre>
 * Rule: docs/journal-format.md, "Commit log". Static methods over raw addresses.
 */
public final class CommitGroup {
    /** "DBJG" as it lies in the file. */
    public static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'G' << 24;
    /** The only version so far. */
    public static final int FORMAT_VERSION = 1;
    /** Bytes in front of the first entry. */
    public static final int LENGTH = 48;
    /** Bytes in front of each entry: its length. */
    public static final int ENTRY_PREFIX = 4;
    /** Groups begin on blocks of the file store, which are multiples of this on every one that we know. */
    public static final int PLACE_UNIT = 512;
    /** Bytes of the header that the checksum covers; the checksum itself follows. */
    public static final int CHECKSUM_OFFSET = 44;

    private static final int VERSION_OFFSET = 4;
    private static final int FLAGS_OFFSET = 6;
    private static final int GENERATION_OFFSET = 8;
    private static final int INCARNATION_OFFSET = 16;
    private static final int PLACE_OFFSET = 24;
    private static final int ENTRY_COUNT_OFFSET = 28;
    private static final int FIRST_ENTRY_OFFSET = 32;
    private static final int ENTRIES_LENGTH_OFFSET = 40;

    private CommitGroup() {
    }

    /** Writes all fields but the checksum. */
    public static void set(final long group, final long generation, final long incarnation, final long position, final int entryCount,
                           final long firstEntryNumber, final int entriesLength) {
        UnsafeApi.putInt(group, MAGIC);
        UnsafeApi.putShort(group + VERSION_OFFSET, (short) FORMAT_VERSION);
        UnsafeApi.putShort(group + FLAGS_OFFSET, (short) 0);
        UnsafeApi.putLong(group + GENERATION_OFFSET, generation);
        UnsafeApi.putLong(group + INCARNATION_OFFSET, incarnation);
        UnsafeApi.putInt(group + PLACE_OFFSET, (int) (position / PLACE_UNIT));
        UnsafeApi.putInt(group + ENTRY_COUNT_OFFSET, entryCount);
        UnsafeApi.putLong(group + FIRST_ENTRY_OFFSET, firstEntryNumber);
        UnsafeApi.putInt(group + ENTRIES_LENGTH_OFFSET, entriesLength);
    }

    /** Whether a group of a known version may begin here, at this position of its file, within {@code available} bytes. */
    public static boolean isPlausible(final long group, final long available, final long position) {
        return available >= LENGTH
            && UnsafeApi.getInt(group) == MAGIC
            && (UnsafeApi.getShort(group + VERSION_OFFSET) & 0xFFFF) == FORMAT_VERSION
            && UnsafeApi.getShort(group + FLAGS_OFFSET) == 0
            && UnsafeApi.getInt(group + PLACE_OFFSET) == (int) (position / PLACE_UNIT)
            && entriesLength(group) >= 0
            && entriesLength(group) <= available - LENGTH;
    }

    /** Lap over the file that the group belongs to. */
    public static long generation(final long group) {
        return UnsafeApi.getLong(group + GENERATION_OFFSET);
    }

    /** Process that wrote the group. */
    public static long incarnation(final long group) {
        return UnsafeApi.getLong(group + INCARNATION_OFFSET);
    }

    /** Entries in the group. */
    public static int entryCount(final long group) {
        return UnsafeApi.getInt(group + ENTRY_COUNT_OFFSET);
    }

    /** Number of the first entry. */
    public static long firstEntryNumber(final long group) {
        return UnsafeApi.getLong(group + FIRST_ENTRY_OFFSET);
    }

    /** Bytes of all entries with their prefixes. */
    public static int entriesLength(final long group) {
        return UnsafeApi.getInt(group + ENTRIES_LENGTH_OFFSET);
    }
}
