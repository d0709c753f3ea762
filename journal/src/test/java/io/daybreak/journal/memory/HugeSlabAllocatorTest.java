package io.daybreak.journal.memory;

import io.daybreak.memory.SlabAllocator;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** Slabs are aligned, zero, and nobody else's, however they come: from the stock, on demand, or used before. */
class HugeSlabAllocatorTest {
    private static final int SLABS = 40;

    @Test
    void shouldGiveAlignedZeroSlabsToOneOwnerEach() {
        try (HugeSlabAllocator allocator = new HugeSlabAllocator(4)) {
            final Set<Long> taken = new HashSet<>();
            for (int i = 0; i < SLABS; i++) {
                final long slab = allocator.allocateZeroed();
                assertThat(taken.add(slab)).as("slab %d is nobody else's", i).isTrue();
                assertThat(slab % SlabAllocator.SLAB_BYTES).isZero();
                assertZero(slab);
                UnsafeApi.setMemory(slab, SlabAllocator.SLAB_BYTES, (byte) 0xA5);
            }
            assertThat(allocator.allocatedBytes()).isGreaterThanOrEqualTo((long) SLABS * SlabAllocator.SLAB_BYTES);
            taken.forEach(allocator::release);
        }
    }

    @Test
    void shouldUseReleasedSlabsAgainAndZeroThem() {
        try (HugeSlabAllocator allocator = new HugeSlabAllocator(2)) {
            final Set<Long> released = new HashSet<>();
            for (int i = 0; i < 8; i++) {
                final long slab = allocator.allocateZeroed();
                UnsafeApi.setMemory(slab, SlabAllocator.SLAB_BYTES, (byte) 0x5A);
                released.add(slab);
            }
            released.forEach(allocator::release);
            int again = 0;
            for (int i = 0; i < 12; i++) {
                final long slab = allocator.allocateZeroed();
                assertZero(slab);
                again += released.contains(slab) ? 1 : 0;
            }
            assertThat(again).as("released slabs that came back").isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void shouldGiveItsPagesBackAtItsEnd() throws IOException {
        final long before = residentBytes();
        final long most;
        try (HugeSlabAllocator allocator = new HugeSlabAllocator(2)) {
            for (int i = 0; i < 64; i++) {
                UnsafeApi.setMemory(allocator.allocateZeroed(), SlabAllocator.SLAB_BYTES, (byte) 1);
            }
            most = residentBytes();
        }
        assertThat(most - before).as("taken").isGreaterThan(100L << 20);
        assertThat(most - residentBytes()).as("given back").isGreaterThan(100L << 20);
    }

    private static long residentBytes() throws IOException {
        for (final String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS");
    }

    @Test
    void shouldKeepAsManyReadyInQuietTimesAsWereTakenButNotWithoutBound() {
        try (HugeSlabAllocator allocator = new HugeSlabAllocator(2)) {
            awaitReady(allocator, 2);
            for (int i = 0; i < 5; i++) {
                allocator.allocateZeroed();
            }
            awaitReady(allocator, 5);
            for (int i = 0; i < SLABS; i++) {
                assertZero(allocator.allocateZeroed());
            }
            awaitReady(allocator, 8);
            final long bytes = allocator.allocatedBytes();
            assertThat(bytes).as("45 taken and 8 ready").isEqualTo((5 + SLABS + 8L) * SlabAllocator.SLAB_BYTES);
        }
    }

    /** As long as slabs are taken, half the stock is all that is provided: the rest waits for a quiet time. */
    @Test
    void shouldProvideOnlyHalfOfTheStockWhileSlabsAreTaken() {
        try (HugeSlabAllocator allocator = new HugeSlabAllocator(20, TimeUnit.HOURS.toNanos(1))) {
            awaitReady(allocator, 10);
            for (int i = 0; i < SLABS; i++) {
                allocator.allocateZeroed();
            }
            awaitReady(allocator, 10);
            final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < endNs) {
                assertThat(allocator.ready()).isEqualTo(10);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }

    private static void awaitReady(final HugeSlabAllocator allocator, final int slabs) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (allocator.ready() != slabs && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        assertThat(allocator.ready()).isEqualTo(slabs);
    }

    private static void assertZero(final long slab) {
        long sum = 0;
        for (long offset = 0; offset < SlabAllocator.SLAB_BYTES; offset += 8) {
            sum |= UnsafeApi.getLong(slab + offset);
        }
        assertThat(sum).isZero();
    }
}
