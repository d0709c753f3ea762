package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.daybreak.journal.directory.DurableMark;

/**
 * Syncs the queue behind the thread that appends to it, and makes the next file ahead of need.
 * <p>
 * Rule: docs/journal-format.md, "Commit log": a file of that is recycled only when the queue is synced past it. Syncs when
 * {@code flushBytes} are not synced, or {@code flushIntervalMs} after an append, or when asked; an idle journal is not touched. Its own thread,
 * started by {@link #start}. A failed sync is final: the failure is handed to the journal, and the thread ends.
 */
final class QueueFlusher implements Runnable {
    private final EntryQueue appender;
    private final DurableMark mark;
    private final Consumer<Throwable> onFailure;
    private final long flushBytes;
    private final long flushIntervalNs;
    private final long rollBytes;
    private final Thread thread;

    /** Set by the appending thread after the bytes they tell of. */
    private volatile long appendedSequence;
    private volatile long appendedEntry;
    private volatile long appendedBytes;
    private volatile long fileBytes;

    /** Set by this thread after the sync they tell of. */
    private volatile long syncedSequence;
    private volatile long syncedEntry;
    private volatile long syncedBytes;
    private volatile long syncs;
    private volatile int preparedFile;

    private volatile boolean requested;
    private volatile boolean stopping;

    private int firstUnsyncedFile;

    QueueFlusher(final EntryQueue appender, final DurableMark mark, final long sequence, final long entryNumber, final long flushBytes,
                 final long flushIntervalMs, final long rollBytes, final Consumer<Throwable> onFailure) {
        this.appender = appender;
        this.mark = mark;
        this.onFailure = onFailure;
        this.flushBytes = flushBytes;
        this.flushIntervalNs = TimeUnit.MILLISECONDS.toNanos(flushIntervalMs);
        this.rollBytes = rollBytes;
        this.appendedSequence = sequence;
        this.appendedEntry = entryNumber;
        this.syncedSequence = sequence;
        this.syncedEntry = entryNumber;
        this.preparedFile = appender.number();
        this.firstUnsyncedFile = appender.number();
        this.thread = new Thread(this, "journal-flusher");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Tells what is in the queue now. Appending thread. */
    void appended(final long sequence, final long entryNumber, final long totalBytes, final long bytesInFile) {
        appendedSequence = sequence;
        appendedEntry = entryNumber;
        fileBytes = bytesInFile;
        appendedBytes = totalBytes;
        if (totalBytes - syncedBytes >= flushBytes && !requested) {
            request();
        }
    }

    /** Wants a sync now. Any thread. */
    void request() {
        requested = true;
        LockSupport.unpark(thread);
    }

    long syncedSequence() {
        return syncedSequence;
    }

    long syncedEntry() {
        return syncedEntry;
    }

    long syncs() {
        return syncs;
    }

    /** Highest file that is ready to be appended to. */
    int preparedFile() {
        return preparedFile;
    }

    @Override
    public void run() {
        try {
            long lastSyncNs = System.nanoTime();
            while (!stopping) {
                final boolean isBehind = appendedEntry != syncedEntry;
                final long waitNs = isBehind ? lastSyncNs + flushIntervalNs - System.nanoTime() : flushIntervalNs;
                if (!requested && (!isBehind || waitNs > 0)) {
                    LockSupport.parkNanos(this, waitNs);
                    continue;
                }
                requested = false;
                lastSyncNs = System.nanoTime();
                sync();
                prepareNextFile();
            }
        } catch (final Throwable t) {
            onFailure.accept(t);
        }
    }

    /** One turn of this thread's work, for a journal without threads: its caller's. */
    void step() throws IOException {
        requested = false;
        sync();
        prepareNextFile();
    }

    private void prepareNextFile() throws IOException {
        final int current = appender.number();
        if (preparedFile == current && fileBytes > rollBytes / 2) {
            appender.prepareFile(current + 1);
            preparedFile = current + 1;
        }
    }

    /** Syncs all that is appended. This thread, or the closing one after {@link #stop}. */
    void sync() throws IOException {
        // What is appended first, then the file: the entry lies in this file or in an earlier one.
        final long entry = appendedEntry;
        final long sequence = appendedSequence;
        final long bytes = appendedBytes;
        final int file = appender.number();
        if (entry == syncedEntry) {
            return;
        }
        for (int number = firstUnsyncedFile; number <= file; number++) {
            // Covers pages written through Chronicle's map, at the price of its own sync and without its gaps (header page, end of a chunk).
            try (FileChannel channel = FileChannel.open(appender.file(number), StandardOpenOption.WRITE)) {
                channel.force(false);
            } catch (final NoSuchFileException e) {
                // Let go by retention, which a good snapshot allowed: what stood in it need not be durable any more. The current file never is.
                if (number == file) {
                    throw e;
                }
            }
        }
        firstUnsyncedFile = file;
        syncedBytes = bytes;
        syncedSequence = sequence;
        syncedEntry = entry;
        syncs++;
        mark.queueSynced(sequence, entry);
    }

    /** Ends the thread and waits for it. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
