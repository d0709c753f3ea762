package io.daybreak.loadtest.recording;

/** A journal that cannot be sent again. The message is one clear sentence for who asked. */
public final class RecordingException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With one clear sentence. */
    public RecordingException(final String message) {
        super(message);
    }
}
