package io.daybreak.gateway.launch;

import io.daybreak.journal.JournalException;
import io.daybreak.journal.maker.SnapshotContext;
import io.daybreak.journal.maker.SnapshotMaker;
import io.daybreak.journal.maker.SnapshotResult;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.pipeline.MachineCopy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Makes snapshots in the process of the switch, one each time that so many commands were decided since the last. A thread of its own, that touches
 * nothing of the switch's; a failure is logged and tried again after as many commands more. Takes the memory of a second state while it works.
 */
final class SnapshotKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_MS = 10_000;

    private final SnapshotContext context;
    private final long every;
    private final LongSupplier durableSequence;
    private final Thread thread = new Thread(this::run, "snapshot-keeper");
    private volatile boolean isStopping;

    SnapshotKeeper(final SnapshotContext context, final long every, final LongSupplier durableSequence) {
        this.context = context;
        this.every = every;
        this.durableSequence = durableSequence;
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long last = newest();
        while (!isStopping) {
            if (durableSequence.getAsLong() - last >= every) {
                last = durableSequence.getAsLong();
                make();
            }
            LockSupport.parkNanos(this, LOOK_NS);
        }
    }

    private long newest() {
        try {
            final List<Path> snapshots = new SnapshotDirectory(context.dataDirectory()).list();
            return snapshots.isEmpty() ? 0 : SnapshotDirectory.sequence(snapshots.get(0));
        } catch (final IOException ex) {
            LOG.warn("the snapshots cannot be listed: {}", ex.toString());
            return 0;
        }
    }

    private void make() {
        try {
            final SnapshotResult result = new SnapshotMaker(context, MachineCopy::new).run();
            result.messages().forEach(LOG::warn);
            LOG.info("snapshot of sequence {}: {} bytes, {} commands applied, {} ms, {} files of the journal released", result.position().sequence(),
                result.bytes(), result.replayed(), result.durationMs(), result.releasedFiles().size());
        } catch (final IOException | JournalException | IllegalStateException ex) {
            if (!isStopping) {
                LOG.error("no snapshot was made", ex);
            }
        } catch (final OutOfMemoryError ex) {
            LOG.error("no snapshot was made: there is no memory for a second state; make them with the command snapshot on another machine, or on a standby");
        }
    }

    /** Ends what is being made; the next start of a maker takes the rest away. */
    @Override
    public void close() {
        isStopping = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
