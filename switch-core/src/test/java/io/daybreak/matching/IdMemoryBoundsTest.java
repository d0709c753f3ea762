package io.daybreak.matching;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.protocol.Result;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** What one look-up or insert may cost, and one id take, however ids are minted: counted, not timed. */
class IdMemoryBoundsTest {
    private static final int SENDER = 7;
    private static final int OTHER = 8;
    private static final long START_MS = 1_790_000_000_000L;
    private static final long CAPACITY = 1 << 19;
    private static final int IDS_PER_MS = 100;
    private static final int MILLION = 1_000_000;

    private final IdMemory memory = new IdMemory(new CollectedSlabs());
    private final SplittableRandom random = new SplittableRandom(20_261_123);
    private long nowMs = START_MS;
    private long sequence;
    private int mostGenerations;
    private int mostCells;
    private int mostSlices;
    private long mostIds;

    IdMemoryBoundsTest() {
        memory.configure(4 * CAPACITY, 0, 60_000);
        memory.putParticipant(SENDER, CAPACITY);
        memory.putParticipant(OTHER, CAPACITY);
    }

    @Test
    void shouldAllocateNothingInSteadyState() {
        memory.putParticipant(SENDER, CAPACITY / 4);
        sendNearlyInOrder(MILLION);
        final long bytesFromAllocator = memory.allocatedBytes();
        final long watermarkMs = memory.watermarkMs(SENDER);
        assertThat(heapBytesOf(() -> sendNearlyInOrder(MILLION))).isZero();
        assertThat(memory.allocatedBytes()).isEqualTo(bytesFromAllocator);
        assertThat(memory.watermarkMs(SENDER)).isGreaterThan(watermarkMs);
    }

