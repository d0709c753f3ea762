package io.daybreak.gateway.key;

/** The key file cannot be used. Its message has no key in it. */
public final class KeyFileException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a sentence for people. */
    public KeyFileException(final String message) {
        super(message);
    }

    /** With a sentence for people. */
    public KeyFileException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
