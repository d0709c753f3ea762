package io.daybreak.gateway.setup;

/** A set-up file that cannot be taken; the message names the place in it. */
public final class SetupException extends Exception {
    private static final long serialVersionUID = 1L;

    SetupException(final Node node, final String message) {
        super("line " + node.line() + ", column " + node.column() + ": " + message);
    }

    SetupException(final int line, final int column, final String message) {
        super("line " + line + ", column " + column + ": " + message);
    }

    SetupException(final String message) {
        super(message);
    }
}
