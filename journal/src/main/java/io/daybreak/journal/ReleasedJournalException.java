package io.daybreak.journal;

import java.nio.file.Path;

/** The journal begins behind what was asked for: the entries before were released, and a snapshot stands for them. No damage. */
public final class ReleasedJournalException extends JournalException {
    /**
     * Tells where it begins.
     *
     * @param entry    first entry that is there
     * @param sequence its first sequence
     */
    public ReleasedJournalException(final Path file, final long entry, final long sequence) {
        super("the journal begins with entry " + entry + ", sequence " + sequence + ", in " + file + "; what was before it has been released", null);
    }
}
