package io.daybreak.journal;

/** The journal cannot go on. Final: nothing is tried again in this process. */
public abstract class JournalException extends RuntimeException {
    /** With the sentence that the operator reads. */
    protected JournalException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
