package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.rig.IsoRunResult;
import io.daybreak.loadtest.rig.ReplayResult;
import io.daybreak.loadtest.rig.RunResult;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Everything known of a run as one JSON object: the result ({@link ResultJson}), the curve of its percentiles, its seconds, what it took,
 * where the time went, the machine and what that can do, and with which care to read it. What is written as a page, and compared with
 * other runs, is this object, so that a page can be made of it at any later time. Static.
 */
public final class RunReport {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final double NS_PER_US = 1e3;
    private static final double PERCENT = 100;
    private static final double NS_PER_S = 1e9;
    private static final int TICKS = 10;

    private RunReport() {
    }

    /** The object of a run over the native protocol. @param limits null: not measured */
    public static ObjectNode of(final RunResult result, final RunTrace trace, final ResourceTrace resources, final ObjectNode limits) {
        return complete(ResultJson.toJson(result), result.latency(), trace, resources, result.settings().duration().toNanos() / NS_PER_S, limits);
    }

    /** The same over ISO 8583. */
    public static ObjectNode of(final IsoRunResult result, final RunTrace trace, final ResourceTrace resources, final ObjectNode limits) {
        return complete(ResultJson.toJson(result), result.latency(), trace, resources, result.settings().duration().toNanos() / NS_PER_S, limits);
    }

    /** The same of a replay. */
    public static ObjectNode of(final ReplayResult result, final RunTrace trace, final ResourceTrace resources, final ObjectNode limits) {
        final long durationNs = result.settings().isOpenLoop() ? result.settings().duration().toNanos() : result.measuredNs();
        return complete(ReplayJson.toJson(result), result.latency(), trace, resources, durationNs / NS_PER_S, limits);
    }

    private static ObjectNode complete(final ObjectNode json, final Histogram latency, final RunTrace trace, final ResourceTrace resources,
                                       final double durationS, final ObjectNode limits) {
        json.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        Machine.writeTo(json.putObject("machine"));
        percentiles(json.putArray("percentiles"), latency);
        trace.writeTo(json);
        resources.writeTo(json, trace.measureFromNs(), durationS);
        if (limits != null) {
            json.set("limits", limits);
        }
        Shares.write(json);
        Caveats.write(json, latency.getTotalCount());
        return json;
    }

    /** Pairs of quantile, 0 to 1, and microseconds; as far as the answers reach. */
    public static void percentiles(final ArrayNode into, final Histogram latency) {
        if (latency.getTotalCount() == 0) {
            return;
        }
        double last = -1;
        for (final HistogramIterationValue value : latency.percentiles(TICKS)) {
            // The last of them is the maximum at 100 %: it is drawn at the rank of the one answer that it is.
            final double quantile = Math.min(value.getPercentileLevelIteratedTo() / PERCENT, 1 - 1.0 / latency.getTotalCount());
            if (quantile > last) {
                into.addArray().add(quantile).add(RunTrace.rounded(value.getValueIteratedTo() / NS_PER_US));
                last = quantile;
            }
        }
    }

    /** Writes the object as JSON, anew. */
    public static void writeJson(final ObjectNode run, final Path file) throws IOException {
        // Indented to the depth where people read; the series stay on one line each, or the file would have a hundred thousand.
        final StringBuilder text = new StringBuilder("{\n");
        final ObjectMapper deep = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        String separator = "";
        for (final var field : run.properties()) {
            final boolean isLong = field.getKey().equals("series") || field.getKey().equals("percentiles") || field.getKey().equals("resources")
                || field.getKey().equals("stages") || field.getKey().equals("steps") || field.getKey().equals("limits");
            final String value = (isLong ? MAPPER : deep).writeValueAsString(field.getValue());
            text.append(separator).append("  \"").append(field.getKey()).append("\" : ").append(isLong ? value : value.replace("\n", "\n  "));
            separator = ",\n";
        }
        Files.writeString(file, text.append("\n}\n"), StandardCharsets.UTF_8);
    }

    /**
     * Reads what {@link #writeJson} wrote.
     *
     * @throws IOException with one clear sentence if the file is not of a run
     */
    public static ObjectNode read(final Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("there is no file " + file + " that can be read");
        }
        final JsonNode json;
        try {
            json = MAPPER.readTree(file.toFile());
        } catch (final com.fasterxml.jackson.core.JsonProcessingException ex) {
            throw new IOException(file + " is no JSON: " + ex.getOriginalMessage(), ex);
        }
        if (!(json instanceof ObjectNode) || !json.has("latency_us") || !json.has("proof") || !json.has("config")) {
            throw new IOException(file + " is not the result of a run (loadtest run --json FILE)");
        }
        if (!json.has("series") || !json.has("percentiles")) {
            throw new IOException(file + " has no series: it was written by a version that made no reports; run it again");
        }
        return (ObjectNode) json;
    }

    /** Writes one run, or several beside each other, as one page, anew. */
    public static void writeHtml(final List<ObjectNode> runs, final Path file) throws IOException {
        Files.writeString(file, ReportPage.of(runs), StandardCharsets.UTF_8);
    }
}
