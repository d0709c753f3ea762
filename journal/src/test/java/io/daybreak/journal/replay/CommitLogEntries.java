package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.format.EntryHeader;

/** What recovery sees of a commit log. */
public final class CommitLogEntries {
    private CommitLogEntries() {
    }

    /** Numbers of the entries in the order in which recovery takes them. */
    public static List<Long> numbers(final Path dataDirectory) throws IOException {
        final List<Long> numbers = new ArrayList<>();
        try (DataDirectory directory = DataDirectory.own(dataDirectory); CommitLogCursor log = new CommitLogCursor(directory)) {
            while (log.advance()) {
                numbers.add(EntryHeader.entryNumber(log.address()));
            }
        }
        return numbers;
    }
}
