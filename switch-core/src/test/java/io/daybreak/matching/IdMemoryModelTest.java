package io.daybreak.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.protocol.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory against plain collections that know every id ever inserted. The model knows nothing of slices: it asks
 * where the watermark would go next, holds the memory to it, and checks that all that is forgotten was behind it.
 */
class IdMemoryModelTest {
    private static final long START_MS = 1_790_000_000_000L;
    private static final int[] PARTICIPANTS = {1, 77, 65_535};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldNeverGiveAWrongAnswer(final long seed) {
        final Run run = new Run(seed, false);
        run.steps(60_000);
        run.assertMetEveryAnswer();
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104})
    void shouldKeepTheRunningDigestEqualToTheComputedOneAfterEveryStep(final long seed) {
        new Run(seed, true).steps(6_000);
    }

    @Test
    @Tag("nightly")
    void shouldNeverGiveAWrongAnswerWithFreshSeeds() {
        final long first = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            new Run(first + i, false).steps(200_000);
        }
    }

    private record Id(long hi, long lo) {
        long ms() {
            return hi >>> 16;
        }
    }

    private record First(long fingerprint, int result, long sequence, long timestampNs, long amount) {
    }

    /** What one participant has sent and should be remembered. */
    private static final class Share {
        final int participantId;
        long capacity;
        final Map<Id, First> remembered = new HashMap<>();
        final TreeMap<Long, List<Id>> byTime = new TreeMap<>();
        final List<Id> forgotten = new ArrayList<>();
        final List<Id> all = new ArrayList<>();
        long watermarkMs;

        Share(final int participantId, final long capacity) {
            this.participantId = participantId;
            this.capacity = capacity;
        }

        void add(final Id id, final First first) {
            remembered.put(id, first);
            byTime.computeIfAbsent(id.ms(), ms -> new ArrayList<>()).add(id);
            all.add(id);
        }

        void forgetBelow(final long ms) {
            watermarkMs = ms;
            while (!byTime.isEmpty() && byTime.firstKey() < ms) {
                for (final Id id : byTime.pollFirstEntry().getValue()) {
                    remembered.remove(id);
                    forgotten.add(id);
                }
            }
        }
    }

    /** One seed: three participants whose habits change now and then, and a twin that is fed alike. */
    private static final class Run {
        private final String seedMessage;
        private final SplittableRandom random;
        private final boolean computesDigests;
        private final IdMemory memory = new IdMemory(new CollectedSlabs());
        private final IdMemory twin = new IdMemory(new CollectedSlabs());
        private final Share[] shares = new Share[PARTICIPANTS.length];
        private final int[] habits = new int[PARTICIPANTS.length];
        private final long toleranceMs;
        private long windowMs;
        private long nowMs = START_MS;
        private long sequence;
        private int inserted;
        private int repeated;
        private int expired;
        private int busy;
        private int moved;

        Run(final long seed, final boolean computesDigests) {
            this.seedMessage = "seed " + seed;
            this.computesDigests = computesDigests;
            random = new SplittableRandom(seed);
            windowMs = random.nextLong(2_000, computesDigests ? 3_000 : 8_000);
            toleranceMs = random.nextLong(0, 5_000);
            memory.configure(1_000_000, windowMs, toleranceMs);
            twin.configure(1_000_000, windowMs, toleranceMs);
            for (int i = 0; i < shares.length; i++) {
                shares[i] = new Share(PARTICIPANTS[i], random.nextLong(1024, computesDigests ? 1100 : 2_500));
                put(shares[i], shares[i].capacity);
            }
        }

        void steps(final int count) {
            for (int i = 0; i < count; i++) {
                step();
                if (computesDigests) {
                    check(memory.digest() == memory.computeDigest(), "running digest");
                }
            }
            finish();
        }

        private void step() {
            final int kind = random.nextInt(10_000);
            if (kind < 3000) {
                nowMs += random.nextInt(4);
            } else if (kind < 3002) {
                nowMs += random.nextLong(3 * windowMs);
            } else if (kind < 3022) {
                habits[random.nextInt(habits.length)] = random.nextInt(7);
            } else if (kind < 3032) {
                final Share share = shares[random.nextInt(shares.length)];
                if (share.remembered.size() <= share.capacity) {
                    put(share, share.capacity + random.nextLong(50));
                }
            }
            final int place = random.nextInt(shares.length);
            final Share share = shares[place];
            if (random.nextInt(8) == 0 && !share.all.isEmpty()) {
                repeat(share);
            } else {
                submit(share, mint(habits[place]));
            }
        }

        private Id mint(final int habit) {
            final long ms = switch (habit) {
                case 0, 1 -> nowMs;
                case 2 -> nowMs - random.nextInt(50) + Math.min(toleranceMs, random.nextInt(50));
                case 3 -> random.nextInt(100) == 0 ? nowMs + toleranceMs : nowMs;
                case 4 -> nowMs / 1000 * 1000;
                case 5 -> random.nextBoolean() ? nowMs : nowMs - random.nextLong(100_000);
                default -> random.nextInt(1000) == 0 ? random.nextLong(nowMs) : nowMs - 100 * random.nextInt(20);
            };
            // Few distinct halves, so that ids differ now in one half, now in the other.
            return new Id(ms << 16 | random.nextInt(4), random.nextInt(3) == 0 ? random.nextInt(4) : random.nextLong());
        }

        private void repeat(final Share share) {
            final int size = share.all.size();
            final int back = random.nextBoolean() ? random.nextInt(size) : Math.min(size - 1, random.nextInt(100));
            submit(share, share.all.get(size - 1 - back));
            repeated++;
        }

        private void submit(final Share share, final Id id) {
            final First first = share.remembered.get(id);
            final long handle = memory.find(share.participantId, id.hi, id.lo);
            check(twin.find(share.participantId, id.hi, id.lo) != 0 == (handle != 0), "twin find");
            if (first != null) {
                check(handle != IdMemory.NOT_FOUND, "known id not found");
                check(first.equals(new First(memory.fingerprintOf(handle), memory.result(handle), memory.sequence(handle),
                    memory.timestampNs(handle), memory.amount(handle))), "first outcome");
                return;
            }
            check(handle == IdMemory.NOT_FOUND, "unknown id found");
            final long next = memory.nextWatermarkMs(share.participantId);
            final int admitted = memory.admit(share.participantId, id.hi, nowMs);
            check(admitted == expectedAdmission(share, id, next), "admission " + admitted);
            expired += admitted == Result.ID_EXPIRED ? 1 : 0;
            busy += admitted == Result.BUSY ? 1 : 0;
            if (admitted == Result.OK) {
                insert(share, id, next);
            }
        }

        private int expectedAdmission(final Share share, final Id id, final long next) {
            if (id.ms() < share.watermarkMs) {
                return Result.ID_EXPIRED;
            }
            final boolean mustForget = share.remembered.size() >= share.capacity;
            return mustForget && (next > nowMs - windowMs || id.ms() < next) ? Result.BUSY : Result.OK;
        }

        private void insert(final Share share, final Id id, final long next) {
            final First first = new First(random.nextLong() & IdMemory.FINGERPRINT_MASK, random.nextInt(1 << 16), ++sequence,
                nowMs * 1_000_000 + random.nextInt(1_000_000), random.nextLong());
            final boolean mustForget = share.remembered.size() >= share.capacity;
            for (final IdMemory each : new IdMemory[] {memory, twin}) {
                each.insert(share.participantId, id.hi, id.lo, first.fingerprint, first.result, first.sequence,
                    first.timestampNs, first.amount, nowMs);
            }
            final long watermarkMs = memory.watermarkMs(share.participantId);
            check(watermarkMs == (mustForget ? next : share.watermarkMs), "watermark");
            check(watermarkMs >= share.watermarkMs, "watermark went back");
            if (mustForget) {
                check(watermarkMs <= nowMs - windowMs, "guaranteed window");
                moved++;
                share.forgetBelow(watermarkMs);
            }
            share.add(id, first);
            inserted++;
            check(memory.size(share.participantId) == share.remembered.size(), "size");
            check(memory.digest() == twin.digest(), "digests of twins");
        }

        private void put(final Share share, final long capacity) {
            share.capacity = capacity;
            check(memory.putParticipant(share.participantId, capacity) == Result.OK, "put");
            check(twin.putParticipant(share.participantId, capacity) == Result.OK, "put");
        }

        private void finish() {
            long size = 0;
            for (final Share share : shares) {
                size += share.remembered.size();
                for (final Id id : share.remembered.keySet()) {
                    check(memory.find(share.participantId, id.hi, id.lo) != IdMemory.NOT_FOUND, "forgotten too early");
                }
                for (final Id id : share.forgotten) {
                    check(memory.find(share.participantId, id.hi, id.lo) == IdMemory.NOT_FOUND, "half forgotten");
                    check(memory.admit(share.participantId, id.hi, nowMs) == Result.ID_EXPIRED, "taken for new");
                }
            }
            check(memory.size() == size, "size of all");
            check(memory.digest() == memory.computeDigest(), "running digest");
        }

        /** A run that met none of these would prove nothing. Not for fresh seeds, some of which are never busy. */
        void assertMetEveryAnswer() {
            assertThat(new int[] {inserted, repeated, expired, busy, moved}).as(seedMessage).doesNotContain(0);
        }

        private void check(final boolean holds, final String what) {
            if (!holds) {
                throw new AssertionError(what + " at command " + sequence + ", " + seedMessage);
            }
        }
    }
}
