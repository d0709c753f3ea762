package io.daybreak.gateway.architecture;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each rule of docs/iso8583.md that only the inside of the switch can show (S in docs/iso8583-rules.csv) has a test: one that names the
 * rule, or one of the list in rule-tests.txt. Those that an acquirer or issuer can show have cases, which the conformance tool checks.
 */
final class RuleTestsTest {
    private static final String LIST = "gateway/src/test/resources/rule-tests.txt";

    private final SourceTree tree = SourceTree.find();
    private final Map<String, String> tests = new HashMap<>();

    RuleTestsTest() throws Exception {
        for (final Path file : tree.files("Test.java")) {
            final String name = file.getFileName().toString();
            // This one names no rule.
            if (!name.startsWith("RuleTests")) {
                tests.merge(name.substring(0, name.length() - ".java".length()), Files.readString(file), String::concat);
            }
        }
    }

    @Test
    void shouldHaveATestForEveryRuleOfTheInside() {
        final Set<String> listed = new HashSet<>();
        for (final String line : SourceTree.lines(tree.root().resolve(LIST))) {
            if (!line.startsWith("#")) {
                listed.add(line.split(" ")[0]);
            }
        }
        final Set<String> missing = new TreeSet<>();
        for (final String line : SourceTree.lines(tree.root().resolve("docs/iso8583-rules.csv"))) {
            final String[] columns = line.split(",", 3);
            if ("S".equals(columns[1]) && !listed.contains(columns[0]) && tests.values().stream().noneMatch(source -> source.contains(columns[0]))) {
                missing.add(columns[0]);
            }
        }
        assertThat(missing).as("rules without a test").isEmpty();
    }

    @Test
    void shouldListOnlyTestsThatExist() {
        final List<String> gone = new ArrayList<>();
        for (final String line : SourceTree.lines(tree.root().resolve(LIST))) {
            final String[] words = line.split(" ");
            for (int i = 1; !line.startsWith("#") && i < words.length; i++) {
                final String[] test = words[i].split("#");
                final String source = tests.get(test[0]);
                if (source == null || test.length > 1 && !source.contains(' ' + test[1] + '(')) {
                    gone.add(words[0] + ' ' + words[i]);
                }
            }
        }
        assertThat(gone).isEmpty();
    }
}
