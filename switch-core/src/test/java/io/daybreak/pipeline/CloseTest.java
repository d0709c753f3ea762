package io.daybreak.pipeline;

import io.daybreak.protocol.codec.TransferEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class CloseTest {
    @Test
    void shouldAnswerAllThatWasPublishedWhileItCloses() throws Exception {
        for (int round = 0; round < 20; round++) {
            final PipelineRig rig = new PipelineRig(PipelineRig.smallContext()).start(3);
            Await.until("provisioned", () -> rig.sink.count() == 5);
            final AtomicLong published = new AtomicLong();
            final Thread[] publishers = new Thread[2];
            for (int p = 0; p < publishers.length; p++) {
                final CommandPublisher own = rig.pipeline.newPublisher();
                final long idHi = rig.setUpHi() + p;
                final long correlationId = 1_000_000L * (p + 1);
                publishers[p] = new Thread(() -> {
                    final TransferEncoder encoder = new TransferEncoder();
                    long id = 0;
                    while (rig.pipeline.isOpen()) {
                        final long first = own.tryClaim(3, CommandPublisher.NEW_REQUESTS);
                        if (first != CommandPublisher.NOT_CLAIMED) {
                            for (int i = 0; i < 3; i++) {
                                final CommandSlot slot = own.slot(first + i);
                                PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, PipelineRig.LINK,
                                    correlationId + id);
                                slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, idHi, ++id, 1, 2, 1, 0, 0);
                            }
                            own.publish(first, first + 2);
                            published.addAndGet(3);
                        }
                    }
                });
                publishers[p].start();
            }
            Await.until("payments", () -> rig.sink.count() > 500);
            rig.close();
            for (final Thread publisher : publishers) {
                publisher.join(10_000);
                assertThat(publisher.isAlive()).isFalse();
            }
            assertThat(rig.sink.count()).isEqualTo(5 + published.get());
            assertThat(rig.journal.durableSequence()).isEqualTo(5 + published.get());
            assertThat(rig.publisher.tryClaim(1, CommandPublisher.FINISHING)).isEqualTo(CommandPublisher.NOT_CLAIMED);
            rig.assertHealthy();
        }
    }

    @Test
    void shouldEndItsThreads() {
        final PipelineRig rig = new PipelineRig(PipelineRig.smallContext());
        final long before = stages();
        rig.start(1);
        Await.until("three threads", () -> stages() == before + 3);
        rig.close();
        assertThat(stages()).isEqualTo(before);
    }

    private static long stages() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("daybreak-")).count();
    }

    @Test
    void shouldSayThatItCouldNotDrainInTime() {
        final PipelineRig rig = new PipelineRig(PipelineRig.smallContext().closeTimeoutMs(100)).start(0);
        Await.until("provisioned", () -> rig.sink.count() == 2);
        rig.journal.gateSyncs();
        rig.account(1);
        assertThatThrownBy(rig::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("not drained within 100 ms")
            .hasMessageContaining("1 slots");
        rig.journal.openGate();
    }

    @Test
    void shouldCloseWithoutHavingStarted() {
        new PipelineRig(PipelineRig.smallContext()).close();
    }
}
