package io.daybreak.loadtest.report;

import io.daybreak.loadtest.conformance.CaseResult;
import io.daybreak.loadtest.conformance.CaseResult.Outcome;
import io.daybreak.loadtest.conformance.Step;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A conformance run as one page of HTML without any other file or script: a summary by chapter, what failed, of each case what its rules
 * say and what was sent, expected and got, and at the end every rule with the cases that tested it. Card numbers were masked before they
 * came here. One page, one object; not thread safe.
 */
final class ConformancePage {
    private static final String STYLE = "conformance/report.css";
    private static final DateTimeFormatter WHEN = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);
    private static final int VERSION_1993 = 1993;
    private static final double MS_PER_S = 1_000;

    private final List<CaseResult> results;
    private final Map<String, Rules.Rule> rules;
    private final Map<String, List<CaseResult>> groups = new LinkedHashMap<>();
    private final Map<String, List<CaseResult>> byRule = new LinkedHashMap<>();
    private final StringBuilder page = new StringBuilder(1 << 20);

    private ConformancePage(final List<CaseResult> results) throws IOException {
        this.results = results;
        rules = Rules.read();
        for (final CaseResult result : results) {
            groups.computeIfAbsent(result.subject().group(), group -> new ArrayList<>()).add(result);
            for (final String rule : result.subject().rules()) {
                byRule.computeIfAbsent(rule, unused -> new ArrayList<>()).add(result);
            }
        }
    }

    /** The whole page. */
    static String of(final ConformanceReport.Subject subject, final List<CaseResult> results) throws IOException {
        return new ConformancePage(results).write(subject);
    }

    private String write(final ConformanceReport.Subject subject) throws IOException {
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>ISO 8583 conformance: ")
            .append(escape(subject.target())).append("</title><style>").append(style()).append("</style></head><body><main>\n");
        header(subject);
        summary();
        final List<CaseResult> failed = with(results, Outcome.FAILED);
        if (!failed.isEmpty()) {
            page.append("<section id=\"failed\"><h2>What failed</h2>");
            failed.forEach(result -> details(result, true));
            page.append("</section>\n");
        }
        groups.forEach((group, cases) -> {
            page.append("<section id=\"").append(anchor(group)).append("\"><h2>").append(escape(group)).append(" <small>").append(words(cases))
                .append("</small></h2>");
            cases.forEach(result -> details(result, false));
            page.append("</section>\n");
        });
        allRules();
        page.append("<footer>Rules are those of docs/iso8583.md. Of card numbers the first six and last four digits are shown, of tracks, dates and chip "
            + "data the length in brackets. Each case gave back what it had taken.</footer></main></body></html>\n");
        return page.toString();
    }

    private void header(final ConformanceReport.Subject subject) {
        final long failed = ConformanceReport.count(results, Outcome.FAILED);
        page.append("<header><p class=\"kind\">ISO 8583 conformance</p><h1>").append(failed == 0 ? "Conforms" : failed == 1
            ? "1 case failed" : failed + " cases failed").append("</h1><p class=\"about\">").append(escape(subject.target()))
            .append(" &middot; link ").append(escape(subject.link())).append(" &middot; ISO 8583:").append(subject.version()).append(" &middot; acquirer ")
            .append(escape(subject.acquirer())).append(" &middot; ").append(WHEN.format(subject.when())).append("</p>");
        page.append("<div class=\"bar\" aria-hidden=\"true\">");
        for (final Outcome outcome : Outcome.values()) {
            final long count = ConformanceReport.count(results, outcome);
            if (count > 0) {
                page.append("<i class=\"").append(name(outcome)).append("\" style=\"flex-grow:").append(count).append("\"></i>");
            }
        }
        page.append("</div><p class=\"sums\">");
        for (final Outcome outcome : Outcome.values()) {
            page.append("<span class=\"").append(name(outcome)).append("\">").append(ConformanceReport.count(results, outcome)).append(' ')
                .append(name(outcome)).append("</span>");
        }
        page.append("</p>");
        if (subject.version() == VERSION_1993) {
            page.append("<p class=\"about\">Messages stand as they were on the wire. What is expected is worded with the fields and codes of 1987, as in the "
                + "specification's chapters.</p>");
        }
        page.append("</header>\n");
    }

    /** A table of the chapters. */
    private void summary() {
        page.append("<table class=\"chapters\"><thead><tr><th>Chapter</th><th>passed</th><th>failed</th><th>skipped</th><th>time</th></tr></thead><tbody>");
        groups.forEach((group, cases) -> {
            page.append("<tr><th><a href=\"#").append(anchor(group)).append("\">").append(escape(group)).append("</a></th>");
            for (final Outcome outcome : Outcome.values()) {
                final int count = with(cases, outcome).size();
                page.append(count == 0 ? "<td class=\"none\">0</td>" : "<td class=\"" + name(outcome) + "\">" + count + "</td>");
            }
            page.append("<td>").append(seconds(cases.stream().mapToLong(CaseResult::durationMs).sum())).append("</td></tr>");
        });
        page.append("</tbody></table>\n");
    }

    private void details(final CaseResult result, final boolean isOpen) {
        final String outcome = name(result.outcome());
        page.append("<details class=\"").append(outcome).append('"').append(isOpen ? " open" : "").append("><summary><b class=\"mark\">")
            .append(outcome).append("</b><span class=\"title\">").append(escape(result.subject().title())).append("</span></summary>");
        if (!result.reason().isEmpty()) {
            page.append("<p class=\"reason\">").append(escape(result.reason())).append("</p>");
        }
        page.append("<ul class=\"rules\">");
        for (final String id : result.subject().rules()) {
            page.append("<li><code>").append(escape(id)).append("</code> ").append(rules.containsKey(id) ? escape(rules.get(id).summary()) : "")
                .append("</li>");
        }
        page.append("</ul><p class=\"again\">").append(seconds(result.durationMs())).append("; to run it again: <code>--only ")
            .append(escape(result.subject().id())).append("</code></p>");
        if (!result.steps().isEmpty()) {
            page.append("<ol>");
            result.steps().forEach(this::step);
            page.append("</ol>");
        }
        page.append("</details>");
    }

    private void step(final Step step) {
        page.append("<li class=\"").append(step.kind().name().toLowerCase(Locale.ROOT)).append("\"><em>").append(switch (step.kind()) {
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

    /** Every rule that an acquirer or issuer can test, with the cases that did. */
    private void allRules() {
        final StringBuilder rows = new StringBuilder();
        final int[] counts = new int[Outcome.values().length];
        for (final Map.Entry<String, Rules.Rule> rule : rules.entrySet()) {
            final List<CaseResult> cases = byRule.get(rule.getKey());
            if (cases != null) {
                final Outcome outcome = outcome(cases);
                counts[outcome.ordinal()]++;
                rows.append("<tr class=\"").append(name(outcome)).append("\"><th><code>").append(rule.getKey()).append("</code></th><td class=\"")
                    .append(name(outcome)).append("\">").append(name(outcome)).append("</td><td>").append(escape(rule.getValue().summary()))
                    .append("<br><span>");
                cases.forEach(result -> rows.append(escape(result.subject().id())).append(' '));
                rows.append("</span></td></tr>");
            }
        }
        page.append("<section id=\"rules\"><h2>Rules <small>");
        final List<String> said = new ArrayList<>();
        for (final Outcome outcome : Outcome.values()) {
            if (counts[outcome.ordinal()] > 0) {
                said.add(counts[outcome.ordinal()] + (counts[outcome.ordinal()] == 1 ? " rule " : " rules ") + name(outcome));
            }
        }
        page.append(String.join(", ", said)).append("</small></h2><details><summary><span class=\"title\">Each rule, and the cases that tested it</span>"
            + "</summary><table class=\"list\"><tbody>").append(rows).append("</tbody></table></details></section>\n");
    }

    /** A rule holds if none of its cases failed and one of them ran. */
    private static Outcome outcome(final List<CaseResult> cases) {
        if (!with(cases, Outcome.FAILED).isEmpty()) {
            return Outcome.FAILED;
        }
        return with(cases, Outcome.PASSED).isEmpty() ? Outcome.SKIPPED : Outcome.PASSED;
    }

    private static List<CaseResult> with(final List<CaseResult> results, final Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).toList();
    }

    private static String words(final List<CaseResult> cases) {
        final List<String> words = new ArrayList<>();
        for (final Outcome outcome : Outcome.values()) {
            final int count = with(cases, outcome).size();
            if (count > 0) {
                words.add(count + " " + name(outcome));
            }
        }
        return String.join(", ", words);
    }

    private static String seconds(final long ms) {
        return ms < MS_PER_S ? ms + " ms" : String.format(Locale.ROOT, "%.1f s", ms / MS_PER_S);
    }

    private static String name(final Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    private static String anchor(final String group) {
        return group.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }

    private static String escape(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static String style() throws IOException {
        try (InputStream in = ConformancePage.class.getClassLoader().getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IOException("the report's style is missing in the jar: " + STYLE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
