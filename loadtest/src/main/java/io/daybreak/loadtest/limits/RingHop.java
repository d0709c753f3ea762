package io.daybreak.loadtest.limits;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.YieldingWaitStrategy;
import io.daybreak.loadtest.rig.Latencies;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs to hand something from one thread to another: through a ring of the switch's size and library while both are awake, and
 * when the other sleeps and must be woken. Static.
 */
final class RingHop {
    private static final int CAPACITY = 32_768;
    private static final int CLAIM = 16;
    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;
    private static final int CALLED = 2;
    private static final int ENDED = 3;
    private static final double NS_PER_S = 1e9;

    private RingHop() {
    }

    private static final class Event {
        private long value;
    }

    /** Events a second through a ring, claimed sixteen at a time by one thread and taken by another. */
    static double eventsPerSecond(final Duration duration) {
        final RingBuffer<Event> ring = RingBuffer.createMultiProducer(Event::new, CAPACITY, new YieldingWaitStrategy());
        final SequenceBarrier barrier = ring.newBarrier();
        final Sequence taken = new Sequence();
        ring.addGatingSequences(taken);
        final long[] sum = {0};
        final Thread consumer = new Thread(() -> {
            long next = 0;
            try {
                while (true) {
                    final long available = barrier.waitFor(next);
                    while (next <= available) {
                        sum[0] += ring.get(next++).value;
                    }
                    taken.set(available);
                }
            } catch (final Exception ended) {
                assert barrier.isAlerted();
            }
        }, "limits-ring");
        consumer.setDaemon(true);
        consumer.start();
        final long beginNs = System.nanoTime();
        final long endNs = beginNs + duration.toNanos();
        long last = 0;
        while (System.nanoTime() < endNs) {
            last = ring.next(CLAIM);
            for (long sequence = last - CLAIM + 1; sequence <= last; sequence++) {
                ring.get(sequence).value = sequence;
            }
            ring.publish(last - CLAIM + 1, last);
        }
        final double seconds = (System.nanoTime() - beginNs) / NS_PER_S;
        final long done = taken.get() + 1;
        barrier.alert();
        join(consumer);
        return done / seconds;
    }

    /** Nanoseconds from the call to a sleeping thread to its first instruction. */
    static Histogram wakeUps(final Duration duration) {
        final Histogram found = Latencies.newHistogram();
        final AtomicInteger state = new AtomicInteger(AWAKE);
        final long[] calledNs = {0};
        final Thread sleeper = new Thread(() -> {
            while (true) {
                state.set(ASLEEP);
                while (state.get() == ASLEEP) {
                    LockSupport.park();
                }
                if (state.get() == ENDED) {
                    return;
                }
                found.recordValue(Math.min(Latencies.MAX_NS, System.nanoTime() - calledNs[0]));
            }
        }, "limits-sleeper");
        sleeper.setDaemon(true);
        sleeper.start();
        final long endNs = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < endNs) {
            // Long enough for the other one to be asleep in earnest.
            LockSupport.parkNanos(50_000L);
            if (state.get() == ASLEEP) {
                calledNs[0] = System.nanoTime();
                state.set(CALLED);
                LockSupport.unpark(sleeper);
            }
        }
        while (!state.compareAndSet(ASLEEP, ENDED)) {
            Thread.onSpinWait();
        }
        LockSupport.unpark(sleeper);
        join(sleeper);
        return found;
    }

    private static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
