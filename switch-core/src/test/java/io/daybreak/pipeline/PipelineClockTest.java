package io.daybreak.pipeline;

import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PipelineClockTest {
    private static final long MS = 1_000_000L;
    private static final long S = 1_000 * MS;
    private static final long DAY = 86_400 * S;
    private static final long START = SettableClock.START_NS;

    private final SettableClock source = new SettableClock();

    private PipelineClock clock() {
        return new PipelineClock(source, 0, 10 * S, 1_000);
    }

    @Test
    void shouldStartAtWallTime() {
        assertThat(clock().nowNs()).isEqualTo(START);
    }

    @Test
    void shouldNotStartBelowTheLastJournaledTime() {
        final PipelineClock clock = new PipelineClock(source, START + 3 * S, 10 * S, 1_000);
        assertThat(clock.stampNs()).isEqualTo(START + 3 * S + 1);
        assertThat(clock.isAlarmed()).isFalse();
    }

    @Test
    void shouldBeAlarmedAtStartWhenWallTimeIsFarBehindTheJournal() {
        final PipelineClock clock = new PipelineClock(source, START + 11 * S, 10 * S, 1_000);
        assertThat(clock.isAlarmed()).isTrue();
        assertThat(clock.wallAheadNs()).isEqualTo(-11 * S);
    }

    @Test
    void shouldAdvanceWithTheMonotonicClock() {
        final PipelineClock clock = clock();
        source.pass(5 * S);
        assertThat(clock.nowNs()).isEqualTo(START + 5 * S);
        assertThat(clock.stampNs()).isEqualTo(START + 5 * S);
    }

    @Test
    void shouldStampStrictlyRisingTimesWhenNoTimePasses() {
        final PipelineClock clock = clock();
        long last = clock.stampNs();
        for (int i = 0; i < 1_000; i++) {
            final long next = clock.stampNs();
            assertThat(next).isEqualTo(last + 1);
            last = next;
        }
    }

    @Test
    void shouldSlewTowardsAWallClockThatStepsAheadBySeconds() {
        final PipelineClock clock = clock();
        source.stepWall(4 * S);
        source.pass(1_000 * S);
        assertThat(clock.stampNs()).isEqualTo(START + 1_001 * S);
        source.pass(5_000 * S);
        assertThat(clock.stampNs()).as("caught up, not beyond").isEqualTo(source.wallNs());
        assertThat(clock.isAlarmed()).isFalse();
    }

    @Test
    void shouldSlewTowardsAWallClockThatStepsBackBySeconds() {
        final PipelineClock clock = clock();
        source.stepWall(-4 * S);
        source.pass(1_000 * S);
        assertThat(clock.stampNs()).isEqualTo(START + 999 * S);
        source.pass(5_000 * S);
        assertThat(clock.stampNs()).isEqualTo(source.wallNs());
    }

    @Test
    void shouldSlewAtTheSameRateHoweverOftenItStamps() {
        final PipelineClock clock = clock();
        source.stepWall(4 * S);
        long last = 0;
        for (int i = 0; i < 1_000_000; i++) {
            // Below one thousandth of a thousand: rounded by itself, each of these would slew by nothing.
            source.pass(777);
            last = clock.stampNs();
        }
        assertThat(last - START - 777_000_000L).isEqualTo(777_000L);
    }

    @Test
    void shouldNotSaveUpSlewForLater() {
        final PipelineClock clock = clock();
        source.pass(DAY);
        clock.stampNs();
        source.stepWall(5 * S);
        final long before = clock.stampNs();
        source.pass(1_000);
        assertThat(clock.stampNs()).isEqualTo(before + 1_001);
    }

    @Test
    void shouldSlewWhileNothingIsStamped() {
        final PipelineClock clock = clock();
        source.stepWall(4 * S);
        for (int i = 0; i < 1_000; i++) {
            source.pass(S);
            clock.observe();
        }
        assertThat(clock.nowNs()).isEqualTo(START + 1_001 * S);
        source.stepWall(-2 * S);
        assertThat(clock.stampNs()).as("an idle time's slew is not applied at once").isEqualTo(START + 1_001 * S + 1);
    }

    @Test
    void shouldNotFollowAWallClockThatStepsAheadByADay() {
        final PipelineClock clock = clock();
        source.stepWall(DAY);
        source.pass(1_000 * S);
        assertThat(clock.stampNs()).isEqualTo(START + 1_000 * S);
        assertThat(clock.isAlarmed()).isTrue();
        assertThat(clock.wallAheadNs()).isEqualTo(DAY);
    }

    @Test
    void shouldNotFollowAWallClockThatStepsBackByADay() {
        final PipelineClock clock = clock();
        source.stepWall(-DAY);
        source.pass(1_000 * S);
        assertThat(clock.stampNs()).isEqualTo(START + 1_000 * S);
        assertThat(clock.wallAheadNs()).isEqualTo(-DAY);
    }

    @Test
    void shouldFollowExactlyTheLargestStep() {
        final PipelineClock clock = clock();
        source.stepWall(10 * S);
        assertThat(clock.isAlarmed()).isFalse();
        source.stepWall(1);
        assertThat(clock.isAlarmed()).isTrue();
    }

    @Test
    void shouldClearTheAlarmWhenTheWallClockComesBack() {
        final PipelineClock clock = clock();
        source.stepWall(DAY);
        assertThat(clock.isAlarmed()).isTrue();
        source.stepWall(-DAY);
        assertThat(clock.isAlarmed()).isFalse();
    }

    @Test
    void shouldStepForwardWhenTheStepIsAccepted() {
        final PipelineClock clock = clock();
        source.stepWall(DAY);
        clock.accept(START + DAY);
        assertThat(clock.isAlarmed()).isFalse();
        assertThat(clock.stampNs()).isEqualTo(START + DAY + 1);
        source.pass(S);
        assertThat(clock.stampNs()).isEqualTo(START + DAY + S);
    }

    @Test
    void shouldNeverStepBackByAcceptance() {
        final PipelineClock clock = clock();
        source.stepWall(-DAY);
        clock.accept(START - DAY);
        assertThat(clock.stampNs()).isEqualTo(START + 1);
        assertThat(clock.isAlarmed()).isTrue();
    }

    @Test
    void shouldNotStepFarBeyondTheWallClockWhenAMistypedTimeIsAccepted() {
        final PipelineClock clock = clock();
        clock.accept(START + 365 * DAY);
        assertThat(clock.stampNs()).isEqualTo(START + 10 * S + 1);
    }

    @Test
    void shouldStayWithinTheSlewOfTheMonotonicClockWhateverTheWallClockDoes() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final PipelineClock clock = clock();
        long last = clock.stampNs();
        for (int i = 0; i < 100_000; i++) {
            final long passed = random.nextInt(2) == 0 ? random.nextInt(2_000) : random.nextInt((int) S);
            source.pass(passed);
            if (random.nextInt(4) == 0) {
                source.stepWall((long) (random.nextGaussian() * (random.nextInt(10) == 0 ? DAY : 5 * S)));
            }
            if (random.nextBoolean()) {
                clock.observe();
            }
            final long next = clock.stampNs();
            final long most = passed / 1_000 + 2;
            assertThat(next - last).as("seed " + seed + ", step " + i).isBetween(Math.max(1, passed - most), passed + most);
            last = next;
        }
    }

    @Test
    void shouldRefuseAStartWhoseWallClockIsTooFarAheadOfTheJournal() {
        assertThatThrownBy(() -> PipelineClock.checkGap(source, START - 7 * DAY - 1, 7 * DAY, false))
            .isInstanceOf(ClockGapException.class).hasMessageContaining("604800 s");
        assertThatCode(() -> PipelineClock.checkGap(source, START - 7 * DAY, 7 * DAY, false)).doesNotThrowAnyException();
        assertThatCode(() -> PipelineClock.checkGap(source, START - 70 * DAY, 7 * DAY, true)).doesNotThrowAnyException();
        assertThatCode(() -> PipelineClock.checkGap(source, 0, 7 * DAY, false)).as("empty journal").doesNotThrowAnyException();
        assertThatCode(() -> PipelineClock.checkGap(source, START + DAY, 7 * DAY, false)).doesNotThrowAnyException();
    }
}
