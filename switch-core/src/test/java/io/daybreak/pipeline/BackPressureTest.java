package io.daybreak.pipeline;

import io.daybreak.port.ReplySink;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** Two event loops as the gateway has them: they stop reading when a claim is refused, and their reply queues are bounded. */
@Timeout(60)
class BackPressureTest {
    private static final int LOOPS = 2;
    private static final int PAYMENTS = 60_000;
    private static final int QUEUE = 256;

    private final MemoryJournal journal = new MemoryJournal(false);
    private final Sink sink = new Sink();
    private final PipelineRig rig = new PipelineRig(PipelineRig.smallContext(), journal, sink, new SettableClock());
    private final Loop[] loops = {new Loop(0), new Loop(1)};

    /** Never waits: what does not fit into a loop's queue is dropped, and its link counts as closed. */
    private final class Sink implements ReplySink {
        private long dropped;

        @Override
        public void onOutcome(final long linkId, final long correlationId, final int index, final int requestCount,
                              final long sequence, final long timestampNs, final long amountMinor, final int result,
                              final int outcomeFlags) {
            if (linkId <= LOOPS && !loops[(int) linkId - 1].replies.offer(correlationId)) {
                dropped++;
            }
        }

        @Override
        public void onPayment(final long linkId, final long correlationId, final int templateId, final int result,
                              final int outcomeFlags, final DirectBuffer answer, final int offset, final int length) {
            throw new AssertionError("no payment was sent");
        }

        @Override
        public void onAnswer(final long linkId, final long correlationId, final Object answerBuffer,
                             final DirectBuffer answer, final int length) {
            throw new AssertionError("no query was sent");
        }

        @Override
        public void onBatchEnd() {
            for (final Loop loop : loops) {
                LockSupport.unpark(loop.thread);
            }
        }
    }

    private final class Loop implements Runnable {
        private final int number;
        private final CommandPublisher publisher = rig.pipeline.newPublisher();
        private final ManyToOneConcurrentArrayQueue<Long> replies = new ManyToOneConcurrentArrayQueue<>(QUEUE);
        private final Thread thread = new Thread(this);
        private final AtomicLong received = new AtomicLong();
        private volatile boolean draining = true;
        private volatile boolean reading = true;
        private volatile long sent;

        Loop(final int number) {
            this.number = number;
        }

        @Override
        public void run() {
            final TransferEncoder encoder = new TransferEncoder();
            while (received.get() < PAYMENTS && rig.pipeline.isOpen()) {
                while (draining && replies.poll() != null) {
                    received.incrementAndGet();
                }
                // At most a queue of them in flight, as a link's limit does; the ring is smaller than all loops' limits.
                final boolean mayRead = sent < PAYMENTS && sent - received.get() < QUEUE;
                if (!mayRead || !pay(encoder)) {
                    reading = false;
                    LockSupport.parkNanos(1_000_000);
                } else {
                    reading = true;
                }
            }
        }

        private boolean pay(final TransferEncoder encoder) {
            final long sequence = publisher.tryClaim(1, CommandPublisher.NEW_REQUESTS);
            if (sequence == CommandPublisher.NOT_CLAIMED) {
                return false;
            }
            final CommandSlot slot = publisher.slot(sequence);
            PipelineRig.address(slot, PipelineRig.OPERATOR, TransferEncoder.TEMPLATE_ID, number + 1, sent + 1);
            slot.commandLength = PipelineRig.encodeTransfer(encoder, slot, rig.setUpHi() + number, sent + 1, 1, 2, 1, 0, 0);
            publisher.publish(sequence, sequence);
            sent++;
            return true;
        }
    }

    private void start() {
        rig.pipeline.start();
        rig.provision(4, 1_024);
    }

    @Test
    void shouldGoOnWhenAllLinksHaveStoppedReadingWhileTheRingIsFull() throws Exception {
        start();
        for (final Loop loop : loops) {
            loop.thread.start();
        }
        for (int round = 0; round < 3; round++) {
            Await.until("payments", () -> loops[0].received.get() > 100);
            journal.gateSyncs();
            // Nothing comes back, so each loop stops; and new requests of anybody else find the ring closed as well.
            final CommandPublisher own = rig.publisher;
            long first = own.tryClaim(1, CommandPublisher.NEW_REQUESTS);
            while (first != CommandPublisher.NOT_CLAIMED) {
                PipelineRig.address(own.slot(first), 0, LedgerStage.NOTHING, 0, 0);
                own.publish(first, first);
                first = own.tryClaim(1, CommandPublisher.NEW_REQUESTS);
            }
            Await.until("all links have stopped", () -> !loops[0].reading && !loops[1].reading);
            journal.openGate();
            final long before = loops[0].received.get();
            Await.until("payments go on", () -> loops[0].received.get() > before || loops[0].received.get() == PAYMENTS);
        }
        for (final Loop loop : loops) {
            loop.thread.join(30_000);
            assertThat(loop.received.get()).isEqualTo(PAYMENTS);
        }
        rig.close();
        assertThat(sink.dropped).isZero();
        assertThat(rig.fatals.get()).isZero();
    }

    @Test
    void shouldNotWaitForALinkThatNeverReads() throws Exception {
        start();
        loops[1].draining = false;
        for (final Loop loop : loops) {
            loop.thread.start();
        }
        // The second link fills its queue and stops; the first one must not notice.
        loops[0].thread.join(30_000);
        assertThat(loops[0].received.get()).isEqualTo(PAYMENTS);
        assertThat(loops[1].received.get()).isZero();
        rig.close();
        loops[1].thread.join(10_000);
        assertThat(loops[1].thread.isAlive()).isFalse();
        assertThat(rig.fatals.get()).isZero();
    }
}
