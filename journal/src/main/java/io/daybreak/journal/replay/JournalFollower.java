package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.RecoveryRefusedException.Reason;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.port.ReplayTarget;
import org.agrona.UnsafeApi;

/**
 * Reads the journal beside a running switch, entry by entry, never behind what the durable mark says is published. Takes no lock, changes nothing.
 * <p>
 * Every entry is proved as at recovery: checksum, number, sequence, time, chain hash. Reads the queue alone: what only the commit log holds comes a
 * moment later when a switch runs, and not at all when none does. Not thread safe.
 */
public final class JournalFollower implements AutoCloseable {
    private static final int EXCERPT_HEADER = 4;

    private final Path queue;
    private final Path mark;
    private final EntrySeal seal = new EntrySeal();
    private final CommandUnpacker unpacker = new CommandUnpacker();
    private final SnapshotPosition start;
    private List<QueueFile> files;
    private int fileIndex = -1;
    private FileWindow window;
    private long position;
    private long entryPosition;
    private long entry;
    private long publishedEntry;

    private long entryNumber;
    private long sequence;
    private long timestampNs;
    private long incarnation;
    private long epoch;
    private long stateDigest;
    private byte[] journalId;

    private JournalFollower(final Path dataDirectory, final SnapshotPosition start) throws IOException {
        this.queue = dataDirectory.resolve("journal").resolve("queue");
        this.mark = dataDirectory.resolve("journal").resolve("mark");
        this.start = start;
        if (!Files.isDirectory(queue)) {
            throw new NoSuchFileException(queue.toString());
        }
        this.files = QueueFile.from(QueueCursor.list(queue), start.entryNumber() + 1);
        this.journalId = start.journalId();
        this.seal.chainHash(start.chainHash());
        this.entryNumber = start.entryNumber();
        this.sequence = start.sequence();
        this.timestampNs = start.timestampNs();
        this.incarnation = start.incarnation();
        this.epoch = start.epoch();
        this.stateDigest = start.stateDigest();
    }

    /** Begins behind an entry, {@link SnapshotPosition#BEGIN} for the first. */
    public static JournalFollower open(final Path dataDirectory, final SnapshotPosition start) throws IOException {
        return new JournalFollower(dataDirectory, start);
    }

    /**
     * Goes to the next published entry.
     *
     * @return false if there is none for now; to be asked again later
     * @throws RecoveryRefusedException if the next entry is missing, damaged, or does not continue the one before
     */
    public boolean next() throws IOException {
        while (true) {
            if (entryNumber >= publishedEntry) {
                publishedEntry = DurableMark.read(mark).publishedEntry();
                if (entryNumber >= publishedEntry) {
                    return false;
                }
            }
            if (!advance()) {
                return false;
            }
            final long number = EntryHeader.entryNumber(entry);
            if (number > start.entryNumber()) {
                accept(number);
                return true;
            }
            checkStart(number);
        }
    }

    /** To the next excerpt that holds an entry, in this file or the next. */
    private boolean advance() throws IOException {
        while (true) {
            if (window == null && !openNext()) {
                return false;
            }
            if (advanceInFile()) {
                return true;
            }
            final int next = nextFileWithEntries();
            if (next < 0) {
                return false;
            }
            // The next file is begun when this one has its last entry: that may have come since we looked.
            if (advanceInFile()) {
                return true;
            }
            window.close();
            window = null;
            fileIndex = next - 1;
        }
    }

    private boolean openNext() throws IOException {
        if (fileIndex + 1 >= files.size()) {
            files = QueueFile.from(QueueCursor.list(queue), entryNumber + 1);
            fileIndex = -1;
            if (files.isEmpty()) {
                return false;
            }
        }
        fileIndex++;
        window = new FileWindow(files.get(fileIndex).path, false);
        position = 0;
        return true;
    }

    private boolean advanceInFile() throws IOException {
        int header = header();
        if (header == 0 || header < 0 && header != QueueCursor.END_MARK || isDamaged(header)) {
            // What the window holds may be older than the file.
            window.close();
            window = new FileWindow(files.get(fileIndex).path, false);
            header = header();
        }
        while (header > 0 && (header & QueueCursor.METADATA) != 0) {
            position += EXCERPT_HEADER + ((header & QueueCursor.LENGTH_MASK) + 3 & ~3);
            header = header();
        }
        if (header <= 0) {
            return false;
        }
        if (isDamaged(header)) {
            window.close();
            window = new FileWindow(files.get(fileIndex).path, false);
            header = header();
            if (isDamaged(header)) {
                throw refuse(Reason.GAP, "the excerpt at " + position + " holds no readable entry");
            }
        }
        final int length = header & QueueCursor.LENGTH_MASK;
        entryPosition = position + EXCERPT_HEADER;
        entry = window.address(entryPosition);
        position += EXCERPT_HEADER + (length + 3 & ~3);
        return true;
    }

