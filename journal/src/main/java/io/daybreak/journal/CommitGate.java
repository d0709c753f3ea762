package io.daybreak.journal;

/**
 * Stands between "on the own device" and "may be told": what standbys have to say about it. Rule: docs/replication.md, "Durability".
 * All methods are called by the durability thread.
 */
public interface CommitGate {
    /** Entries up to this one are sealed and lie in the queue: whoever ships them may read them. */
    void onAppended(long entry, long sequence);

    /** True while every entry that comes to the own device has to be shown to {@link #onDurable}. */
    boolean isLooking();

    /**
     * An entry is on the own device now.
     *
     * @param address where it lies in memory; valid during the call
     */
    void onDurable(long address);

    /**
     * Waits a millisecond at most until everything up to this entry is acknowledged wherever it must be. Called again until it is; the caller may
     * make further entries durable in between, and must, since one of them may be what ends the waiting.
     *
     * @return true if it is acknowledged
     * @throws RuntimeException if that can never be any more; nothing of it may be told then
     */
    boolean await(long entry);

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
