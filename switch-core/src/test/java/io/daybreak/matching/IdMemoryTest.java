package io.daybreak.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;

/** Each sentence of the rule of identity, one by one. The model test drives them all at once. */
class IdMemoryTest {
    private static final int ALICE = 1;
    private static final int BOB = 65_535;
    private static final long CAPACITY = 1024;
    private static final long WINDOW_MS = 300_000;
    private static final long TOLERANCE_MS = 5_000;
    private static final long DAY_MS = 86_400_000L;
    private static final long START_MS = 1_790_000_000_000L;

    private final IdMemory memory = new IdMemory(new CollectedSlabs());
    private long nowMs = START_MS;
    private long minted;

    IdMemoryTest() {
        memory.configure(1_000_000, WINDOW_MS, TOLERANCE_MS);
        assertThat(memory.putParticipant(ALICE, CAPACITY)).isEqualTo(Result.OK);
        assertThat(memory.putParticipant(BOB, CAPACITY)).isEqualTo(Result.OK);
    }

    @Test
    void shouldGiveBackAllThatWasRememberedOfAnId() {
        final long idHi = hi(nowMs);
        memory.insert(ALICE, idHi, -7, 0xFFFF_8000_0000_0001L, 65_535, Long.MAX_VALUE, 1_790_000_000_000_000_001L, -1, nowMs);

        final long handle = memory.find(ALICE, idHi, -7);
        assertThat(handle).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.fingerprintOf(handle)).isEqualTo(0x8000_0000_0001L);
        assertThat(memory.result(handle)).isEqualTo(65_535);
        assertThat(memory.sequence(handle)).isEqualTo(Long.MAX_VALUE);
        assertThat(memory.timestampNs(handle)).isEqualTo(1_790_000_000_000_000_001L);
        assertThat(memory.amount(handle)).isEqualTo(-1);
        assertThat(memory.size(ALICE)).isEqualTo(1);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void shouldTellIdsApartByEachHalfAndByParticipant() {
        final long idHi = insertOne(ALICE, nowMs);
        assertThat(memory.find(ALICE, idHi, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(ALICE, idHi, 1)).isEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(ALICE, idHi ^ 1, 0)).isEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(ALICE, idHi ^ 1L << 16, 0)).isEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(BOB, idHi, 0)).isEqualTo(IdMemory.NOT_FOUND);
    }

    @Test
    void shouldTakeTheTimeOfAnIdAsUnsigned() {
        final long idHi = insertOne(ALICE, (1L << 48) - 1);
        assertThat(idHi).isNegative();
        assertThat(memory.find(ALICE, idHi, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.isFuture(idHi, nowMs)).isTrue();
    }

    @Test
    void shouldCallAnIdFutureOnlyAboveTheTolerance() {
        assertThat(memory.isFuture(hi(nowMs + TOLERANCE_MS), nowMs)).isFalse();
        assertThat(memory.isFuture(hi(nowMs + TOLERANCE_MS + 1), nowMs)).isTrue();
        memory.configure(1_000_000, WINDOW_MS, 0);
        assertThat(memory.isFuture(hi(nowMs), nowMs)).isFalse();
        assertThat(memory.isFuture(hi(nowMs + 1), nowMs)).isTrue();
    }

    @Test
    void shouldNotForgetBecauseTimePassed() {
        final long first = insertOne(ALICE, nowMs);
        nowMs += 5 * 365 * DAY_MS;
        for (int i = 1; i < CAPACITY; i++) {
            nowMs += DAY_MS;
            insertOne(ALICE, nowMs);
        }
        assertThat(memory.size(ALICE)).isEqualTo(CAPACITY);
        assertThat(memory.watermarkMs(ALICE)).isZero();
        assertThat(memory.find(ALICE, first, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
    }

    @Test
    void shouldAnswerAResendAndAdmitAnOldIdAfterALongOutage() {
        fill(ALICE, 500);
        final long sentBefore = insertOne(ALICE, nowMs);
        final long neverArrived = hi(nowMs);
        nowMs += 30 * DAY_MS;
        fill(ALICE, 400);

        assertThat(memory.find(ALICE, sentBefore, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(ALICE, neverArrived, 0)).isEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.admit(ALICE, neverArrived, nowMs)).isEqualTo(Result.OK);
    }

    @Test
    void shouldForgetTheOldestSliceAndNoMoreWhenAtCapacity() {
        final long[] ids = fill(ALICE, (int) CAPACITY);
        nowMs += WINDOW_MS + CAPACITY;
        final long next = memory.nextWatermarkMs(ALICE);
        insertOne(ALICE, nowMs);

        assertThat(memory.watermarkMs(ALICE)).isEqualTo(next);
        int forgotten = 0;
        for (final long idHi : ids) {
            final boolean isBehind = idHi >>> 16 < next;
            assertThat(memory.find(ALICE, idHi, 0) == IdMemory.NOT_FOUND).isEqualTo(isBehind);
            assertThat(memory.admit(ALICE, idHi, nowMs)).isEqualTo(isBehind ? Result.ID_EXPIRED : Result.OK);
            forgotten += isBehind ? 1 : 0;
        }
        assertThat(forgotten).isBetween(1, (int) CAPACITY / 8);
        assertThat(memory.size(ALICE)).isEqualTo(CAPACITY + 1 - forgotten);
        assertThat(memory.size()).isEqualTo(memory.size(ALICE));
    }

    @Test
    void shouldExpireTheMillisecondBelowTheWatermarkAndAdmitTheWatermarkItself() {
        fill(ALICE, (int) CAPACITY);
        nowMs += WINDOW_MS + CAPACITY;
        insertOne(ALICE, nowMs);
        final long watermarkMs = memory.watermarkMs(ALICE);
        assertThat(memory.admit(ALICE, hi(watermarkMs - 1), nowMs)).isEqualTo(Result.ID_EXPIRED);
        assertThat(memory.admit(ALICE, hi(watermarkMs), nowMs)).isEqualTo(Result.OK);
        assertThat(insertOne(ALICE, watermarkMs)).isNotZero();
        assertThat(memory.find(ALICE, watermarkMs << 16 | minted, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
    }

    @Test
    void shouldBeBusyUntilTheOldestSliceIsOutsideTheGuaranteedWindow() {
        fill(ALICE, (int) CAPACITY);
        final long oldestSliceMaxMs = memory.nextWatermarkMs(ALICE) - 1;
        final long digest = memory.digest();
        for (final long atMs : new long[] {nowMs, oldestSliceMaxMs + WINDOW_MS}) {
            assertThat(memory.admit(ALICE, hi(atMs), atMs)).isEqualTo(Result.BUSY);
        }
        final long outsideMs = oldestSliceMaxMs + WINDOW_MS + 1;
        assertThat(memory.admit(ALICE, hi(outsideMs), outsideMs)).isEqualTo(Result.OK);
        assertThat(memory.digest()).isEqualTo(digest);
        assertThat(memory.admit(BOB, hi(nowMs), nowMs)).isEqualTo(Result.OK);
    }

    @Test
    void shouldBeBusyForAnIdAsOldAsTheSliceThatWouldHaveToGo() {
        fill(ALICE, (int) CAPACITY);
        nowMs += WINDOW_MS + CAPACITY;
        final long next = memory.nextWatermarkMs(ALICE);
        assertThat(memory.admit(ALICE, hi(next - 1), nowMs)).isEqualTo(Result.BUSY);
        assertThat(memory.admit(ALICE, hi(next), nowMs)).isEqualTo(Result.OK);
    }

    @Test
    void shouldNotForgetIdsOfOneParticipantWhenAnotherFloods() {
        final long[] ids = fill(ALICE, (int) CAPACITY);
        nowMs += WINDOW_MS + CAPACITY;
        for (int i = 0; i < 100 * CAPACITY; i++) {
            nowMs += 2 * WINDOW_MS / CAPACITY;
            assertThat(memory.admit(BOB, hi(nowMs), nowMs)).isEqualTo(Result.OK);
            insertOne(BOB, nowMs);
        }
        assertThat(memory.size(BOB)).isLessThanOrEqualTo(CAPACITY);
        assertThat(memory.watermarkMs(BOB)).isPositive();
        assertThat(memory.watermarkMs(ALICE)).isZero();
        for (final long idHi : ids) {
            assertThat(memory.find(ALICE, idHi, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        }
    }

    @Test
    void shouldForgetAllWhenAllHaveTheSameMillisecond() {
        final long sameMs = nowMs;
        for (int i = 0; i < CAPACITY; i++) {
            insertOne(ALICE, sameMs);
        }
        assertThat(memory.sliceCount(ALICE)).isEqualTo(1);
        nowMs += WINDOW_MS + 1;
        assertThat(memory.admit(ALICE, hi(sameMs), nowMs)).isEqualTo(Result.BUSY);
        insertOne(ALICE, nowMs);
        assertThat(memory.watermarkMs(ALICE)).isEqualTo(sameMs + 1);
        assertThat(memory.size(ALICE)).isEqualTo(1);
    }

    @Test
    void shouldExceedTheCapacityByAChainRatherThanCutTheWindow() {
        fill(ALICE, (int) CAPACITY - 1);
        assertThat(memory.admit(ALICE, hi(nowMs), nowMs)).isEqualTo(Result.OK);
        final long first = insertOne(ALICE, nowMs);
        final long second = insertOne(ALICE, nowMs);
        assertThat(memory.watermarkMs(ALICE)).isZero();
        assertThat(memory.size(ALICE)).isEqualTo(CAPACITY + 1);
        assertThat(memory.find(ALICE, first, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.find(ALICE, second, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.admit(ALICE, hi(nowMs), nowMs)).isEqualTo(Result.BUSY);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldForgetAtOnceAnAdmittedIdThatTheWatermarkHasPassed() {
        fill(ALICE, (int) CAPACITY - 1);
        nowMs += WINDOW_MS + CAPACITY;
        final long old = hi(memory.nextWatermarkMs(ALICE) - 1);
        assertThat(memory.admit(ALICE, old, nowMs)).isEqualTo(Result.OK);
        insertOne(ALICE, nowMs);
        insertOne(ALICE, nowMs);
        final long size = memory.size(ALICE);
        memory.insert(ALICE, old, 0, 0, 0, 0, 0, 0, nowMs);
        assertThat(memory.size(ALICE)).isEqualTo(size);
        assertThat(memory.find(ALICE, old, 0)).isEqualTo(IdMemory.NOT_FOUND);
        assertThat(memory.admit(ALICE, old, nowMs)).isEqualTo(Result.ID_EXPIRED);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldCheckSharesAgainstTheTotalThenTheLeast() {
        final long left = 1_000_000 - 2 * CAPACITY;
        assertThat(memory.putParticipant(2, left + 1)).isEqualTo(Result.ID_CAPACITY_REACHED);
        assertThat(memory.putParticipant(2, -1)).isEqualTo(Result.ID_CAPACITY_REACHED);
        assertThat(memory.putParticipant(2, CAPACITY - 1)).isEqualTo(Result.LIMIT_OUT_OF_RANGE);
        assertThat(memory.putParticipant(2, left)).isEqualTo(Result.OK);
        assertThat(memory.putParticipant(ALICE, CAPACITY + 1)).isEqualTo(Result.ID_CAPACITY_REACHED);
        assertThat(memory.putParticipant(2, left - 1)).isEqualTo(Result.OK);
        assertThat(memory.putParticipant(ALICE, CAPACITY + 1)).isEqualTo(Result.OK);
        assertThat(memory.capacity(ALICE)).isEqualTo(CAPACITY + 1);
        assertThat(memory.committedCapacity()).isEqualTo(1_000_000);
        memory.configure(500_000, WINDOW_MS, TOLERANCE_MS);
        assertThat(memory.putParticipant(ALICE, CAPACITY)).isEqualTo(Result.ID_CAPACITY_REACHED);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldTakeAThousandAndTwentyFourParticipants() {
        memory.configure(2 * 1024 * CAPACITY, WINDOW_MS, TOLERANCE_MS);
        for (int id = 2; id <= IdMemory.MAX_PARTICIPANTS - 1; id++) {
            assertThat(memory.putParticipant(id, CAPACITY)).isEqualTo(Result.OK);
        }
        assertThat(memory.putParticipant(5000, CAPACITY)).isEqualTo(Result.PARTICIPANT_CAPACITY_REACHED);
        assertThat(memory.putParticipant(BOB, CAPACITY + 1)).isEqualTo(Result.OK);
        assertThatThrownBy(() -> memory.putParticipant(0, CAPACITY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory.putParticipant(65_536, CAPACITY)).isInstanceOf(IllegalArgumentException.class);
        assertThat(memory.find(5000, 1, 1)).isEqualTo(IdMemory.NOT_FOUND);
        assertThatThrownBy(() -> memory.admit(5000, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepAllWhenACapacityIsRaisedAndLetGoWhenItIsLowered() {
        assertThat(memory.putParticipant(ALICE, 8 * CAPACITY)).isEqualTo(Result.OK);
        final long[] ids = fill(ALICE, 8 * (int) CAPACITY);
        nowMs += WINDOW_MS;
        insertOne(BOB, nowMs);

        assertThat(memory.putParticipant(ALICE, CAPACITY)).isEqualTo(Result.OK);
        assertThat(memory.size(ALICE)).isLessThanOrEqualTo(CAPACITY);
        assertThat(memory.size(ALICE)).isPositive();
        final long watermarkMs = memory.watermarkMs(ALICE);
        for (final long idHi : ids) {
            assertThat(memory.find(ALICE, idHi, 0) == IdMemory.NOT_FOUND).isEqualTo(idHi >>> 16 < watermarkMs);
        }
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());

        assertThat(memory.putParticipant(ALICE, 8 * CAPACITY)).isEqualTo(Result.OK);
        fill(ALICE, 7 * (int) CAPACITY);
        assertThat(memory.watermarkMs(ALICE)).isEqualTo(watermarkMs);
    }

    @Test
    void shouldNotCutTheWindowWhenACapacityIsLowered() {
        assertThat(memory.putParticipant(ALICE, 8 * CAPACITY)).isEqualTo(Result.OK);
        final long[] ids = fill(ALICE, 8 * (int) CAPACITY);
        assertThat(memory.putParticipant(ALICE, CAPACITY)).isEqualTo(Result.OK);
        for (final long idHi : ids) {
            assertThat(memory.find(ALICE, idHi, 0)).isNotEqualTo(IdMemory.NOT_FOUND);
        }
        assertThat(memory.admit(ALICE, hi(nowMs), nowMs)).isEqualTo(Result.BUSY);
        nowMs += WINDOW_MS + 1;
        assertThat(memory.admit(ALICE, hi(nowMs), nowMs)).isEqualTo(Result.OK);
        insertOne(ALICE, nowMs);
        assertThat(memory.size(ALICE)).isLessThanOrEqualTo(CAPACITY);
        assertThat(memory.digest()).isEqualTo(memory.computeDigest());
    }

    @Test
    void shouldChangeTheDigestWithEachFieldOfAnEntry() {
        final long[] digests = new long[7];
        for (int i = 0; i < digests.length; i++) {
            final IdMemory other = new IdMemory(new CollectedSlabs());
            other.configure(1_000_000, WINDOW_MS, TOLERANCE_MS);
            other.putParticipant(ALICE, CAPACITY);
            other.insert(ALICE, hi(nowMs) + (i == 1 ? 1 : 0), i == 2 ? 1 : 0, i == 3 ? 1 : 0, i == 4 ? 1 : 0,
                i == 5 ? 1 : 0, i == 6 ? 1 : 0, 0, nowMs);
            minted--;
            digests[i] = other.digest();
            assertThat(other.computeDigest()).isEqualTo(digests[i]);
        }
        assertThat(digests).doesNotHaveDuplicates();
    }

    /** Journals hold digests: a change of this number is a change of what every journal says. */
    @Test
    void shouldGiveTheDigestOfTheJournalsOnEveryMachine() {
        fill(ALICE, (int) CAPACITY);
        nowMs += 2 * WINDOW_MS;
        fill(BOB, 100);
        fill(ALICE, 100);
        assertThat(memory.digest()).isEqualTo(5_284_138_838_061_137_690L);
    }

    /** One id per millisecond, as fast as the clock goes. */
    private long[] fill(final int participantId, final int count) {
        final long[] ids = new long[count];
        for (int i = 0; i < count; i++) {
            nowMs++;
            ids[i] = insertOne(participantId, nowMs);
        }
        return ids;
    }

    private long insertOne(final int participantId, final long idMs) {
        final long idHi = hi(idMs);
        assertThat(memory.find(participantId, idHi, 0)).isEqualTo(IdMemory.NOT_FOUND);
        memory.insert(participantId, idHi, 0, minted, Result.OK, minted, nowMs * 1_000_000, 1, nowMs);
        return idHi;
    }

    private long hi(final long idMs) {
        minted = minted + 1 & 0xFFFF;
        return idMs << 16 | minted;
    }
}
