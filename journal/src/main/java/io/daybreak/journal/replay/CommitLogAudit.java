package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Path;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.format.EntryHeader;

/**
 * Looks at the commit log as an auditor does: are the groups of the newest lap readable, do their entries follow each other, do they reach as
 * far as the mark says. Zero bytes of padding, and what earlier laps left, are nobody's and are not looked at. Changes nothing.
 */
public final class CommitLogAudit {
    private CommitLogAudit() {
    }

    /** What is wrong, or null. Only where no switch is writing: a group that is being written looks torn. */
    public static String damage(final Path dataDirectory) throws IOException {
        final DataDirectory names = DataDirectory.names(dataDirectory);
        final DurableMark.Statement mark = DurableMark.read(names.mark());
        try (CommitLogCursor log = new CommitLogCursor(names)) {
            final String damaged = log.damagedGroup();
            if (damaged != null) {
                return damaged;
            }
            long last = 0;
            while (log.advance()) {
                final long number = EntryHeader.entryNumber(log.address());
                if (last != 0 && number != last + 1) {
                    return log.file() + ": entry " + number + " follows on entry " + last;
                }
                last = number;
            }
            return last != 0 && last < mark.publishedEntry()
                ? log.file() + ": it ends with entry " + last + ", but entry " + mark.publishedEntry() + " was published" : null;
        }
    }
}
