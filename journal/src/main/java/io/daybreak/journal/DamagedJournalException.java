package io.daybreak.journal;

import java.nio.file.Path;

/**
 * A reader found something in the journal that no switch wrote so, or did not find what must be there. Nothing was changed.
 * Names the first sequence that is in doubt; everything before it was proven.
 */
public final class DamagedJournalException extends JournalException {
    private final Path file;
    private final long sequence;
    private final String finding;

    /**
     * Tells of damage.
     *
     * @param file     where it lies
     * @param sequence first sequence in doubt
     * @param finding  what was found
     */
    public DamagedJournalException(final Path file, final long sequence, final String finding) {
        super("damage at sequence " + sequence + ", " + file + ": " + finding, null);
        this.file = file;
        this.sequence = sequence;
        this.finding = finding;
    }

    /** Where it lies. */
    public Path file() {
        return file;
    }

    /** First sequence in doubt. */
    public long sequence() {
        return sequence;
    }

    /** What was found, without place. */
    public String finding() {
        return finding;
    }
}
