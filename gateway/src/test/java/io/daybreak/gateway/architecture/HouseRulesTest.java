package io.daybreak.gateway.architecture;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Habits that no compiler checks, read from the sources. Each rule is a pattern that must not occur, the files in which
 * it must not, and the reason, which is what a failure prints.
 * <p>
 * To add a rule, add a row. To break one for good cause, change the row and say why in the commit.
 */
final class HouseRulesTest {
    private record Rule(String name, String pattern, Predicate<String> where, String reason) {
    }

    private static final Predicate<String> JAVA = name -> name.endsWith(".java");
    private static final Predicate<String> TESTS = name -> name.contains("src/test/") && name.endsWith(".java");
    private static final Predicate<String> PRODUCT = name -> name.contains("src/main/") && name.endsWith(".java");
    private static final Predicate<String> ANY = name -> true;

    private static final List<Rule> RULES = List.of(
        new Rule("open points", "\\b(TODO|FIXME|XXX|HACK)\\b", JAVA.or(name -> name.endsWith(".xml") || name.endsWith(".conf")),
            "an open point is an issue, where somebody sees it; in the source it is forgotten"),
        new Rule("switched-off tests", "@(Disabled|Ignore)\\b", TESTS,
            "a test that does not run is a claim nobody checks: fix it or delete it"),
        new Rule("stack traces", "\\bprintStackTrace\\b", JAVA,
            "it goes past the log, and whoever reads the log does not know of it"),
        new Rule("sleeps in tests", "\\b(Thread\\.sleep|TimeUnit\\.\\w+\\.sleep)\\b", TESTS,
            "a sleep is too long on one machine and too short on another: await a condition with a deadline"),
        new Rule("seeds nobody knows", "\\bnew (Random|SplittableRandom)\\(\\)", TESTS,
            "a failure that cannot be run again is no help: name the seed, and print it"),
        new Rule("paths of one machine", "(?<![\\w.$})])/(work|root|home|Users)/|\\b[A-Z]:\\\\\\\\", ANY,
            "it works on one machine only"),
        new Rule("American spelling", "(?i)\\b(behavior\\w*|colors?(?-i:(?<!Color))|favor\\w*|honor(s|ed|ing)?|neighbors?|initialize[sdr]?|initializ(ing|ation)"
            + "|recogniz\\w+|authoriz\\w+|organiz\\w+|utiliz\\w+|minimiz\\w+|maximiz\\w+|normaliz(?!e\\(\\))\\w+|optimiz\\w+|canceled|canceling"
            + "|analyz\\w+|catalogs?|centers?|gray|labeled|modeled|traveled|fulfill?s?\\b(?<!fulfil|fulfils))", ANY,
            "one spelling, British, so that a search finds everything"),
        new Rule("documents that are not here", "\\b(DESIGN|STYLE|FACTS|CONTRACT)( \\d|\\.md|, | of )", JAVA.or(name -> name.endsWith(".conf")),
            "whoever reads the tree cannot read them: name a chapter of docs/"),
        new Rule("tabs", "\t", ANY, "they look different everywhere"),
        new Rule("marks of a merge", "^(<<<<<<<|>>>>>>>) ", ANY, "half a merge is no version"));

    private final SourceTree tree = SourceTree.find();

    @TestFactory
    Stream<DynamicTest> shouldNotContain() {
        final List<Path> files = tree.files(".java", ".xml", ".md", ".conf", ".properties", ".yml", ".sh", ".ci/run");
        assertThat(files).as("the project's sources").hasSizeGreaterThan(20);
        return RULES.stream().map(rule -> DynamicTest.dynamicTest(rule.name(), () -> {
            final Pattern pattern = Pattern.compile(rule.pattern());
            final List<String> found = new ArrayList<>();
            for (final Path file : files) {
                final String name = tree.nameOf(file);
                // This file names what it forbids.
                if (rule.where().test(name) && !name.endsWith("HouseRulesTest.java")) {
                    find(pattern, file, name, found);
                }
            }
            assertThat(found).as("%s: %s", rule.name(), rule.reason()).isEmpty();
        }));
    }

    @Test
    void shouldSayInEveryPackageWhatItIsFor() {
        final Set<String> without = new TreeSet<>();
        for (final Path file : tree.files(".java")) {
            if (PRODUCT.test(tree.nameOf(file)) && !Files.exists(file.resolveSibling("package-info.java"))) {
                without.add(tree.nameOf(file.getParent()));
            }
        }
        assertThat(without).as("packages without a package-info.java that says what they are responsible for and which "
            + "thread runs them").isEmpty();
    }

    @Test
    void shouldNotEditGeneratedCodecs() {
        assertThat(tree.files(".java").stream().map(tree::nameOf).filter(name -> name.contains("protocol/codec/")))
            .as("codecs come from the schema at build time; a copy in the tree would go its own way").isEmpty();
    }

    @Test
    void shouldLinkOnlyToDocumentsThatExist() {
        final Pattern link = Pattern.compile("\\]\\((?!https?:|#|mailto:)([^)#\\s]+)(#[^)]*)?\\)");
        final List<String> broken = new ArrayList<>();
        for (final Path file : tree.files(".md")) {
            int number = 0;
            for (final String line : SourceTree.lines(file)) {
                number++;
                final Matcher matcher = link.matcher(line);
                while (matcher.find()) {
                    if (!Files.exists(file.resolveSibling(matcher.group(1)))) {
                        broken.add(tree.nameOf(file) + ":" + number + " -> " + matcher.group(1));
                    }
                }
            }
        }
        assertThat(broken).as("links to files that are not there").isEmpty();
    }

    private static void find(final Pattern pattern, final Path file, final String name, final List<String> found) {
        int number = 0;
        for (final String line : SourceTree.lines(file)) {
            number++;
            final Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                found.add(name + ":" + number + ": " + matcher.group());
            }
        }
    }
}
