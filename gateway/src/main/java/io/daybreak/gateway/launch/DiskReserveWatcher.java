package io.daybreak.gateway.launch;

import io.daybreak.protocol.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Looks at the free space of the data directory's device once a second and has new payments refused while it is below
 * the reserve. A thread of its own: asking a file system may block.
 */
final class DiskReserveWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskReserveWatcher.class);
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);

    private final Path directory;
    private final long reserveBytes;
    private final IntConsumer refuseNew;
    private final Thread thread = new Thread(this::run, "disk-reserve");
    private volatile boolean isClosed;
    private boolean wasReached;

    /**
     * @param refuseNew takes the result that new payments are refused with, or {@link Result#OK}
     */
    DiskReserveWatcher(final Path directory, final long reserveBytes, final IntConsumer refuseNew) {
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        this.refuseNew = refuseNew;
        thread.setDaemon(true);
    }

    /** Looks once, then goes on looking in its own thread. */
    void start() throws IOException {
        look(Files.getFileStore(directory));
        thread.start();
    }

    private void run() {
        boolean isTold = false;
        while (!isClosed) {
            LockSupport.parkNanos(PERIOD_NS);
            try {
                look(Files.getFileStore(directory));
                isTold = false;
            } catch (final IOException ex) {
                if (!isTold) {
                    LOG.warn("cannot tell the free space of {}: {}", directory, ex.toString());
                    isTold = true;
                }
            }
        }
    }

    private void look(final FileStore store) throws IOException {
        final long freeBytes = store.getUsableSpace();
        final boolean isReached = freeBytes < reserveBytes;
        if (isReached != wasReached) {
            wasReached = isReached;
            refuseNew.accept(isReached ? Result.STORAGE_RESERVE_REACHED : Result.OK);
            if (isReached) {
                LOG.warn("{} bytes free in {}, reserve {}: new payments are refused", freeBytes, directory, reserveBytes);
            } else {
                LOG.warn("{} bytes free in {}, reserve {}: new payments are taken again", freeBytes, directory, reserveBytes);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
    }
}