    private int header() throws IOException {
        if (position + EXCERPT_HEADER > window.size()) {
            return 0;
        }
        window.require(position, EXCERPT_HEADER);
        return UnsafeApi.getInt(window.address(position));
    }

    private boolean isDamaged(final int header) throws IOException {
        if (header <= 0 || (header & QueueCursor.METADATA) != 0) {
            return false;
        }
        final int length = header & QueueCursor.LENGTH_MASK;
        final long at = position + EXCERPT_HEADER;
        if (at + length > window.size()) {
            return true;
        }
        window.require(at, length);
        return EntryHeader.lengthIfPlausible(window.address(at), length) != length
            || !seal.isChecksumGood(window.view(), window.index(at), window.address(at));
    }

    /** Index of the next file that holds an entry, or -1; a start makes a file that may stay without. */
    private int nextFileWithEntries() throws IOException {
        final int current = files.get(fileIndex).number;
        final Path ours = files.get(fileIndex).path;
        files = QueueCursor.list(queue).stream().filter(file -> file.number >= current).toList();
        // Ours may have been let go of meanwhile; it stays open for us.
        final boolean isListed = !files.isEmpty() && files.get(0).number == current;
        if (!isListed) {
            files = new ArrayList<>(files);
            files.add(0, new QueueFile(ours, current));
        }
        fileIndex = 0;
        for (int i = 1; i < files.size(); i++) {
            try (QueueCursor cursor = new QueueCursor(List.of(new QueueFile(files.get(i).path, files.get(i).number)), 0)) {
                if (cursor.advance()) {
                    return i;
                }
            }
        }
        return -1;
    }

    private void checkStart(final long number) {
        if (number == start.entryNumber() && !Arrays.equals(EntryHeader.chainHash(entry), start.chainHash())) {
            throw refuse(Reason.BROKEN_CHAIN, "entry " + number + " is not the one that the snapshot stands behind");
        }
    }

    private void accept(final long number) {
        if (number != entryNumber + 1) {
            throw refuse(number <= entryNumber ? Reason.DISAGREEMENT : Reason.GAP, "entry " + number + " follows entry " + entryNumber);
        }
        if (EntryHeader.firstSequence(entry) != sequence + 1 || EntryHeader.timestampNs(entry) <= timestampNs
            || EntryHeader.incarnation(entry) < incarnation) {
            throw refuse(Reason.BROKEN_CHAIN, "sequence, time or incarnation of entry " + number + " do not continue");
        }
        if (!seal.acceptNext(window.view(), window.index(entryPosition), entry)) {
            throw refuse(Reason.BROKEN_CHAIN, "the chain hash of entry " + number + " does not follow from the entry before");
        }
        entryNumber = number;
        sequence = EntryHeader.lastSequence(entry);
        timestampNs = EntryHeader.timestampNs(entry);
        incarnation = EntryHeader.incarnation(entry);
        epoch = EntryHeader.epoch(entry);
        stateDigest = EntryHeader.stateDigest(entry);
        if (number == 1) {
            journalId = seal.chainHash();
        }
    }

    private RecoveryRefusedException refuse(final Reason reason, final String text) {
        return new RecoveryRefusedException(reason, files.get(Math.max(0, fileIndex)).path, sequence + 1, text,
            "restore the data directory from a copy or a standby; do not delete files of it");
    }

    /** Hands the current entry to the target. */
    public void replay(final ReplayTarget target) {
        unpacker.replay(entry, target);
    }

    /** Commands in the current entry. */
    public int count() {
        return EntryHeader.count(entry);
    }

    /** Bytes of the current entry. */
    public int lengthBytes() {
        return EntryHeader.length(entry);
    }

    /** Where it stands: behind the current entry. */
    public SnapshotPosition position() {
        return new SnapshotPosition(sequence, entryNumber, timestampNs, incarnation, epoch, stateDigest, seal.chainHash(), journalId);
    }

    /** Number of the current entry. */
    public long entryNumber() {
        return entryNumber;
    }

    /** Sequence of its last command. */
    public long sequence() {
        return sequence;
    }

    /** The entry that it may go to at most, as far as it has looked. */
    public long publishedEntry() {
        return publishedEntry;
    }

    @Override
    public void close() throws IOException {
        if (window != null) {
            window.close();
            window = null;
        }
    }
}
