package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalCounters;
import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.format.CommandPacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.port.Journal;
import org.agrona.DirectBuffer;

/**
 * The journal on Chronicle Queue, with a commit log in front of it in mode {@code disk}.
 * <pre>
 *   ledger thread     beginEntry, add, endEntry: packs into the ring
 *   durability thread sync: seals the entries (durable sequence, chain hash, checksum)
 *                       disk:    group to the commit log, synced -> publish -> append to the queue
 *                       process: append to the queue -> publish
 *   flusher thread    syncs the queue, states it in the mark; then a file of the commit log may be recycled
 * </pre>
 * Rule: docs/journal-format.md; why the queue comes behind the commit log: docs/adr/0003-queue-behind-commit-log.md.
 * <p>
 * Bounds: the ring (the ledger thread waits when it is full), both files of the commit log (the durability thread waits for the
 * flusher). Any failure is kept and thrown to whoever calls next; nothing is tried again. An interrupt of the durability thread closes the
 * commit log's channel, which is such a failure: never interrupt it. Opened by {@code JournalOpener} only.
 */
public final class ChronicleJournal implements Journal {
    private static final long WAIT_NS = 50_000;
    private static final long NEARLY_FULL_BYTES = 1 << 20;

    private final JournalContext context;
    private final DataDirectory directory;
    private final DurableMark mark;
    private final CommitLog commitLog;
    private final EntryQueue queue;
    private final QueueFlusher flusher;
    private final EntryRing ring;
    private final boolean isDisk;
    private final int maxEntryBytes;
    private final long rollBytes;
    private final long incarnation;
    private final long epoch;

    // Ledger thread.
    private final CommandPacker packer = new CommandPacker();
    private long entryNumber;
    private long entry;
    private long entryEnd;
    private int entryCommands;
    private volatile long ringFullWaits;

    // Durability thread.
    private final EntrySeal seal;
    private long taken;
    private long lastSequence;
    private long lastEntry;
    private long deviceSequence;
    private long bytesInFile;

    private volatile long durableSequence;
    private volatile long commitLogFullWaits;
    private volatile long groups;
    private volatile long commitLogBytes;
    private volatile long queueBytes;
    private volatile long entries;
    private volatile long rolls;
    private volatile long unpreparedRolls;
    private volatile Throwable failure;
    private boolean closed;

    /**
     * Continues a recovered journal; everything up to the given position is durable in the queue.
     *
     * @param commitLog   null in mode {@code process}
     * @param bytesInFile of the queue's file that is appended to, used already
     */
    public ChronicleJournal(final JournalContext context, final DataDirectory directory, final DurableMark mark, final CommitLog commitLog,
                            final EntryQueue queue, final long incarnation, final long lastSequence, final long lastEntry,
                            final long bytesInFile, final EntrySeal seal) {
        this.context = context;
        this.directory = directory;
        this.mark = mark;
        this.commitLog = commitLog;
        this.queue = queue;
        this.isDisk = context.durability() == DurabilityMode.DISK;
        this.maxEntryBytes = context.maxEntryBytes();
        this.rollBytes = context.rollBytes();
        this.epoch = context.epoch();
        this.incarnation = incarnation;
        this.entryNumber = lastEntry;
        this.lastEntry = lastEntry;
        this.lastSequence = lastSequence;
        this.deviceSequence = lastSequence;
        this.durableSequence = lastSequence;
        this.bytesInFile = bytesInFile;
        this.seal = seal;
        this.ring = new EntryRing(context.ringBytes(), maxEntryBytes);
        this.flusher = new QueueFlusher(queue, mark, lastSequence, lastEntry, context.flushBytes(), context.flushIntervalMs(), rollBytes,
            this::fail);
        mark.incarnation(incarnation);
        mark.publish(lastSequence, lastEntry, lastSequence);
        mark.queueSynced(lastSequence, lastEntry);
        mark.force();
        if (!context.isStepped()) {
            flusher.start();
        }
    }

    // Ledger thread.

