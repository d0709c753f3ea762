package io.daybreak.journal.append;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

import net.openhft.posix.PosixAPI;

/**
 * Has the kernel provide the pages of a queue file before entries are appended to them, in a thread of its own.
 * <p>
 * The file has holes where nothing was appended yet. Whoever touches a page of a hole in a memory map waits until the kernel has filled its memory with
 * zeros, and all that it reads ahead as well, which the device's setting decides: 8 MiB on one machine, 20 ms for the thread that replies. So that thread's
 * own map asks for no reading ahead ({@link #noReadAhead}), and this one fills {@value #AHEAD_BYTES} bytes ahead of it through a map of its own, page by
 * page: pages that the kernel holds as one are written back as one.
 * <p>
 * Advice only: where the system does not take it, or this thread is late, the appending thread touches the pages itself. Nothing is written here.
 * {@link #appended} belongs to the appending thread. No allocation there. The thread starts with the first call.
 */
final class PagesAhead implements AutoCloseable {
    private static final int AHEAD_BYTES = 4 * 1024 * 1024;
    /** The thread is woken when less than this is ready. */
    private static final int WAKE_BYTES = AHEAD_BYTES - 512 * 1024;
    private static final int STEP_BYTES = 64 * 1024;
    /** A map covers this much of the file, and is replaced when that is full. */
    private static final long MAP_BYTES = 64L * 1024 * 1024;
    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;
    private static final int MADV_RANDOM = 1;
    private static final int MADV_POPULATE_READ = 22;
    private static final int O_RDONLY = 0;

    /** Written by the appending thread: the file first, then how far it is filled. */
    private volatile Path file;
    private volatile long filled;
    /** Written by this thread: how far pages are there, in the file that it knows. */
    private volatile long ready;
    private volatile boolean isStopping;
    /** The appending thread's own: where it last woke this one, so that it asks once a step where nothing can be had. */
    private long wokenAt;
    private Thread thread;

    private Path mappedFile;
    private int descriptor = -1;
    private long mapAddress;
    private long mapFrom;

    /**
     * Switches reading ahead off for a part of memory that maps a file.
     *
     * @param address raw; rounded down to a page
     * @param length  bytes, greater than 0
     */
    static void noReadAhead(final long address, final long length) {
        advise(address, length, MADV_RANDOM);
    }

    /** Entries lie in the file up to this position. */
    void appended(final Path current, final long position) {
        if (current != file) {
            ready = 0;
            filled = position;
            file = current;
            wokenAt = position - STEP_BYTES;
        } else {
            filled = position;
        }
        if (ready - position < WAKE_BYTES && position - wokenAt >= STEP_BYTES) {
            wokenAt = position;
            wake();
        }
    }

    private void wake() {
        if (thread == null) {
            thread = new Thread(this::run, "queue-pages");
            thread.setDaemon(true);
            thread.start();
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (!isStopping) {
                if (!provide()) {
                    LockSupport.park(this);
                }
            }
        } finally {
            unmap();
        }
    }

    /** One step; false if nothing is to be done now. */
    private boolean provide() {
        final Path current = file;
        final long from = filled / STEP_BYTES * STEP_BYTES;
        final long done = current.equals(mappedFile) ? Math.max(ready, from) : from;
        if (done >= from + AHEAD_BYTES) {
            return false;
        }
        final boolean isThere = isMapped(current, done) && advise(mapAddress + done - mapFrom, STEP_BYTES, MADV_POPULATE_READ);
        if (current == file) {
            // Behind the file's end nothing can be had; Chronicle makes the file longer when it comes there.
            ready = isThere ? done + STEP_BYTES : done;
        }
        return isThere;
    }

    private boolean isMapped(final Path current, final long position) {
        if (!current.equals(mappedFile) || position < mapFrom || position + STEP_BYTES > mapFrom + MAP_BYTES) {
            unmap();
            mappedFile = current;
            mapFrom = position;
            map(current);
        }
        return mapAddress != 0;
    }

    private void map(final Path current) {
        try {
            descriptor = PosixAPI.posix().open(current.toString(), O_RDONLY, 0);
            final long address = descriptor < 0 ? -1 : PosixAPI.posix().mmap(0, MAP_BYTES, PROT_READ, MAP_SHARED, descriptor, mapFrom);
            mapAddress = address == -1 ? 0 : address;
        } catch (final RuntimeException | LinkageError ex) {
            mapAddress = 0;
        }
        if (mapAddress != 0) {
            noReadAhead(mapAddress, MAP_BYTES);
        }
    }

    private void unmap() {
        if (mapAddress != 0) {
            PosixAPI.posix().munmap(mapAddress, MAP_BYTES);
            mapAddress = 0;
        }
        if (descriptor >= 0) {
            PosixAPI.posix().close(descriptor);
            descriptor = -1;
        }
        mappedFile = null;
    }

    private static boolean advise(final long address, final long length, final int advice) {
        try {
            final long pageStart = address & -4_096L;
            return PosixAPI.posix().madvise(pageStart, length + (address - pageStart), advice) == 0;
        } catch (final RuntimeException | LinkageError ex) {
            return false;
        }
    }

    @Override
    public void close() {
        isStopping = true;
        LockSupport.unpark(thread);
    }
}
