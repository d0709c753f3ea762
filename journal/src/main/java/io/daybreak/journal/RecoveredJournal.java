package io.daybreak.journal;

import java.io.IOException;

import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.port.Journal;

/** A journal that is recovered and ready to be appended to, and the report of how it came to that. */
public final class RecoveredJournal {
    private final ChronicleJournal journal;
    private final RecoveryReport report;

    /** Made by {@link JournalOpener}. */
    RecoveredJournal(final ChronicleJournal journal, final RecoveryReport report) {
        this.journal = journal;
        this.report = report;
    }

    /** The journal; who closes it gives the data directory free. */
    public Journal journal() {
        return journal;
    }

    /** What recovery found and did. */
    public RecoveryReport report() {
        return report;
    }

    /** What the journal does; any thread. */
    public JournalCounters counters() {
        return journal.counters();
    }

    /** Bytes that the device can still take; the gateway refuses new payments below a reserve. Any thread. */
    public long usableBytes() throws IOException {
        return journal.usableBytes();
    }

    /** Of a journal without threads ({@link JournalContext#stepped}): does a turn of the flusher's work. The durability thread's owner. */
    public void flush() {
        journal.flush();
    }

    /** Whether the commit log is written past the page cache. */
    public boolean isDirect() {
        return journal.isDirect();
    }
}
