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
 * The number of the running process among all that ever owned the data directory.
 * <p>
 * Rule: docs/journal-format.md, "Incarnation". It is on the device before anything is done in its name, and it never repeats:
 * encryption will build its nonces from it. The file holds 16 bytes (letters DBJI, version, number) and their CRC32C.
 */
public final class Incarnation {
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'I' << 24;
    private static final int VERSION = 1;
    private static final int NUMBER_OFFSET = 8;
    private static final int CHECKSUM_OFFSET = 16;
    private static final int LENGTH = 20;

    private Incarnation() {
    }

    /**
     * The number that the file holds.
     *
     * @return 0 if there is no file
     * @throws RecoveryRefusedException if the file is damaged
     */
    public static long read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        final byte[] bytes = Files.readAllBytes(file);
        final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length != LENGTH || buffer.getInt(0) != MAGIC || buffer.getInt(4) != VERSION
            || buffer.getInt(CHECKSUM_OFFSET) != checksum(bytes)) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.DAMAGED_FILE, file, 0, "the incarnation number cannot be read",
                "restore the file, or move it away: the number then continues above the highest one in the journal's entries");
        }
        return buffer.getLong(NUMBER_OFFSET);
    }

    /** Writes the number, durably, name and all. */
    public static void write(final Path file, final long number) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0, MAGIC).putInt(4, VERSION).putLong(NUMBER_OFFSET, number);
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

    private static int checksum(final byte[] bytes) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM_OFFSET);
        return (int) crc.getValue();
    }
}
