package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.port.ReplayTarget;

/**
 * Reads the journal of a data directory that no server runs on; changes nothing in it. For tools and tests.
 * <p>
 * Gives the proven entries in order, the queue completed from the commit log, exactly as recovery would. Where the stream ends before something
 * that is readable and names itself durable, {@link #next} throws like recovery does. Takes the directory's lock. Not thread safe.
 */
public final class JournalReader implements AutoCloseable {
    private final DataDirectory directory;
    private final EntryMerge merge;
    private final CommandUnpacker unpacker = new CommandUnpacker();

    private JournalReader(final DataDirectory directory, final EntryMerge merge) {
        this.directory = directory;
        this.merge = merge;
    }

    /**
     * Opens the journal before its first entry.
     *
     * @throws io.daybreak.journal.DataDirectoryInUseException if a server runs on it
     */
    public static JournalReader open(final Path dataDirectory) throws IOException {
        if (!Files.isDirectory(dataDirectory)) {
            throw new NoSuchFileException(dataDirectory.toString());
        }
        final DataDirectory directory = DataDirectory.own(dataDirectory);
        try {
            return new JournalReader(directory, new EntryMerge(QueueCursor.list(directory.queue()), new CommitLogCursor(directory), Long.MAX_VALUE));
        } catch (final IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Goes to the next entry; false at the end. */
    public boolean next() throws IOException {
        if (merge.next()) {
            return true;
        }
        merge.drain();
        if (merge.namedDurable() > merge.sequence()) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.GAP, merge.namedBy(), merge.sequence() + 1,
                "it names sequence " + merge.namedDurable() + " as durable", "see the document on the journal's format, Recovery");
        }
        return false;
    }

    /** Hands the current entry to the target. */
    public void replay(final ReplayTarget target) {
        unpacker.replay(merge.address(), target);
    }

    /** Number of the current entry. */
    public long entryNumber() {
        return merge.entryNumber();
    }

    /** Sequence of its last command. */
    public long lastSequence() {
        return merge.sequence();
    }

    /** Commands in it. */
    public int count() {
        return EntryHeader.count(merge.address());
    }

    /** Its command time, Unix nanoseconds. */
    public long timestampNs() {
        return merge.timestampNs();
    }

    /** Run of the process that made it. */
    public long incarnation() {
        return merge.incarnation();
    }

    /** Fencing number that it carries. */
    public long epoch() {
        return merge.epoch();
    }

    /** State digest stored with it. */
    public long stateDigest() {
        return merge.stateDigest();
    }

    /** Sequence that it names as durable. */
    public long durableSequence() {
        return EntryHeader.durableSequence(merge.address());
    }

    /** Its bytes in the journal. */
    public int lengthBytes() {
        return EntryHeader.length(merge.address());
    }

    /** Its chain hash. */
    public byte[] chainHash() {
        return merge.chainHash();
    }

    /** Whether the queue holds it; otherwise only the commit log does. */
    public boolean isInQueue() {
        return merge.isInQueue();
    }

    @Override
    public void close() throws IOException {
        merge.close();
        directory.close();
    }
}
