package io.daybreak.pipeline;

import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static io.daybreak.pipeline.SettableClock.START_NS;
import static org.assertj.core.api.Assertions.assertThat;

/** What the steps of a wall clock do to running payments. */
@Timeout(60)
class CommandTimeTest {
    private static final long S = 1_000_000_000L;
    private static final long DAY = 86_400 * S;

    private final List<Long> alarms = new CopyOnWriteArrayList<>();
    private volatile int cleared;
    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext().clockAlarmListener(new ClockAlarmListener() {
        @Override
        public void onClockAlarm(final long wallAheadNs) {
            alarms.add(wallAheadNs);
        }

        @Override
        public void onClockAlarmCleared() {
            cleared++;
        }
    })).start(3);
    private long nextId = 1;

    @AfterEach
    void close() {
        rig.close();
        rig.assertHealthy();
    }

    private long payNs() {
        final RecordingSink.Reply reply = rig.sink.awaitReply(rig.pay(nextId++, 1, 2, 3));
        assertThat(reply.result).isEqualTo(Result.OK);
        return reply.timestampNs;
    }

    @Test
    void shouldPayOnThroughStepsOfSecondsInBothDirections() {
        long last = payNs();
        for (final long step : new long[]{5 * S, -9 * S, 9 * S, -5 * S}) {
            rig.clock.stepWall(step);
            rig.clock.pass(S);
            final long now = payNs();
            assertThat(now - last).isBetween(S - S / 1_000 - 10, S + S / 1_000 + 10);
            last = now;
        }
        assertThat(alarms).isEmpty();
        assertThat(rig.pipeline.clock().isAlarmed()).isFalse();
    }

    @Test
    void shouldPayOnAtItsOwnTimeWhenTheWallClockStepsByADay() {
        final long first = payNs();
        rig.clock.stepWall(DAY);
        rig.clock.pass(S);
        assertThat(payNs() - first).isBetween(S - 1_000_000, S + 1_000_000);
        Await.until("the alarm", () -> alarms.size() == 1);
        assertThat(alarms.get(0)).isBetween(DAY - S, DAY + S);
        rig.clock.stepWall(-2 * DAY);
        rig.clock.pass(S);
        assertThat(payNs() - first).isBetween(2 * S - 1_000_000, 2 * S + 1_000_000);
        rig.clock.stepWall(DAY);
        Await.until("no alarm", () -> cleared == 1);
        assertThat(alarms).as("told once").hasSize(1);
    }

    @Test
    void shouldStepForwardOnceTheOperatorAcceptsTheClock() {
        final long first = payNs();
        rig.clock.stepWall(DAY);
        Await.until("the alarm", () -> alarms.size() == 1);
        final RecordingSink.Reply accepted = rig.sink.awaitReply(rig.acceptClock(START_NS + DAY));
        assertThat(accepted.result).isEqualTo(Result.OK);
        assertThat(accepted.timestampNs - first).as("the command itself still has the old time").isLessThan(S);
        assertThat(payNs()).isBetween(START_NS + DAY, START_NS + DAY + S);
        Await.until("no alarm", () -> cleared == 1);
    }

    @Test
    void shouldNotStepWhenTheAcceptedTimeIsInThePast() {
        payNs();
        rig.clock.stepWall(-DAY);
        Await.until("the alarm", () -> alarms.size() == 1);
        assertThat(rig.sink.awaitReply(rig.acceptClock(START_NS - DAY)).result).isEqualTo(Result.CLOCK_WOULD_GO_BACK);
        assertThat(payNs()).isGreaterThan(START_NS);
        assertThat(cleared).isZero();
    }

    @Test
    void shouldLetTimePassWhileNothingIsPublished() {
        final long before = payNs();
        rig.clock.pass(3_600 * S);
        assertThat(rig.pipeline.clock().nowNs() - before).isBetween(3_600 * S - 1_000, 3_600 * S + 1_000);
        assertThat(payNs() - before).isBetween(3_600 * S - 1_000, 3_600 * S + 1_000);
    }
}
