package io.daybreak.loadtest.limits;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.report.RunReport;
import io.daybreak.loadtest.rig.EchoRun;
import io.daybreak.loadtest.rig.LoadRun;
import io.daybreak.loadtest.rig.RigSettings;
import io.daybreak.loadtest.simulator.EchoPeer;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Measures what the machine can do now, about eight seconds in all, and tells it as JSON. A report sets the product beside it. The
 * measurements come one after another; each has the machine for itself as far as we are concerned.
 */
public final class Limits {
    private static final int QUIET_RATE = 20_000;
    private static final int QUIET_REQUEST_BYTES = 120;
    private static final int QUIET_REPLY_BYTES = 64;
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration WARMUP = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMillis(1_500);
    private static final double NS_PER_US = 1e3;

    private final Settings settings;

    /**
     * What to measure with.
     *
     * @param requestBytes  of a request's frame
     * @param replyBytes    of its answer's
     * @param ratePerSecond requests, for the latency of the echo; {@link RigSettings#MAX_RATE}: half of what the echo reaches
     * @param accounts      of the table that is accessed at random, a cache line each
     * @param groupBytes    of a synced write
     * @param directory     on the device whose writes count
     */
    public record Settings(int requestBytes, int replyBytes, double ratePerSecond, Arrivals arrivals, int connections, int window, Duration turn,
                           int accounts, int groupBytes, Path directory) {
        /** Checks the bounds; the message names the setting. */
        public Settings {
            require(requestBytes >= 1 && requestBytes <= 1 << 20, "--request-bytes is 1 to 1048576");
            require(replyBytes >= 1 && replyBytes <= 1 << 20, "--reply-bytes is 1 to 1048576");
            require(ratePerSecond > 0, "--rate is above 0");
            require(connections >= 1 && connections <= 1_024, "--connections is 1 to 1024");
            require(window >= 1 && window <= 1 << 20, "--window is 1 to 1048576");
            require(accounts >= 1 && accounts <= 200_000_000, "--accounts is 1 to 200000000");
            require(groupBytes >= 1 && groupBytes <= 16 << 20, "--group-bytes is 1 to 16777216");
            require(Files.isDirectory(directory), "--dir: there is no directory " + directory);
        }

        private static void require(final boolean isMet, final String rule) {
            if (!isMet) {
                throw new IllegalArgumentException(rule);
            }
        }
    }

    /** Prepares it. */
    public Limits(final Settings settings) {
        this.settings = settings;
    }

    /**
     * Measures all.
     *
     * @param stage told what is being measured
     * @throws IOException if the directory cannot be written
     * @throws LoadRun.NotStartedException if loopback cannot be used
     */
    public ObjectNode measure(final Consumer<String> stage) throws IOException, LoadRun.NotStartedException {
        final ObjectNode json = new ObjectMapper().createObjectNode();
        stage.accept("echo over loopback");
        echo(json.putObject("echo"));
        stage.accept("hops between threads");
        final ObjectNode ring = json.putObject("ring");
        ring.put("events_per_s", Math.round(RingHop.eventsPerSecond(SHORT)));
        latency(ring.putObject("wake_up_us"), RingHop.wakeUps(SHORT));
        stage.accept("random access");
        final ObjectNode memory = json.putObject("memory");
        memory.put("accounts", settings.accounts);
        memory.put("bytes", (long) settings.accounts * RandomAccess.LINE_BYTES);
        memory.put("lines_per_s", Math.round(RandomAccess.linesPerSecond(settings.accounts, SHORT)));
        stage.accept("synced writes");
        final SyncedWrites.Found found = SyncedWrites.measure(settings.directory, settings.groupBytes, LONG);
        final ObjectNode sync = json.putObject("sync");
        sync.put("bytes", found.bytes());
        sync.put("per_s", Math.round(found.perSecond()));
        sync.put("bytes_per_s", Math.round(found.perSecond() * found.bytes()));
        sync.put("direct", found.isDirect());
        sync.put("directory", settings.directory.toAbsolutePath().normalize().toString());
        latency(sync.putObject("latency_us"), found.latency());
        return json;
    }

    private void echo(final ObjectNode json) throws LoadRun.NotStartedException {
        json.put("request_bytes", settings.requestBytes);
        json.put("reply_bytes", settings.replyBytes);
        json.put("connections", settings.connections);
        try (EchoPeer peer = new EchoPeer(settings.requestBytes, settings.replyBytes)) {
            final double most = run(peer, RigSettings.MAX_RATE, LONG, WARMUP).perSecond();
            json.put("max_per_s", Math.round(most));
            final double rate = settings.ratePerSecond == RigSettings.MAX_RATE ? most / 2 : settings.ratePerSecond;
            final EchoRun.Found paced = run(peer, rate, LONG, SHORT);
            json.put("rate", Math.round(rate));
            json.put("per_s", Math.round(paced.perSecond()));
            latency(json.putObject("latency_us"), paced.latency());
            RunReport.percentiles(json.putArray("percentiles"), paced.latency());
        }
    }

    private EchoRun.Found run(final EchoPeer peer, final double rate, final Duration duration, final Duration warmup) throws LoadRun.NotStartedException {
        return new EchoRun(new EchoRun.Settings(peer.port(), rate, settings.arrivals, settings.connections, settings.window, settings.requestBytes,
            settings.replyBytes, duration, warmup, settings.turn, 1)).run();
    }

    /** p99 of an echo of short messages for half a second at a rate that hardly loads the machine; microseconds. */
    public static double quietP99Us() throws LoadRun.NotStartedException {
        try (EchoPeer peer = new EchoPeer(QUIET_REQUEST_BYTES, QUIET_REPLY_BYTES)) {
            return new EchoRun(new EchoRun.Settings(peer.port(), QUIET_RATE, Arrivals.POISSON, 1, 4_096, QUIET_REQUEST_BYTES, QUIET_REPLY_BYTES, SHORT, Duration.ofMillis(100),
                Duration.ofNanos(100_000), 1)).run().latency().getValueAtPercentile(99) / NS_PER_US;
        }
    }

    private static void latency(final ObjectNode json, final Histogram histogram) {
        json.put("p50", histogram.getValueAtPercentile(50) / NS_PER_US);
        json.put("p90", histogram.getValueAtPercentile(90) / NS_PER_US);
        json.put("p99", histogram.getValueAtPercentile(99) / NS_PER_US);
        json.put("p999", histogram.getValueAtPercentile(99.9) / NS_PER_US);
        json.put("max", histogram.getMaxValue() / NS_PER_US);
    }
}
