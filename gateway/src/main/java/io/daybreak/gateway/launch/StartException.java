package io.daybreak.gateway.launch;

/** The server cannot start, for a reason that its operator can act on. The message is meant for that person. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    StartException(final ExitCode exitCode, final String message) {
        this(exitCode, message, null);
    }

    StartException(final ExitCode exitCode, final String message, final Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** What the process should end with. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
