package io.daybreak.loadtest.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.conformance.CaseResult;
import io.daybreak.loadtest.conformance.CaseResult.Outcome;
import io.daybreak.loadtest.conformance.ConformanceCase;
import io.daybreak.loadtest.conformance.Step;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * A conformance run as JSON, for programs, and as one page of HTML, for people ({@link ConformancePage}). Card numbers were masked
 * before they came here. Static.
 */
public final class ConformanceReport {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ConformanceReport() {
    }

    /**
     * What was tested.
     *
     * @param target  HOST:PORT
     * @param link    name of its profile
     * @param version of ISO 8583, 1987 or 1993
     */
    public record Subject(String target, String link, int version, String acquirer, Instant when) {
    }

    /** How many ended so. */
    public static long count(final List<CaseResult> results, final Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    /** Writes the JSON anew. */
    public static void writeJson(final Subject subject, final List<CaseResult> results, final Path file) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(toJson(subject, results)) + "\n", StandardCharsets.UTF_8);
    }

    static ObjectNode toJson(final Subject subject, final List<CaseResult> results) {
        final ObjectNode json = MAPPER.createObjectNode();
        json.put("target", subject.target());
        json.put("link", subject.link());
        json.put("version", subject.version());
        json.put("acquirer", subject.acquirer());
        json.put("time", subject.when().truncatedTo(ChronoUnit.SECONDS).toString());
        for (final Outcome outcome : Outcome.values()) {
            json.put(outcome.name().toLowerCase(Locale.ROOT), count(results, outcome));
        }
        final ArrayNode cases = json.putArray("cases");
        for (final CaseResult result : results) {
            final ObjectNode node = cases.addObject();
            describe(node, result.subject());
            node.put("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
            node.put("reason", result.reason());
            node.put("duration_ms", result.durationMs());
            final ArrayNode steps = node.putArray("steps");
            for (final Step step : result.steps()) {
                final ObjectNode line = steps.addObject();
                line.put("kind", step.kind().name().toLowerCase(Locale.ROOT));
                line.put("text", step.text());
                if (!step.fields().isEmpty()) {
                    final ObjectNode fields = line.putObject("fields");
                    step.fields().forEach((field, value) -> fields.put(String.valueOf(field), value));
                }
            }
        }
        return json;
    }

    private static void describe(final ObjectNode node, final ConformanceCase subject) {
        node.put("id", subject.id());
        node.put("group", subject.group());
        node.put("title", subject.title());
        subject.rules().forEach(node.putArray("rules")::add);
    }

    /** The cases and their rules, as JSON text. */
    public static String list(final List<ConformanceCase> cases) throws IOException {
        final ArrayNode list = MAPPER.createArrayNode();
        cases.forEach(subject -> describe(list.addObject(), subject));
        return MAPPER.writeValueAsString(list);
    }

    /** Writes the page anew. */
    public static void writeHtml(final Subject subject, final List<CaseResult> results, final Path file) throws IOException {
        Files.writeString(file, ConformancePage.of(subject, results), StandardCharsets.UTF_8);
    }
}
