package io.daybreak.pipeline;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.TickEncoder;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes a tick when the earliest deadline is due and nobody else's command would sweep it. A thread of its own.
 * <p>
 * At most one tick is in the ring; while deadlines are left over the next follows when that one was applied, so that a
 * million of them due at once are swept in bounded steps between payments. No deadline due: nothing is published, an idle
 * switch writes nothing. It also watches the difference to the wall clock, since the ledger thread has no time to talk.
 * <p>
 * It sleeps until the earliest deadline but never longer than {@code ticker.max-park}, since the pipeline clock may be
 * stepped, and since a deadline that was just added may be earlier.
 */
final class Ticker implements Runnable {
    private final PipelineClock clock;
    private final RingPublisher publisher;
    private final FailStop failStop;
    private final Runnable wakeAll;
    private final ClockAlarmListener alarmListener;
    private final long maxParkNs;

    private volatile long earliestDeadlineNs;
    private volatile long appliedTicks;
    private volatile long wakeAtNs = Long.MAX_VALUE;
    private volatile boolean stopped;
    private volatile Thread thread;
    private long publishedTicks;
    private boolean alarmed;

    Ticker(final PipelineContext context, final PipelineClock clock, final RingPublisher publisher,
           final long earliestDeadlineNs, final FailStop failStop, final Runnable wakeAll) {
        this.clock = clock;
        this.publisher = publisher;
        this.earliestDeadlineNs = earliestDeadlineNs;
        this.failStop = failStop;
        this.wakeAll = wakeAll;
        alarmListener = context.clockAlarmListener();
        maxParkNs = TimeUnit.MILLISECONDS.toNanos(context.tickerMaxParkMs());
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            while (!stopped && failStop.isOpen()) {
                watchClock();
                final long waitNs = tick();
                if (waitNs > 0) {
                    LockSupport.parkNanos(this, Math.min(waitNs, maxParkNs));
                    // Nobody has a reason to interrupt this thread; a flag left set would make every park return at once.
                    Thread.interrupted();
                }
            }
        } catch (final Throwable ex) {
            failStop.fail("ticker", ex, wakeAll);
        }
    }

    /** One turn of {@link #run} that waits for nothing. Returns how long there is nothing to do, in nanoseconds. */
    long step() {
        watchClock();
        return Math.min(tick(), maxParkNs);
    }

    /** Returns how long there is nothing to do, in nanoseconds. */
    private long tick() {
        // In this order: the ledger thread writes the deadline first, so a tick seen as applied has its deadline with it.
        final boolean inFlight = appliedTicks != publishedTicks;
        final long earliestNs = earliestDeadlineNs;
        final long nowNs = clock.nowNs();
        if (earliestNs > nowNs) {
            wakeAtNs = earliestNs;
            return earliestNs - nowNs;
        }
        wakeAtNs = Long.MIN_VALUE;
        if (!inFlight && publish()) {
            publishedTicks++;
        }
        // In flight: the ledger thread wakes this one. No slot free: what fills the ring sweeps as well.
        return maxParkNs;
    }

    private boolean publish() {
        final long sequence = publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (sequence == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = publisher.slot(sequence);
        slot.templateId = TickEncoder.TEMPLATE_ID;
        slot.participantId = Participants.SYSTEM;
        slot.command.setMemory(0, TickEncoder.BLOCK_LENGTH, (byte) 0);
        slot.commandLength = TickEncoder.BLOCK_LENGTH;
        slot.linkId = 0;
        slot.correlationId = 0;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = null;
        publisher.publish(sequence, sequence);
        return true;
    }

    private void watchClock() {
        clock.observe();
        final long aheadNs = clock.wallAheadNs();
        final boolean now = !clock.isFollowed(aheadNs);
        if (now != alarmed) {
            alarmed = now;
            if (now) {
                alarmListener.onClockAlarm(aheadNs);
            } else {
                alarmListener.onClockAlarmCleared();
            }
        }
    }

    /**
     * Ledger thread, at the end of a ring batch.
     *
     * @param nextDeadlineNs earliest open deadline, {@link Long#MAX_VALUE} if there is none
     * @param ticks          ticks applied since start
     */
    void onBatch(final long nextDeadlineNs, final long ticks) {
        if (nextDeadlineNs != earliestDeadlineNs) {
            earliestDeadlineNs = nextDeadlineNs;
        }
        if (ticks != appliedTicks) {
            appliedTicks = ticks;
            LockSupport.unpark(thread);
        } else if (nextDeadlineNs < wakeAtNs) {
            // Once per deadline: until the ticker has written its new time it is not woken again.
            wakeAtNs = Long.MIN_VALUE;
            LockSupport.unpark(thread);
        }
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
