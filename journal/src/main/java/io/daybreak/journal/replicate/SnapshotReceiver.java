package io.daybreak.journal.replicate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.directory.SnapshotMark;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.journal.snapshot.SnapshotFile;

/**
 * Puts a snapshot that another node sends into the own data directory: under a name that says which it is and how long it will be, so that a transfer
 * goes on where a break, or a crash, left it; read through, renamed, and the decision to begin anew with it durable, in this order.
 * <p>
 * Rule: docs/replication.md, "A snapshot first". Not thread safe; who waits for the device is the caller.
 */
public final class SnapshotReceiver implements AutoCloseable {
    private static final String SUFFIX = ".receiving";
    private static final int SYNC_BYTES = 8 << 20;

    private final DataDirectory names;
    private final SnapshotDirectory directory;
    private Path file;
    private FileChannel channel;
    private long unsynced;

    /** For a node's own directory. */
    public SnapshotReceiver(final DataDirectory names) {
        this.names = names;
        directory = new SnapshotDirectory(names.root());
    }

    /**
     * A snapshot comes. What was received of another one is taken away.
     *
     * @return offset from which on its file is wanted
     */
    public long open(final long sequence, final long bytes) throws IOException {
        close();
        DurableFiles.createDirectory(directory.root());
        file = directory.root().resolve(sequence + "-" + bytes + SUFFIX);
        try (Stream<Path> paths = Files.list(directory.root())) {
            for (final Path path : (Iterable<Path>) paths::iterator) {
                if (path.getFileName().toString().endsWith(SUFFIX) && !path.equals(file)) {
                    Files.delete(path);
                }
            }
        }
        DurableFiles.createFile(file);
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
        if (channel.size() > bytes) {
            channel.truncate(0);
        }
        return channel.size();
    }

    /** The next part. */
    public void write(final ByteBuffer part) throws IOException {
        unsynced += part.remaining();
        while (part.hasRemaining()) {
            channel.write(part, channel.size());
        }
        // As it comes, so that no heap of dirty pages forms.
        if (unsynced >= SYNC_BYTES) {
            channel.force(false);
            unsynced = 0;
        }
    }

    /**
     * All of it is there: reads it through, gives it its name, and decides that the next recovery begins with it.
     *
     * @return false if it is not what was announced, or damaged: then nothing of it is kept
     */
    public boolean finish(final long sequence, final long entry, final byte[] chainHash) throws IOException {
        channel.force(true);
        close();
        try {
            final SnapshotPosition position = SnapshotFile.verify(file);
            if (position.sequence() != sequence || position.entryNumber() != entry || !Arrays.equals(position.chainHash(), chainHash)) {
                Files.delete(file);
                return false;
            }
        } catch (final SnapshotDamagedException e) {
            Files.delete(file);
            return false;
        }
        Files.move(file, directory.path(sequence), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.syncDirectory(directory.root());
        SnapshotMark.write(names.anew(), sequence);
        return true;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
