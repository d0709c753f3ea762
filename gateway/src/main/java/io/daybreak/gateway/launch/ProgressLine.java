package io.daybreak.gateway.launch;

import io.daybreak.journal.RecoveryProgress;

import java.util.concurrent.TimeUnit;

/**
 * One line on the terminal that tells how far recovery has come and how long it will take; nothing where standard error is no terminal. The thread
 * that starts the switch only.
 */
final class ProgressLine implements RecoveryProgress {
    private static final long EVERY_NS = 500_000_000L;
    private static final int PERCENT = 100;

    private final boolean isTerminal = System.console() != null;
    private final long startNs = System.nanoTime();
    private long shownNs = startNs;

    @Override
    public void onProgress(final long doneBytes, final long totalBytes, final long commands) {
        final long nowNs = System.nanoTime();
        if (isTerminal && nowNs - shownNs >= EVERY_NS) {
            shownNs = nowNs;
            System.err.print("\r" + text(doneBytes, totalBytes, commands, nowNs - startNs));
            System.err.flush();
        }
    }

    static String text(final long doneBytes, final long totalBytes, final long commands, final long passedNs) {
        final long percent = Math.min(PERCENT, doneBytes * PERCENT / Math.max(1, totalBytes));
        final long leftNs = (long) ((double) passedNs * Math.max(0, totalBytes - doneBytes) / Math.max(1, doneBytes));
        return String.format("recovering: %d %% of the journal, %,d commands, %,d a second, about %d s left ", percent, commands,
            (long) (commands / Math.max(1e-9, passedNs / 1e9)), TimeUnit.NANOSECONDS.toSeconds(leftNs));
    }
}
