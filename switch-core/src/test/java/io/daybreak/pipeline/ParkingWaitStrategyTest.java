package io.daybreak.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

class ParkingWaitStrategyTest {
    private static final int ROUNDS = 60_000;

    /**
     * Publishers take turns with a stage that has nothing else to do, so that nearly every signal meets a stage that is
     * just about to sleep. With one publisher, one lost wake-up and the test
     * stands still; with two, signals race for the one sleeper.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Timeout(60)
    void shouldLoseNoWakeUp(final int publisherCount) throws Exception {
        final ParkingWaitStrategy wait = new ParkingWaitStrategy(0);
        final RingBuffer<CommandSlot> ring = RingBuffer.createMultiProducer(
            () -> new CommandSlot(new UnsafeBuffer(new byte[8]), new UnsafeBuffer(new byte[8])), 64, wait);
        final Sequence consumed = new Sequence();
        ring.addGatingSequences(consumed);
        final SequenceBarrier barrier = ring.newBarrier();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread stage = new Thread(() -> {
            final PublishedSequence published = new PublishedSequence(ring, 64);
            try {
                long next = 0;
                while (true) {
                    published.next(next);
                    next = wait.waitFor(next, published, published, barrier) + 1;
                    consumed.set(next - 1);
                }
            } catch (final AlertException ex) {
                // The test is over.
            } catch (final Throwable ex) {
                failure.set(ex);
            }
        });
        stage.start();
        final Thread[] publishers = new Thread[publisherCount];
        for (int p = 0; p < publishers.length; p++) {
            publishers[p] = new Thread(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    final long sequence = ring.next();
                    ring.publish(sequence);
                    while (consumed.get() < sequence) {
                        Thread.yield();
                    }
                }
            });
            publishers[p].start();
        }
        for (final Thread publisher : publishers) {
            publisher.join(25_000);
            assertThat(publisher.isAlive()).as("a wake-up was lost").isFalse();
        }
        barrier.alert();
        wait.signalAllWhenBlocking();
        stage.join(10_000);
        assertThat(stage.isAlive()).isFalse();
        assertThat(failure.get()).isNull();
        assertThat(consumed.get()).isEqualTo((long) publisherCount * ROUNDS - 1);
        assertThat(wait.parks()).as("the stage really slept").isGreaterThan(100);
    }
}
