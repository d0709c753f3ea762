package io.daybreak.loadtest.report;

import io.daybreak.loadtest.rig.RunObserver;
import org.HdrHistogram.Histogram;

import java.io.FileNotFoundException;
import java.nio.file.Path;

/** All that watches a run: its seconds, its resources, the histogram log, the line on the terminal. Closed when the load has ended. */
public final class RunWatch implements RunObserver, AutoCloseable {
    private final RunTrace trace = new RunTrace();
    private final ResourceTrace resources;
    private final HistogramLog log;
    private final ProgressLine progress;
    private boolean isClosed;

    /**
     * Begins to watch.
     *
     * @param host        of the switch
     * @param metricsPort of the switch's page of figures; below 0: none
     * @param hlog        null: no histogram log
     */
    public RunWatch(final String host, final int metricsPort, final Path hlog) throws FileNotFoundException {
        log = hlog == null ? null : new HistogramLog(hlog);
        progress = ProgressLine.isWatched() ? new ProgressLine() : null;
        resources = new ResourceTrace(host, metricsPort);
    }

    @Override
    public void onStart(final long measureFromNs) {
        trace.onStart(measureFromNs);
    }

    @Override
    public void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
        if (progress != null) {
            progress.onProgress(elapsedNs, totalNs, answered, refused);
        }
    }

    @Override
    public void onInterval(final Histogram histogram) {
        if (log != null) {
            log.add(histogram);
        }
    }

    @Override
    public void onCounts(final long fromNs, final long toNs, final long sent, final long answered, final long refused,
                         final Histogram histogram) {
        trace.onCounts(fromNs, toNs, sent, answered, refused, histogram);
    }

    /** The run, second by second. */
    public RunTrace trace() {
        return trace;
    }

    /** What it took. */
    public ResourceTrace resources() {
        return resources;
    }

    @Override
    public void close() {
        end();
    }

    /** Ends the watching, before what was seen is written; may be called again. */
    public void end() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        resources.close();
        if (log != null) {
            log.close();
        }
        if (progress != null) {
            progress.close();
        }
    }
}
