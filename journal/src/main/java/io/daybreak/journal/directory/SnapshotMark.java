package io.daybreak.journal.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

import io.daybreak.journal.RecoveryRefusedException;

/**
 * The decision to begin anew with a snapshot that the primary sent, on the device before the journal that was there is moved.
 * <p>
 * Rule: docs/replication.md, "A snapshot first". The next recovery sets the journal and all other snapshots aside and takes the decision away; until then
 * every start begins with it. The file holds the letters DBJS, a version, the snapshot's sequence, and their CRC32C.
 */
public final class SnapshotMark {
    /** Nothing is decided. */
    public static final long NONE = -1;
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'S' << 24;
    private static final int VERSION = 1;
    private static final int SEQUENCE_OFFSET = 8;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int LENGTH = 20;

    private SnapshotMark() {
    }

    /** Sequence of the snapshot to begin with, or {@link #NONE}. */
    public static long read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return NONE;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.limit() != LENGTH || buffer.getInt(0) != MAGIC || buffer.getInt(4) != VERSION
            || buffer.getInt(CHECKSUM_OFFSET) != checksum(buffer.array())) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.DAMAGED_FILE, file, 0, "the decision to begin with a snapshot cannot be read",
                "delete the file: the standby decides again when it has its primary");
        }
        return buffer.getLong(SEQUENCE_OFFSET);
    }

    /** Decides, durably. */
    public static void write(final Path file, final long sequence) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0, MAGIC).putInt(4, VERSION).putLong(SEQUENCE_OFFSET, sequence);
        buffer.putInt(CHECKSUM_OFFSET, checksum(buffer.array()));
        final Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        DurableFiles.createFile(fresh);
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
        DurableFiles.replace(fresh, file);
    }

    /** It is carried out. */
    public static void remove(final Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            DurableFiles.syncDirectory(file.toAbsolutePath().getParent());
        }
    }

    private static int checksum(final byte[] bytes) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM_OFFSET);
        return (int) crc.getValue();
    }
}
