package io.daybreak.journal;

/**
 * Stands between "on the own device" and "may be told": what standbys have to say about it. Rule: docs/replication.md, "Durability".
 * All methods are called by the durability thread.
 */
public interface CommitGate {
    /** Entries up to this one are sealed and lie in the queue: whoever ships them may read them. */
    void onAppended(long entry, long sequence);

    /**
     * Waits until everything up to this entry is acknowledged wherever it must be.
     *
     * @throws RuntimeException if that can never be any more; nothing of it may be told then
     */
    void await(long entry, long sequence);

    /**
     * As {@link #await}, but does not wait: for a journal without threads ({@link JournalContext#stepped}), which asks again later.
     *
     * @return true if everything up to this entry is acknowledged
     * @throws RuntimeException if that can never be any more
     */
    boolean tryPass(long entry);

    /** Everything up to this entry is acknowledged: it may be told, and standbys may apply it. */
    void onCommitted(long entry, long sequence);
}
