package io.daybreak.loadtest.report;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.nio.file.Path;

/** Intervals of a run in HdrHistogram's own log format, which its tools plot. Values are nanoseconds; the maximum is in ms. */
public final class HistogramLog implements Closeable {
    private final HistogramLogWriter writer;
    private boolean hasStarted;

    /** Writes the file anew. */
    public HistogramLog(final Path file) throws FileNotFoundException {
        writer = new HistogramLogWriter(file.toFile());
        writer.outputComment("[Logged by Daybreak's load generator; latency in nanoseconds from the intended time]");
        writer.outputLogFormatVersion();
    }

    /** Adds an interval, whose time stamps are set. */
    public void add(final Histogram interval) {
        if (!hasStarted) {
            writer.setBaseTime(interval.getStartTimeStamp());
            writer.outputStartTime(interval.getStartTimeStamp());
            writer.outputLegend();
            hasStarted = true;
        }
        writer.outputIntervalHistogram(interval);
    }

    @Override
    public void close() {
        writer.close();
    }
}
