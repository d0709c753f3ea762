package io.daybreak.journal;

/** Something is encrypted, and the key that opens it is missing or another one. Nothing was changed; with the right key it can be read. */
public final class JournalKeyException extends JournalException {
    /** Says what is encrypted, and with which key. */
    public JournalKeyException(final String text) {
        super(text + "; keys come from journal.key-file, --journal-key-file of a tool, or DAYBREAK_JOURNAL_KEYS", null);
    }
}
