package io.daybreak.memory;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.UnsafeApi;

/**
 * Slabs for tests, which make thousands of state machines: those of an allocator that was closed, or that nobody reaches any more, are
 * used again by others, whatever test they belong to. The heap knows nothing of this memory, so the collector is asked to look
 * when much of it is out.
 * <p>
 * A slab is made zero by looking at it: a page that is zero is left alone, so that one that a machine never wrote to never takes
 * memory. Machines have many tables, and most stay all but empty in a test.
 */
public final class CollectedSlabs implements SlabAllocator, AutoCloseable {
    /** Slabs, 4 MiB each, that may be out before the collector is asked; and again after so many more. */
    private static final int UNASKED = 192;
    private static final int ASK_EVERY = 64;
    private static final int PAGE_BYTES = 4_096;
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final Cleaner CLEANER = Cleaner.create();
    private static final Deque<Long> FREE = new ArrayDeque<>();
    private static int made;
    private static int askAt = UNASKED;

    private final Taken taken = new Taken();

    public CollectedSlabs() {
        CLEANER.register(this, taken);
    }

    @Override
    public long allocateZeroed() {
        final long address = take();
        taken.add(address);
        clear(address);
        return address;
    }

    private static void clear(final long slab) {
        for (long page = slab; page < slab + SLAB_BYTES; page += PAGE_BYTES) {
            long bits = 0;
            for (long word = page; word < page + PAGE_BYTES; word += Long.BYTES) {
                bits |= UnsafeApi.getLong(word);
            }
            if (bits != 0) {
                UnsafeApi.setMemory(page, PAGE_BYTES, (byte) 0);
            }
        }
    }

    /** Lets others use the slabs at once; whoever has them must not use them any more. */
    @Override
    public void close() {
        taken.run();
    }

    @Override
    public void release(final long address) {
        taken.remove(address);
        synchronized (FREE) {
            FREE.push(address);
        }
    }

    /** Slabs that are out. */
    public int slabCount() {
        return taken.count();
    }

    private static long take() {
        synchronized (FREE) {
            if (FREE.isEmpty() && made >= askAt) {
                askForCollection();
            }
            if (!FREE.isEmpty()) {
                return FREE.pop();
            }
            made++;
        }
        // One slab more than asked, so that an aligned one fits; what lies outside is never touched and costs nothing.
        final long raw = UnsafeApi.allocateMemory(2L * SLAB_BYTES);
        return raw + SLAB_BYTES - 1 & -SLAB_BYTES;
    }

    /** Waits until slabs have come back, or for a moment: then this test really needs that many. */
    private static void askForCollection() {
        System.gc();
        final long deadlineNs = System.nanoTime() + WAIT_NS;
        try {
            while (FREE.isEmpty() && System.nanoTime() < deadlineNs) {
                FREE.wait(1);
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        if (FREE.size() < ASK_EVERY) {
            askAt = made + ASK_EVERY;
        }
    }

    /** What an allocator has out; knows nothing of the allocator, so that it can be collected. */
    private static final class Taken implements Runnable {
        private final Set<Long> slabs = new HashSet<>();

        synchronized void add(final long address) {
            slabs.add(address);
        }

        synchronized void remove(final long address) {
            slabs.remove(address);
        }

        synchronized int count() {
            return slabs.size();
        }

        @Override
        public synchronized void run() {
            synchronized (FREE) {
                FREE.addAll(slabs);
                FREE.notifyAll();
            }
            slabs.clear();
        }
    }
}
