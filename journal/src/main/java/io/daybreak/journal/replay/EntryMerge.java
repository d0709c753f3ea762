package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.RecoveryRefusedException.Reason;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import org.agrona.UnsafeApi;

/**
 * Makes one stream of proven entries out of the queue and the commit log.
 * <p>
 * Rule: docs/journal-format.md, "Recovery". An entry counts only if its number is the next one, its sequence continues, its time and incarnation do not
 * go back, and its chain hash follows from the entry before. Where both logs hold it, they must hold the same bytes. It ends at the first
 * number that neither holds; {@link #drain} then tells what lies behind, and which sequence that names as durable.
 */
final class EntryMerge implements AutoCloseable {
    private final List<QueueFile> files;
    private final QueueCursor queue;
    private final CommitLogCursor log;
    private final EntrySeal seal = new EntrySeal();
    private final long syncedEntry;
    private final boolean isFirstPass;
    private long lastEntryToKeep = Long.MAX_VALUE;

    private long entryNumber;
    private long sequence;
    private long timestampNs;
    private long incarnation;
    private long stateDigest;
    private long epoch;
    private int seenFiles;
    private EntryCursor current;
    private boolean queueHolds;
    private boolean logHolds;
    private long entriesTaken;
    private long completedEntries;
    private long entriesBehind;
    private long namedDurable;
    private Path namedBy;
    /** False before the first entry of a stream whose begin is proved by what follows. */
    private boolean isAnchored = true;
    private SnapshotPosition position;
    private Path snapshot;

    /**
     * Begins before the first entry.
     *
     * @param syncedEntry entry up to which the queue is known to be on the device
     */
    EntryMerge(final List<QueueFile> files, final CommitLogCursor log, final long syncedEntry) throws IOException {
        this(files, 0, log, syncedEntry, true);
        start();
    }

    /** Begins where a file begins that an earlier pass has gone over. */
    EntryMerge(final List<QueueFile> files, final QueueFile first, final CommitLogCursor log) throws IOException {
        this(files, files.indexOf(first), log, Long.MAX_VALUE, false);
        seal.chainHash(first.chainHashBefore);
        entryNumber = first.firstExpectedEntry - 1;
        sequence = first.sequenceBefore;
        timestampNs = first.timestampBefore;
        incarnation = first.incarnationBefore;
        isAnchored = !first.isAnchor;
        start();
    }

    /**
     * Begins with the first of the files, or behind a snapshot where the files begin there; entries up to the snapshot's are proved and told like any
     * others, and the snapshot's own must be the one that it names.
     *
     * @param files    the last of the queue's files, see {@link QueueFile#from}
     * @param snapshot file of the snapshot, for messages
     */
    EntryMerge(final List<QueueFile> files, final CommitLogCursor log, final long syncedEntry, final SnapshotPosition position, final Path snapshot)
        throws IOException {
        this(files, 0, log, syncedEntry, true);
        this.position = position;
        this.snapshot = snapshot;
        log.advance();
        queue.advance();
        if (queue.isPresent() && EntryHeader.entryNumber(queue.address()) <= position.entryNumber()) {
            for (int i = 0; i <= queue.fileIndex(); i++) {
                if (files.get(i).irregularity != null) {
                    throw refuse(Reason.GAP, files.get(i).path, "its first entries cannot be read");
                }
            }
            anchorAt(queue.address());
            files.get(queue.fileIndex()).isAnchor = true;
        } else {
            seal.chainHash(position.chainHash());
            entryNumber = position.entryNumber();
            sequence = position.sequence();
            timestampNs = position.timestampNs();
            incarnation = position.incarnation();
            stateDigest = position.stateDigest();
            epoch = position.epoch();
        }
        noteFiles();
    }

    /** The stream begins with this entry; what came before it is proved by the snapshot, whose chain hash follows from it. */
    private void anchorAt(final long entry) {
        entryNumber = EntryHeader.entryNumber(entry) - 1;
        sequence = EntryHeader.firstSequence(entry) - 1;
        timestampNs = EntryHeader.timestampNs(entry) - 1;
        incarnation = EntryHeader.incarnation(entry);
        isAnchored = false;
    }

