package io.daybreak.iso8583.mac;

/** A key cannot be wrapped, or a block does not hold what it should. Its message has no key material. */
public final class KeyBlockException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With a sentence for people. */
    public KeyBlockException(final String message) {
        super(message);
    }
}
