package io.daybreak.loadtest.rig;

import io.daybreak.client.NativeTransport;
import io.daybreak.loadtest.workload.ArrivalSchedule;
import io.daybreak.loadtest.workload.Schedule;
import io.netty.channel.ManualIoEventLoop;
import org.HdrHistogram.Histogram;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One thread that sends and receives: an event loop driven by hand, so that the schedule and the sockets share one wait
 * and nothing spins.
 * <pre>
 *   open loop:    wait for sockets, at most until the next request is due -> outcomes are booked -> send what is due -> ...
 *   closed loop:  wait for sockets -> outcomes are booked -> fill the window of that connection -> ...
 * </pre>
 * In an open loop what falls due within one turn goes to one connection in one system call; connections take turns. How
 * late requests left is measured and reported: it is part of the latency, which counts from the intended time.
 * <p>
 * What is sent, and over which protocol, is a subclass's: its {@link PacedLink}s.
 */
abstract class PacedLoop implements Runnable {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long BLOCKED_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long GOODBYE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long NO_LIMIT_NS = Long.MAX_VALUE;
    /** After a stall many requests are due at once: they go to the connections in portions of this size. */
    private static final int BURST = 256;
    private static final int RESULTS = 1 << 16;

    private final Pace pace;
    private final Schedule schedule;
    private final CountDownLatch signedOn;
    private final IntervalExchange exchange = new IntervalExchange();
    private final LoopCounters counters = new LoopCounters();
    private final Histogram sendLag = Latencies.newHistogram();
    private final long[] refused = new long[RESULTS];
    private final long turnNs;
    private volatile long startNs;
    private volatile boolean isStopped;
    private volatile boolean isStarted;
    private volatile String error;
    private ManualIoEventLoop eventLoop;
    private long measureFromNs;
    private long measureToNs;
    private boolean isSending;
    private long nextIntervalNs;
    private int turnConnection;
    private long answered;
    private long refusedInAll;
    private long sent;
    private long offered;
    private long unsent;
    private long accepted;
    private long answeredMeasured;
    private long acceptedWithin;
    private long measuredNs;
    private long cpuFromNs;
    private long cpuToNs;
    private long answeredAtCpuFrom;
    private long answeredAtCpuTo;

    /**
     * @param ratePerSecond this loop's part of the rate, in requests of {@link Pace#batch} commands each
     * @param signedOn      counted down when all links are ready, or the loop has ended
     */
    PacedLoop(final Pace pace, final double ratePerSecond, final long seed, final CountDownLatch signedOn) {
        this(pace, pace.isOpenLoop() ? new ArrivalSchedule(pace.arrivals(), ratePerSecond / pace.batch(), pace.burst(), seed) : null, signedOn);
    }

    /**
     * By a schedule of its own.
     *
     * @param schedule null: a closed loop
     */
    PacedLoop(final Pace pace, final Schedule schedule, final CountDownLatch signedOn) {
        this.pace = pace;
        this.signedOn = signedOn;
        this.turnNs = pace.turn().toNanos();
        this.schedule = schedule;
    }

    // ----- what a subclass says; the loop's own thread -----

    /** All links, the same array always. */
    abstract PacedLink[] links();

    /** Begins to connect all links. */
    abstract void open(ManualIoEventLoop loop);

    /** Requests are about to be sent at this time of the monotonic clock. */
    void beforeSending(final long nowNs) {
        // Most protocols stamp nothing.
    }

    /** Commands of the request that would be sent next. */
    int nextCommands() {
        return pace.batch();
    }

    /** True if a closed loop has nothing more to send, and all that it sent is answered. */
    boolean isOver() {
        return false;
    }

    /** No more answers are awaited. */
    abstract void collectUnknown();

    // ----- another thread -----

    /** Begins the schedule at this time of the monotonic clock. */
    void start(final long atNs) {
        startNs = atNs;
        isStarted = true;
    }

    /** Ends early: nothing more is sent, answers are awaited. */
    void stop() {
        isStopped = true;
    }

    IntervalExchange exchange() {
        return exchange;
    }

    LoopCounters counters() {
        return counters;
    }

    String error() {
        return error;
    }

    // ----- after the thread has ended -----

    Histogram lastInterval() {
        return exchange.current();
    }

    Histogram sendLag() {
        return sendLag;
    }

    long[] refused() {
        return refused;
    }

    long offered() {
        return offered;
    }

