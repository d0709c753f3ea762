package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Goes over the readable entries of a log in the order in which they lie. Readable means: magic, version, length and
 * checksum are right; whether it continues the chain is for the {@link EntryMerge} to say. Not thread safe.
 */
interface EntryCursor extends AutoCloseable {
    /** Goes to the next readable entry. False: there is none. */
    boolean advance() throws IOException;

    /** Whether it stands on an entry. */
    boolean isPresent();

    /** Raw address of the entry; valid until the next {@link #advance}. */
    long address();

    /** View whose memory holds the entry; position and limit may be changed. */
    ByteBuffer view();

    /** Where in the view the entry begins. */
    int index();

    /** File that holds the entry, or that was read last. */
    Path file();

    @Override
    void close() throws IOException;
}
