package io.daybreak.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AcceptClockDecoder;
import io.daybreak.protocol.codec.LookupAccountsDecoder;
import io.daybreak.protocol.codec.LookupTransfersDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferDecoder;

import java.nio.ByteOrder;
import java.util.concurrent.locks.LockSupport;

/**
 * The first stage: applies what was published, in ring order, and journals what was decided. The only thread that
 * touches the state machine.
 * <p>
 * It runs a loop of its own rather than the library's batch processor, since a linked chain may be published only in part
 * when a ring batch is cut, and since the library leaves a stage behind this one spinning.
 */
final class LedgerStage implements Runnable {
    /** Template of a slot that was claimed and then not needed. */
    static final int NOTHING = 0;

    static final int COMMANDS = 0;
    static final int JOURNALED = 1;
    static final int ENTRIES = 2;
    static final int BATCHES = 3;
    static final int QUERIES = 4;
    static final int REPEATS = 5;
    static final int GREATEST_BATCH = 6;
    static final int PARKS = 7;
    static final int TICKS = 8;
    static final int COUNTERS = 9;

    /** Transfers and payments whose accounts are read ahead together. */
    private static final int READ_AHEAD = StateMachine.MAX_READ_AHEAD;
    /** Effects of one command and of the sweep before it, at most. */
    private static final int MAX_EFFECTS = 4_096;
    private static final long ROOM_LOOK_NS = 20_000L;
    private static final int NOT_TO_JOURNAL = OutcomeFlags.REPEATED | OutcomeFlags.NOT_JOURNALED;
    private static final int FLAGS_OFFSET = TransferDecoder.flagsEncodingOffset();
    private static final int ACCEPTED_OFFSET = AcceptClockDecoder.acceptedEpochNsEncodingOffset();

    private final RingBuffer<CommandSlot> ring;
    private final PublishedSequence published;
    private final SequenceBarrier barrier;
    private final WaitStrategy wait;
    private final Sequence applied;
    private final WaitStrategy nextStageWait;
    private final StateMachine machine;
    private final EffectRing effects;
    private final OpenEntry entry;
    private final Following following;
    private final PipelineClock clock;
    private final Ticker ticker;
    private final FailStop failStop;
    private final Runnable wakeAll;
    private final int maxBatch;
    private final int maxChain;
    private final StageTimes times;
    private final StageCounters counters = new StageCounters(COUNTERS);

    /** What new transfers are refused with, for reasons outside the state; OK takes them. Any thread writes. */
    private volatile int refusal = Result.OK;
    /** Entries that the journal has in full; written before {@link #applied} moves. */
    private volatile long appendedEntries;
    private long commands;
    private long queries;
    private long repeats;
    private long ticks;
    private long batches;
    private long greatestBatch;

    LedgerStage(final PipelineContext context, final RingBuffer<CommandSlot> ring, final SequenceBarrier barrier,
                final WaitStrategy wait, final Sequence applied, final WaitStrategy nextStageWait,
                final StateMachine machine, final EffectRing effects, final OpenEntry entry, final Following following,
                final PipelineClock clock, final Ticker ticker, final FailStop failStop, final Runnable wakeAll,
                final StageTimes times) {
        this.times = times;
        this.ring = ring;
        this.barrier = barrier;
        this.wait = wait;
        this.applied = applied;
        this.nextStageWait = nextStageWait;
        this.machine = machine;
        this.effects = effects;
        this.entry = entry;
        this.following = following;
        this.clock = clock;
        this.ticker = ticker;
        this.failStop = failStop;
        this.wakeAll = wakeAll;
        maxBatch = context.maxBatch();
        maxChain = context.maxChain();
        published = new PublishedSequence(ring, maxBatch);
    }

    @Override
    public void run() {
        try {
            long next = applied.get() + 1;
            while (true) {
                next = applyBatch(next, waitFor(next)) + 1;
            }
        } catch (final AlertException ex) {
            // Asked to end; what was published is drained by then, or the pipeline has failed elsewhere.
        } catch (final Throwable ex) {
            failStop.fail("ledger stage", ex, wakeAll);
        }
    }

    /** One turn of {@link #run} that waits for nothing. False: there was nothing to apply, or what it may cause has no room yet. */
    boolean step() {
        try {
            final long next = applied.get() + 1;
            published.next(next);
            final long last = published.get();
            if (last < next || !effects.hasRoom(MAX_EFFECTS)) {
                return false;
            }
            applyBatch(next, last);
            return true;
        } catch (final Throwable ex) {
            failStop.fail("ledger stage", ex, wakeAll);
            return false;
        }
    }

    private long waitFor(final long sequence) throws Exception {
        published.next(sequence);
        return wait.waitFor(sequence, published, published, barrier);
    }

