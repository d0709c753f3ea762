package io.daybreak.journal;

/** What the journal did since it was opened, for metrics and tests. Any thread; each value is exact, together they are of about the same instant. */
public interface JournalCounters {
    /** Times that the ledger thread found the ring full and waited. */
    long ringFullWaits();

    /** Times that the durability thread found both files of the commit log full and waited for the queue. */
    long commitLogFullWaits();

    /** Groups written to the commit log. */
    long groups();

    /** Bytes written to the commit log, padding included. */
    long commitLogBytes();

    /** Bytes appended to the queue, excerpt headers and padding included. */
    long queueBytes();

    /** Entries appended to the queue. */
    long entries();

    /** Times that the queue was synced. */
    long queueSyncs();

    /** Highest sequence up to which the queue itself is on the device. */
    long queueSyncedSequence();

    /** Number of the entry up to which the queue itself is on the device. */
    long queueSyncedEntry();

    /** Files of the queue begun since it was opened, the first not counted. */
    long rolls();

    /** Rolls that had to make their file themselves, since it was not ready. */
    long unpreparedRolls();
}
