package io.daybreak.journal.snapshot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.replay.JournalFollower;
import io.daybreak.journal.replay.NewestSnapshot;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.ArenaSlabs;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.ReplayTarget;

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
    private final SnapshotSteps steps;
    private long turnNs;

    public SnapshotMaker(final SnapshotContext context) {
        this(context, SnapshotSteps.NONE);
    }

    SnapshotMaker(final SnapshotContext context, final SnapshotSteps steps) {
        this.context = context;
        this.steps = steps;
    }

    /**
     * Makes a snapshot of what is published, unless the newest one holds that already.
     *
     * @throws DataDirectoryInUseException if another maker is at work
     * @throws io.daybreak.journal.RecoveryRefusedException if the journal is damaged, or does not continue the snapshot
     */
    public SnapshotResult run() throws IOException {
        if (!Files.isDirectory(context.dataDirectory().resolve("journal").resolve("queue"))) {
            throw new java.nio.file.NoSuchFileException(context.dataDirectory().resolve("journal").toString(), null, "there is no journal");
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
        try (ArenaSlabs slabs = new ArenaSlabs()) {
            final MachineRecovery recovery = new MachineRecovery(slabs);
            final NewestSnapshot newest = NewestSnapshot.load(directory, recovery, messages);
            long replayed = 0;
            final SnapshotPosition position;
            try (JournalFollower follower = JournalFollower.open(context.dataDirectory(), newest.position())) {
                replayed = follow(follower, newest.replayTarget());
                position = follower.position();
            }
            Path snapshot = newest.path();
            final boolean isNew = position.entryNumber() > newest.position().entryNumber();
            if (isNew) {
                check(recovery.machine(), position);
                snapshot = new SnapshotWriter(directory, context.writeBytesPerSecond(), steps).write(position, recovery.machine()::save);
            }
            final List<Path> released = snapshot == null ? List.of() : new Retention(context, steps, messages).run(position);
            return new SnapshotResult(snapshot, position, isNew, replayed, snapshot == null ? 0 : Files.size(snapshot),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs), slabs.allocatedBytes(), released, List.copyOf(messages));
        }
    }

    private long follow(final JournalFollower follower, final ReplayTarget target) throws IOException {
        long commands = 0;
        turnNs = System.nanoTime();
        while (follower.next()) {
            follower.replay(target);
            commands += follower.count();
            pace();
        }
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

    /** What is written must be what the tables hold, and what the journal says that they hold. */
    private static void check(final StateMachine machine, final SnapshotPosition position) {
        if (machine.digest() != position.stateDigest() || machine.computeDigest() != position.stateDigest()) {
            throw new IllegalStateException(String.format("at %s the digest is %016x, computed %016x, in the journal %016x: no snapshot is made",
                position, machine.digest(), machine.computeDigest(), position.stateDigest()));
        }
        machine.checkConservation();
    }
}
