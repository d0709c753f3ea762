package io.daybreak.pipeline;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.pipeline.CommandPublisher.FINISHING;
import static io.daybreak.pipeline.CommandPublisher.NEW_REQUESTS;
import static io.daybreak.pipeline.CommandPublisher.NOT_CLAIMED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Who gets into a ring that nobody empties: 1,024 slots, 128 of them reserved, 4 shares of 64. */
class AdmissionTest {
    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext());

    @AfterEach
    void close() {
        rig.close();
    }

    private static int flood(final CommandPublisher publisher, final int count, final int priority) {
        int claimed = 0;
        while (publisher.tryClaim(count, priority) != NOT_CLAIMED) {
            claimed += count;
        }
        return claimed;
    }

    @Test
    void shouldLeaveSharesAndReserveToOthersWhenOnePublisherFloods() {
        assertThat(flood(rig.publisher, 1, NEW_REQUESTS)).isEqualTo(1_024 - 128 - 4 * 64);
        assertThat(rig.pipeline.counters().ringRemaining()).isEqualTo(128 + 4 * 64);
        assertThat(rig.pipeline.counters().claimsRefused()).isEqualTo(1);
    }

    @Test
    void shouldKeepAShareOpenForEachPublisher() {
        flood(rig.publisher, 64, NEW_REQUESTS);
        for (int i = 0; i < 3; i++) {
            final CommandPublisher other = rig.pipeline.newPublisher();
            assertThat(flood(other, 1, NEW_REQUESTS)).isEqualTo(64);
            assertThat(other.tryClaim(1, NEW_REQUESTS)).isEqualTo(NOT_CLAIMED);
        }
        assertThat(rig.pipeline.counters().ringRemaining()).as("the flooding one's share stays unused").isEqualTo(128 + 64);
    }

    @Test
    void shouldLetAChainOfTheGreatestLengthIntoAShare() {
        flood(rig.publisher, 1, NEW_REQUESTS);
        final CommandPublisher other = rig.pipeline.newPublisher();
        assertThat(other.tryClaim(other.maxClaim(), NEW_REQUESTS)).isNotEqualTo(NOT_CLAIMED);
        assertThat(other.tryClaim(1, NEW_REQUESTS)).isEqualTo(NOT_CLAIMED);
    }

    @Test
    void shouldKeepTheReserveForWhatFinishesEarlierWork() {
        flood(rig.publisher, 1, NEW_REQUESTS);
        for (int i = 0; i < 3; i++) {
            flood(rig.pipeline.newPublisher(), 1, NEW_REQUESTS);
        }
        assertThat(flood(rig.publisher, 1, FINISHING)).isEqualTo(128 + 64);
        assertThat(rig.pipeline.counters().ringRemaining()).isZero();
    }

    @Test
    void shouldGiveAShareBackWhenItsSlotsAreAnswered() {
        rig.journal.gateSyncs();
        rig.start(0);
        final CommandPublisher flooding = rig.pipeline.newPublisher();
        final CommandPublisher other = rig.pipeline.newPublisher();
        long first = NOT_CLAIMED;
        while ((first = flooding.tryClaim(64, NEW_REQUESTS)) != NOT_CLAIMED) {
            publishNothing(flooding, first, 64);
        }
        for (int round = 0; round < 10; round++) {
            rig.journal.gateSyncs();
            first = other.tryClaim(64, NEW_REQUESTS);
            assertThat(first).isNotEqualTo(NOT_CLAIMED);
            publishNothing(other, first, 64);
            rig.journal.openGate();
            Await.until("the ring is empty", () -> rig.pipeline.counters().ringRemaining() == 1_024);
        }
    }

    private static void publishNothing(final CommandPublisher publisher, final long first, final int count) {
        for (long sequence = first; sequence < first + count; sequence++) {
            PipelineRig.address(publisher.slot(sequence), 0, LedgerStage.NOTHING, 0, 0);
        }
        publisher.publish(first, first + count - 1);
    }

    @Test
    void shouldRefuseMorePublishersThanAgreed() {
        for (int i = 0; i < 3; i++) {
            rig.pipeline.newPublisher();
        }
        assertThatThrownBy(rig.pipeline::newPublisher).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("ring.max-publishers");
    }

    @Test
    void shouldRejectAClaimOutsideItsBounds() {
        assertThatThrownBy(() -> rig.publisher.tryClaim(0, NEW_REQUESTS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rig.publisher.tryClaim(65, NEW_REQUESTS)).isInstanceOf(IllegalArgumentException.class);
    }
}
