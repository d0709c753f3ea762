package io.daybreak.journal.snapshot;

import java.nio.file.Path;

import io.daybreak.journal.JournalException;

/** A snapshot cannot be used: damaged, cut, or of a newer form. The one before it may serve. */
public final class SnapshotDamagedException extends JournalException {
    /** Says which file and what is wrong with it. */
    public SnapshotDamagedException(final Path file, final String text, final Throwable cause) {
        super("snapshot " + file + ": " + text, cause);
    }
}
