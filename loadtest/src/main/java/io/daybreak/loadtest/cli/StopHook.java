package io.daybreak.loadtest.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends a run early when the process is asked to end, and lets it report what it has measured; open for as long as something runs. */
final class StopHook implements AutoCloseable {
    private static final long LONGEST_S = 30;

    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "load-stop");
    private volatile Runnable running;
    private volatile boolean isStopped;

    StopHook() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What is to be stopped from now on. */
    void running(final Runnable newRunning) {
        running = newRunning;
        if (isStopped) {
            newRunning.run();
        }
    }

    /** True once the process was asked to end: nothing more should begin. */
    boolean isStopped() {
        return isStopped;
    }

    private void stop() {
        isStopped = true;
        final Runnable now = running;
        if (now == null) {
            return;
        }
        now.run();
        try {
            if (!reported.await(LONGEST_S, TimeUnit.SECONDS)) {
                System.err.println("stopped without a report");
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        reported.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException alreadyStopping) {
            // A signal ends this process: the hook runs, and there is nothing to remove.
            assert Thread.currentThread() != hook;
        }
    }
}
