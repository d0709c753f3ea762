package io.daybreak.pipeline;

import io.daybreak.protocol.codec.TransferEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class FairnessTest {
    private static final int SINGLES = 300;
    private static final int BATCH = 8_190;

    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext());

    @AfterEach
    void close() {
        rig.journal.openGate();
        rig.close();
    }

    /** One link floods batches of 8,190 as fast as slots come free; the other pays singly, and is never kept out. */
    @Test
    void shouldApplySinglePaymentsWithinARingOfSlotsWhileAnotherFloodsBatches() throws Exception {
        rig.start(4);
        final AtomicBoolean stop = new AtomicBoolean();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread flooder = new Thread(() -> {
            try {
                flood(rig.pipeline.newPublisher(), stop);
            } catch (final Throwable ex) {
                failure.set(ex);
            }
        });
        flooder.start();
        Await.until("the ring is flooded", () -> rig.pipeline.counters().claimsRefused() > 1_000);
        final TransferEncoder encoder = new TransferEncoder();
        long greatestDistance = 0;
        for (int i = 0; i < SINGLES; i++) {
            final long id = 1_000_000 + i;
            final long before = rig.pipeline.counters().commands();
            final long slotSequence = rig.publisher.tryClaim(1, CommandPublisher.NEW_REQUESTS);
            assertThat(slotSequence).as("claim %d, at the first try", i).isNotEqualTo(CommandPublisher.NOT_CLAIMED);
            final CommandSlot slot = rig.publisher.slot(slotSequence);
            PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, PipelineRig.LINK, id);
            slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, rig.setUpHi(), id, 1, 2, 1, 0, 0);
            rig.publisher.publish(slotSequence, slotSequence);
            final long sequence = rig.sink.awaitReply(id).sequence;
            // Sequences run with the commands here: every command is decided.
            greatestDistance = Math.max(greatestDistance, sequence - before);
        }
        stop.set(true);
        flooder.join(20_000);
        assertThat(flooder.isAlive()).isFalse();
        assertThat(failure.get()).isNull();
        // What is in the ring, and one ring batch whose count is not yet told.
        assertThat(greatestDistance).isLessThanOrEqualTo(1_024 + 2 * 64);
        assertThat(rig.pipeline.counters().commands()).as("the flood went on").isGreaterThan(4 * 1_024L);
        rig.assertHealthy();
    }

    private void flood(final CommandPublisher publisher, final AtomicBoolean stop) {
        final TransferEncoder encoder = new TransferEncoder();
        long id = 0;
        while (!stop.get()) {
            int left = BATCH;
            while (left > 0 && !stop.get()) {
                final int count = Math.min(left, publisher.maxClaim());
                final long first = publisher.tryClaim(count, CommandPublisher.NEW_REQUESTS);
                if (first != CommandPublisher.NOT_CLAIMED) {
                    for (long sequence = first; sequence < first + count; sequence++) {
                        final CommandSlot slot = publisher.slot(sequence);
                        PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, 0, 0);
                        slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, rig.setUpHi() + 1, ++id, 3, 4, 1, 0, 0);
                    }
                    publisher.publish(first, first + count - 1);
                    left -= count;
                }
            }
        }
    }

    @Test
    void shouldLetFinishingCommandsThroughWhileNewRequestsFlood() throws Exception {
        rig.start(4);
        rig.journal.gateSyncs();
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread[] flooders = new Thread[3];
        for (int i = 0; i < flooders.length; i++) {
            final CommandPublisher publisher = rig.pipeline.newPublisher();
            flooders[i] = new Thread(() -> flood(publisher, stop));
            flooders[i].start();
        }
        Await.until("the ring is full for new requests", () -> rig.pipeline.counters().claimsRefused() > 10_000);
        // Publishers that check together may each reach into the reserve by a claim; most of it is left.
        for (int i = 0; i < 32; i++) {
            final long sequence = rig.publisher.tryClaim(1, CommandPublisher.FINISHING);
            assertThat(sequence).isNotEqualTo(CommandPublisher.NOT_CLAIMED);
            final CommandSlot slot = rig.publisher.slot(sequence);
            PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, PipelineRig.LINK, 5_000 + i);
            slot.commandLength = PipelineRig.encodeTransfer(new TransferEncoder(), slot, rig.setUpHi(), 5_000 + i, 1, 2, 1, 0, 0);
            rig.publisher.publish(sequence, sequence);
        }
        rig.journal.openGate();
        rig.sink.awaitReply(5_031);
        stop.set(true);
        for (final Thread flooder : flooders) {
            flooder.join(20_000);
            assertThat(flooder.isAlive()).isFalse();
        }
        rig.assertHealthy();
    }
}
