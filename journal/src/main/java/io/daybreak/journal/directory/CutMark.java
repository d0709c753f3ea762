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
 * The decision to cut a standby's journal behind an entry, on the device before the first byte is cut.
 * <p>
 * Rule: docs/replication.md, "Divergence". The next recovery carries it out and takes it away once the shorter journal stands; until then every start
 * begins anew with it. The file holds the letters DBJC, a version, the entry, and their CRC32C.
 */
public final class CutMark {
    /** No cut is decided. */
    public static final long NONE = -1;
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'C' << 24;
    private static final int VERSION = 1;
    private static final int ENTRY_OFFSET = 8;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int LENGTH = 20;

    private CutMark() {
    }

    /** The last entry to keep, or {@link #NONE}. */
    public static long read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return NONE;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.limit() != LENGTH || buffer.getInt(0) != MAGIC || buffer.getInt(4) != VERSION
            || buffer.getInt(CHECKSUM_OFFSET) != checksum(buffer.array())) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.DAMAGED_FILE, file, 0, "the decision to cut cannot be read",
                "delete the file: the standby decides again when it has its primary");
        }
        return buffer.getLong(ENTRY_OFFSET);
    }

    /** Decides, durably. */
    public static void write(final Path file, final long lastEntry) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0, MAGIC).putInt(4, VERSION).putLong(ENTRY_OFFSET, lastEntry);
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
