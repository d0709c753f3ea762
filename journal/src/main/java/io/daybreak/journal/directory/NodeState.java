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
 * What this node is among the nodes of the switch: its role, the epoch it leads or follows in, and the greatest epoch it ever heard of.
 * <p>
 * Rule: docs/replication.md, "Epochs". On the device before anything is done by it. A node that heard of a greater epoch than its own is fenced: it
 * never leads again until it has followed. The file holds the letters DBJN, a version, role, the two epochs, and their CRC32C.
 *
 * @param role      what the directory was last
 * @param epoch     in which it leads or follows
 * @param seenEpoch greatest epoch that any node proved to it; at least {@code epoch}
 */
public record NodeState(Role role, long epoch, long seenEpoch) {
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'N' << 24;
    private static final int VERSION = 1;
    private static final int ROLE_OFFSET = 8;
    private static final int EPOCH_OFFSET = 16;
    private static final int SEEN_OFFSET = 24;
    private static final int CHECKSUM_OFFSET = 32;
    private static final int LENGTH = 36;

    /** Who writes this journal. */
    public enum Role {
        /** This node. */
        PRIMARY,
        /** Another one; this node keeps a copy. */
        STANDBY
    }

    /** Of a directory without the file: a primary that never heard of other nodes. */
    public static final NodeState ALONE = new NodeState(Role.PRIMARY, 1, 1);

    /** True if another node leads, or led, in a later epoch. */
    public boolean isFenced() {
        return role == Role.PRIMARY && seenEpoch > epoch;
    }

    /** The same, having heard of an epoch. */
    public NodeState seen(final long other) {
        return other > seenEpoch ? new NodeState(role, epoch, other) : this;
    }

    /**
     * Reads the file; {@link #ALONE} if there is none.
     *
     * @throws RecoveryRefusedException if it is damaged
     */
    public static NodeState read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return ALONE;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        final boolean isReadable = buffer.limit() == LENGTH && buffer.getInt(0) == MAGIC && buffer.getInt(4) == VERSION
            && buffer.getInt(CHECKSUM_OFFSET) == checksum(buffer.array()) && buffer.getInt(ROLE_OFFSET) >= 0
            && buffer.getInt(ROLE_OFFSET) < Role.values().length;
        if (!isReadable) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.DAMAGED_FILE, file, 0, "the node's role and epoch cannot be read",
                "restore the file from a copy of the directory; without it this node could lead beside another one");
        }
        return new NodeState(Role.values()[buffer.getInt(ROLE_OFFSET)], buffer.getLong(EPOCH_OFFSET), buffer.getLong(SEEN_OFFSET));
    }

    /** Writes the file, durably, name and all. */
    public void write(final Path file) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(0, MAGIC).putInt(4, VERSION).putInt(ROLE_OFFSET, role.ordinal()).putLong(EPOCH_OFFSET, epoch).putLong(SEEN_OFFSET, seenEpoch);
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