    @Test
    void shouldUseForgottenSlicesAgainWhenManyWereForgottenAtOnce() {
        for (int i = 0; i < 4; i++) {
            forgetMostAndRefill();
        }
        final long bytesFromAllocator = memory.allocatedBytes();
        assertThat(heapBytesOf(this::forgetMostAndRefill)).isLessThan(1000);
        assertThat(memory.allocatedBytes()).isEqualTo(bytesFromAllocator);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldTakeFewBytesPerIdInTheOrderOfTime() {
        send(3 * (int) CAPACITY, t -> t);
        assertThat(mostGenerations).isEqualTo(1);
        // 57.5, and what rounding up to slabs of 4 MiB adds at this capacity.
        assertThat(bytesPerId()).isBetween(57.0, 65.0);
        assertThat(memory.sliceCount(SENDER)).isLessThan(32);
    }

    @Test
    void shouldKeepSlicesWholeWhereClocksDiffer() {
        send((int) CAPACITY, t -> t - 40 + random.nextInt(80));
        assertThat(mostGenerations).isLessThanOrEqualTo(3);
        assertThat(mostSlices).isLessThan(40);
        assertThat(bytesPerId()).isLessThan(70.0);
    }

    @Test
    void shouldKeepAnIdleParticipantSmall() {
        for (int participantId = 100; participantId < 200; participantId++) {
            memory.putParticipant(participantId, 1024);
            memory.insert(participantId, nowMs << 16, 0, 0, 0, 0, 0, 0, nowMs);
        }
        assertThat(memory.allocatedBytes()).isEqualTo(4 << 20);
    }

    @Test
    void shouldNotOpenASliceForEachIdOfASlowSenderWhoseClockRunsAhead() {
        send(100_000, t -> t);
        for (int i = 0; i < 100_000; i++) {
            nowMs += 60_000;
            insert(nowMs + 60_000, random.nextLong());
        }
        assertThat(memory.sliceCount(SENDER)).isLessThan(16 + 200_000 / 4096 + 32);
        assertThat(bytesPerId()).isLessThan(75.0);
    }

    @Test
    void shouldNotPileUpBehindOneClockThatRunsAhead() {
        // One in ten thousand ids is a minute ahead, which is half a dozen slices' worth of time.
        send(4 * (int) CAPACITY, t -> random.nextInt(10_000) == 0 ? t + 60_000 : t);
        assertThat(mostGenerations).isLessThanOrEqualTo(3);
        assertThat(memory.sliceCount(SENDER)).isGreaterThan(8);
    }

    @Test
    void shouldProbeFewGenerationsWhenAllIdsHaveOneMillisecond() {
        send((int) CAPACITY, t -> START_MS);
        assertThat(memory.sliceCount(SENDER)).isEqualTo(1);
        assertThat(mostGenerations).isLessThanOrEqualTo(7);
        assertThat(mostCells).isLessThan(7 * 64);
    }

    @Test
    void shouldProbeFewGenerationsWhenTimesAlternate() {
        send((int) CAPACITY, t -> random.nextBoolean() ? t : START_MS / 2 + random.nextInt(2));
        assertThat(mostGenerations).isLessThanOrEqualTo(7);
        assertThat(mostCells).isLessThan(7 * 64);
    }

    @Test
    void shouldProbeFewGenerationsWhenTimesAreAnywhere() {
        send((int) CAPACITY, t -> random.nextLong(t));
        assertThat(mostGenerations).isLessThanOrEqualTo(7);
        assertThat(bytesPerId()).isLessThan(90.0);
    }

    @Test
    void shouldProbeFewGenerationsWhenTimesGoBackwards() {
        send((int) CAPACITY, t -> 2 * START_MS - t);
        assertThat(mostGenerations).isLessThanOrEqualTo(7);
    }

    @Test
    void shouldBoundSlicesWhenTimesAreAllOverTheTolerance() {
        send(4 * (int) CAPACITY, t -> t + random.nextInt(60_000));
        assertThat(mostSlices).isLessThan(300);
        assertThat(mostGenerations).isLessThanOrEqualTo(7);
        assertThat(bytesPerId()).isLessThan(90.0);
    }

    @Test
    void shouldSpreadIdsThatDifferInFewBits() {
        for (int shift = 0; shift < 64; shift += 7) {
            final int participantId = 1000 + shift;
            memory.configure(16 * CAPACITY, 0, 60_000);
            memory.putParticipant(participantId, 65_536);
            for (long i = 0; i < 8192; i++) {
                final long lo = i << shift;
                if (memory.find(participantId, nowMs << 16, lo) == IdMemory.NOT_FOUND) {
                    memory.insert(participantId, nowMs << 16, lo, 0, 0, 0, 0, 0, nowMs);
                    assertThat(memory.cellsRead(participantId, nowMs << 16, lo)).as("shift %d", shift).isLessThan(4 * 64);
                }
            }
        }
    }

    @Test
    void shouldBoundTheWorkOfASenderThatKnowsTheSalts() {
        // The attacker's worst case: nobody else sends, so that it knows the digest from which its slice takes its salts.
        memory.insert(OTHER, nowMs << 16, 0, 0, 0, 0, 0, 0, nowMs);
        final long saltHi = Mix.ofRecord(1, memory.digest(), 0, ParticipantIds.FIRST_CAPACITY);
        final long saltLo = Mix.ofRecord(2, memory.digest(), 0, ParticipantIds.FIRST_CAPACITY);
        final long idHi = nowMs << 16;
        long lo = 0;
        int accepted = 0;
        while (memory.admit(SENDER, idHi, nowMs) == Result.OK) {
            while ((Mix.ofId(idHi, ++lo, saltHi, saltLo) >>> 16 & 0x3_03FF) != 0) {
                // Looks for an id whose page and cell are the first ones.
            }
            assertThat(memory.find(SENDER, idHi, lo)).isEqualTo(IdMemory.NOT_FOUND);
            memory.insert(SENDER, idHi, lo, 0, 0, 0, 0, 0, nowMs);
            accepted++;
            assertThat(memory.generationsProbed(SENDER, idHi)).isLessThanOrEqualTo(IdSlice.MAX_GENERATIONS);
        }
        assertThat(accepted).isBetween(3000, IdSlice.MAX_GENERATIONS * IdGeneration.PROBE_LIMIT);
        assertThat(memory.cellsRead(SENDER, idHi, lo))
            .isLessThanOrEqualTo(IdSlice.MAX_GENERATIONS * (IdGeneration.PROBE_LIMIT + 1));
        assertThat(memory.allocatedBytes()).isEqualTo(4 << 20);

        // Its next millisecond goes to a new slice with other salts, and nobody else has noticed.
        assertThat(memory.admit(SENDER, nowMs + 1 << 16, nowMs)).isEqualTo(Result.OK);
        memory.insert(SENDER, nowMs + 1 << 16, lo, 0, 0, 0, 0, 0, nowMs);
        assertThat(memory.generationsProbed(SENDER, nowMs + 1 << 16)).isEqualTo(1);
        assertThat(memory.generationsProbed(OTHER, idHi)).isEqualTo(1);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldServeOneParticipantsForgottenMemoryToAnother() {
        send(4 * (int) CAPACITY, t -> START_MS);
        final long bytes = memory.allocatedBytes();
        nowMs += 60_000;
        insert(nowMs, 1);
        assertThat(memory.size(SENDER)).isEqualTo(1);
        for (int i = 0; i < CAPACITY; i++) {
            nowMs += i % IDS_PER_MS == 0 ? 1 : 0;
            memory.insert(OTHER, nowMs << 16 | i % IDS_PER_MS, 0, 0, 0, 0, 0, 0, nowMs);
        }
        assertThat(memory.allocatedBytes()).isLessThanOrEqualTo(bytes + (4 << 20));
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    private void send(final int count, final LongUnaryOperator idMsAt) {
        for (int i = 0; i < count; i++) {
            nowMs = START_MS + i / IDS_PER_MS;
            insert(idMsAt.applyAsLong(nowMs), random.nextLong());
        }
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    private void insert(final long idMs, final long lo) {
        final long idHi = idMs << 16;
        if (memory.find(SENDER, idHi, lo) == IdMemory.NOT_FOUND && memory.admit(SENDER, idHi, nowMs) == Result.OK) {
            memory.insert(SENDER, idHi, lo, lo, Result.OK, ++sequence, nowMs * 1_000_000, 1, nowMs);
            mostGenerations = Math.max(mostGenerations, memory.generationsProbed(SENDER, idHi));
            mostCells = Math.max(mostCells, memory.cellsRead(SENDER, idHi, lo));
            mostIds = Math.max(mostIds, memory.size());
            mostSlices = Math.max(mostSlices, memory.sliceCount(SENDER));
        }
    }

    private void forgetMostAndRefill() {
        memory.putParticipant(SENDER, CAPACITY / 64);
        memory.putParticipant(SENDER, CAPACITY);
        sendNearlyInOrder((int) CAPACITY);
    }

    /** One in five ids comes late, so that slices have a second generation. */
    private void sendNearlyInOrder(final int count) {
        for (int i = 0; i < count; i++) {
            nowMs += i % IDS_PER_MS == 0 ? 1 : 0;
            final long idHi = nowMs - (i % 5 == 0 ? 300 : 0) << 16 | i % IDS_PER_MS;
            if (memory.find(SENDER, idHi, i) == IdMemory.NOT_FOUND && memory.admit(SENDER, idHi, nowMs) == Result.OK) {
                memory.insert(SENDER, idHi, i, i, Result.OK, i, i, i, nowMs);
            }
        }
    }

    /** What this thread allocates on the heap meanwhile. */
    private static long heapBytesOf(final Runnable work) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        final long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private double bytesPerId() {
        return (double) memory.allocatedBytes() / mostIds;
    }
}
