package io.daybreak.journal;

/** An entry's checksum and chain hash are right, and its key is here, but what it holds does not open: somebody without the key made it or changed it. */
public final class ForgedEntryException extends JournalException {
    private final long entryNumber;
    private final long firstSequence;

    /** Names the entry. */
    public ForgedEntryException(final long entryNumber, final long firstSequence) {
        super("entry " + entryNumber + ", from sequence " + firstSequence + " on, does not open with its key: it was changed or made without the key", null);
        this.entryNumber = entryNumber;
        this.firstSequence = firstSequence;
    }

    /** Number of the entry. */
    public long entryNumber() {
        return entryNumber;
    }

    /** Sequence of its first command. */
    public long firstSequence() {
        return firstSequence;
    }
}
