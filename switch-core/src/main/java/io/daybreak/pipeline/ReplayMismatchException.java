package io.daybreak.pipeline;

/**
 * The journal's commands, applied again, do not give what the journal says they gave: the journal was changed, or this
 * version's rules differ from those that wrote it. Nothing after it can be trusted.
 */
public final class ReplayMismatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long sequence;

    ReplayMismatchException(final long sequence, final String difference) {
        super("replay differs at sequence " + sequence + ": " + difference);
        this.sequence = sequence;
    }

    /** Sequence of the command, or last sequence of the entry, that differs. */
    public long sequence() {
        return sequence;
    }
}
