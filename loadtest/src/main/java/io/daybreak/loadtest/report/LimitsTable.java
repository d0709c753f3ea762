package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.Locale;

/** What the machine can do, as a table for a terminal. Static. */
public final class LimitsTable {
    private static final double MILLION = 1e6;

    private LimitsTable() {
    }

    /** Lines of text, each with its line feed. */
    public static String format(final JsonNode limits) {
        final StringBuilder text = new StringBuilder();
        final JsonNode echo = limits.path("echo");
        row(text, "echo", String.format(Locale.ROOT, "%,.0f messages/s of %d bytes, answered with %d, over %d connections", echo.path("max_per_s").asDouble(),
            echo.path("request_bytes").asInt(), echo.path("reply_bytes").asInt(), echo.path("connections").asInt()));
        row(text, "", String.format(Locale.ROOT, "at %,.0f/s: %s", echo.path("rate").asDouble(), latency(echo.path("latency_us"))));
        final JsonNode ring = limits.path("ring");
        row(text, "ring", String.format(Locale.ROOT, "%.1f M hops/s", ring.path("events_per_s").asDouble() / MILLION));
        row(text, "wake-up", latency(ring.path("wake_up_us")));
        final JsonNode memory = limits.path("memory");
        row(text, "memory", String.format(Locale.ROOT, "%.1f M lines/s read and written at random in %,.0f MB, one core", memory.path("lines_per_s").asDouble() / MILLION,
            memory.path("bytes").asDouble() / MILLION));
        final JsonNode sync = limits.path("sync");
        row(text, "sync", String.format(Locale.ROOT, "%,d writes/s of %,d bytes, each on the device%s, in %s", sync.path("per_s").asLong(), sync.path("bytes").asLong(),
            sync.path("direct").asBoolean() ? " past the page cache" : "", sync.path("directory").asText()));
        row(text, "", latency(sync.path("latency_us")));
        return text.toString();
    }

    private static String latency(final JsonNode us) {
        return String.format(Locale.ROOT, "p50 %,.1f  p99 %,.1f  p99.9 %,.1f  max %,.1f us", us.path("p50").asDouble(), us.path("p99").asDouble(),
            us.path("p999").asDouble(), us.path("max").asDouble());
    }

    private static void row(final StringBuilder text, final String name, final String value) {
        text.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
    }
}
