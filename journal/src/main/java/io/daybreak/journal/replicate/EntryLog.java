package io.daybreak.journal.replicate;

import java.io.IOException;

/** The entries of the own journal, as stored. One thread. */
public interface EntryLog {
    /**
     * Stands on an entry that is appended, so that {@link #next} gives the one behind it.
     *
     * @param entry its number; 0 stands before the first
     * @return false if it is not kept any more
     */
    boolean seek(long entry) throws IOException;

    /**
     * Stands so that {@link #next} gives the entry behind this one, whether or not this one is kept: a journal may begin behind a snapshot.
     *
     * @return false if the one behind it is not kept any more
     */
    boolean seekBehind(long entry) throws IOException;

    /** Goes to the next entry, at most up to {@code lastEntry}; false if that one is behind us. */
    boolean next(long lastEntry) throws IOException;

    /** Raw address of the current entry; valid until the next call. */
    long address();

    /** Its bytes. */
    int length();
}
