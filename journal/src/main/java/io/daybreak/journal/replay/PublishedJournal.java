package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.port.ReplayTarget;
import org.agrona.UnsafeApi;

/**
 * Reads the journal beside a running switch, or where none runs: takes no lock, changes nothing, and goes no further than the switch has
 * published in the durable mark. Each entry is proven before it is shown: checksum, number, sequence, time, chain hash.
 * <p>
 * Rule: docs/journal-format.md, "Followers". Strict where recovery is lenient: what recovery could repair from the commit log is told as
 * damage here, except at the end, where the queue may lag behind the commit log and is completed from it. Where no mark of this boot of the
 * machine tells a limit, it goes to the end of what can be proven, as the next start would; whoever writes down what it reads, as the maker of snapshots
 * does, keeps to what was published even then ({@link #open(Path, SnapshotPosition)}).
 * <p>
 * Begins with the first entry, behind one that was seen before, or behind the one that a snapshot stands behind. Files that are released meanwhile are
 * no damage: {@link ReleasedJournalException}.
 * <p>
 * Not thread safe. Memory: two windows of 4 MiB, and the largest entry.
 */
public final class PublishedJournal implements AutoCloseable {
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(2);
    /** The queue is appended to right after the publication; a switch that was stopped in between never does it. */
    private static final long QUEUE_LAG_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(3);
    private static final int EXCERPT_HEADER = 4;

    private final DataDirectory names;
    private final EntrySeal seal = new EntrySeal();
    private final CommandUnpacker unpacker = new CommandUnpacker();
    private final boolean isForSnapshots;
    /** What the reader begins behind; entries up to it are stepped over. */
    private final long startEntry;
    private final byte[] startHash;
    private boolean isStartSeen;
    private List<QueueFile> files;
    private int fileIndex;
    private FileWindow window;
    private long offset;

    private long limitEntry;
    private long limitSequence;
    private boolean isBounded;
    private CommitLogCursor log;

    private long entryNumber;
    private long sequence;
    private long timestampNs;
    private long incarnation;
    private long epoch;
    private long stateDigest;
    private byte[] journalId;
    private byte[] hashBefore;

    // The current entry.
    private EntryCursor logEntry;
    private long entriesOfLog;
    private long entryOffset;
    private long sequenceBefore;
    private long timestampBefore;
    private long incarnationBefore;

    private PublishedJournal(final DataDirectory names, final Position from) throws IOException {
        this.names = names;
        isForSnapshots = false;
        startEntry = from.entryNumber();
        startHash = null;
        isStartSeen = true;
        seal.chainHash(from.chainHash());
        entryNumber = from.entryNumber();
        sequence = from.sequence();
        timestampNs = from.timestampNs();
        incarnation = from.incarnation();
        offset = from.offset();
        refresh();
        files = QueueCursor.list(names.queue());
        for (int i = 0; i < files.size(); i++) {
            if (files.get(i).number == from.fileNumber()) {
                fileIndex = i;
            }
        }
        if (from.fileNumber() != 0 && (files.isEmpty() || files.get(fileIndex).number != from.fileNumber())) {
            if (!files.isEmpty() && files.get(0).number > from.fileNumber()) {
                throw released();
            }
            throw new DamagedJournalException(names.queue(), sequence + 1, "there is no file number " + from.fileNumber());
        }
    }

    private PublishedJournal(final DataDirectory names, final SnapshotPosition from, final boolean isForSnapshots) throws IOException {
        this.names = names;
        this.isForSnapshots = isForSnapshots;
        startEntry = from.entryNumber();
        startHash = from.chainHash();
        isStartSeen = startEntry == 0;
        seal.chainHash(from.chainHash());
        entryNumber = from.entryNumber();
        sequence = from.sequence();
        timestampNs = from.timestampNs();
        incarnation = from.incarnation();
        epoch = from.epoch();
        stateDigest = from.stateDigest();
        journalId = from.journalId();
        refresh();
        files = QueueFile.from(QueueCursor.list(names.queue()), Math.max(1, startEntry));
    }

    /** Opens the journal of a data directory before its first entry. */
    public static PublishedJournal open(final Path dataDirectory) throws IOException {
        return open(dataDirectory, Position.BEGIN);
    }

    /** Opens it behind an entry that was seen before. */
    public static PublishedJournal open(final Path dataDirectory, final Position from) throws IOException {
        return new PublishedJournal(names(dataDirectory), from);
    }

