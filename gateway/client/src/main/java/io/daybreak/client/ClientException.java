package io.daybreak.client;

/**
 * A call that could not be answered. Never a business outcome: those are values. For a command that may have left this
 * client there is never an exception, but an {@link Outcome} that says UNKNOWN.
 */
public final class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Why. */
    public enum Reason {
        /** The switch, or this side, could not prove who it is. */
        NOT_AUTHENTICATED,
        /** No connection within the time allowed. */
        NOT_CONNECTED,
        /** A query was not answered within its deadline; asking again does no harm. */
        DEADLINE,
        /** As many commands in flight as this client allows; nothing was sent. */
        BUSY,
        /** More entries than the switch takes in one request; nothing was sent. */
        TOO_LARGE,
        /** The client is closed; nothing was sent. */
        CLOSED,
        /** The answer is not one that this version of the client understands. */
        NOT_UNDERSTOOD
    }

    ClientException(final Reason reason, final String message) {
        super(message);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