    /**
     * Applies the slots from {@code first} to {@code last}, and the rest of a chain that begins among them.
     *
     * @return ring sequence of the last slot applied
     */
    private long applyBatch(final long first, final long last) throws Exception {
        machine.refuseNew(refusal);
        long unpublished = first;
        long sequence = first;
        long readAheadTo = first;
        long sampled = times == null ? Long.MAX_VALUE : times.sampledFrom(first);
        while (sequence <= last) {
            if (sequence >= readAheadTo) {
                readAheadTo = readAhead(sequence, Math.min(last + 1, sequence + READ_AHEAD));
            }
            // A failure elsewhere is final: nothing more is applied, so that nothing more can be journaled.
            if (failStop.isFailed()) {
                throw AlertException.INSTANCE;
            }
            if (!effects.hasRoom(MAX_EFFECTS)) {
                waitForRoom(unpublished, sequence);
                unpublished = sequence;
            }
            effects.beginSlot(sequence);
            final CommandSlot slot = ring.get(sequence);
            final boolean isSampled = sequence == sampled;
            if (isSampled) {
                times.onBegin(sampled);
            }
            if (following.isFollowing() || Following.isOrder(slot.templateId)) {
                follow(slot);
                sequence++;
            } else if (slot.chainLength > 1) {
                sequence = applyChain(sequence, slot) + 1;
            } else {
                applyOne(slot);
                sequence++;
            }
            if (isSampled) {
                sampled = times.onApplied(sampled);
            }
            if (sampled < sequence) {
                sampled = skipMembers(sampled, sequence);
            }
        }
        entry.end();
        endBatch(unpublished, sequence - 1);
        return sequence - 1;
    }

    /** Sampled slots inside of a chain: it is applied as one, so its members have no times of their own. */
    private long skipMembers(final long sampled, final long sequence) {
        long next = sampled;
        while (next < sequence) {
            times.onBegin(next);
            next = times.onApplied(next);
        }
        return next;
    }

    /** Lets the reply stage have what was applied, and waits until it has taken enough effects of it. */
    private void waitForRoom(final long first, final long next) throws AlertException {
        if (next > first) {
            entry.end();
            endBatch(first, next - 1);
        }
        while (!effects.hasRoom(MAX_EFFECTS)) {
            barrier.checkAlert();
            if (failStop.isFailed()) {
                throw AlertException.INSTANCE;
            }
            LockSupport.parkNanos(ROOM_LOOK_NS);
        }
    }

    /** Has the machine read what a run of transfers and payments will need. Returns {@code end}. */
    private long readAhead(final long first, final long end) {
        for (long sequence = first; sequence < end; sequence++) {
            final CommandSlot slot = ring.get(sequence);
            if (slot.templateId == TransferDecoder.TEMPLATE_ID) {
                machine.addToReadAhead(slot.participantId, slot.command, 0);
            } else if (slot.templateId == PaymentDecoder.TEMPLATE_ID) {
                machine.addPaymentToReadAhead(slot.command, 0);
            }
        }
        machine.readAhead();
        return end;
    }

    private void applyOne(final CommandSlot slot) {
        final int templateId = slot.templateId;
        if (templateId == TransferDecoder.TEMPLATE_ID) {
            entry.openFor(1);
            if (isLinked(slot)) {
                refuseChain(slot);
            } else {
                machine.apply(templateId, slot.participantId, slot.command, 0, slot.commandLength, slot.outcome);
                journalIfDecided(slot);
            }
            commands++;
        } else if (StateMachine.isPayment(templateId)) {
            entry.openFor(1);
            machine.applyPayment(templateId, slot.participantId, slot.command, 0, slot.commandLength, slot.linkId, slot.correlationId,
                slot.outcome, slot.answer, 0);
            journalIfDecided(slot);
            commands++;
        } else if (StateMachine.isQuery(templateId)) {
            answer(slot);
        } else if (templateId != NOTHING) {
            entry.openFor(1);
            machine.apply(templateId, slot.participantId, slot.command, 0, slot.commandLength, slot.outcome);
            journalIfDecided(slot);
            commands++;
            if (templateId == TickDecoder.TEMPLATE_ID) {
                ticks++;
            } else if (templateId == AcceptClockDecoder.TEMPLATE_ID && slot.outcome.result == Result.OK) {
                clock.accept(slot.command.getLong(ACCEPTED_OFFSET, ByteOrder.LITTLE_ENDIAN));
            }
        }
    }