    long unsent() {
        return unsent;
    }

    long accepted() {
        return accepted;
    }

    long answeredMeasured() {
        return answeredMeasured;
    }

    long acceptedWithin() {
        return acceptedWithin;
    }

    /** How long was measured: the duration, or less if the run ended early. */
    long measuredNs() {
        return measuredNs;
    }

    long cpuNs() {
        return cpuToNs - cpuFromNs;
    }

    long answeredForCpu() {
        return answeredAtCpuTo - answeredAtCpuFrom;
    }

    // ----- the loop's own thread -----

    @Override
    public void run() {
        try {
            eventLoop = new ManualIoEventLoop(Thread.currentThread(), NativeTransport.ioHandlerFactory());
            connect();
            if (error == null) {
                runSchedule();
                drain();
            }
            leave();
        } catch (final RuntimeException | Error ex) {
            onProtocolError("defect in the rig: " + ex);
            throw ex;
        } finally {
            signedOn.countDown();
        }
    }

    private void connect() {
        open(eventLoop);
        while (!areAllReady() && error == null) {
            eventLoop.run(IDLE_WAIT_NS, NO_LIMIT_NS);
            noteDisconnects();
        }
        signedOn.countDown();
        while (!isStarted && !isStopped && error == null) {
            eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
            noteDisconnects();
        }
    }

    private boolean areAllReady() {
        for (final PacedLink link : links()) {
            if (!link.isReady()) {
                return false;
            }
        }
        return true;
    }

    private void noteDisconnects() {
        for (final PacedLink link : links()) {
            final String lost = link.lost();
            if (lost != null) {
                onProtocolError("connection lost: " + lost);
            }
        }
    }

    private void runSchedule() {
        measureFromNs = startNs + pace.warmup().toNanos();
        measureToNs = measureFromNs + pace.duration().toNanos();
        nextIntervalNs = measureFromNs + INTERVAL_NS;
        isSending = true;
        if (pace.isOpenLoop()) {
            runOpenLoop();
        } else {
            runClosedLoop();
        }
        isSending = false;
        measuredNs = Math.max(0, Math.min(measureToNs, System.nanoTime()) - measureFromNs);
    }

    private void runClosedLoop() {
        waitForStart();
        for (final PacedLink link : links()) {
            fill(link);
        }
        long now = System.nanoTime();
        while (now < measureToNs && !mustStop() && !isOver()) {
            eventLoop.run(Math.min(IDLE_WAIT_NS, measureToNs - now), NO_LIMIT_NS);
            now = endTurn();
        }
    }

    private void waitForStart() {
        long now = System.nanoTime();
        while (now < startNs) {
            eventLoop.run(Math.min(IDLE_WAIT_NS, startNs - now), NO_LIMIT_NS);
            now = System.nanoTime();
        }
    }

    private void fill(final PacedLink link) {
        final long now = System.nanoTime();
        beforeSending(now);
        final boolean isMeasured = now >= measureFromNs && now < measureToNs;
        while (link.maySend()) {
            final int commands = nextCommands();
            if (!link.send(now)) {
                break;
            }
            sent += commands;
            if (isMeasured) {
                offered += commands;
            }
        }
        link.flush();
    }

    private void runOpenLoop() {
        waitForStart();
        long now = System.nanoTime();
        long nextTurnNs = now;
        // By the clock, not by the schedule: what an overload leaves behind is the drain's.
        while (now < measureToNs && !mustStop()) {
            boolean isBlocked = false;
            if (now >= nextTurnNs) {
                isBlocked = !sendDue(now);
                nextTurnNs = now + turnNs;
            }
            now = endTurn();
            final long waitNs = Math.min(measureToNs, Math.max(nextTurnNs, startNs + schedule.nextNs())) - now;
            if (isBlocked) {
                eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
            } else if (waitNs > 0) {
                eventLoop.run(waitNs, NO_LIMIT_NS);
            } else {
                eventLoop.runNow(NO_LIMIT_NS);
            }
            now = System.nanoTime();
        }
    }

