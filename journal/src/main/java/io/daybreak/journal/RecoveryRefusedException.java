package io.daybreak.journal;

import java.nio.file.Path;

/** Recovery found damage, and starting would lose or change what was acknowledged. Tells file, sequence and what to do. */
public final class RecoveryRefusedException extends JournalException {
    /** What was found. */
    public enum Reason {
        /** An entry that was durable cannot be read in any file. */
        GAP,
        /** Queue and commit log, or two places of the queue, hold different entries of the same number. */
        DISAGREEMENT,
        /** An entry is readable but does not continue the one before: chain hash, sequence, time or incarnation. */
        BROKEN_CHAIN,
        /** A file beside the entries is damaged: the incarnation's. */
        DAMAGED_FILE,
        /** Written by a newer version, or for another kind of machine. */
        UNKNOWN_FORMAT
    }

    private final Reason reason;
    private final Path file;
    private final long sequence;

    /**
     * Refuses.
     *
     * @param sequence first sequence that is not recovered, or that is in doubt
     * @param text     what was found
     * @param advice   what the operator can do
     */
    public RecoveryRefusedException(final Reason reason, final Path file, final long sequence, final String text, final String advice) {
        super("recovery refused (" + reason + ") at sequence " + sequence + ", " + file + ": " + text + "; " + advice, null);
        this.reason = reason;
        this.file = file;
        this.sequence = sequence;
    }

    /** What was found. */
    public Reason reason() {
        return reason;
    }

    /** Where it was found. */
    public Path file() {
        return file;
    }

    /** First sequence that is not recovered, or that is in doubt. */
    public long sequence() {
        return sequence;
    }
}
