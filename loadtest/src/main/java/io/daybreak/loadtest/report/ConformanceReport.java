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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A conformance run as JSON, for programs, and as one page of HTML without any other file, for people: a summary, what failed, and of
 * each case its rules and what was sent, expected and got. Card numbers were masked before they came here. Static.
 */
public final class ConformanceReport {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String STYLE = "conformance/report.css";
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private ConformanceReport() {
    }

    /**
     * What was tested.
     *
     * @param target HOST:PORT
     * @param link   name of its profile
     */
    public record Subject(String target, String link, String acquirer, Instant when) {
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

    // ----- HTML -----

    /** Writes the page anew. */
    public static void writeHtml(final Subject subject, final List<CaseResult> results, final Path file) throws IOException {
        Files.writeString(file, toHtml(subject, results), StandardCharsets.UTF_8);
    }

    static String toHtml(final Subject subject, final List<CaseResult> results) throws IOException {
        final long passed = count(results, Outcome.PASSED);
        final long failed = count(results, Outcome.FAILED);
        final long skipped = count(results, Outcome.SKIPPED);
        final StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>ISO 8583 conformance: ")
            .append(escape(subject.target())).append("</title><style>").append(style()).append("</style></head><body><main>\n");
        page.append("<header><p class=\"kind\">ISO 8583 conformance</p><h1>").append(failed == 0 ? "Conforms" : failed == 1
            ? "1 case failed" : failed + " cases failed").append("</h1><p class=\"about\">").append(escape(subject.target()))
            .append(" &middot; link ").append(escape(subject.link())).append(" &middot; acquirer ").append(escape(subject.acquirer()))
            .append(" &middot; ").append(WHEN.format(subject.when())).append("</p>");
        bar(page, passed, failed, skipped);
        page.append("</header>\n");
        if (failed > 0) {
            page.append("<section><h2>What failed</h2>");
            results.stream().filter(result -> result.outcome() == Outcome.FAILED).forEach(result -> details(page, result, true));
            page.append("</section>\n");
        }
        final Map<String, StringBuilder> groups = new LinkedHashMap<>();
        for (final CaseResult result : results) {
            details(groups.computeIfAbsent(result.subject().group(), group -> new StringBuilder()), result, false);
        }
        groups.forEach((group, cases) -> page.append("<section><h2>").append(escape(group)).append("</h2>").append(cases)
            .append("</section>\n"));
        page.append("<footer>Rules are those of docs/iso8583.md. Card numbers show their first six and last four digits, tracks, dates and chip "
            + "data their length. Each case gave back what it had taken.</footer></main></body></html>\n");
        return page.toString();
    }

    private static void bar(final StringBuilder page, final long passed, final long failed, final long skipped) {
        page.append("<div class=\"bar\" aria-hidden=\"true\">");
        part(page, "passed", passed);
        part(page, "failed", failed);
        part(page, "skipped", skipped);
        page.append("</div><p class=\"sums\"><span class=\"passed\">").append(passed).append(" passed</span><span class=\"failed\">")
            .append(failed).append(" failed</span><span class=\"skipped\">").append(skipped).append(" skipped</span></p>");
    }

    private static void part(final StringBuilder page, final String name, final long count) {
        if (count > 0) {
            page.append("<i class=\"").append(name).append("\" style=\"flex-grow:").append(count).append("\"></i>");
        }
    }

    private static void details(final StringBuilder page, final CaseResult result, final boolean isOpen) {
        final String outcome = result.outcome().name().toLowerCase(Locale.ROOT);
        page.append("<details class=\"").append(outcome).append('"').append(isOpen ? " open" : "").append("><summary><b class=\"mark\">")
            .append(outcome).append("</b><span class=\"title\">").append(escape(result.subject().title())).append("</span></summary>");
        page.append("<p class=\"rules\"><code class=\"id\">").append(escape(result.subject().id())).append("</code>");
        for (final String rule : result.subject().rules()) {
            page.append(" <code>").append(escape(rule)).append("</code>");
        }
        page.append(" <span>").append(result.durationMs()).append(" ms</span></p>");
        if (!result.reason().isEmpty()) {
            page.append("<p class=\"reason\">").append(escape(result.reason())).append("</p>");
        }
        if (!result.steps().isEmpty()) {
            page.append("<ol>");
            for (final Step step : result.steps()) {
                step(page, step);
            }
            page.append("</ol>");
        }
        page.append("</details>");
    }

    private static void step(final StringBuilder page, final Step step) {
        final String kind = step.kind().name().toLowerCase(Locale.ROOT);
        page.append("<li class=\"").append(kind).append("\"><em>").append(switch (step.kind()) {
            case SENT -> "sent";
            case GOT -> "got";
            case PASSED -> "holds";
            case FAILED -> "fails";
            case NOTE -> "note";
        }).append("</em><div>");
        page.append(step.fields().isEmpty() ? escape(step.text()) : "<strong>" + escape(step.text()) + "</strong>");
        step.fields().forEach((field, value) -> page.append(" <span class=\"field\"><u>").append(field).append("</u>").append(escape(value))
            .append("</span>"));
        page.append("</div></li>");
    }

    private static String escape(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String style() throws IOException {
        try (InputStream in = ConformanceReport.class.getClassLoader().getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IOException("the report's style is missing in the jar: " + STYLE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
