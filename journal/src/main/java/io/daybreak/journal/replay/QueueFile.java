package io.daybreak.journal.replay;

import java.nio.file.Path;

/** What the scan learned about one file of the queue. Filled by {@link QueueCursor} and {@link EntryMerge}. */
final class QueueFile {
    final Path path;
    final int number;

    /** State of the chain where the file begins, so that a second pass can begin here. */
    long firstExpectedEntry;
    byte[] chainHashBefore;
    long sequenceBefore;
    long timestampBefore;
    long incarnationBefore;

    /** Highest entry that was taken from this file, 0 if none. */
    long lastEntry;
    /** Where the first entry lies that is not known to be synced, 0 if there is none. */
    long unsyncedPosition;
    /** Behind the last regular excerpt: where Chronicle's mark of the file's end belongs. */
    long endPosition;
    boolean hasEndMark;
    /** Behind the last byte that is not zero, as far as the search for entries went. */
    long usedBytes;
    /** Why the file is not what Chronicle would have written; null if it is. */
    String irregularity;

    QueueFile(final Path path, final int number) {
        this.path = path;
        this.number = number;
    }

    void irregular(final String what) {
        if (irregularity == null) {
            irregularity = what;
        }
    }
}
