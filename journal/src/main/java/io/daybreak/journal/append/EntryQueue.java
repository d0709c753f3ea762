package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Where entries are appended, one excerpt each, in files numbered from 1: docs/journal-format.md, "Queue files". Chronicle Queue in a switch
 * ({@link QueueAppender}); a simulator, whose files are not the operating system's, brings its own. What it appends lies in memory that the
 * system writes back when it likes, until {@link #file} is synced by the caller.
 * <p>
 * {@link #append} belongs to one thread. {@link #prepareFile} may be called by another, beside it.
 */
public interface EntryQueue extends AutoCloseable {
    /** Opens a directory for appending to a new file. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens it; the new file is there, durably, afterwards.
         *
         * @param number greater than that of any file there
         * @param clock  the pipeline clock, Unix nanoseconds
         * @param mapped bytes that are mapped at a time
         */
        EntryQueue open(Path directory, int number, LongSupplier clock, int mapped) throws IOException;
    }

    /** Creates a file, header, index and name durable, so that the thread that appends never waits for that. */
    void prepareFile(int number) throws IOException;

    /** Appends to this file from now on. */
    void roll(int number);

    /** Appends one entry, given by its raw address, as one excerpt. */
    void append(long address, int length);

    /** Path of a file. */
    Path file(int number);

    /** Number of the file that is appended to. */
    int number();

    @Override
    void close();
}
