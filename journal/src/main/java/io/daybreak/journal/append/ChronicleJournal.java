package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

import io.daybreak.journal.CommitGate;
import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.LastEntry;
import io.daybreak.journal.JournalCounters;
import io.daybreak.journal.JournalFailedException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.format.CommandPacker;
import io.daybreak.journal.format.EntryCipher;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.port.Journal;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * The journal on Chronicle Queue, with a commit log in front of it in mode {@code disk}.
 * <pre>
 *   ledger thread     beginEntry, add, endEntry: packs into the ring
 *   durability thread sync: seals the entries (durable sequence, encryption, chain hash, checksum)
 *                       disk:    group to the commit log, synced -> publish -> append to the queue
 *                       process: append to the queue -> publish
 *   flusher thread    syncs the queue, states it in the mark; then a file of the commit log may be recycled
 * </pre>
 * Rule: docs/journal-format.md; why the queue comes behind the commit log: docs/adr/0003-queue-behind-commit-log.md.
 * <p>
 * On a standby one thread takes the place of the first two: {@link #appendSealed}, {@link #sync}, {@link #commit}; after {@link #lead} all is as above.
 * <p>
 * Bounds: the ring (the ledger thread waits when it is full), both files of the commit log (the durability thread waits for the
 * flusher). Any failure is kept and thrown to whoever calls next; nothing is tried again. An interrupt of the durability thread closes the
 * commit log's channel, which is such a failure: never interrupt it. Opened by {@code JournalOpener} only.
 */
public final class ChronicleJournal implements Journal {
    private static final long WAIT_NS = 50_000;
    private static final long NEARLY_FULL_BYTES = 1 << 20;
    private static final long NOTHING = -1;

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
    private final CommitGate gate;
    private long incarnation;
    private final LastEntry recovered;
    private long epoch;
    /** Entries come sealed from another node; changes once, while nobody appends. */
    private boolean isFollowing;

    /** A place in the journal: an entry, and the sequence of its last command. */
    public record Position(long entry, long sequence) {
    }

    // Ledger thread.
    private final CommandPacker packer = new CommandPacker();
    private final int cipherLead;
    private final int cipherTail;
    private long entryNumber;
    private long entry;
    private long entryEnd;
    private int entryCommands;
    private volatile long ringFullWaits;

    // Durability thread.
    private final EntrySeal seal;
    /** Null: payloads stay readable. */
    private final EntryCipher cipher;
    private long taken;
    private long lastSequence;
    private long lastEntry;
    private long deviceSequence;
    private long bytesInFile;
    /** What waits for the standbys, while something does. */
    private long entryToTell = NOTHING;
    private long sequenceToTell;

    private volatile long durableSequence;
    private volatile long committedEntry;
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
     * @param last        what the journal holds
     * @param recovered   of its last entry
     * @param committed   what of it is known to be acknowledged; on a primary all of it
     * @param bytesInFile of the queue's file that is appended to, used already
     */
    public ChronicleJournal(final JournalContext context, final DataDirectory directory, final DurableMark mark, final CommitLog commitLog,
                            final EntryQueue queue, final long incarnation, final long epoch, final Position last, final LastEntry recovered,
                            final Position committed, final long bytesInFile, final EntrySeal seal) {
        final long lastSequence = last.sequence();
        final long lastEntry = last.entry();
        this.context = context;
        this.directory = directory;
        this.mark = mark;
        this.commitLog = commitLog;
        this.queue = queue;
        this.isDisk = context.durability() == DurabilityMode.DISK;
        this.maxEntryBytes = context.maxEntryBytes();
        this.rollBytes = context.rollBytes();
        this.recovered = recovered;
        this.epoch = epoch;
        this.gate = context.gate();
        this.isFollowing = context.following();
        this.incarnation = incarnation;
        this.entryNumber = lastEntry;
        this.lastEntry = lastEntry;
        this.lastSequence = lastSequence;
        this.deviceSequence = lastSequence;
        this.durableSequence = committed.sequence();
        this.committedEntry = committed.entry();
        this.bytesInFile = bytesInFile;
        this.seal = seal;
        this.cipher = context.keys().encrypts() ? EntryCipher.ofNewRun(context.keys()) : null;
        this.cipherLead = cipher == null ? 0 : EntryCipher.LEAD;
        this.cipherTail = cipher == null ? 0 : EntryCipher.TAIL;
        this.ring = new EntryRing(context.ringBytes(), maxEntryBytes);
        this.flusher = new QueueFlusher(queue, mark, lastSequence, lastEntry, context.flushBytes(), context.flushIntervalMs(), rollBytes,
            this::fail);
        mark.incarnation(incarnation);
        mark.publish(committed.sequence(), committed.entry(), lastSequence);
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
        entryEnd = entry + EntryHeader.LENGTH + cipherLead;
        entryCommands = 0;
        EntryHeader.begin(entry, incarnation, entryNumber, firstSequence, timestampNs, epoch, cipherLead != 0);
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
        return (int) (entryEnd - entry) + cipherTail + EntryHeader.TRAILER_LENGTH;
    }

    @Override
    public int entryCommands() {
        return entryCommands;
    }

    @Override
    public void endEntry(final long stateDigest) {
        final int payloadLength = (int) (entryEnd - entry) - EntryHeader.LENGTH + cipherTail;
        EntryHeader.end(entry, entryCommands, payloadLength, stateDigest);
        entry = 0;
        ring.publish(EntryHeader.OVERHEAD + payloadLength);
    }

    // The thread that follows, in place of both others, until this node leads.

    /**
     * Appends an entry as another node sealed it. The caller has proved it: checksum, chain, number and sequence.
     *
     * @return false if there is no room before the next {@link #sync}
     * @throws IllegalArgumentException if it is larger than this journal takes
     */
    public boolean appendSealed(final long address, final int length) {
        if (!isFollowing) {
            throw new IllegalStateException("this node leads");
        }
        if (length > maxEntryBytes) {
            throw new IllegalArgumentException("entry " + EntryHeader.entryNumber(address) + " has " + length + " bytes, journal.max-entry-bytes is "
                + maxEntryBytes);
        }
        if (!ring.tryReserve()) {
            return false;
        }
        UnsafeApi.copyMemory(address, ring.reserved(), length);
        ring.publish(length);
        return true;
    }

    /** States what the primary says is acknowledged; the entry is in this journal. */
    public void commit(final long entry, final long sequence) {
        mark.publish(sequence, entry, deviceSequence);
        committedEntry = entry;
        durableSequence = sequence;
    }

    /** Entry up to which {@link #sync} has made everything durable, as far as the mode goes. */
    public long syncedEntry() {
        return lastEntry;
    }

    /** Sequence of that entry's last command. */
    public long syncedSequence() {
        return lastSequence;
    }

    /** Whether {@link #sync} puts entries on the device: not in mode {@code process}. */
    public boolean isSynced() {
        return isDisk;
    }

    /** Chain hash of that entry. */
    public byte[] chainHash() {
        return seal.chainHash();
    }

    /** Of the entry that was the last one when the journal was opened: it may stand in a snapshot, and in no file. */
    public LastEntry recovered() {
        return recovered;
    }

    /**
     * This node leads from now on. Role, epoch and the new incarnation are on the device, and everything received is synced. Afterwards the
     * ledger and the durability thread append.
     */
    public void lead(final long newEpoch, final long newIncarnation) {
        if (!isFollowing || taken != ring.published()) {
            throw new IllegalStateException("not a standby, or not synced");
        }
        isFollowing = false;
        epoch = newEpoch;
        incarnation = newIncarnation;
        entryNumber = lastEntry;
        mark.incarnation(newIncarnation);
        publish(lastEntry, lastSequence);
    }

    // Durability thread.

    @Override
    public long sync() {
        throwIfFailed("syncing");
        try {
            write(ring.published());
            if (gate != null && !isFollowing) {
                commitWhenAcknowledged();
            }
        } catch (final Throwable t) {
            fail(t);
            throwIfFailed("syncing");
        }
        return durableSequence;
    }

    private void write(final long end) throws IOException {
        while (taken != end) {
            if (isDisk) {
                writeGroup(end);
            } else {
                appendAll(end);
            }
        }
    }

    /**
     * Waits for the standbys. What comes meanwhile goes to the own device: the word that a member is out of sync may be among it, and answers leave
     * without that member only behind its durable word. A journal without threads does not wait but returns, and goes on with its next {@link #sync}.
     */
    private void commitWhenAcknowledged() throws IOException {
        if (entryToTell == NOTHING) {
            entryToTell = lastEntry;
            sequenceToTell = lastSequence;
        }
        while (context.isStepped() ? !gate.tryPass(entryToTell) : !gate.await(entryToTell)) {
            if (context.isStepped()) {
                return;
            }
            throwIfFailed("waiting for a standby");
            write(ring.published());
        }
        final long entry = entryToTell;
        entryToTell = NOTHING;
        publish(entry, sequenceToTell);
        gate.onCommitted(entry, sequenceToTell);
    }

    @Override
    public boolean isWaiting() {
        return entryToTell != NOTHING;
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
            seal(address, ring.index(next), deviceSequence);
            sequence = EntryHeader.lastSequence(address);
            number = EntryHeader.entryNumber(address);
            commitLog.add(address, length, number);
            position = ring.next(next);
        }
        if (commitLog.needsRecycling()) {
            awaitQueueSync(commitLog.lastEntryOfOther());
        }
        if (gate != null) {
            // Standbys read the queue. They and the device work side by side, at the price of the queue's pages before the sync.
            appendGroup(position);
            gate.onAppended(number, sequence);
        }
        commitLog.write();
        groups++;
        commitLogBytes = commitLog.bytesWritten();
        lastSequence = sequence;
        lastEntry = number;
        deviceSequence = sequence;
        if (gate == null) {
            publish(lastEntry, lastSequence);
            appendGroup(position);
        } else if (gate.isLooking()) {
            show(position);
        }
        appended(position);
    }

    private void appendGroup(final long end) throws IOException {
        for (long at = taken; at != end; at = ring.next(at)) {
            at = ring.entryPosition(at);
            append(ring.entry(at), ring.length(at));
        }
    }

    /** Completes an entry of our own; one that came sealed stays as it is, byte for byte. */
    private void seal(final long address, final int index, final long device) {
        if (isFollowing) {
            seal.accept(address);
        } else {
            EntryHeader.durableSequence(address, device);
            if (cipher != null) {
                cipher.seal(address);
            }
            seal.seal(ring.view(), index, address);
        }
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
            seal(address, ring.index(position), device);
            append(address, ring.length(position));
            lastSequence = EntryHeader.lastSequence(address);
            lastEntry = EntryHeader.entryNumber(address);
            position = ring.next(position);
        }
        deviceSequence = device;
        if (gate == null) {
            publish(lastEntry, lastSequence);
        } else {
            gate.onAppended(lastEntry, lastSequence);
            if (gate.isLooking()) {
                show(position);
            }
        }
        appended(position);
    }

    private void show(final long end) {
        for (long at = taken; at != end; at = ring.next(at)) {
            at = ring.entryPosition(at);
            gate.onDurable(ring.entry(at));
        }
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

    private void publish(final long tellEntry, final long tellSequence) {
        mark.publish(tellSequence, tellEntry, deviceSequence);
        committedEntry = tellEntry;
        durableSequence = tellSequence;
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

    /** Entry up to which everything is acknowledged. */
    public long committedEntry() {
        return committedEntry;
    }

    /** Fencing number of the entries that are made here. */
    public long epoch() {
        return epoch;
    }

    /** The data directory's names, for who keeps the node's role in it. */
    public DataDirectory names() {
        return directory;
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