    /** Opens it behind the entry that a snapshot stands behind, {@link SnapshotPosition#BEGIN} for none. */
    public static PublishedJournal open(final Path dataDirectory, final SnapshotPosition from) throws IOException {
        return new PublishedJournal(names(dataDirectory), from, false);
    }

    /**
     * Likewise, for who makes durable what it reads: never behind what the mark says was published, of whichever boot. What no mark speaks of
     * may be in the page cache only, and a snapshot of it would outlive it.
     */
    public static PublishedJournal openForSnapshots(final Path dataDirectory, final SnapshotPosition from) throws IOException {
        return new PublishedJournal(names(dataDirectory), from, true);
    }

    private static DataDirectory names(final Path dataDirectory) throws IOException {
        final DataDirectory names = DataDirectory.names(dataDirectory);
        if (!Files.isDirectory(names.queue())) {
            throw new NoSuchFileException(names.queue().toString(), null, "there is no journal");
        }
        return names;
    }

    /** Reads how far the switch has published by now. */
    public void refresh() throws IOException {
        final DurableMark.Statement mark = DurableMark.read(names.mark());
        isBounded = Files.exists(names.mark()) && mark.isOfThisBoot();
        if (isBounded && mark.publishedEntry() == 0) {
            final String damage = DurableMark.damage(names.mark());
            if (damage != null) {
                throw new DamagedJournalException(names.mark(), sequence + 1, damage);
            }
        }
        limitEntry = isBounded || isForSnapshots ? mark.publishedEntry() : Long.MAX_VALUE;
        limitSequence = isBounded ? mark.publishedSequence() : Math.max(mark.deviceSequence(), mark.syncedSequence());
    }

    /** Goes to the next entry; false where nothing more is published. After {@link #refresh} there may be more. */
    public boolean next() throws IOException {
        if (entryNumber >= limitEntry) {
            return false;
        }
        logEntry = null;
        final long begin = System.nanoTime();
        while (!nextBehindStart()) {
            final long waited = System.nanoTime() - begin;
            if ((!isBounded || waited > QUEUE_LAG_NS) && nextInLog() && !queueGoesOn()) {
                entriesOfLog++;
                accept(logEntry.view(), logEntry.index(), logEntry.address(), logEntry.file());
                return true;
            }
            if (!isBounded || waited > PATIENCE_NS) {
                if (sequence < limitSequence || isBounded) {
                    throw new DamagedJournalException(names.journal(), sequence + 1, "the mark says that "
                        + (isBounded ? "entry " + limitEntry : "sequence " + limitSequence) + " is durable, but entry "
                        + (entryNumber + 1) + " can be read in no file");
                }
                if (!isStartSeen && isStartInFiles()) {
                    throw new DamagedJournalException(names.queue(), sequence + 1, "the journal ends before entry " + startEntry
                        + ", which a snapshot stands behind");
                }
                return false;
            }
            LockSupport.parkNanos(POLL_NS);
            reopen();
        }
        accept(window.view(), window.index(entryOffset), window.address(entryOffset), file());
        return true;
    }

    /** What was at the end of the file may have grown, and files may have come. One that is released stays open for us. */
    private void reopen() throws IOException {
        closeLog();
        final QueueFile ours = files.isEmpty() ? null : files.get(fileIndex);
        files = QueueCursor.list(names.queue());
        fileIndex = 0;
        if (ours == null) {
            files = QueueFile.from(files, Math.max(1, startEntry));
            return;
        }
        while (fileIndex < files.size() && files.get(fileIndex).number < ours.number) {
            fileIndex++;
        }
        if (fileIndex == files.size() || files.get(fileIndex).number != ours.number) {
            files = new ArrayList<>(files);
            files.add(fileIndex, ours);
        } else {
            closeWindow();
        }
    }

    /** Steps over what the snapshot holds, up to its own entry, which must be the one that it was made behind. */
    private boolean nextBehindStart() throws IOException {
        while (nextInQueue()) {
            final long number = EntryHeader.entryNumber(window.address(entryOffset));
            if (startHash == null || number > startEntry) {
                return true;
            }
            if (number == startEntry) {
                isStartSeen = true;
                if (!Arrays.equals(EntryHeader.chainHash(window.address(entryOffset)), startHash)) {
                    throw damage("entry " + number + " is not the one that the snapshot stands behind");
                }
            }
        }
        return false;
    }

    private boolean isStartInFiles() throws IOException {
        final List<QueueFiles.Contents> contents = QueueFiles.contents(names.queue());
        return contents.isEmpty() || contents.get(0).firstEntry() <= startEntry;
    }

