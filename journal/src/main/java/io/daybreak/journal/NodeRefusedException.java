package io.daybreak.journal;

/** The data directory may not be opened in this role: it is a standby's, or another node leads in a later epoch. */
public final class NodeRefusedException extends JournalException {
    private static final long serialVersionUID = 1;

    /** With a sentence for the operator. */
    public NodeRefusedException(final String message) {
        super(message, null);
    }
}
