package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.daybreak.journal.format.EntryHeader;

/** What the files of a queue hold, told by the first entry of each. */
public final class QueueFiles {
    private QueueFiles() {
    }

    /**
     * One file.
     *
     * @param firstEntry      number of its first entry
     * @param firstSequence   first sequence of that entry
     * @param firstTimestampNs its command time, Unix nanoseconds
     * @param lastEntry       number of its last one, from the first of the file behind it; {@link Long#MAX_VALUE} for the last file
     * @param lastTimestampNs command time at which the file behind it begins; {@link Long#MAX_VALUE} for the last file
     */
    public record Contents(Path path, long firstEntry, long firstSequence, long firstTimestampNs, long lastEntry, long lastTimestampNs) {
    }

    /** The files that hold entries, in order. */
    public static List<Contents> contents(final Path queue) throws IOException {
        final List<Contents> found = new ArrayList<>();
        final List<QueueFile> files = QueueCursor.list(queue);
        long nextEntry = Long.MAX_VALUE;
        long nextTimestampNs = Long.MAX_VALUE;
        for (int i = files.size() - 1; i >= 0; i--) {
            try (QueueCursor cursor = new QueueCursor(List.of(new QueueFile(files.get(i).path, files.get(i).number)), 0)) {
                if (cursor.advance()) {
                    found.add(0, new Contents(files.get(i).path, EntryHeader.entryNumber(cursor.address()),
                        EntryHeader.firstSequence(cursor.address()), EntryHeader.timestampNs(cursor.address()), nextEntry == Long.MAX_VALUE ? Long.MAX_VALUE : nextEntry - 1, nextTimestampNs));
                    nextEntry = EntryHeader.entryNumber(cursor.address());
                    nextTimestampNs = EntryHeader.timestampNs(cursor.address());
                }
            }
        }
        return found;
    }
}