    @Override
    public void beginEntry(final long firstSequence, final long timestampNs) {
        if (entry != 0) {
            throw new IllegalStateException("the entry before has not ended");
        }
        if (!ring.tryReserve()) {
            awaitRing();
        }
        entryNumber++;
        entry = ring.reserved();
        entryEnd = entry + EntryHeader.LENGTH;
        entryCommands = 0;
        EntryHeader.begin(entry, incarnation, entryNumber, firstSequence, timestampNs, epoch);
        packer.beginEntry(timestampNs);
    }

    private void awaitRing() {
        ringFullWaits++;
        if (context.isStepped()) {
            throw new IllegalStateException("the journal's ring is full, and nobody else makes room in it");
        }
        do {
            throwIfFailed("waiting for room");
            LockSupport.parkNanos(this, WAIT_NS);
        } while (!ring.tryReserve());
    }

    @Override
    public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                    final int result) {
        if (entryBytes() + CommandPacker.maxLength(length) > maxEntryBytes) {
            throw new IllegalStateException("entry is full");
        }
        entryEnd = packer.pack(entryEnd, templateId, participantId, command, offset, length, result);
        entryCommands++;
    }

    @Override
    public int entryBytes() {
        return (int) (entryEnd - entry) + EntryHeader.TRAILER_LENGTH;
    }

    @Override
    public int entryCommands() {
        return entryCommands;
    }

    @Override
    public void endEntry(final long stateDigest) {
        final int payloadLength = (int) (entryEnd - entry) - EntryHeader.LENGTH;
        EntryHeader.end(entry, entryCommands, payloadLength, stateDigest);
        entry = 0;
        ring.publish(EntryHeader.OVERHEAD + payloadLength);
    }

    // Durability thread.

    @Override
    public long sync() {
        throwIfFailed("syncing");
        try {
            final long end = ring.published();
            while (taken != end) {
                if (isDisk) {
                    writeGroup(end);
                } else {
                    appendAll(end);
                }
            }
        } catch (final Throwable t) {
            fail(t);
            throwIfFailed("syncing");
        }
        return durableSequence;
    }

    /** One group to the commit log, told as durable, and then to the queue. */
    private void writeGroup(final long end) throws IOException {
        long position = taken;
        long sequence = lastSequence;
        long number = lastEntry;
        while (position != end) {
            final long next = ring.entryPosition(position);
            final long address = ring.entry(next);
            final int length = ring.length(next);
            if (!commitLog.hasRoom(length)) {
                break;
            }
            EntryHeader.durableSequence(address, deviceSequence);
            seal.seal(ring.view(), ring.index(next), address);
            sequence = EntryHeader.lastSequence(address);
            number = EntryHeader.entryNumber(address);
            commitLog.add(address, length, number);
            position = ring.next(next);
        }
        if (commitLog.needsRecycling()) {
            awaitQueueSync(commitLog.lastEntryOfOther());
        }
        commitLog.write();
        groups++;
        commitLogBytes = commitLog.bytesWritten();
        lastSequence = sequence;
        lastEntry = number;
        deviceSequence = sequence;
        publish();
        for (long at = taken; at != position; at = ring.next(at)) {
            at = ring.entryPosition(at);
            append(ring.entry(at), ring.length(at));
        }
        appended(position);
    }

    private void awaitQueueSync(final long neededEntry) throws IOException {
        if (flusher.syncedEntry() >= neededEntry) {
            return;
        }
        commitLogFullWaits++;
        if (context.isStepped()) {
            flusher.step();
        }
        while (flusher.syncedEntry() < neededEntry) {
            throwIfFailed("waiting for the queue");
            flusher.request();
            LockSupport.parkNanos(this, WAIT_NS);
        }
    }

    private void appendAll(final long end) throws IOException {
        long position = taken;
        final long device = flusher.syncedSequence();
        while (position != end) {
            position = ring.entryPosition(position);
            final long address = ring.entry(position);
            EntryHeader.durableSequence(address, device);
            seal.seal(ring.view(), ring.index(position), address);
            append(address, ring.length(position));
            lastSequence = EntryHeader.lastSequence(address);
            lastEntry = EntryHeader.entryNumber(address);
            position = ring.next(position);
        }
        deviceSequence = device;
        publish();
        appended(position);
    }

    private void append(final long address, final int length) throws IOException {
        if (bytesInFile >= rollBytes) {
            roll();
        }
        queue.append(address, length);
        final int excerptLength = Integer.BYTES + (length + 3 & ~3);
        bytesInFile += excerptLength;
        queueBytes += excerptLength;
        entries++;
    }

    private void roll() throws IOException {
        final int next = queue.number() + 1;
        if (flusher.preparedFile() < next) {
            unpreparedRolls++;
            queue.prepareFile(next);
        }
        queue.roll(next);
        bytesInFile = 0;
        rolls++;
    }

    private void publish() {
        mark.publish(lastSequence, lastEntry, deviceSequence);
        durableSequence = lastSequence;
    }

    private void appended(final long position) {
        ring.release(position);
        taken = position;
        flusher.appended(lastSequence, lastEntry, queueBytes, bytesInFile);
    }

    /**
     * Does what the flusher thread would do: syncs the queue behind the commit log, makes the next file. For a journal without threads
     * ({@link JournalContext#stepped}) only; the caller's thread.
     */
    public void flush() {
        throwIfFailed("flushing");
        try {
            flusher.step();
        } catch (final Throwable t) {
            fail(t);
            throwIfFailed("flushing");
        }
    }

    // Any thread.

    @Override
    public long durableSequence() {
        return durableSequence;
    }

    /** Bytes that the device can still take; the gateway refuses new payments below a reserve. */
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory.journal()).getUsableSpace();
    }

    /** The data directory. */
    public Path directory() {
        return directory.root();
    }

    /** Number of this run of the process. */
    public long incarnation() {
        return incarnation;
    }

    /** Whether the commit log goes past the page cache; false in mode {@code process} as well. */
    public boolean isDirect() {
        return commitLog != null && commitLog.isDirect();
    }

    /** What it did so far. */
    public JournalCounters counters() {
        return new Counters();
    }

    private void fail(final Throwable cause) {
        synchronized (this) {
            if (failure == null) {
                failure = cause;
            }
        }
    }

    private void throwIfFailed(final String doing) {
        final Throwable cause = failure;
        if (cause != null) {
            throw new JournalFailedException(doing, cause, isDiskNearlyFull());
        }
    }

    private boolean isDiskNearlyFull() {
        try {
            return usableBytes() < NEARLY_FULL_BYTES;
        } catch (final IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (failure == null) {
                sync();
            }
            flusher.stop();
            if (failure == null) {
                flusher.sync();
            }
        } catch (final IOException e) {
            fail(e);
        } finally {
            release();
        }
        throwIfFailed("closing");
    }

    private void release() {
        try {
            queue.close();
            if (commitLog != null) {
                commitLog.close();
            }
            mark.close();
            directory.close();
        } catch (final IOException e) {
            fail(e);
        }
    }

    private final class Counters implements JournalCounters {
        @Override
        public long ringFullWaits() {
            return ringFullWaits;
        }

        @Override
        public long commitLogFullWaits() {
            return commitLogFullWaits;
        }

        @Override
        public long groups() {
            return groups;
        }

        @Override
        public long commitLogBytes() {
            return commitLogBytes;
        }

        @Override
        public long queueBytes() {
            return queueBytes;
        }

        @Override
        public long entries() {
            return entries;
        }

        @Override
        public long queueSyncs() {
            return flusher.syncs();
        }

        @Override
        public long queueSyncedSequence() {
            return flusher.syncedSequence();
        }

        @Override
        public long queueSyncedEntry() {
            return flusher.syncedEntry();
        }

        @Override
        public long rolls() {
            return rolls;
        }

        @Override
        public long unpreparedRolls() {
            return unpreparedRolls;
        }
    }
}