    private EntryMerge(final List<QueueFile> files, final int firstFile, final CommitLogCursor log, final long syncedEntry,
                       final boolean isFirstPass) {
        this.files = files;
        this.queue = new QueueCursor(files, firstFile);
        this.log = log;
        this.syncedEntry = syncedEntry;
        this.isFirstPass = isFirstPass;
    }

    private void start() throws IOException {
        advanceQueue();
        log.advance();
    }

    private void advanceQueue() throws IOException {
        queue.advance();
        noteFiles();
    }

    private void noteFiles() {
        while (isFirstPass && seenFiles <= queue.fileIndex()) {
            final QueueFile file = files.get(seenFiles++);
            file.firstExpectedEntry = entryNumber + 1;
            file.chainHashBefore = seal.chainHash();
            file.sequenceBefore = sequence;
            file.timestampBefore = timestampNs;
            file.incarnationBefore = incarnation;
        }
    }

    /** Ends the stream behind this entry, whatever follows it. */
    void endBehind(final long lastEntry) {
        lastEntryToKeep = lastEntry;
    }

    /** Goes to the next proven entry. False: neither log holds the next number. */
    boolean next() throws IOException {
        if (queueHolds) {
            advanceQueue();
        }
        if (logHolds) {
            log.advance();
        }
        final long expected = entryNumber + 1;
        if (expected > lastEntryToKeep) {
            queueHolds = false;
            logHolds = false;
            current = null;
            return false;
        }
        while (log.isPresent() && EntryHeader.entryNumber(log.address()) < expected) {
            log.advance();
        }
        if (queue.isPresent() && EntryHeader.entryNumber(queue.address()) < expected) {
            throw refuse(Reason.DISAGREEMENT, queue.file(), "entry " + EntryHeader.entryNumber(queue.address()) + " is there a second time");
        }
        queueHolds = queue.isPresent() && EntryHeader.entryNumber(queue.address()) == expected;
        logHolds = log.isPresent() && EntryHeader.entryNumber(log.address()) == expected;
        if (!queueHolds && !logHolds) {
            current = null;
            return false;
        }
        if (queueHolds && logHolds && !isSame()) {
            throw refuse(Reason.DISAGREEMENT, queue.file(), "entry " + expected + " differs from that in " + log.file());
        }
        current = queueHolds ? queue : log;
        accept(current);
        if (queueHolds && isFirstPass) {
            final QueueFile file = files.get(queue.fileIndex());
            file.lastEntry = entryNumber;
            if (entryNumber > syncedEntry && file.unsyncedPosition == 0) {
                file.unsyncedPosition = queue.excerptPosition();
            }
        } else if (!queueHolds) {
            completedEntries++;
            if (queue.isPresent()) {
                files.get(queue.fileIndex()).irregular("the entries before number " + EntryHeader.entryNumber(queue.address()) + " are missing");
            }
        }
        return true;
    }

    private boolean isSame() {
        final long a = queue.address();
        final long b = log.address();
        final int length = EntryHeader.length(a);
        if (length != EntryHeader.length(b)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (UnsafeApi.getByte(a + i) != UnsafeApi.getByte(b + i)) {
                return false;
            }
        }
        return true;
    }

