package io.daybreak.journal.replay;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.ForgedEntryException;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.LastEntry;
import io.daybreak.journal.NodeRefusedException;
import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.RecoveryReport;
import io.daybreak.journal.append.ChronicleJournal;
import io.daybreak.journal.append.ChronicleJournal.Position;
import io.daybreak.journal.append.CommitLog;
import io.daybreak.journal.append.EntryQueue;
import io.daybreak.journal.append.QueueAppender;
import io.daybreak.journal.directory.CutMark;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.directory.DurableMark;
import io.daybreak.journal.directory.Incarnation;
import io.daybreak.journal.directory.NodeState;
import io.daybreak.journal.directory.SnapshotMark;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.port.RecoveryTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a data directory from whatever a process left to a journal that can be appended to.
 * <p>
 * Rule: docs/journal-format.md, "Recovery". The steps, each safe to be repeated after a crash at any point of it:
 * <ol>
 * <li>merge queue and commit log into one stream of proven entries and hand it to the replay target;</li>
 * <li>refuse if that is less than anything readable names as durable;</li>
 * <li>take a new incarnation, durably;</li>
 * <li>write damaged files of the queue anew, mark the end of the others, rewrite and sync what is not known to be synced;</li>
 * <li>begin a new file of the queue, append to it what only the commit log had, sync;</li>
 * <li>begin a new generation in the commit log: from here on its old content counts no more.</li>
 * </ol>
 * Used once, by the opening thread.
 */
