package io.daybreak.gateway.replay;

/** A tool cannot do what was asked. The message is for the operator; the reason decides the exit code. */
public final class ReplayException extends Exception {
    /** Why not. */
    public enum Reason {
        /** What was asked for makes no sense: a garbled id, time, file. */
        USAGE,
        /** It makes sense, and is not in the journal. */
        NOT_FOUND,
        /** A signature, a statement or a receipt does not prove what it says. */
        NOT_PROVEN
    }

    private static final long serialVersionUID = 1;

    private final Reason reason;

    public ReplayException(final Reason reason, final String message) {
        super(message);
        this.reason = reason;
    }

    /** Why not. */
    public Reason reason() {
        return reason;
    }

    /** Short for a mistake in what was asked. */
    static ReplayException usage(final String message) {
        return new ReplayException(Reason.USAGE, message);
    }
}
