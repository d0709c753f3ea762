package io.daybreak.gateway.architecture;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The specification for acquirers and its list of rules name the same rules: each id stands once in docs/iso8583.md, at
 * the start of its bullet or table row, and once in docs/iso8583-rules.csv, with how it is tested and in which chapter.
 */
final class PaymentRulesDocumentTest {
    private static final String DOCUMENT = "docs/iso8583.md";
    private static final String LIST = "docs/iso8583-rules.csv";
    private static final Pattern RULE = Pattern.compile("(?:- |\\| )\\[([A-Z0-9]{2,4}-\\d{2})\\] .*");
    private static final Pattern MENTION = Pattern.compile("\\[([A-Z0-9]{2,4}-\\d{2})\\]");
    private static final Pattern HEADING = Pattern.compile("#{2,3} (.*)");
    private static final Pattern ANCHOR = Pattern.compile("\\]\\((#[^)]+)\\)");
    private static final Pattern ROW = Pattern.compile("([^,]*),([^,]*),(\"(?:[^\"]|\"\")*\"|[^,\"]*),([^,]*)");
    private static final Set<String> TAGS = Set.of("A", "I", "S");

    private final SourceTree tree = SourceTree.find();
    private final List<String> document = SourceTree.lines(tree.root().resolve(DOCUMENT));
    private final List<Matcher> rows = rows();

    @Test
    void shouldListEveryRuleOfTheDocumentInItsOrder() {
        assertThat(rows.stream().map(row -> row.group(1))).as(LIST).containsExactlyElementsOf(chaptersByRule().keySet());
    }

    @Test
    void shouldPutEachRuleInTheChapterOfTheList() {
        final Map<String, String> listed = new LinkedHashMap<>();
        rows.forEach(row -> listed.put(row.group(1), row.group(4)));
        assertThat(listed).isEqualTo(chaptersByRule());
    }

    @Test
    void shouldSayOfEachRuleHowItIsTested() {
        for (final Matcher row : rows) {
            assertThat(TAGS).as(row.group()).contains(row.group(2));
            assertThat(row.group(3)).as(row.group(1)).isNotBlank();
        }
    }

    @Test
    void shouldMentionOnlyRulesAndAnchorsThatExist() {
        final Set<String> rules = chaptersByRule().keySet();
        final Set<String> anchors = new TreeSet<>();
        for (final String line : document) {
            final Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                anchors.add(anchor(heading.group(1)));
            }
        }
        final List<String> unknown = new ArrayList<>();
        for (final String line : document) {
            final Matcher mention = MENTION.matcher(line);
            while (mention.find()) {
                if (!rules.contains(mention.group(1))) {
                    unknown.add(mention.group(1));
                }
            }
            final Matcher link = ANCHOR.matcher(line);
            while (link.find()) {
                if (!anchors.contains(link.group(1))) {
                    unknown.add(link.group(1));
                }
            }
        }
        rows.stream().map(row -> row.group(4)).filter(section -> !anchors.contains(section)).forEach(unknown::add);
        assertThat(unknown).isEmpty();
    }

    /** Rules in the order of the document, each with the anchor of its chapter; a rule that stands twice fails. */
    private Map<String, String> chaptersByRule() {
        final Map<String, String> rules = new LinkedHashMap<>();
        String anchor = "";
        for (final String line : document) {
            final Matcher heading = HEADING.matcher(line);
            anchor = heading.matches() ? anchor(heading.group(1)) : anchor;
            final Matcher rule = RULE.matcher(line);
            if (rule.matches()) {
                assertThat(rules.put(rule.group(1), anchor)).as(rule.group(1) + " stands twice").isNull();
            }
        }
        assertThat(rules).isNotEmpty();
        return rules;
    }

    private List<Matcher> rows() {
        final List<String> lines = SourceTree.lines(tree.root().resolve(LIST));
        assertThat(lines.get(0)).isEqualTo("id,tag,summary,section");
        final List<Matcher> parsed = new ArrayList<>();
        for (final String line : lines.subList(1, lines.size())) {
            final Matcher row = ROW.matcher(line);
            assertThat(row.matches()).as(line).isTrue();
            parsed.add(row);
        }
        return parsed;
    }

    private static String anchor(final String heading) {
        return "#" + heading.strip().toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }
}
