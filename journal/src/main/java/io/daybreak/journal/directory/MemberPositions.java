package io.daybreak.journal.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What the members of a switch have of its journal, as their primary last heard: who lets go of files looks here first.
 * <p>
 * Rule: docs/replication.md, "What is kept for members". The file holds the letters DBJM, a version, the number of members, for each its participant and
 * last acknowledged entry, and a CRC32C. It is advice: one that is old keeps more than is needed, and without it a member gets a snapshot. So it is not
 * synced, and what cannot be read counts as empty.
 */
public final class MemberPositions {
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'M' << 24;
    private static final int VERSION = 1;
    private static final int HEAD = 12;
    private static final int RECORD = 16;
    private static final int MAX_MEMBERS = 64;

    private MemberPositions() {
    }

    /** Last acknowledged entry by participant; empty if nothing is known. */
    public static Map<Integer, Long> read(final Path file) throws IOException {
        final Map<Integer, Long> positions = new TreeMap<>();
        if (!Files.exists(file)) {
            return positions;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.limit() < HEAD + Integer.BYTES || buffer.getInt(0) != MAGIC || buffer.getInt(4) != VERSION) {
            return positions;
        }
        final int count = buffer.getInt(8);
        if (count < 0 || count > MAX_MEMBERS || buffer.limit() != HEAD + count * RECORD + Integer.BYTES
            || buffer.getInt(HEAD + count * RECORD) != checksum(buffer.array(), HEAD + count * RECORD)) {
            return positions;
        }
        for (int at = HEAD; at < HEAD + count * RECORD; at += RECORD) {
            positions.put((int) buffer.getLong(at), buffer.getLong(at + Long.BYTES));
        }
        return positions;
    }

    /** Replaces the file; readers see the old or the new one. */
    public static void write(final Path file, final Map<Integer, Long> positions) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(HEAD + positions.size() * RECORD + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(MAGIC).putInt(VERSION).putInt(positions.size());
        positions.forEach((member, entry) -> buffer.putLong(member).putLong(entry));
        buffer.putInt(checksum(buffer.array(), buffer.position()));
        final Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        DurableFiles.createFile(fresh);
        Files.write(fresh, buffer.array());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static int checksum(final byte[] bytes, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
