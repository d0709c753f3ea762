package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import io.daybreak.journal.format.EntryHeader;

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

    /** The chain hash before the first entry is not known: the entry is taken, and proved by those behind it. */
    boolean isAnchor;

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

    /**
     * The last of the files, from the one on that holds an entry, or that comes before it where none does: as few as can be. A file is known by its first
     * readable entry.
     */
    static List<QueueFile> from(final List<QueueFile> files, final long entryNumber) throws IOException {
        int first = files.size();
        long firstEntry = Long.MAX_VALUE;
        while (first > 0 && firstEntry > entryNumber) {
            first--;
            try (QueueCursor cursor = new QueueCursor(List.of(new QueueFile(files.get(first).path, files.get(first).number)), 0)) {
                firstEntry = cursor.advance() ? EntryHeader.entryNumber(cursor.address()) : firstEntry;
            }
        }
        return files.subList(first, files.size());
    }

    void irregular(final String what) {
        if (irregularity == null) {
            irregularity = what;
        }
    }
}