    private void accept(final EntryCursor cursor) {
        final long entry = cursor.address();
        if (EntryHeader.firstSequence(entry) != sequence + 1 || EntryHeader.count(entry) < 0) {
            throw refuse(Reason.BROKEN_CHAIN, cursor.file(), "entry " + EntryHeader.entryNumber(entry) + " begins with sequence "
                + EntryHeader.firstSequence(entry));
        }
        if (EntryHeader.timestampNs(entry) <= timestampNs || EntryHeader.incarnation(entry) < incarnation) {
            throw refuse(Reason.BROKEN_CHAIN, cursor.file(), "time or incarnation of entry " + EntryHeader.entryNumber(entry) + " goes back");
        }
        if (!isAnchored) {
            seal.chainHash(EntryHeader.chainHash(entry));
            isAnchored = true;
        } else if (!seal.acceptNext(cursor.view(), cursor.index(), entry)) {
            throw refuse(Reason.BROKEN_CHAIN, cursor.file(), "the chain hash of entry " + EntryHeader.entryNumber(entry)
                + " does not follow from the entry before");
        }
        name(cursor);
        entryNumber++;
        entriesTaken++;
        sequence = EntryHeader.lastSequence(entry);
        timestampNs = EntryHeader.timestampNs(entry);
        incarnation = EntryHeader.incarnation(entry);
        stateDigest = EntryHeader.stateDigest(entry);
        epoch = EntryHeader.epoch(entry);
        if (position != null && entryNumber == position.entryNumber()
            && (sequence != position.sequence() || !Arrays.equals(seal.chainHash(), position.chainHash()))) {
            throw refuse(Reason.BROKEN_CHAIN, cursor.file(), "entry " + entryNumber + " is not the one that " + snapshot
                + " stands behind: one of the two is of another journal");
        }
    }

    private void name(final EntryCursor cursor) {
        final long named = EntryHeader.durableSequence(cursor.address());
        if (named > namedDurable) {
            namedDurable = named;
            namedBy = cursor.file();
        }
    }

    private RecoveryRefusedException refuse(final Reason reason, final Path file, final String text) {
        return new RecoveryRefusedException(reason, file, sequence + 1, text,
            "restore the data directory from a copy or a standby; do not delete files of it");
    }

    /** After {@link #next} was false: reads everything behind, so that {@link #namedDurable} and {@link #entriesBehind} are complete. */
    void drain() throws IOException {
        drain(cursor -> { });
    }

    /** Takes what lies behind the end. */
    interface Remainder {
        /** An entry behind the end, from the queue first; valid during the call. */
        void onEntry(EntryCursor cursor) throws IOException;
    }

    /** As {@link #drain()}, handing over what it reads. */
    void drain(final Remainder remainder) throws IOException {
        while (queue.isPresent()) {
            final QueueFile file = files.get(queue.fileIndex());
            file.irregular("entries from number " + EntryHeader.entryNumber(queue.address()) + " on have lost those before them");
            entriesBehind++;
            name(queue);
            remainder.onEntry(queue);
            advanceQueue();
        }
        while (log.isPresent()) {
            entriesBehind++;
            name(log);
            remainder.onEntry(log);
            log.advance();
        }
    }

    /** Raw address of the current entry. */
    long address() {
        return current.address();
    }

    /** File that holds the current entry. */
    Path file() {
        return current.file();
    }

    /** Whether the queue holds the current entry; otherwise it comes from the commit log. */
    boolean isInQueue() {
        return queueHolds;
    }

    long entryNumber() {
        return entryNumber;
    }

    long sequence() {
        return sequence;
    }

    long timestampNs() {
        return timestampNs;
    }

    long incarnation() {
        return incarnation;
    }

    long stateDigest() {
        return stateDigest;
    }

    long epoch() {
        return epoch;
    }

    /** Chain hash of the last proven entry. */
    byte[] chainHash() {
        return seal.chainHash();
    }

    /** Entries of the stream so far. */
    long entriesTaken() {
        return entriesTaken;
    }

    /** Entries that only the commit log held. */
    long completedEntries() {
        return completedEntries;
    }

    /** Readable entries that do not continue the stream. */
    long entriesBehind() {
        return entriesBehind;
    }

    /** Greatest sequence that any entry read so far names as durable. */
    long namedDurable() {
        return namedDurable;
    }

    /** File of the entry that named it; null if none did. */
    Path namedBy() {
        return namedBy;
    }

    @Override
    public void close() throws IOException {
        queue.close();
        log.close();
    }
}
