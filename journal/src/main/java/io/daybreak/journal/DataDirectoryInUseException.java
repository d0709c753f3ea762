package io.daybreak.journal;

import java.nio.file.Path;

/** Another process owns the data directory. */
public final class DataDirectoryInUseException extends JournalException {
    /** Names the directory and, as far as known, its owner. */
    public DataDirectoryInUseException(final Path directory, final String owner) {
        super("data directory " + directory + " is in use" + (owner.isEmpty() ? "" : " by " + owner)
            + "; stop that server, or choose another directory with --data", null);
    }
}