    /** The same on a standby: entries come from elsewhere, and nothing is decided here. */
    private void follow(final CommandSlot slot) {
        if (StateMachine.isQuery(slot.templateId)) {
            answer(slot);
        } else if (Following.isOrder(slot.templateId)) {
            if (following.obey(slot)) {
                // Nothing of ours may be older than what the primary before us journaled.
                clock.notBefore(machine.lastTimestampNs());
                machine.emitTo(effects);
                following.onLeading();
            }
        } else if (slot.templateId != NOTHING) {
            following.refuse(slot);
        }
    }

    private void answer(final CommandSlot slot) {
        final AnswerBuffer answer = slot.answerBuffer;
        // The two look-ups do not fit into a slot; their publisher put them where the answer goes.
        answer.length = isInAnswerBuffer(slot.templateId)
            ? machine.query(slot.templateId, slot.participantId, answer.buffer, 0, slot.commandLength, answer.buffer, 0)
            : machine.query(slot.templateId, slot.participantId, slot.command, 0, slot.commandLength, answer.buffer, 0);
        queries++;
    }

    private static boolean isInAnswerBuffer(final int templateId) {
        return templateId == LookupAccountsDecoder.TEMPLATE_ID
            || templateId == LookupTransfersDecoder.TEMPLATE_ID;
    }

    private long applyChain(final long first, final CommandSlot head) throws Exception {
        final int members = head.chainLength;
        if (members > maxChain) {
            throw new IllegalStateException("a chain of " + members + " members was published, the maximum is " + maxChain);
        }
        final long last = first + members - 1;
        // Published with one call, but a look may come in the middle of it.
        waitForAll(first, last);
        entry.openFor(members);
        if (isWellFormedChain(first, last, head)) {
            machine.applyChainBegin(head.participantId, members);
            for (long sequence = first; sequence <= last; sequence++) {
                final CommandSlot member = ring.get(sequence);
                machine.applyChainMember(member.command, 0, member.outcome);
            }
            machine.applyChainEnd();
            for (long sequence = first; sequence <= last; sequence++) {
                journalIfDecided(ring.get(sequence));
            }
        } else {
            for (long sequence = first; sequence <= last; sequence++) {
                refuseChain(ring.get(sequence));
            }
        }
        commands += members;
        return last;
    }

    private void waitForAll(final long first, final long last) throws Exception {
        long available = first;
        while (available < last) {
            available = waitFor(available + 1);
        }
    }

    /**
     * A replay knows chains by their flags alone. So one whose flags say something else than its publisher is not applied:
     * it would recover as something else.
     */
    private boolean isWellFormedChain(final long first, final long last, final CommandSlot head) {
        for (long sequence = first; sequence <= last; sequence++) {
            final CommandSlot member = ring.get(sequence);
            if (member.templateId != TransferDecoder.TEMPLATE_ID || member.participantId != head.participantId
                || member.commandLength != TransferDecoder.BLOCK_LENGTH || isLinked(member) != sequence < last) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLinked(final CommandSlot slot) {
        return (slot.command.getShort(FLAGS_OFFSET, ByteOrder.LITTLE_ENDIAN) & TransferFlags.LINKED) != 0;
    }

    private void refuseChain(final CommandSlot slot) {
        slot.outcome.set(machine.lastSequence(), entry.timestampNs(), 0, Result.CHAIN_IS_OPEN, 0);
    }

    private void journalIfDecided(final CommandSlot slot) {
        if ((slot.outcome.flags & NOT_TO_JOURNAL) != 0) {
            repeats++;
        } else if (Result.isDecided(slot.outcome.result)) {
            entry.add(slot);
        }
    }

    private void endBatch(final long first, final long last) {
        batches++;
        greatestBatch = Math.max(greatestBatch, last - first + 1);
        counters.set(COMMANDS, commands);
        counters.set(JOURNALED, entry.commands());
        counters.set(ENTRIES, entry.entries());
        counters.set(BATCHES, batches);
        counters.set(QUERIES, queries);
        counters.set(REPEATS, repeats);
        counters.set(GREATEST_BATCH, greatestBatch);
        counters.set(TICKS, ticks);
        if (wait instanceof ParkingWaitStrategy) {
            counters.set(PARKS, ((ParkingWaitStrategy) wait).parks());
        }
        if (appendedEntries != entry.entries()) {
            appendedEntries = entry.entries();
        }
        if (times != null) {
            times.onJournaled(first, last);
        }
        applied.set(last);
        nextStageWait.signalAllWhenBlocking();
        ticker.onBatch(following.isFollowing() ? Long.MAX_VALUE : machine.nextDeadlineNs(), ticks);
    }

    /** Entries that the journal has in full. Any thread; covers all that {@link #applied} told before. */
    long appendedEntries() {
        return appendedEntries;
    }

    void refuseNew(final int result) {
        refusal = result;
    }

    StageCounters counters() {
        return counters;
    }
}
