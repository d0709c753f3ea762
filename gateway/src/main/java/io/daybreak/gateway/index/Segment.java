package io.daybreak.gateway.index;

import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.replay.Position;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of the index for a run of sequences; written once, whole, never changed. All integers are little endian.
 * <pre>
 *    0  int32  magic, the letters DBJX          4  int32  version, 1
 *    8  int64  number of the segment, from 0   16  int32  commands in it    20  int32  keys
 *   24  int32  CRC32C over bytes 0 .. 23 and everything from 28 on
 *   28  places: for each block of 4,096 commands, and for the last command, where the entry that holds it begins (80 bytes):
 *              int32 file, int32 0, int64 offset, entry before, sequence before, time before, run before, byte[32] chain hash before
 *       roots: for each block the root of its leaves (32 bytes)
 *       keys:  int64, ascending as unsigned: upper bits of the key's hash, lower bits the command's place in the segment
 * </pre>
 */
final class Segment {
    static final String SUFFIX = ".dbjx";
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'X' << 24;
    private static final int VERSION = 1;
    private static final int CHECKSUM = 24;
    private static final int PLACES = 28;
    private static final int PLACE_BYTES = 80;

    private final Path file;
    private final int commands;
    private final int keyCount;
    private final ByteBuffer head;

    private Segment(final Path file, final int commands, final int keyCount, final ByteBuffer head) {
        this.file = file;
        this.commands = commands;
        this.keyCount = keyCount;
        this.head = head;
    }

    static Path path(final Path directory, final long number) {
        return directory.resolve(String.format("%08d", number) + SUFFIX);
    }

    /** Writes a segment, durably, name and all. {@code keys} are sorted here. */
    static void write(final Path directory, final long number, final int commands, final List<Position> places, final List<byte[]> roots,
                      final long[] keys, final int keyCount) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(PLACES + places.size() * PLACE_BYTES + roots.size() * Merkle.HASH_BYTES + keyCount * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(MAGIC).putInt(VERSION).putLong(number).putInt(commands).putInt(keyCount).putInt(0);
        for (final Position place : places) {
            buffer.putInt(place.fileNumber()).putInt(0).putLong(place.offset()).putLong(place.entryNumber()).putLong(place.sequence())
                .putLong(place.timestampNs()).putLong(place.incarnation()).put(place.chainHash());
        }
        roots.forEach(buffer::put);
        final long[] sorted = new long[keyCount];
        for (int i = 0; i < keyCount; i++) {
            sorted[i] = keys[i] ^ Long.MIN_VALUE;
        }
        Arrays.sort(sorted);
        for (final long key : sorted) {
            buffer.putLong(key ^ Long.MIN_VALUE);
        }
        buffer.putInt(CHECKSUM, checksum(buffer.array(), buffer.position()));
        final Path fresh = directory.resolve("new.tmp");
        Files.deleteIfExists(fresh);
        DurableFiles.createFile(fresh);
        buffer.flip();
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
        DurableFiles.replace(fresh, path(directory, number));
    }

    private static int checksum(final byte[] bytes, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM);
        crc.update(bytes, PLACES, length - PLACES);
        return (int) crc.getValue();
    }

    /** Opens a segment for look-ups. Its checksum is for {@link #damage}; what a look-up finds is compared with the journal anyway. */
    static Segment open(final Path directory, final long number, final int commands) throws IOException {
        final Path file = path(directory, number);
        final int blocks = commands / Leaves.BLOCK;
        final int length = PLACES + (blocks + 1) * PLACE_BYTES + blocks * Merkle.HASH_BYTES;
        final ByteBuffer head = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (head.hasRemaining() && channel.read(head) >= 0) {
                continue;
            }
            if (head.hasRemaining() || head.getInt(0) != MAGIC || head.getInt(4) != VERSION || head.getLong(8) != number || head.getInt(16) != commands
                || channel.size() != length + (long) head.getInt(20) * Long.BYTES) {
                throw new IndexDamagedException(file);
            }
        }
        return new Segment(file, commands, head.getInt(20), head);
    }

    /** What is wrong with a segment's bytes, or null. */
    static String damage(final Path directory, final long number, final int commands) throws IOException {
        try {
            open(directory, number, commands);
        } catch (final IndexDamagedException ex) {
            return "it is no segment of this index";
        }
        final byte[] bytes = Files.readAllBytes(path(directory, number));
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(CHECKSUM) == checksum(bytes, bytes.length) ? null : "its checksum is wrong";
    }

    /** Where the entry begins that holds the first command of a block; of the block behind the last: the last command. */
    Position place(final int block) {
        final int at = PLACES + block * PLACE_BYTES;
        final byte[] hash = new byte[Merkle.HASH_BYTES];
        head.get(at + 48, hash);
        return new Position(head.getInt(at), head.getLong(at + 8), head.getLong(at + 16), head.getLong(at + 24), head.getLong(at + 32),
            head.getLong(at + 40), hash);
    }

    /** Roots of the blocks. */
    List<byte[]> roots() {
        final int blocks = commands / Leaves.BLOCK;
        final List<byte[]> roots = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            final byte[] root = new byte[Merkle.HASH_BYTES];
            head.get(PLACES + (blocks + 1) * PLACE_BYTES + block * Merkle.HASH_BYTES, root);
            roots.add(root);
        }
        return roots;
    }

    /** Adds the places of commands, from 0, whose key may be this one. Reads some twenty words of the file. */
    void find(final long hash, final List<Integer> found) throws IOException {
        final long mask = commands - 1;
        final long wanted = hash & ~mask;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int low = 0;
            int high = keyCount;
            while (low < high) {
                final int middle = low + high >>> 1;
                if (Long.compareUnsigned(key(channel, middle), wanted) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            while (low < keyCount) {
                final long key = key(channel, low++);
                if ((key & ~mask) != wanted) {
                    break;
                }
                found.add((int) (key & mask));
            }
        }
    }

    private long key(final FileChannel channel, final int index) throws IOException {
        final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (word.hasRemaining() && channel.read(word, head.capacity() + (long) index * Long.BYTES + word.position()) >= 0) {
            continue;
        }
        return word.getLong(0);
    }
}
