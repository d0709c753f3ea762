package io.daybreak.pipeline;

import com.lmax.disruptor.EventFactory;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import io.daybreak.machine.MembershipView;
import io.daybreak.machine.StateMachine;
import io.daybreak.port.EffectEmitter;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EntryFeed;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.Participants;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The ring and its stages.
 * <pre>
 *   publishers (event loops, administration) --+
 *   ticker ------------------------------------+--> ring --> ledger stage --> durability and reply stage --> ReplySink
 *                                                            |    journal: append          |  journal: sync
 *                                                            StateMachine                  slots free again
 * </pre>
 * Rules: docs/architecture.md, "Time", "Deadlines", "The pipeline never deadlocks", "Fairness". Nothing behind the ring
 * publishes into it or waits for a link; the ticker publishes but waits for nobody.
 * <p>
 * Any exception in a stage is final: nothing more is applied, journaled or answered, publishers are refused, and the
 * {@link FatalHandler} is told once.
 * <p>
 * {@link #start}, {@link #newPublisher} and {@link #close} may be called by any thread; the rest says which.
 */
public final class Pipeline implements AutoCloseable {
    private static final int CACHE_LINE_BYTES = 64;
    /** Room for what one sweep and one command may cause, and several times that. */
    private static final int EFFECT_BYTES = 8 * 1024 * 1024;
    private static final long DRAIN_LOOK_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final PipelineContext context;
    private final PipelineClock clock;
    private final FailStop failStop;
    private final RingBuffer<CommandSlot> ring;
    private final SequenceBarrier barrier;
    private final WaitStrategy ledgerWait;
    private final WaitStrategy durabilityWait;
    private final Sequence released = new Sequence();
    private final StageTimes times;
    private final List<RingPublisher> publishers = new CopyOnWriteArrayList<>();
    private final Ticker ticker;
    private final PipelineCounters counters;
    private final LedgerStage ledger;
    private final Following following;
    private final DurabilityStage durability;
    private final Thread ledgerThread;
    private final Thread durabilityThread;
    private final Thread tickerThread;
    private boolean started;
    private boolean stepped;
    private boolean closed;

    /**
     * @param context      concluded here if it is not yet
     * @param machine      recovered; belongs to the pipeline from {@link #start} on
     * @param journal      open for appending; closed by its owner after {@link #close}
     * @param effectSink   takes what payments send and answer later
     * @param fatalHandler told once, by the thread that failed
     * @throws ClockGapException if the wall clock is too far ahead of the journal
     */
    public Pipeline(final PipelineContext context, final StateMachine machine, final Journal journal,
                    final ReplySink replySink, final EffectSink effectSink, final EpochClock clock, final FatalHandler fatalHandler) {
        this(context, machine, journal, replySink, effectSink, clock, fatalHandler,
            new ParkingWaitStrategy(context.waitYields()), new ParkingWaitStrategy(context.waitYields()));
    }

    /** With other wait strategies, for the benchmark that compares them. */
    Pipeline(final PipelineContext context, final StateMachine machine, final Journal journal, final ReplySink replySink,
             final EffectSink effectSink, final EpochClock clock, final FatalHandler fatalHandler, final WaitStrategy ledgerWait,
             final WaitStrategy durabilityWait) {
        this.context = context.conclude();
        final long lastJournaledNs = machine.lastTimestampNs();
        final EntryFeed feed = context.entryFeed();
        if (feed == null) {
            PipelineClock.checkGap(clock, lastJournaledNs, context.clockMaxGapNs(), context.clockGapAccepted());
        }
        this.clock = new PipelineClock(clock, lastJournaledNs, context.clockMaxStepNs(), context.clockSlewPpm());
        this.ledgerWait = ledgerWait;
        this.durabilityWait = durabilityWait;
        failStop = new FailStop(fatalHandler);
        ring = RingBuffer.createMultiProducer(slotFactory(context.ringCapacity()), context.ringCapacity(), ledgerWait);
        ring.addGatingSequences(released);
        times = StageTimes.of(ring, context.sampleEvery());
        barrier = ring.newBarrier();
        final Sequence applied = new Sequence();
        final EffectRing effects = new EffectRing(EFFECT_BYTES);
        machine.emitTo(feed == null ? effects : EffectEmitter.NONE);
        following = new Following(machine, feed);
        ticker = new Ticker(context, this.clock, new RingPublisher(context, ring, released, failStop, times),
            feed == null ? machine.nextDeadlineNs() : Long.MAX_VALUE, failStop, this::wakeAll);
        ledger = new LedgerStage(context, ring, barrier, ledgerWait, applied, durabilityWait, machine, effects,
            new OpenEntry(context, machine, journal, this.clock), following, this.clock, ticker, failStop, this::wakeAll, times);
        durability = new DurabilityStage(ring, barrier, durabilityWait, applied, released, ledger,
            journal, replySink, effects, effectSink, failStop, this::wakeAll, times);
        counters = new PipelineCounters(ring, ledger.counters(), durability.counters(), publishers);
        ledgerThread = daemon("daybreak-ledger", ledger);
        durabilityThread = daemon("daybreak-durability", durability);
        tickerThread = daemon("daybreak-ticker", ticker);
    }

    private static EventFactory<CommandSlot> slotFactory(final int capacity) {
        final int slotBytes = CommandSlot.COMMAND_BYTES + CommandSlot.ANSWER_BYTES;
        final ByteBuffer block = BufferUtil.allocateDirectAligned(capacity * slotBytes, CACHE_LINE_BYTES);
        final int[] offset = {0};
        return () -> {
            final int at = offset[0];
            offset[0] += slotBytes;
            return new CommandSlot(new UnsafeBuffer(block, at, CommandSlot.COMMAND_BYTES),
                new UnsafeBuffer(block, at + CommandSlot.COMMAND_BYTES, CommandSlot.ANSWER_BYTES));
        };
    }

    private static Thread daemon(final String name, final Runnable stage) {
        final Thread thread = new Thread(stage, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * A new producer's way into the ring, for one thread.
     *
     * @throws IllegalStateException if there are {@code ring.max-publishers} already
     */
    public synchronized CommandPublisher newPublisher() {
        if (publishers.size() == context.maxPublishers()) {
            throw new IllegalStateException("ring.max-publishers reached: " + context.maxPublishers());
        }
        final RingPublisher publisher = new RingPublisher(context, ring, released, failStop, times);
        publishers.add(publisher);
        return publisher;
    }

    /** Starts the stages' threads. Once. */
    public synchronized void start() {
        if (started || closed || stepped) {
            throw new IllegalStateException("a pipeline starts once");
        }
        started = true;
        ledgerThread.start();
        durabilityThread.start();
        tickerThread.start();
    }

    /**
     * Starts the pipeline without threads: its stages move when the caller moves them, all in the caller's thread. For simulators. Once,
     * and in place of {@link #start}; {@link #close} then refuses further commands and waits for nothing.
     */
    public synchronized PipelineSteps startStepped() {
        if (started || closed || stepped) {
            throw new IllegalStateException("a pipeline starts once");
        }
        stepped = true;
        return new PipelineSteps(ledger, durability, ticker);
    }

    /**
     * Takes no more commands, processes all that was claimed, makes it durable, replies, and stops the threads. After a
     * failure it returns without waiting for anything, since the process is about to end. Not for a stage's thread.
     *
     * @throws IllegalStateException if that takes longer than {@code close.timeout}: then threads may still be using the
     *                               journal, and it must not be closed
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        failStop.beginClosing();
        ticker.stop();
        if (!started) {
            return;
        }
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(context.closeTimeoutMs());
        drain(deadlineNs);
        wakeAll();
        if (!failStop.isFailed()) {
            join(ledgerThread, deadlineNs);
            join(durabilityThread, deadlineNs);
            join(tickerThread, deadlineNs);
        }
    }

    private void drain(final long deadlineNs) {
        // What is claimed after this reading is given back by its publisher: it sees that the pipeline closes.
        final long last = ring.getCursor();
        while (released.get() < last && !failStop.isFailed()) {
            if (deadlineNs - System.nanoTime() < 0) {
                wakeAll();
                throw new IllegalStateException("not drained within " + context.closeTimeoutMs() + " ms: "
                    + (last - released.get()) + " slots of the ring are not yet answered");
            }
            LockSupport.parkNanos(this, DRAIN_LOOK_NS);
        }
    }

    private void join(final Thread thread, final long deadlineNs) {
        boolean interrupted = false;
        while (thread.isAlive() && !failStop.isFailed()) {
            final long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                throw new IllegalStateException(thread.getName() + " did not end within " + context.closeTimeoutMs() + " ms");
            }
            try {
                thread.join(Math.min(100, leftNs / 1_000_000L + 1));
            } catch (final InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes every stage look up: the pipeline has failed or is to end. */
    private void wakeAll() {
        barrier.alert();
        ledgerWait.signalAllWhenBlocking();
        durabilityWait.signalAllWhenBlocking();
    }

    /**
     * Refuses new transfers from the next ring batch on, or takes them again; repeats are answered all the same. See
     * {@link StateMachine#refuseNew}. Any thread.
     *
     * @param result a result that is no decision, or {@link io.daybreak.protocol.Result#OK}
     */
    public void refuseNew(final int result) {
        ledger.refuseNew(result);
    }

    /**
     * On a standby: lets the state machine have the journal's entries up to one, in its turn. The caller has a publisher of its own.
     *
     * @param publisher  the caller's
     * @param entry      number of the last entry to apply
     * @param isTakeOver afterwards this node leads: commands are decided, deadlines fall due, effects happen
     * @return false if the ring has no room now
     */
    public static boolean follow(final CommandPublisher publisher, final long entry, final boolean isTakeOver) {
        final long claimed = publisher.tryClaim(1, CommandPublisher.FINISHING);
        if (claimed == CommandPublisher.NOT_CLAIMED) {
            return false;
        }
        final CommandSlot slot = publisher.slot(claimed);
        slot.templateId = isTakeOver ? Following.LEAD : Following.FOLLOW;
        slot.participantId = Participants.SYSTEM;
        slot.command.putLong(0, entry, ByteOrder.LITTLE_ENDIAN);
        slot.commandLength = Long.BYTES;
        slot.linkId = 0;
        slot.correlationId = 0;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = null;
        publisher.publish(claimed, claimed);
        return true;
    }

    /** False as long as this node follows another one's journal. Any thread. */
    public boolean isLeading() {
        return following.hasLed();
    }

    /** What the journal said about nodes, at the start or, on a standby, at the last entry applied. Any thread. */
    public MembershipView membership() {
        return following.membership();
    }

    /** On a standby: number of the last entry applied. Any thread. */
    public long followedEntry() {
        return following.appliedEntry();
    }

    /** On a standby: sequence of the last command applied. Any thread. */
    public long followedSequence() {
        return following.appliedSequence();
    }

    /** On a standby: time of the last entry applied, Unix nanoseconds. Any thread. */
    public long followedTimestampNs() {
        return following.appliedTimestampNs();
    }

    /** False once the pipeline has failed or is closing: then no claim succeeds any more. Any thread. */
    public boolean isOpen() {
        return failStop.isOpen();
    }

    /** True once a stage has failed. Any thread. */
    public boolean isFailed() {
        return failStop.isFailed();
    }

    /** The pipeline's time, to tell to participants, and its alarm. */
    public PipelineClock clock() {
        return clock;
    }

    /** Where the time of its commands goes; null if {@code stages.sample-every} is 0. */
    public StageTimes stageTimes() {
        return times;
    }

    /** What it has done. */
    public PipelineCounters counters() {
        return counters;
    }
}
