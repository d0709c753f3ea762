package io.daybreak.loadtest.report;

import io.daybreak.loadtest.rig.RunObserver;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One updating line on standard error while a run goes on. Only made where a person watches. Reporter's thread only. */
public final class ProgressLine implements RunObserver, AutoCloseable {
    private static final int UPDATE_MS = 250;

    private ProgressBar bar;
    private long lastAnswered;
    private long lastNs;

    /** True if standard error is a terminal, as far as this platform tells. */
    public static boolean isWatched() {
        return System.console() != null && System.getenv("TERM") != null;
    }

    @Override
    public void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
        if (bar == null) {
            bar = new ProgressBarBuilder().setTaskName("load").setInitialMax(TimeUnit.NANOSECONDS.toMillis(totalNs))
                .setUpdateIntervalMillis(UPDATE_MS).setStyle(ProgressBarStyle.ASCII).hideEta().build();
        }
        bar.maxHint(TimeUnit.NANOSECONDS.toMillis(totalNs));
        bar.stepTo(Math.min(TimeUnit.NANOSECONDS.toMillis(Math.max(0, elapsedNs)), TimeUnit.NANOSECONDS.toMillis(totalNs)));
        if (elapsedNs - lastNs >= TimeUnit.SECONDS.toNanos(1)) {
            bar.setExtraMessage(String.format(Locale.ROOT, "%,.0f/s, %,d refused", (answered - lastAnswered) * 1e9 / (elapsedNs - lastNs),
                refused));
            lastAnswered = answered;
            lastNs = elapsedNs;
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
