package io.daybreak.journal.maker;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.replay.NewestSnapshot;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.journal.snapshot.SnapshotSteps;
import io.daybreak.journal.snapshot.SnapshotWriter;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.SnapshotSubject;
import io.daybreak.port.StateSource;

/**
 * Makes one snapshot beside a switch that runs or does not: reads the newest one into a state of its own, applies the journal up to what is published,
 * writes the state, lets go of what is needed no more, and gives the memory back.
 * <p>
 * Takes the memory of a second state for as long as it works, and the part of a processor and of the device's speed that the settings say. One maker
 * at a time on a data directory (a lock of its own, {@code snapshots/lock}); the switch's lock is not touched. Not thread safe.
 */
public final class SnapshotMaker {
    private static final long TURN_NS = 5_000_000L;
    private static final int PERCENT = 100;

    private final SnapshotContext context;
    private final Supplier<? extends SnapshotSubject> subjects;
    private final SnapshotSteps steps;
    private long turnNs;

    /** @param subjects gives an empty state for each snapshot */
    public SnapshotMaker(final SnapshotContext context, final Supplier<? extends SnapshotSubject> subjects) {
        this(context, subjects, SnapshotSteps.NONE);
    }

    /**
     * With somebody who is told before each step that changes something.
     *
     * @param subjects gives an empty state for each snapshot
     */
    public SnapshotMaker(final SnapshotContext context, final Supplier<? extends SnapshotSubject> subjects, final SnapshotSteps steps) {
        this.context = context;
        this.subjects = subjects;
        this.steps = steps;
    }

    /**
     * Makes a snapshot of what is published, unless the newest one holds that already.
     *
     * @throws DataDirectoryInUseException if another maker is at work
     * @throws io.daybreak.journal.DamagedJournalException  if the journal is damaged, or does not continue the snapshot
     * @throws io.daybreak.journal.ReleasedJournalException if no snapshot can be read, and the journal's begin is gone
     * @throws IllegalStateException if the state is not what the journal says
     */
    public SnapshotResult run() throws IOException {
        if (!Files.isDirectory(context.dataDirectory().resolve("journal").resolve("queue"))) {
            throw new NoSuchFileException(context.dataDirectory().resolve("journal").toString(), null, "there is no journal");
        }
        final SnapshotDirectory directory = new SnapshotDirectory(context.dataDirectory());
        DurableFiles.createDirectory(directory.root());
        final Path lockFile = directory.root().resolve("lock");
        DurableFiles.createFile(lockFile);
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
             FileLock lock = lock(channel)) {
            if (lock == null) {
                throw new DataDirectoryInUseException(directory.root(), "another maker of snapshots");
            }
            directory.prepare();
            return make(directory);
        }
    }

    private static FileLock lock(final FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException e) {
            return null;
        }
    }

    private SnapshotResult make(final SnapshotDirectory directory) throws IOException {
        final long startNs = System.nanoTime();
        final List<String> messages = new ArrayList<>();
        turnNs = startNs;
        try (SnapshotSubject subject = subjects.get()) {
            final NewestSnapshot newest = NewestSnapshot.load(directory, paced(subject), Long.MAX_VALUE, messages);
            long replayed = 0;
            final SnapshotPosition position;
            try (PublishedJournal journal = PublishedJournal.openForSnapshots(context.dataDirectory(), newest.position())) {
                replayed = follow(journal, newest.replayTarget());
                position = journal.snapshotPosition();
            }
            Path snapshot = newest.path();
            final boolean isNew = position.entryNumber() > newest.position().entryNumber();
            if (isNew) {
                // What is written must be what the tables hold, and what the journal says that they hold.
                subject.check(position.stateDigest());
                requireRoom(directory, subject.stateBytes());
                snapshot = new SnapshotWriter(directory, context.writeBytesPerSecond(), steps).write(position, image -> subject.save(bytes -> {
                    image.write(bytes);
                    pace();
                }));
            }
            final List<Path> released = snapshot == null ? List.of() : new Retention(context, steps, messages).run(position);
            return new SnapshotResult(snapshot, position, isNew, replayed, snapshot == null ? 0 : Files.size(snapshot),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs), subject.stateBytes(), released, List.copyOf(messages));
        }
    }

    /** Reading an image moves as much memory as the switch beside it can miss least. */
    private RecoveryTarget paced(final SnapshotSubject subject) {
        return new RecoveryTarget() {
            @Override
            public ReplayTarget fromBegin() {
                return subject.fromBegin();
            }

            @Override
            public ReplayTarget fromSnapshot(final StateSource snapshot) {
                return subject.fromSnapshot(bytes -> {
                    pace();
                    return snapshot.read(bytes);
                });
            }
        };
    }

    /** The image is never larger than the memory of the state. */
    private void requireRoom(final SnapshotDirectory directory, final long bytes) throws IOException {
        final long usable = Files.getFileStore(directory.root()).getUsableSpace();
        if (usable - bytes < context.reserveBytes()) {
            throw new IOException("no room for a snapshot of up to " + bytes + " bytes: " + usable + " are free, and " + context.reserveBytes()
                + " of them are kept for the journal");
        }
    }

    private long follow(final PublishedJournal journal, final ReplayTarget target) throws IOException {
        long commands = 0;
        do {
            while (journal.next()) {
                journal.replay(target);
                commands += journal.count();
                pace();
            }
            journal.refresh();
        } while (journal.entryNumber() < journal.limitEntry() && journal.isBounded());
        return commands;
    }

    /** Works a turn, then leaves the processor to others for as long as its part wants. */
    private void pace() {
        final long nowNs = System.nanoTime();
        if (context.cpuPercent() < PERCENT && nowNs - turnNs >= TURN_NS) {
            final long endNs = nowNs + (nowNs - turnNs) * (PERCENT - context.cpuPercent()) / context.cpuPercent();
            long leftNs = endNs - nowNs;
            while (leftNs > 0) {
                LockSupport.parkNanos(this, leftNs);
                leftNs = endNs - System.nanoTime();
            }
            turnNs = System.nanoTime();
        }
    }
}
