package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;

/**
 * The newest snapshot of this node, open to be sent: it can be read to its end whoever deletes its name meanwhile. One thread.
 */
public final class SnapshotSource implements AutoCloseable {
    private final SnapshotPosition position;
    private final FileChannel channel;
    private final long bytes;

    private SnapshotSource(final SnapshotPosition position, final FileChannel channel) throws IOException {
        this.position = position;
        this.channel = channel;
        this.bytes = channel.size();
    }

    /** Opens the newest one whose header can be read; null if there is none. What else is wrong with it, its receiver finds out. */
    public static SnapshotSource newest(final Path dataDirectory) throws IOException {
        for (final Path path : new SnapshotDirectory(dataDirectory).list()) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                return new SnapshotSource(file.position(), FileChannel.open(path, StandardOpenOption.READ));
            } catch (final SnapshotDamagedException e) {
                continue;
            }
        }
        return null;
    }

    /** Where it stands. */
    public SnapshotPosition position() {
        return position;
    }

    /** Bytes of the file. */
    public long bytes() {
        return bytes;
    }

    /** Fills the buffer from this offset on; the file holds as much. */
    public void read(final long offset, final ByteBuffer part) throws IOException {
        final int from = part.position();
        while (part.hasRemaining()) {
            if (channel.read(part, offset + part.position() - from) < 0) {
                throw new IOException("the snapshot of sequence " + position.sequence() + " has become shorter");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