    /** Sends all that is due; false if sockets or windows are full and something remains. */
    private boolean sendDue(final long now) {
        beforeSending(now);
        final PacedLink[] links = links();
        int failures = 0;
        int burst = 0;
        long intended = startNs + schedule.nextNs();
        turnConnection = (turnConnection + 1) % links.length;
        while (intended <= now && intended < measureToNs && failures < links.length) {
            final PacedLink link = links[turnConnection];
            final int commands = nextCommands();
            if (burst < BURST && link.isReady() && link.send(intended)) {
                burst++;
                sent += commands;
                failures = 0;
                if (intended >= measureFromNs) {
                    offered += commands;
                    sendLag.recordValueWithCount(Latencies.bounded(now - intended), commands);
                }
                schedule.advance();
                intended = startNs + schedule.nextNs();
            } else {
                failures += burst < BURST ? 1 : 0;
                burst = 0;
                link.flush();
                turnConnection = (turnConnection + 1) % links.length;
            }
        }
        links[turnConnection].flush();
        return failures < links.length;
    }

    private boolean mustStop() {
        return isStopped || error != null;
    }

    /** What is done once a turn: intervals, counters, the CPU clock. Returns the time. */
    private long endTurn() {
        final long now = System.nanoTime();
        if (cpuFromNs == 0 && now >= measureFromNs) {
            cpuFromNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            answeredAtCpuFrom = answered;
        }
        if (now >= nextIntervalNs) {
            exchange.offer();
            nextIntervalNs += INTERVAL_NS;
            noteDisconnects();
        }
        counters.answered.lazySet(answered);
        counters.refused.lazySet(refusedInAll);
        counters.sent.lazySet(sent);
        return now;
    }

    private void drain() {
        cpuToNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        answeredAtCpuTo = answered;
        final long deadlineNs = System.nanoTime() + pace.drain().toNanos();
        if (schedule != null) {
            drainBacklog(deadlineNs);
        }
        while (!isIdle() && System.nanoTime() < deadlineNs) {
            eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
            endTurn();
        }
        collectUnknown();
        noteDisconnects();
    }

    /** What was due before the end and could not be sent yet: it was offered, so it is sent, or reported as unsent. */
    private void drainBacklog(final long deadlineNs) {
        while (startNs + schedule.nextNs() < measureToNs && areAnyReady() && !mustStop() && System.nanoTime() < deadlineNs) {
            sendDue(System.nanoTime());
            eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
            endTurn();
        }
        while (!isStopped && startNs + schedule.nextNs() < measureToNs) {
            if (startNs + schedule.nextNs() >= measureFromNs) {
                offered += nextCommands();
                unsent += nextCommands();
            }
            schedule.advance();
        }
    }

    /** True if nothing more can be awaited: a lost connection brings no answers. */
    private boolean isIdle() {
        for (final PacedLink link : links()) {
            if (link.isReady() && !link.isIdle()) {
                return false;
            }
        }
        return true;
    }

    private boolean areAnyReady() {
        for (final PacedLink link : links()) {
            if (link.isReady()) {
                return true;
            }
        }
        return false;
    }

    private void leave() {
        for (final PacedLink link : links()) {
            link.goodbye();
        }
        final long deadlineNs = System.nanoTime() + GOODBYE_NS;
        while (areAnyReady() && System.nanoTime() < deadlineNs) {
            eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
        }
        for (final PacedLink link : links()) {
            link.close();
        }
        eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        while (!eventLoop.isTerminated()) {
            eventLoop.run(BLOCKED_WAIT_NS, NO_LIMIT_NS);
        }
    }

    // ----- called by the links -----

    void onReadEnd(final PacedLink link) {
        if (isSending && schedule == null) {
            fill(link);
        }
    }

    /** A request went out of itself, outside of the schedule. */
    void onOffered(final long intendedNs) {
        sent++;
        if (intendedNs >= measureFromNs && intendedNs < measureToNs) {
            offered++;
        }
    }

    void onRefused(final int result, final long intendedNs) {
        refusedInAll++;
        if (intendedNs >= measureFromNs && intendedNs < measureToNs) {
            refused[result]++;
        }
    }

    void onAnswered(final long intendedNs, final long readNs, final int count, final int acceptedCount) {
        answered += count;
        if (intendedNs >= measureFromNs && intendedNs < measureToNs) {
            exchange.current().recordValueWithCount(Latencies.bounded(readNs - intendedNs), count);
            answeredMeasured += count;
            accepted += acceptedCount;
        }
        if (readNs >= measureFromNs && readNs < measureToNs) {
            acceptedWithin += acceptedCount;
        }
    }

    void onProtocolError(final String text) {
        if (error == null) {
            error = text;
        }
    }
}
