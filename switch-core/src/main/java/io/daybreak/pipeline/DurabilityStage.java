package io.daybreak.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import io.daybreak.machine.StateMachine;
import io.daybreak.port.EffectSink;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;

/**
 * The second stage: makes everything applied so far durable, then hands its outcomes to the reply sink in ring order,
 * then gives the slots back to the publishers. One thread; while it waits for the device the ledger stage goes on, so
 * that the next sync covers more.
 */
final class DurabilityStage implements Runnable {
    static final int SYNCS = 0;
    static final int SYNCS_SPARED = 1;
    static final int REPLIES = 2;
    static final int PARKS = 3;
    static final int GREATEST_GROUP = 4;
    static final int COUNTERS = 5;

    /** Outcomes between two calls of {@code onBatchEnd}: a link need not wait for the end of a long group. */
    private static final int REPLY_BATCH = 1_024;
    /** Slots between two moves of the released sequence. */
    private static final int RELEASE_MASK = 255;
    private static final long NONE = -1;

    private final RingBuffer<CommandSlot> ring;
    private final SequenceBarrier barrier;
    private final WaitStrategy wait;
    private final Sequence applied;
    private final Sequence released;
    private final LedgerStage ledger;
    private final Journal journal;
    private final ReplySink replySink;
    private final EffectRing effects;
    private final EffectSink effectSink;
    private final FailStop failStop;
    private final Runnable wakeAll;
    private final StageTimes times;
    private final StageCounters counters = new StageCounters(COUNTERS);

    private long syncedEntries;
    /** Only for steps: last slot of the group whose sync waits for others. */
    private long pendingLast = NONE;
    private long pendingEntries;
    private long syncs;
    private long syncsSpared;
    private long replies;
    private long greatestGroup;

    DurabilityStage(final RingBuffer<CommandSlot> ring, final SequenceBarrier barrier, final WaitStrategy wait,
                    final Sequence applied, final Sequence released, final LedgerStage ledger, final Journal journal,
                    final ReplySink replySink, final EffectRing effects, final EffectSink effectSink, final FailStop failStop,
                    final Runnable wakeAll, final StageTimes times) {
        this.times = times;
        this.ring = ring;
        this.barrier = barrier;
        this.wait = wait;
        this.applied = applied;
        this.released = released;
        this.ledger = ledger;
        this.journal = journal;
        this.replySink = replySink;
        this.effects = effects;
        this.effectSink = effectSink;
        this.failStop = failStop;
        this.wakeAll = wakeAll;
    }

    @Override
    public void run() {
        try {
            long next = released.get() + 1;
            while (true) {
                final long last = wait.waitFor(next, applied, applied, barrier);
                // Read before the sync: it then covers at least these entries. Read after the applied sequence: they hold all
                // that it told.
                makeDurable(ledger.appendedEntries());
                reply(next, last);
                endGroup(last - next + 1);
                next = last + 1;
            }
        } catch (final AlertException ex) {
            // Asked to end; what was applied is answered by then, or the pipeline has failed elsewhere.
        } catch (final Throwable ex) {
            failStop.fail("durability stage", ex, wakeAll);
        }
    }

    /** One turn of {@link #run} that waits for nothing. False: nothing was applied since. */
    boolean step() {
        try {
            final long next = released.get() + 1;
            // A thread that waits in the sync has read before what is applied: so does a step that comes back to it.
            final long last = pendingLast == NONE ? applied.get() : pendingLast;
            if (last < next) {
                return false;
            }
            if (pendingLast == NONE) {
                pendingEntries = ledger.appendedEntries();
            }
            makeDurable(pendingEntries);
            if (journal.isWaiting()) {
                pendingLast = last;
                return false;
            }
            pendingLast = NONE;
            reply(next, last);
            endGroup(last - next + 1);
            return true;
        } catch (final Throwable ex) {
            failStop.fail("durability stage", ex, wakeAll);
            return false;
        }
    }

    private void makeDurable(final long entries) {
        if (entries == syncedEntries) {
            syncsSpared++;
            return;
        }
        try {
            journal.sync();
        } catch (final RuntimeException | Error ex) {
            throw new FailStop.JournalFault("sync", ex);
        }
        if (journal.isWaiting()) {
            return;
        }
        syncedEntries = entries;
        syncs++;
    }

    private void reply(final long first, final long last) throws AlertException {
        int unannounced = 0;
        if (times != null) {
            times.onDurable(first, last);
        }
        for (long sequence = first; sequence <= last; sequence++) {
            if (failStop.isFailed()) {
                throw AlertException.INSTANCE;
            }
            replyOne(ring.get(sequence));
            effects.drain(sequence, effectSink);
            if ((sequence & RELEASE_MASK) == 0) {
                released.set(sequence);
            }
            if (++unannounced == REPLY_BATCH) {
                released.set(sequence);
                replySink.onBatchEnd();
                if (times != null) {
                    times.onReplied(sequence - REPLY_BATCH + 1, sequence);
                }
                unannounced = 0;
            }
        }
        // Released before the sink wakes anybody: who was refused a claim and tries again finds the slots free.
        released.set(last);
        if (unannounced > 0) {
            replySink.onBatchEnd();
            if (times != null) {
                times.onReplied(last - unannounced + 1, last);
            }
        }
    }

    private void replyOne(final CommandSlot slot) {
        if (slot.answerBuffer != null) {
            final AnswerBuffer answer = slot.answerBuffer;
            slot.answerBuffer = null;
            replySink.onAnswer(slot.linkId, slot.correlationId, answer, answer.buffer, answer.length);
            replies++;
        } else if (slot.linkId == 0) {
            return;
        } else if (StateMachine.isPayment(slot.templateId)) {
            replySink.onPayment(slot.linkId, slot.correlationId, slot.templateId, slot.outcome.result, slot.outcome.flags,
                slot.answer, 0, CommandSlot.ANSWER_BYTES);
            replies++;
        } else {
            replySink.onOutcome(slot.linkId, slot.correlationId, slot.index, slot.requestCount, slot.outcome.sequence,
                slot.outcome.timestampNs, slot.outcome.amountMinor, slot.outcome.result, slot.outcome.flags);
            replies++;
        }
    }

    private void endGroup(final long slots) {
        greatestGroup = Math.max(greatestGroup, slots);
        counters.set(SYNCS, syncs);
        counters.set(SYNCS_SPARED, syncsSpared);
        counters.set(REPLIES, replies);
        counters.set(GREATEST_GROUP, greatestGroup);
        if (wait instanceof ParkingWaitStrategy) {
            counters.set(PARKS, ((ParkingWaitStrategy) wait).parks());
        }
    }

    StageCounters counters() {
        return counters;
    }
}
