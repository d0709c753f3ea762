package io.daybreak.journal.memory;

import io.daybreak.memory.SlabAllocator;
import net.openhft.posix.PosixAPI;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.ManyToManyConcurrentArrayQueue;

import java.util.concurrent.locks.LockSupport;

/**
 * Slabs in huge pages where the system grants them, zeroed and touched by a thread of its own before they are needed:
 * the first touch of a page costs up to a microsecond on a virtual machine, and the ledger thread should not pay it.
 * <p>
 * A stock of {@code stockSlabs} ready slabs is kept. When it is empty, the asker takes and touches a slab itself; that
 * is counted, see {@link #misses()}. Released slabs are zeroed by the same thread and used again.
 * <p>
 * {@link #allocateZeroed()} and {@link #release(long)} may be called from any thread. Memory that was once taken stays
 * with the process until {@link #close}, which gives the pages back and keeps the addresses: a reader that comes too late sees zeros and not the end of the
 * process.
 */
public final class HugeSlabAllocator implements SlabAllocator, AutoCloseable {
    private static final int REGION_SLABS = 16;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_DONTNEED = 4;
    private static final long CLOSE_MS = 10_000;
    private static final long IDLE_PARK_NS = 10_000_000L;
    private static final int TOUCH_STEP_BYTES = 4_096;

    private final ManyToManyConcurrentArrayQueue<Long> ready;
    private final ManyToManyConcurrentArrayQueue<Long> released = new ManyToManyConcurrentArrayQueue<>(8_192);
    private final int stockSlabs;
    private final Thread toucher;
    private final LongArrayList regions = new LongArrayList();
    private long regionNext;
    private int regionLeft;
    private boolean hugePages = true;
    private volatile boolean running = true;
    private volatile long misses;
    private volatile long allocatedSlabs;

    /**
     * @param stockSlabs ready slabs to keep, at least 1
     */
    public HugeSlabAllocator(final int stockSlabs) {
        this.stockSlabs = stockSlabs;
        this.ready = new ManyToManyConcurrentArrayQueue<>(Math.max(2, stockSlabs));
        this.toucher = new Thread(this::keepStock, "slab-toucher");
        toucher.setDaemon(true);
        toucher.start();
    }

    @Override
    public long allocateZeroed() {
        final Long address = ready.poll();
        if (address != null) {
            if (ready.size() < stockSlabs / 2) {
                LockSupport.unpark(toucher);
            }
            return address;
        }
        misses++;
        return prepareSlab();
    }

    @Override
    public void release(final long address) {
        if (!released.offer(address)) {
            throw new IllegalStateException("more slabs released than the switch can have taken");
        }
    }

    /** Slabs that were asked for when none was ready. */
    public long misses() {
        return misses;
    }

    /** Bytes taken from the operating system. */
    public long allocatedBytes() {
        return allocatedSlabs * SLAB_BYTES;
    }

    /** Ends the thread and gives the pages back. Nobody uses a slab any more. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(toucher);
        try {
            toucher.join(CLOSE_MS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        giveBack();
    }

    private synchronized void giveBack() {
        regionLeft = 0;
        try {
            for (int i = 0; i < regions.size(); i++) {
                PosixAPI.posix().madvise(regions.getLong(i), (long) REGION_SLABS * SLAB_BYTES, MADV_DONTNEED);
            }
        } catch (final RuntimeException | LinkageError ex) {
            // Where that is not to be had, they go with the process.
            hugePages = false;
        }
        regions.clear();
    }

    private void keepStock() {
        while (running) {
            if (ready.size() >= stockSlabs || !ready.offer(prepareSlab())) {
                LockSupport.parkNanos(IDLE_PARK_NS);
            }
        }
    }

    private long prepareSlab() {
        final Long used = released.poll();
        if (used != null) {
            UnsafeApi.setMemory(used, SLAB_BYTES, (byte) 0);
            return used;
        }
        final long address = freshSlab();
        for (long offset = 0; offset < SLAB_BYTES; offset += TOUCH_STEP_BYTES) {
            UnsafeApi.putByte(address + offset, (byte) 0);
        }
        return address;
    }

    private synchronized long freshSlab() {
        if (regionLeft == 0) {
            // malloc takes a request of this size straight from the system, as zero pages; one slab more for alignment.
            final long raw = UnsafeApi.allocateMemory((REGION_SLABS + 1L) * SLAB_BYTES);
            regionNext = raw + SLAB_BYTES - 1 & -SLAB_BYTES;
            regionLeft = REGION_SLABS;
            regions.addLong(regionNext);
            adviseHugePages(regionNext, (long) REGION_SLABS * SLAB_BYTES);
        }
        final long address = regionNext;
        regionNext += SLAB_BYTES;
        regionLeft--;
        allocatedSlabs++;
        return address;
    }

    private void adviseHugePages(final long address, final long length) {
        if (!hugePages) {
            return;
        }
        try {
            hugePages = PosixAPI.posix().madvise(address, length, MADV_HUGEPAGE) == 0;
        } catch (final RuntimeException | LinkageError ex) {
            // Advice only: where it is not to be had, ordinary pages do.
            hugePages = false;
        }
    }

    /** True as long as the system has not refused huge pages. */
    public boolean usesHugePages() {
        return hugePages;
    }
}
