package io.daybreak.pipeline;

import io.daybreak.pipeline.StageTimes.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class StageTimesTest {
    private static final int EVERY = 8;

    private static long count(final StageTimes times, final Stage stage) {
        long sum = 0;
        for (int step = 0; step < StageTimes.STEPS; step++) {
            sum += times.count(stage, step);
        }
        return sum;
    }

    @Test
    void shouldPutEachDurationIntoTheStepThatHoldsIt() {
        for (long ns = 4; ns < 1L << 40; ns += 1 + ns / 7) {
            final int step = StageTimes.step(ns);
            assertThat(StageTimes.stepToNs(step)).as("upper end for %d", ns).isGreaterThanOrEqualTo(ns);
            assertThat(StageTimes.stepToNs(step - 1)).as("lower end for %d", ns).isLessThan(ns);
        }
        assertThat(StageTimes.step(-5)).isEqualTo(StageTimes.step(4));
        assertThat(StageTimes.step(Long.MAX_VALUE)).isEqualTo(StageTimes.STEPS - 1);
    }

    @Test
    void shouldTimeEveryStageOfOneSlotInSoMany() throws Exception {
        try (PipelineRig rig = new PipelineRig(PipelineRig.smallContext().sampleEvery(EVERY))) {
            rig.start(4);
            rig.publisher.received(System.nanoTime());
            long last = 0;
            for (int i = 1; i <= 4_000; i++) {
                last = rig.pay(i, 1, 2, 1);
            }
            rig.sink.awaitReply(last);
            final long slots = rig.pipeline.counters().commands();
            final StageTimes times = rig.pipeline.stageTimes();
            // The reply is told before its time is noted, and the queries and ticks have slots as well.
            Await.until("the last of them", () -> count(times, Stage.REPLY) >= slots / EVERY - 1);
            for (final Stage stage : Stage.values()) {
                // What came before received() was called has no time of its own to be decoded in.
                assertThat(count(times, stage)).as(stage.word()).isBetween(slots / EVERY - 2, slots / EVERY + 16);
                assertThat(times.sumNs(stage)).as(stage.word()).isPositive();
            }
        }
    }

    @Test
    void shouldTimeNothingUnlessItIsTold() {
        try (PipelineRig rig = new PipelineRig(PipelineRig.smallContext())) {
            assertThat(rig.pipeline.stageTimes()).isNull();
        }
        assertThatThrownBy(() -> PipelineRig.smallContext().sampleEvery(24).conclude()).hasMessageContaining("stages.sample-every");
    }
}
