package io.daybreak.port;

/**
 * Entries of a journal that somebody else writes, in order: what a standby applies. Ledger thread only.
 */
public interface EntryFeed {
    /**
     * Hands the next entry to the target, unless it lies behind {@code lastEntry}.
     *
     * @param lastEntry number of the last entry that may be applied
     * @return false if that one was handed over before
     * @throws RuntimeException if the entry cannot be read: then the process must not go on
     */
    boolean next(long lastEntry, ReplayTarget target);

    /** Number of the last entry handed over; 0 if none. Ledger thread. */
    long lastEntry();
}
