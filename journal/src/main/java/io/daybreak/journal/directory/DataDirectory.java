package io.daybreak.journal.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.daybreak.journal.DataDirectoryInUseException;

/**
 * The one owner's hold on a data directory, and the names in it.
 * <p>
 * Rule: docs/journal-format.md, "Data directory". An operating system's lock on the file {@code lock} is taken before
 * anything else is read or written, and is held until {@link #close}; it vanishes with the process, whatever way that ends. What the lock
 * file says (process id, time) only helps a person; nothing is decided by it.
 */
public final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private DataDirectory(final Path root, final FileChannel lockChannel, final FileLock lock) {
        this.root = root;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Creates what is missing and takes the lock.
     *
     * @throws DataDirectoryInUseException if another process, or another journal of this one, holds it
     */
    public static DataDirectory own(final Path directory) throws IOException {
        DurableFiles.createDirectory(directory);
        final Path lockFile = directory.resolve("lock");
        DurableFiles.createFile(lockFile);
        final FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ, StandardOpenOption.WRITE);
        final FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (final OverlappingFileLockException e) {
            channel.close();
            throw new DataDirectoryInUseException(directory, "this process");
        }
        if (lock == null) {
            final String owner = Files.readString(lockFile, StandardCharsets.US_ASCII).strip();
            channel.close();
            throw new DataDirectoryInUseException(directory, owner);
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(("process " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        final DataDirectory owned = new DataDirectory(directory, channel, lock);
        try {
            DurableFiles.createDirectory(owned.queue());
        } catch (final IOException e) {
            owned.close();
            throw e;
        }
        return owned;
    }

    /**
     * The names in a directory that somebody else may own. Takes no lock and creates nothing: for readers, which change nothing either.
     */
    public static DataDirectory names(final Path directory) {
        return new DataDirectory(directory, null, null);
    }

    /** The directory itself. */
    public Path root() {
        return root;
    }

    /** Where all of the journal lies. */
    public Path journal() {
        return root.resolve("journal");
    }

    /** Directory of the Chronicle Queue of a data directory that is not open (yet). */
    public static Path queueOf(final Path root) {
        return root.resolve("journal").resolve("queue");
    }

    /** Directory of the Chronicle Queue. */
    public Path queue() {
        return journal().resolve("queue");
    }

    /** Where clean copies are made; emptied at every start. */
    public Path repair() {
        return journal().resolve("repair");
    }

    /** Where files that were repaired or cut are kept as they were found. */
    public Path aside() {
        return journal().resolve("aside");
    }

    /** One of the two files of the commit log, 0 or 1. */
    public Path commitLog(final int index) {
        return journal().resolve("commit-" + index + ".log");
    }

    /** The durable mark. */
    public Path mark() {
        return journal().resolve("mark");
    }

    /** Role and epoch of this node. */
    public Path node() {
        return journal().resolve("node");
    }

    /** The decision to cut the journal. */
    public Path cut() {
        return journal().resolve("cut");
    }

    /** What members have, as their primary last heard. */
    public Path members() {
        return journal().resolve("members");
    }

    /** The decision to begin anew with a snapshot of the primary. */
    public Path anew() {
        return journal().resolve("anew");
    }

    /** Where the journal that stood before such a snapshot is kept. */
    public Path before(final long sequence) {
        return aside().resolve("before-snapshot-" + sequence);
    }

    /** Where entries that were cut from a former primary's journal are kept. */
    public Path divergent(final long incarnation) {
        return aside().resolve("divergent-" + incarnation + ".entries");
    }

    /** The incarnation number. */
    public Path incarnation() {
        return journal().resolve("incarnation");
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.release();
            lockChannel.close();
        }
    }
}