    private ReleasedJournalException released() throws IOException {
        final List<QueueFiles.Contents> contents = QueueFiles.contents(names.queue());
        return contents.isEmpty() ? new ReleasedJournalException(names.queue(), 0, 0)
            : new ReleasedJournalException(contents.get(0).path(), contents.get(0).firstEntry(), contents.get(0).firstSequence());
    }

    private FileWindow openWindow() throws IOException {
        try {
            return new FileWindow(files.get(fileIndex).path, false);
        } catch (final NoSuchFileException ex) {
            throw released();
        }
    }

    private boolean nextInQueue() throws IOException {
        while (fileIndex < files.size()) {
            if (window == null) {
                window = openWindow();
            }
            if (offset + EXCERPT_HEADER > window.size()) {
                if (!nextFile()) {
                    return false;
                }
                continue;
            }
            final int header = header();
            final int length = header & QueueCursor.LENGTH_MASK;
            final long next = offset + EXCERPT_HEADER + (length + 3 & ~3);
            if (header == QueueCursor.END_MARK) {
                if (!nextFile()) {
                    return false;
                }
            } else if (header == 0 || (header & QueueCursor.NOT_COMPLETE) != 0) {
                return isLastFile() || !skipsToNextFile() ? false : nextInQueue();
            } else if (next > window.size()) {
                throw damage("an excerpt at " + offset + " reaches beyond the file");
            } else if ((header & QueueCursor.METADATA) != 0) {
                offset = next;
            } else {
                entryOffset = offset + EXCERPT_HEADER;
                window.require(entryOffset, length);
                if (EntryHeader.lengthIfPlausible(window.address(entryOffset), length) != length
                    || !seal.isChecksumGood(window.view(), window.index(entryOffset), window.address(entryOffset))) {
                    throw damage("the excerpt at " + offset + " holds no readable entry");
                }
                offset = next;
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the queue holds entries behind the place where it cannot be read on: then it is damaged there, and not merely behind the commit
     * log. A switch that died while it appended leaves at most the next entry under a header that is not complete.
     */
    private boolean queueGoesOn() throws IOException {
        if (fileIndex >= files.size()) {
            return false;
        }
        final int headerAt = offset + EXCERPT_HEADER <= window.size() ? header() : 0;
        final long most = (headerAt & QueueCursor.NOT_COMPLETE) != 0 ? entryNumber + 1 : entryNumber;
        try (QueueCursor cursor = new QueueCursor(files, fileIndex)) {
            while (cursor.advance()) {
                if (EntryHeader.entryNumber(cursor.address()) > most) {
                    reopen();
                    if (window == null) {
                        window = openWindow();
                    }
                    if (headerAt == header()) {
                        throw damage("the walk ends at " + offset + ", but entry " + EntryHeader.entryNumber(cursor.address()) + " lies behind");
                    }
                    return true;
                }
            }
        }
        return false;
    }

    private int header() throws IOException {
        window.require(offset, EXCERPT_HEADER);
        return UnsafeApi.getInt(window.address(offset));
    }

    private boolean isLastFile() {
        return fileIndex + 1 >= files.size();
    }

    /** Files are made ahead of need: an end without a mark is passed only if the file behind it holds the next entry. */
    private boolean skipsToNextFile() throws IOException {
        try (QueueCursor cursor = new QueueCursor(files, fileIndex + 1)) {
            if (!cursor.advance() || EntryHeader.entryNumber(cursor.address()) != entryNumber + 1) {
                return false;
            }
        }
        return nextFile();
    }

    private boolean nextFile() throws IOException {
        if (isLastFile()) {
            return false;
        }
        closeWindow();
        fileIndex++;
        offset = 0;
        return true;
    }

    private boolean nextInLog() throws IOException {
        if (log == null) {
            log = new CommitLogCursor(names);
            if (!log.advance()) {
                return false;
            }
        }
        while (log.isPresent() && EntryHeader.entryNumber(log.address()) <= entryNumber) {
            if (!log.advance()) {
                return false;
            }
        }
        if (!log.isPresent() || EntryHeader.entryNumber(log.address()) != entryNumber + 1) {
            return false;
        }
        logEntry = log;
        return true;
    }

    private void accept(final ByteBuffer view, final int index, final long entry, final Path where) {
        if (entryNumber == startEntry && EntryHeader.entryNumber(entry) > entryNumber + 1 && fileIndex == 0
            && (startEntry == 0 || !isStartSeen)) {
            throw new ReleasedJournalException(where, EntryHeader.entryNumber(entry), EntryHeader.firstSequence(entry));
        }
        if (EntryHeader.entryNumber(entry) != entryNumber + 1) {
            throw new DamagedJournalException(where, sequence + 1, "entry " + EntryHeader.entryNumber(entry) + " follows on entry " + entryNumber);
        }
        if (EntryHeader.firstSequence(entry) != sequence + 1 || EntryHeader.count(entry) < 0) {
            throw new DamagedJournalException(where, sequence + 1, "entry " + (entryNumber + 1) + " begins with sequence "
                + EntryHeader.firstSequence(entry));
        }
        if (EntryHeader.timestampNs(entry) <= timestampNs || EntryHeader.incarnation(entry) < incarnation) {
            throw new DamagedJournalException(where, sequence + 1, "time or incarnation of entry " + (entryNumber + 1) + " goes back");
        }
        hashBefore = seal.chainHash();
        if (!seal.acceptNext(view, index, entry)) {
            throw new DamagedJournalException(where, sequence + 1, "the chain hash of entry " + (entryNumber + 1)
                + " does not follow from the entry before");
        }
        sequenceBefore = sequence;
        timestampBefore = timestampNs;
        incarnationBefore = incarnation;
        entryNumber++;
        sequence = EntryHeader.lastSequence(entry);
        timestampNs = EntryHeader.timestampNs(entry);
        incarnation = EntryHeader.incarnation(entry);
        epoch = EntryHeader.epoch(entry);
        stateDigest = EntryHeader.stateDigest(entry);
        if (entryNumber == 1) {
            journalId = seal.chainHash();
        }
    }

    private DamagedJournalException damage(final String finding) {
        return new DamagedJournalException(file(), sequence + 1, finding);
    }

    /** Hands the current entry to the target. */
    public void replay(final ReplayTarget target) {
        unpacker.replay(address(), target);
    }

    private long address() {
        return logEntry == null ? window.address(entryOffset) : logEntry.address();
    }

    /** File that holds the current entry. */
    public Path file() {
        return logEntry != null ? logEntry.file() : files.get(fileIndex).path;
    }

    /** Entries that the queue does not have and the commit log completed: a switch was stopped between the two. */
    public long entriesOfLog() {
        return entriesOfLog;
    }

    /** Greatest sequence that the switch has published, as of the last look; what is provable ends the journal where nothing limits it. */
    public long publishedSequence() {
        return limitSequence;
    }

    /** True where a mark of this boot tells how far it must be able to go; otherwise it ends where the journal does. */
    public boolean isBounded() {
        return isBounded;
    }

    /** The entry that it may go to at most, as of the last look. */
    public long limitEntry() {
        return limitEntry;
    }

    /** Number of the current entry; 0 before the first. */
    public long entryNumber() {
        return entryNumber;
    }

    /** Sequence of its last command. */
    public long lastSequence() {
        return sequence;
    }

    /** Commands in it. */
    public int count() {
        return EntryHeader.count(address());
    }

    /** Its command time, Unix nanoseconds. */
    public long timestampNs() {
        return timestampNs;
    }

    /** Digest of the state after it. */
    public long stateDigest() {
        return stateDigest;
    }

    /** Run of the process that made it. */
    public long incarnation() {
        return incarnation;
    }

    /** Fencing number that it carries. */
    public long epoch() {
        return epoch;
    }

    /** Its bytes in the journal. */
    public int lengthBytes() {
        return EntryHeader.length(address());
    }

    /** Its chain hash. */
    public byte[] chainHash() {
        return seal.chainHash();
    }

    /**
     * The place in front of the current entry, to come back to.
     *
     * @return null if the entry stands in the commit log only, so far
     */
    public Position position() {
        return logEntry != null ? null : new Position(files.get(fileIndex).number, entryOffset - EXCERPT_HEADER, entryNumber - 1,
            sequenceBefore, timestampBefore, incarnationBefore, hashBefore);
    }

    /**
     * Where it stands: behind the current entry.
     *
     * @throws IllegalStateException if it was opened at a {@link Position}, which does not tell the journal's name
     */
    public SnapshotPosition snapshotPosition() {
        if (journalId == null && entryNumber > 0) {
            throw new IllegalStateException("opened in the midst of the journal");
        }
        return entryNumber == 0 ? SnapshotPosition.BEGIN
            : new SnapshotPosition(sequence, entryNumber, timestampNs, incarnation, epoch, stateDigest, seal.chainHash(), journalId);
    }

    private void closeWindow() throws IOException {
        if (window != null) {
            window.close();
            window = null;
        }
    }

    private void closeLog() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    @Override
    public void close() throws IOException {
        closeWindow();
        closeLog();
    }
}
