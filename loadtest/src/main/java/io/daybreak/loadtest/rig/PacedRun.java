package io.daybreak.loadtest.rig;

import io.netty.util.concurrent.FastThreadLocalThread;
import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * The threads of a run: starts the loops, waits until all are signed on, lets them begin together, and reports while they run.
 * The calling thread is the reporter.
 */
final class PacedRun<L extends PacedLoop> {
    private static final long SIGN_ON_S = 15;
    private static final long START_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RunObserver observer;
    private final List<L> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private volatile boolean isStopped;
    private long measureFromNs;
    private long countedToNs;
    private long countedSent;
    private long countedAnswered;
    private long countedRefused;

    PacedRun(final RunObserver observer) {
        this.observer = observer;
    }

    /** Ends the run early, from another thread: what was measured so far is reported. */
    void stop() {
        isStopped = true;
        for (final L loop : List.copyOf(loops)) {
            loop.stop();
        }
    }

    List<L> loops() {
        return loops;
    }

    List<String> errors() {
        return errors;
    }

    /**
     * Starts the loops and waits for their sign-ons.
     *
     * @throws LoadRun.NotStartedException if one is not ready in time
     */
    void signOn(final int loopCount, final Function<LoopPlace, L> newLoop) throws LoadRun.NotStartedException {
        final CountDownLatch signedOn = new CountDownLatch(loopCount);
        for (int i = 0; i < loopCount; i++) {
            final L loop = newLoop.apply(new LoopPlace(i, signedOn));
            loops.add(loop);
            // Netty's pools work best on its own kind of thread.
            final Thread thread = new FastThreadLocalThread(loop, "load-" + i);
            threads.add(thread);
            thread.start();
        }
        try {
            if (!signedOn.await(SIGN_ON_S, TimeUnit.SECONDS)) {
                errors.add("not signed on within " + SIGN_ON_S + " s");
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            errors.add("interrupted");
        }
        collectErrors();
        if (!errors.isEmpty()) {
            loops.forEach(PacedLoop::stop);
            join();
            throw new LoadRun.NotStartedException(errors.get(0));
        }
    }

    /** Which loop, and whom it tells that it is ready. */
    record LoopPlace(int index, CountDownLatch signedOn) {
        /** How many of the connections are this loop's. */
        int share(final int connections, final int loopCount) {
            return connections / loopCount + (index < connections % loopCount ? 1 : 0);
        }
    }

    void collectErrors() {
        for (final L loop : loops) {
            if (loop.error() != null && !errors.contains(loop.error())) {
                errors.add(loop.error());
            }
        }
    }

    /** Runs to the end of the drain; the latencies of the measured part. */
    Histogram measure(final Duration warmup, final Duration duration) {
        final Histogram total = Latencies.newHistogram();
        final Histogram interval = Latencies.newHistogram();
        final long startNs = System.nanoTime() + START_DELAY_NS;
        final long warmupNs = warmup.toNanos();
        final long totalNs = warmupNs + duration.toNanos();
        measureFromNs = startNs + warmupNs;
        countedToNs = measureFromNs;
        observer.onStart(measureFromNs);
        for (final L loop : loops) {
            loop.start(startNs);
        }
        if (isStopped) {
            loops.forEach(PacedLoop::stop);
        }
        long intervalEndNs = startNs + warmupNs + TimeUnit.SECONDS.toNanos(1);
        long intervalStartMs = System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(warmupNs);
        while (areAlive()) {
            // Awake at the begin of the measured part: what was counted until then is not of its first second.
            final long untilNs = measureFromNs - System.nanoTime();
            LockSupport.parkNanos(untilNs > 0 ? Math.min(POLL_NS, untilNs) : POLL_NS);
            long answered = 0;
            long refused = 0;
            for (final L loop : loops) {
                loop.exchange().drainTo(interval);
                answered += loop.counters().answered.get();
                refused += loop.counters().refused.get();
            }
            final long now = System.nanoTime();
            observer.onProgress(now - startNs, totalNs, answered, refused);
            if (now <= measureFromNs) {
                noteCounts();
                countedToNs = now;
            }
            if (now >= intervalEndNs && interval.getTotalCount() > 0) {
                intervalStartMs = endInterval(interval, total, intervalStartMs);
                intervalEndNs += TimeUnit.SECONDS.toNanos(1);
            }
        }
        join();
        for (final L loop : loops) {
            loop.exchange().drainTo(interval);
            interval.add(loop.lastInterval());
        }
        if (interval.getTotalCount() > 0) {
            endInterval(interval, total, intervalStartMs);
        }
        return total;
    }

    private long endInterval(final Histogram interval, final Histogram total, final long startMs) {
        final long endMs = System.currentTimeMillis();
        interval.setStartTimeStamp(startMs);
        interval.setEndTimeStamp(endMs);
        observer.onInterval(interval);
        final long sent = countedSent;
        final long answered = countedAnswered;
        final long refused = countedRefused;
        final long now = System.nanoTime();
        noteCounts();
        observer.onCounts(countedToNs - measureFromNs, now - measureFromNs, countedSent - sent, countedAnswered - answered,
            countedRefused - refused, interval);
        countedToNs = now;
        total.add(interval);
        interval.reset();
        return endMs;
    }

    private void noteCounts() {
        countedSent = 0;
        countedAnswered = 0;
        countedRefused = 0;
        for (final L loop : loops) {
            countedSent += loop.counters().sent.get();
            countedAnswered += loop.counters().answered.get();
            countedRefused += loop.counters().refused.get();
        }
    }

    private boolean areAlive() {
        for (final Thread thread : threads) {
            if (thread.isAlive()) {
                return true;
            }
        }
        return false;
    }

    private void join() {
        boolean isInterrupted = false;
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException ex) {
                    // The loops end by themselves within the drain time; what they hold is needed.
                    isInterrupted = true;
                }
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
