package io.daybreak.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets one stage sleep until there is work: it yields a few times, then parks.
 * <p>
 * A signal costs a fence and a read while the stage is awake; only the one signaller that finds it parked pays for
 * waking it. The library's own strategies either lock on every signal, or write to a shared flag, or spin; and they spin
 * where a stage waits for another stage. Figures: docs/benchmarks.md, "Wait strategies".
 * <p>
 * No wake-up is lost, since both sides write first, then fence, then read what the other wrote:
 * <pre>
 *   stage:      parked = me;  fence;  is there work?  no: park
 *   signaller:  work is published;  fence;  parked != null?  yes: take it (one of them does), unpark
 * </pre>
 * At least one of them sees the other's write. A permit that is left over only costs one more look.
 * <p>
 * One waiting thread, any number of signallers.
 */
final class ParkingWaitStrategy implements WaitStrategy {
    private static final VarHandle PARKED;

    static {
        try {
            PARKED = MethodHandles.lookup().findVarHandle(ParkingWaitStrategy.class, "parked", Thread.class);
        } catch (final ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final int yields;
    private volatile Thread parked;
    private long parks;

    ParkingWaitStrategy(final int yields) {
        this.yields = yields;
    }

    @Override
    public long waitFor(final long sequence, final Sequence cursor, final Sequence dependentSequence,
                        final SequenceBarrier barrier) throws AlertException, InterruptedException {
        long available = dependentSequence.get();
        for (int i = 0; i < yields && available < sequence; i++) {
            barrier.checkAlert();
            Thread.yield();
            available = dependentSequence.get();
        }
        return available >= sequence ? available : park(sequence, dependentSequence, barrier);
    }

    private long park(final long sequence, final Sequence dependentSequence, final SequenceBarrier barrier)
        throws AlertException, InterruptedException {
        final Thread self = Thread.currentThread();
        try {
            while (true) {
                parked = self;
                // A volatile write may still be overtaken by the acquiring reads that follow; the fence forbids it.
                VarHandle.fullFence();
                final long available = dependentSequence.get();
                if (available >= sequence) {
                    return available;
                }
                barrier.checkAlert();
                parks++;
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException("nobody may interrupt a stage");
                }
            }
        } finally {
            parked = null;
        }
    }

    @Override
    public void signalAllWhenBlocking() {
        // Publishing is a release only: without the fence the read below could come before it.
        VarHandle.fullFence();
        final Thread thread = parked;
        if (thread != null && PARKED.compareAndSet(this, thread, (Thread) null)) {
            LockSupport.unpark(thread);
        }
    }

    /** Times that the stage went to sleep. The waiting thread only. */
    long parks() {
        return parks;
    }
}
