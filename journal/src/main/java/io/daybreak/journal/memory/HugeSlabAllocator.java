package io.daybreak.journal.memory;

import io.daybreak.memory.SlabAllocator;
import net.openhft.posix.PosixAPI;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.ManyToManyConcurrentArrayQueue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Slabs in huge pages where the system grants them, zeroed and touched by a thread of its own before they are needed:
 * the first touch of a page costs up to a microsecond on a virtual machine, and the ledger thread should not pay it.
 * <p>
 * In quiet times, when no slab was taken for {@value #QUIET_MS} ms, a stock of {@code stockSlabs} is made ready, or of as many as were ever taken,
 * {@value #RESERVE} times {@code stockSlabs} at most. While slabs are taken it is only kept at half of {@code stockSlabs}: providing them takes the processor
 * from those who pay, so a burst lives from what was provided before it. When the stock is empty, the asker takes and touches a slab itself; that is
 * counted, see {@link #misses()}. Released slabs are zeroed by the same thread and used again.
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
    private static final int MADV_POPULATE_WRITE = 23;
    private static final int HUGE_PAGE_BYTES = 2 * 1024 * 1024;
    /** Zeroing is not interrupted by the machine's safepoints within a piece, and all other threads wait for them. */
    private static final int ZERO_STEP_BYTES = 64 * 1024;
    private static final long IDLE_PARK_NS = 10_000_000L;
    private static final int QUIET_MS = 200;
    private static final int RESERVE = 4;
    private static final int TOUCH_STEP_BYTES = 4_096;

    private final ManyToManyConcurrentArrayQueue<Long> ready;
    private final ManyToManyConcurrentArrayQueue<Long> released = new ManyToManyConcurrentArrayQueue<>(8_192);
    private final int stockSlabs;
    private final int lowSlabs;
    private final long quietNs;
    private final Thread toucher;
    private final LongArrayList regions = new LongArrayList();
    private long regionNext;
    private int regionLeft;
    private boolean hugePages = true;
    private volatile boolean populates = true;
    private volatile boolean running = true;
    private volatile long misses;
    /** Slabs taken so far; a count lost between two askers does no harm. */
    private volatile long taken;
    private volatile long allocatedSlabs;

    /**
     * @param stockSlabs ready slabs to provide in quiet times, at least 1
     */
    public HugeSlabAllocator(final int stockSlabs) {
        this(stockSlabs, TimeUnit.MILLISECONDS.toNanos(QUIET_MS));
    }

    /** For tests, with another quiet time. */
    HugeSlabAllocator(final int stockSlabs, final long quietNs) {
        this.quietNs = quietNs;
        this.stockSlabs = stockSlabs;
        this.lowSlabs = (stockSlabs + 1) / 2;
        this.ready = new ManyToManyConcurrentArrayQueue<>(Math.max(2, RESERVE * stockSlabs));
        this.toucher = new Thread(this::keepStock, "slab-toucher");
        toucher.setDaemon(true);
        toucher.start();
    }

    @Override
    public long allocateZeroed() {
        final Long address = ready.poll();
        if (address != null) {
            taken++;
            if (ready.size() < lowSlabs) {
                LockSupport.unpark(toucher);
            }
            return address;
        }
        taken++;
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

    /** Slabs that stand ready now. */
    public int ready() {
        return ready.size();
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
        for (int i = 0; i < regions.size(); i++) {
            // Where that is not to be had, they go with the process.
            advise(regions.getLong(i), (long) REGION_SLABS * SLAB_BYTES, MADV_DONTNEED);
        }
        regions.clear();
    }

    private void keepStock() {
        long seen = 0;
        long quietSinceNs = System.nanoTime();
        while (running) {
            if (taken != seen) {
                seen = taken;
                quietSinceNs = System.nanoTime();
            }
            final boolean isQuiet = System.nanoTime() - quietSinceNs > quietNs;
            final long wanted = isQuiet ? Math.max(stockSlabs, Math.min(seen, (long) RESERVE * stockSlabs)) : lowSlabs;
            if (ready.size() >= wanted || !ready.offer(prepareSlab())) {
                LockSupport.parkNanos(IDLE_PARK_NS);
            }
        }
    }

    private long prepareSlab() {
        final Long used = released.poll();
        if (used != null) {
            for (long offset = 0; offset < SLAB_BYTES; offset += ZERO_STEP_BYTES) {
                UnsafeApi.setMemory(used + offset, ZERO_STEP_BYTES, (byte) 0);
            }
            return used;
        }
        final long address = freshSlab();
        for (long offset = 0; offset < SLAB_BYTES; offset += HUGE_PAGE_BYTES) {
            touch(address + offset);
        }
        return address;
    }

    /**
     * Has the kernel provide a huge page. Asked for by a call and not by a store: a thread that waits in the page fault of a store is at no safepoint,
     * so the JVM would hold up all other threads for the milliseconds that the kernel clears the page.
     */
    private void touch(final long address) {
        if (populates && advise(address, HUGE_PAGE_BYTES, MADV_POPULATE_WRITE)) {
            return;
        }
        populates = false;
        for (long offset = 0; offset < HUGE_PAGE_BYTES; offset += TOUCH_STEP_BYTES) {
            UnsafeApi.putByte(address + offset, (byte) 0);
        }
    }

    private synchronized long freshSlab() {
        if (regionLeft == 0) {
            // malloc takes a request of this size straight from the system, as zero pages; one slab more for alignment.
            final long raw = UnsafeApi.allocateMemory((REGION_SLABS + 1L) * SLAB_BYTES);
            regionNext = raw + SLAB_BYTES - 1 & -SLAB_BYTES;
            regionLeft = REGION_SLABS;
            regions.addLong(regionNext);
            hugePages = hugePages && advise(regionNext, (long) REGION_SLABS * SLAB_BYTES, MADV_HUGEPAGE);
        }
        final long address = regionNext;
        regionNext += SLAB_BYTES;
        regionLeft--;
        allocatedSlabs++;
        return address;
    }

    /** False if the system does not take the advice; where it is not to be had, ordinary pages and stores do. */
    private static boolean advise(final long address, final long length, final int advice) {
        try {
            return PosixAPI.posix().madvise(address, length, advice) == 0;
        } catch (final RuntimeException | LinkageError ex) {
            return false;
        }
    }

    /** True as long as the system has not refused huge pages. */
    public boolean usesHugePages() {
        return hugePages;
    }
}