public final class Recovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(Recovery.class);
    private static final int PAGE = 4096;
    private static final long PROGRESS_BYTES = 4 << 20;
    private static final String RESTORE_JOURNAL = "restore the missing files of ";
    private static final String OR_A_COPY = ", or the whole data directory from a copy or a standby";

    private final JournalContext context;
    private final DataDirectory directory;
    private final List<String> messages = new ArrayList<>();
    private final long startNs = System.nanoTime();
    private long replayedCommands;
    private long cutBytes;
    private int repairedFiles;
    private Position committed = new Position(0, 0);
    private RecoveryReport report;

    /** For a directory that is owned. */
    public Recovery(final JournalContext context, final DataDirectory directory) {
        this.context = context;
        this.directory = directory;
    }

    /** Does all of it. */
    public ChronicleJournal run(final RecoveryTarget target) throws IOException {
        emptyRepairDirectory();
        if (context.isStepped()) {
            return run(target, null);
        }
        final Thread warmUp = warmUp();
        try {
            return run(target, warmUp);
        } catch (final RecoveryRefusedException e) {
            // What was passed over on the way may be why.
            messages.forEach(LOGGER::warn);
            throw e;
        } finally {
            await(warmUp);
        }
    }

    private ChronicleJournal run(final RecoveryTarget target, final Thread warmUp) throws IOException {
        final NodeState node = NodeState.read(directory.node());
        refuseWrongRole(node);
        beginAnew();
        final long cutBehind = CutMark.read(directory.cut());
        final DurableMark.Statement mark = DurableMark.read(directory.mark());
        final long storedIncarnation = Incarnation.read(directory.incarnation());
        final NewestSnapshot snapshot = NewestSnapshot.load(new SnapshotDirectory(directory.root()), target,
            cutBehind == CutMark.NONE ? Long.MAX_VALUE : cutBehind, messages);
        final CommitLogCursor log = new CommitLogCursor(directory);
        final long generation = log.generation();
        final List<QueueFile> all = QueueCursor.list(directory.queue());
        final List<QueueFile> files = snapshot.path() == null ? all
            : QueueFile.from(all, Math.min(snapshot.position().entryNumber(), Math.max(1, mark.syncedEntry())));
        try (EntryMerge merge = snapshot.path() == null ? new EntryMerge(files, log, mark.syncedEntry())
            : new EntryMerge(files, log, mark.syncedEntry(), snapshot.position(), snapshot.path())) {
            if (cutBehind != CutMark.NONE) {
                merge.endBehind(cutBehind);
            }
            replay(merge, snapshot, files, context.following() ? mark.publishedEntry() : Long.MAX_VALUE);
            final long lostSequences;
            if (cutBehind == CutMark.NONE) {
                merge.drain();
                refuseIfLessThan(snapshot, merge);
                lostSequences = refuseIfLessThanDurable(merge, mark);
            } else {
                setAside(merge, mark, cutBehind, storedIncarnation);
                lostSequences = 0;
            }
            final long incarnation = Math.max(storedIncarnation, merge.incarnation()) + 1;
            Incarnation.write(directory.incarnation(), incarnation);
            tell(merge, log, mark);
            if (warmUp != null) {
                await(warmUp);
            }
            repair(files, incarnation);
            final ChronicleJournal journal = open(merge, files, all, incarnation, generation, node);
            CutMark.remove(directory.cut());
            report = new RecoveryReport(merge.sequence(), merge.entryNumber(), merge.timestampNs(), merge.stateDigest(), merge.epoch(),
                incarnation, snapshot.position().sequence(), replayedCommands, merge.completedEntries(), merge.entriesBehind(), cutBytes, repairedFiles, lostSequences,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs), List.copyOf(messages));
            return journal;
        }
    }

    /**
     * Loads Chronicle's classes beside the scan: half a second of processor time, measured, that a start need not wait for. It opens a queue of
     * its own in the repair directory; ours is opened by nobody before it is scanned. If it fails, the real opening will say why.
     */
    private Thread warmUp() throws IOException {
        final Path place = directory.repair();
        DurableFiles.createDirectory(place);
        final Thread thread = new Thread(() -> {
            try {
                context.queues().open(place, 1, context.clock(), context.mappedBytes()).close();
            } catch (final IOException | RuntimeException e) {
                LOGGER.debug("warm-up of the queue failed", e);
            }
        }, "journal-warm-up");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Waits for it, and takes away what it left; a second time there is nothing to do. */
    private void await(final Thread warmUp) throws IOException {
        try {
            warmUp.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while recovering");
        }
        emptyRepairDirectory();
    }

    /** After {@link #run}. */
    public RecoveryReport report() {
        return report;
    }

    private void emptyRepairDirectory() throws IOException {
        if (Files.isDirectory(directory.repair())) {
            try (Stream<Path> left = Files.list(directory.repair())) {
                for (final Path path : (Iterable<Path>) left::iterator) {
                    Files.delete(path);
                }
            }
        }
    }

    /** @param lastEntry last one that may be applied: a standby keeps more than it knows to be acknowledged */
    private void replay(final EntryMerge merge, final NewestSnapshot snapshot, final List<QueueFile> files, final long lastEntry) throws IOException {
        committed = new Position(snapshot.position().entryNumber(), snapshot.position().sequence());
        final CommandUnpacker unpacker = new CommandUnpacker(context.keys());
        long total = 0;
        for (final QueueFile file : files) {
            total += Files.size(file.path);
        }
        long done = 0;
        long told = 0;
        while (merge.next()) {
            done += EntryHeader.length(merge.address());
            if (done - told >= PROGRESS_BYTES) {
                told = done;
                context.progress().onProgress(done, total, replayedCommands);
            }
            if (merge.entryNumber() > snapshot.position().entryNumber() && merge.entryNumber() <= lastEntry) {
                try {
                    unpacker.replay(merge.address(), snapshot.replayTarget());
                } catch (final ForgedEntryException e) {
                    throw new RecoveryRefusedException(RecoveryRefusedException.Reason.BROKEN_CHAIN, merge.file(), e.firstSequence(), e.getMessage(),
                        RESTORE_JOURNAL + directory.journal() + OR_A_COPY);
                }
                replayedCommands += EntryHeader.count(merge.address());
                committed = new Position(merge.entryNumber(), merge.sequence());
            }
        }
    }

    /** A snapshot is made of what was durable: a journal that ends before it has lost something. */
    private void refuseIfLessThan(final NewestSnapshot snapshot, final EntryMerge merge) {
        if (snapshot.position().entryNumber() > merge.entryNumber()) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.GAP, snapshot.path(), merge.sequence() + 1,
                "it stands behind entry " + snapshot.position().entryNumber() + ", but entry " + (merge.entryNumber() + 1) + " can be read in no file",
                RESTORE_JOURNAL + directory.journal() + OR_A_COPY);
        }
    }

    private void refuseWrongRole(final NodeState node) {
        if (context.following()) {
            return;
        }
        if (node.role() == NodeState.Role.STANDBY) {
            throw new NodeRefusedException(directory.root() + " is a standby's: start it with --standby-of, and promote it if it is to lead");
        }
        if (node.isFenced()) {
            throw new NodeRefusedException("another node leads in epoch " + node.seenEpoch() + ", and " + directory.root() + " led in epoch "
                + node.epoch() + ": this node may not lead any more; join it again with --standby-of");
        }
    }

    /** The primary sent a snapshot since this journal was too old: it is set aside, and with it every other snapshot. Each step may be repeated. */
    private void beginAnew() throws IOException {
        final long sequence = SnapshotMark.read(directory.anew());
        if (sequence == SnapshotMark.NONE) {
            return;
        }
        final SnapshotDirectory snapshots = new SnapshotDirectory(directory.root());
        final Path place = directory.before(sequence);
        DurableFiles.createDirectory(directory.aside());
        DurableFiles.createDirectory(place);
        final List<Path> moved = new ArrayList<>(List.of(directory.commitLog(0), directory.commitLog(1), directory.mark(), directory.cut()));
        try (Stream<Path> files = Files.list(directory.queue())) {
            files.forEach(moved::add);
        }
        snapshots.list().stream().filter(path -> !path.equals(snapshots.path(sequence))).forEach(moved::add);
        for (final Path path : moved) {
            if (Files.exists(path)) {
                Files.move(path, place.resolve(path.getFileName()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        DurableFiles.syncDirectory(place);
        DurableFiles.syncDirectory(directory.aside());
        DurableFiles.syncDirectory(directory.queue());
        DurableFiles.syncDirectory(directory.journal());
        DurableFiles.syncDirectory(snapshots.root());
        SnapshotMark.remove(directory.anew());
        messages.add("begun anew with the primary's snapshot of sequence " + sequence + "; the journal that was here before is kept in " + place);
    }

    /** A standby's primary does not have what follows: it is kept, with word of what of it had been acknowledged, and counts no more. */
    private void setAside(final EntryMerge merge, final DurableMark.Statement mark, final long cutBehind, final long storedIncarnation)
        throws IOException {
        if (merge.entryNumber() < cutBehind) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.GAP, directory.cut(), merge.sequence() + 1,
                "the journal is to be cut behind entry " + cutBehind + " and ends with " + merge.entryNumber(),
                "begin anew with an empty data directory: the standby gets everything from its primary");
        }
        final Path file = directory.divergent(storedIncarnation);
        DurableFiles.createDirectory(directory.aside());
        try (DivergentTail.Writer writer = DivergentTail.create(file, merge.entryNumber(), merge.sequence(), mark.publishedSequence())) {
            merge.drain(cursor -> writer.add(cursor.view(), cursor.index(), cursor.address()));
            if (writer.entries() > 0) {
                messages.add(writer.entries() + " entries behind entry " + cutBehind + " are not in the primary's journal and are set aside: " + file
                    + "; up to sequence " + mark.publishedSequence() + " they had been acknowledged, which daybreak.jar divergent shows");
            }
        }
        DurableFiles.syncDirectory(directory.aside());
        setSnapshotsAside(cutBehind, storedIncarnation);
    }

    /** A snapshot of what is cut would be taken for the newest as soon as the journal, with other entries, is as long again. */
    private void setSnapshotsAside(final long cutBehind, final long storedIncarnation) throws IOException {
        final SnapshotDirectory snapshots = new SnapshotDirectory(directory.root());
        boolean isChanged = false;
        for (final Path path : snapshots.list()) {
            if (isBehind(path, cutBehind)) {
                final Path kept = directory.aside().resolve(path.getFileName() + "." + storedIncarnation);
                Files.move(path, kept, StandardCopyOption.ATOMIC_MOVE);
                messages.add("snapshot " + path.getFileName() + " holds what is cut; kept as " + kept);
                isChanged = true;
            }
        }
        if (isChanged) {
            DurableFiles.syncDirectory(directory.aside());
            DurableFiles.syncDirectory(snapshots.root());
        }
    }

    private static boolean isBehind(final Path snapshot, final long entry) throws IOException {
        try (SnapshotFile file = SnapshotFile.open(snapshot)) {
            return file.position().entryNumber() > entry;
        } catch (final SnapshotDamagedException e) {
            // Nobody will ever take it for good.
            return false;
        }
    }

    /** Returns the sequences that mode process lost with the power, and says so. */
    private long refuseIfLessThanDurable(final EntryMerge merge, final DurableMark.Statement mark) {
        final long recovered = merge.sequence();
        final long marked = Math.max(mark.deviceSequence(), mark.syncedSequence());
        // What was only published survives the process, but not the machine that it ran on.
        final long published = mark.isOfThisBoot() ? mark.publishedSequence() : 0;
        // A standby's entries name what was on the primary's device: whether they were on this one, only the own mark can say.
        final long named = context.following() ? 0 : merge.namedDurable();
        final long needed = Math.max(named, Math.max(marked, published));
        if (needed > recovered) {
            final Path witness = named == needed ? merge.namedBy() : directory.mark();
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.GAP, witness, recovered + 1,
                "it says that sequence " + needed + " was durable, but entry " + (merge.entryNumber() + 1) + " can be read in no file",
                RESTORE_JOURNAL + directory.journal() + OR_A_COPY);
        }
        final long neededEntry = Math.max(mark.syncedEntry(), mark.isOfThisBoot() ? mark.publishedEntry() : 0);
        if (neededEntry > merge.entryNumber()) {
            throw new RecoveryRefusedException(RecoveryRefusedException.Reason.GAP, directory.mark(), recovered + 1,
                "it says that entry " + neededEntry + " was durable, but entry " + (merge.entryNumber() + 1) + " can be read in no file",
                RESTORE_JOURNAL + directory.journal() + OR_A_COPY);
        }
        return Math.max(0, mark.publishedSequence() - recovered);
    }

    private void tell(final EntryMerge merge, final CommitLogCursor log, final DurableMark.Statement mark) {
        if (merge.completedEntries() > 0) {
            messages.add(merge.completedEntries() + " entries were completed from the commit log");
        }
        if (merge.entriesBehind() > 0) {
            messages.add(merge.entriesBehind() + " entries behind sequence " + merge.sequence()
                + " are cut: one before them is lost, and none of them was durable");
        }
        if (log.unreadableGroups() > 0) {
            messages.add(log.unreadableGroups() + " groups of the commit log cannot be read (a write that power loss tore, or damage); "
                + "nothing that was durable is missing");
        }
        if (mark.publishedSequence() > merge.sequence()) {
            messages.add("sequences " + (merge.sequence() + 1) + " to " + mark.publishedSequence()
                + " were acknowledged in mode process and are lost with the power");
        }
    }

    private void repair(final List<QueueFile> files, final long incarnation) throws IOException {
        for (final QueueFile file : files) {
            if (file.lastEntry == 0) {
                remove(file, incarnation);
            } else if (file.irregularity != null) {
                writeAnew(files, file, incarnation);
            } else {
                markEndAndSync(file);
            }
        }
        DurableFiles.syncDirectory(directory.queue());
    }

    private void remove(final QueueFile file, final long incarnation) throws IOException {
        if (file.irregularity == null) {
            Files.delete(file.path);
            return;
        }
        DurableFiles.createDirectory(directory.aside());
        final Path kept = aside(file, incarnation);
        cutBytes += Files.size(file.path);
        Files.move(file.path, kept, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(directory.aside());
        messages.add("queue file " + file.path.getFileName() + ": " + file.irregularity + "; no entry of it counts; kept as " + kept);
    }

    private Path aside(final QueueFile file, final long incarnation) {
        return directory.aside().resolve(file.path.getFileName() + "." + incarnation);
    }

    private void writeAnew(final List<QueueFile> files, final QueueFile file, final long incarnation) throws IOException {
        DurableFiles.createDirectory(directory.repair());
        final long copiedBytes;
        final Path copy;
        try (EntryQueue appender = context.queues().open(directory.repair(), file.number, context.clock(), context.mappedBytes());
             EntryMerge merge = new EntryMerge(files, file, new CommitLogCursor(directory))) {
            while (merge.entryNumber() < file.lastEntry && merge.next()) {
                appender.append(merge.address(), EntryHeader.length(merge.address()));
            }
            if (merge.entryNumber() != file.lastEntry) {
                throw new IOException("entries of " + file.path + " could be read once and not again");
            }
            copy = appender.file(file.number);
        }
        final List<QueueFile> copies = QueueCursor.list(directory.repair());
        final QueueFile written = copies.get(0);
        try (QueueCursor cursor = new QueueCursor(copies, 0)) {
            while (cursor.advance()) {
                written.lastEntry = EntryHeader.entryNumber(cursor.address());
            }
        }
        if (written.irregularity != null || written.lastEntry != file.lastEntry) {
            throw new IOException("the clean copy of " + file.path + " is not clean: " + written.irregularity);
        }
        markEndAndSync(written);
        copiedBytes = written.endPosition;
        final Path kept = aside(file, incarnation);
        DurableFiles.keepAside(file.path, kept);
        cutBytes += Math.max(0, file.usedBytes - copiedBytes);
        Files.move(copy, file.path, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(directory.queue());
        emptyRepairDirectory();
        repairedFiles++;
        messages.add("queue file " + file.path.getFileName() + ": " + file.irregularity + "; written anew up to entry " + file.lastEntry
            + ", as found kept as " + kept);
    }

    /** Rewrites what is not known to be on the device, marks the end, gives back what Chronicle reserved behind it, and syncs. */
    private void markEndAndSync(final QueueFile file) throws IOException {
        try (FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (file.unsyncedPosition != 0) {
                rewrite(channel, file.unsyncedPosition, file.endPosition);
            }
            if (!file.hasEndMark) {
                final ByteBuffer end = ByteBuffer.allocate(2 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                end.putInt(QueueCursor.END_MARK).put((byte) 0xC3).put((byte) 'E').put((byte) 'O').put((byte) 'F').flip();
                channel.write(end, file.endPosition);
                final long size = (file.endPosition + 2 * Integer.BYTES + PAGE - 1) / PAGE * PAGE;
                if (size < channel.size()) {
                    channel.truncate(size);
                }
            }
            if (file.unsyncedPosition != 0 || !file.hasEndMark) {
                channel.force(true);
            }
        }
    }

    /** The same bytes once more: after a failed sync a page may look clean in memory and be old on the device. */
    private static void rewrite(final FileChannel channel, final long from, final long to) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        for (long at = from; at < to; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
            while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
                // The limit stands inside the file, so the loop ends with the buffer full.
                continue;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer, at + buffer.position());
            }
        }
    }

    private ChronicleJournal open(final EntryMerge merge, final List<QueueFile> files, final List<QueueFile> all, final long incarnation,
                                  final long generation, final NodeState node) throws IOException {
        // Where all before the snapshot was taken away, the queue goes on behind it.
        long inQueue = merge.entryNumber() - merge.entriesTaken();
        for (final QueueFile file : files) {
            inQueue = Math.max(inQueue, file.lastEntry);
        }
        final int lastNumber = all.isEmpty() ? 0 : all.get(all.size() - 1).number;
        final EntryQueue queue = context.queues().open(directory.queue(), lastNumber + 1, context.clock(), context.mappedBytes());
        CommitLog commitLog = null;
        DurableMark mark = null;
        boolean opened = false;
        try {
            long appendedBytes = 0;
            if (inQueue < merge.entryNumber()) {
                appendedBytes = complete(queue, inQueue, merge.entryNumber());
                DurableFiles.syncFile(queue.file(lastNumber + 1));
            }
            mark = DurableMark.open(directory.mark());
            if (context.durability() == DurabilityMode.DISK || generation != 0) {
                commitLog = new CommitLog(directory, context.commitLogBytes(), context.groupBytes(), incarnation, generation,
                    merge.entryNumber() + 1, messages);
            }
            if (context.durability() != DurabilityMode.DISK && commitLog != null) {
                commitLog.close();
                commitLog = null;
            }
            final EntrySeal seal = new EntrySeal();
            seal.chainHash(merge.chainHash());
            final long epoch = Math.max(Math.max(context.epoch(), node.epoch()), merge.epoch());
            final Position last = new Position(merge.entryNumber(), merge.sequence());
            final ChronicleJournal journal = new ChronicleJournal(context, directory, mark, commitLog, queue, incarnation, epoch, last,
                new LastEntry(merge.timestampNs(), merge.incarnation(), merge.epoch()), context.following() ? committed : last, appendedBytes, seal);
            opened = true;
            return journal;
        } finally {
            if (!opened) {
                queue.close();
                if (commitLog != null) {
                    commitLog.close();
                }
                if (mark != null) {
                    mark.close();
                }
            }
        }
    }

    private long complete(final EntryQueue queue, final long inQueue, final long last) throws IOException {
        long appended = inQueue;
        long bytes = 0;
        try (CommitLogCursor log = new CommitLogCursor(directory)) {
            while (appended < last && log.advance()) {
                final long number = EntryHeader.entryNumber(log.address());
                if (number == appended + 1) {
                    final int length = EntryHeader.length(log.address());
                    queue.append(log.address(), length);
                    bytes += length + QueueAppender.EXCERPT_OVERHEAD;
                    appended++;
                }
            }
        }
        if (appended != last) {
            throw new IOException("entries of the commit log could be read once and not again");
        }
        return bytes;
    }
}
