package io.daybreak.state;

/** An image of the state is damaged, cut, or of a form that this program does not know. Nothing of it may be used. */
public final class StateFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong and where. */
    public StateFormatException(final String message) {
        super(message);
    }
}
