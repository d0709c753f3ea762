package io.daybreak.gateway.architecture;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documents and the code name the same things: settings, exit codes, classes, commands, chapters. (The native
 * protocol's tables and examples are tested beside the codecs, in switch-core/protocol.)
 */
final class DocumentsTest {
    private static final Pattern SETTING_ROW = Pattern.compile("\\| `([a-z][\\w.-]*)` \\| (?:`([^`]*)`|empty) \\| (.+) \\|");
    private static final Pattern EXIT_CODE_ROW = Pattern.compile("\\| (\\d+) \\| ([A-Z_]+) \\| .*");
    private static final Pattern EXIT_CODE = Pattern.compile("\\s+([A-Z_]+)\\((\\d+)\\)[,;]");
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]+(?:[A-Z][a-z]+)+)(?:\\.\\w+)?`");
    private static final Pattern REFERENCE = Pattern.compile("docs/([\\w/-]+\\.md)((?:,? (?:and )?\"[^\"]+\")*)");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

    private final SourceTree tree = SourceTree.find();

    @Test
    void shouldListEverySettingWithItsDefault() {
        final Map<String, String> documented = new TreeMap<>();
        for (final String line : lines("docs/operations.md")) {
            final Matcher matcher = SETTING_ROW.matcher(line);
            if (matcher.matches()) {
                documented.put(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
            }
        }
        final Map<String, String> settings = new TreeMap<>();
        reference().entrySet().forEach(entry -> settings.put(
            String.join(".", ConfigUtil.splitPath(entry.getKey())), entry.getValue().unwrapped().toString()));
        assertThat(documented).as("the table of docs/operations.md, \"Settings\", against reference.conf").isEqualTo(settings);
    }

    @Test
    void shouldNameExistingSettingsAmongTheLimitsOfTheProtocol() {
        final Config reference = reference();
        final List<String> unknown = new ArrayList<>();
        boolean isInChapter = false;
        for (final String line : lines("docs/native-protocol.md")) {
            isInChapter = line.startsWith("## ") ? line.endsWith("Limits") : isInChapter;
            final Matcher matcher = Pattern.compile("`([a-z-]+\\.[a-z.-]+)`").matcher(line);
            while (isInChapter && matcher.find()) {
                if (!reference.hasPath(matcher.group(1))) {
                    unknown.add(matcher.group(1));
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void shouldListEveryExitCode() {
        final Map<Integer, String> documented = new TreeMap<>();
        for (final String line : lines("docs/operations.md")) {
            final Matcher matcher = EXIT_CODE_ROW.matcher(line);
            if (matcher.matches()) {
                documented.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
            }
        }
        final Map<Integer, String> codes = new TreeMap<>();
        for (final String line : lines("gateway/src/main/java/io/daybreak/gateway/launch/ExitCode.java")) {
            final Matcher matcher = EXIT_CODE.matcher(line);
            if (matcher.matches()) {
                codes.put(Integer.parseInt(matcher.group(2)), matcher.group(1));
            }
        }
        assertThat(codes).isNotEmpty();
        assertThat(documented).isEqualTo(codes);
    }

    @Test
    void shouldNameOnlyClassesThatExist() {
        final Set<String> classes = tree.files(".java").stream()
            .map(file -> file.getFileName().toString().replace(".java", "")).collect(Collectors.toSet());
        // Generated from the schema at build time.
        for (final String line : lines("switch-core/protocol/src/main/resources/sbe/daybreak-sbe.xml")) {
            final Matcher matcher = Pattern.compile("<sbe:message name=\"(\\w+)\"").matcher(line);
            if (matcher.find()) {
                classes.add(matcher.group(1));
            }
        }
        final Set<String> unknown = new TreeSet<>();
        for (final Path file : tree.files(".md")) {
            for (final String line : SourceTree.lines(file)) {
                final Matcher matcher = CLASS_NAME.matcher(line);
                while (matcher.find()) {
                    if (!classes.contains(matcher.group(1))) {
                        unknown.add(tree.nameOf(file) + ": " + matcher.group(1));
                    }
                }
            }
        }
        assertThat(unknown).as("classes that documents name and nobody wrote").isEmpty();
    }

    @Test
    void shouldTestWithTheCommandOfTheReadme() {
        final List<String> readme = lines("README.md");
        assertThat(readme).contains("mvn verify", "mvn -q -DskipTests package && java -jar gateway/target/daybreak.jar serve --demo");
        assertThat(lines(".ci/run")).anyMatch(line -> line.contains(" mvn verify "));
    }

    @Test
    void shouldReferOnlyToChaptersThatExist() {
        final List<String> broken = new ArrayList<>();
        for (final Path file : tree.files(".java", ".md")) {
            final String name = tree.nameOf(file);
            if (name.endsWith("DocumentsTest.java")) {
                continue;
            }
            // A comment goes on in the next line behind its asterisk.
            final String text = String.join("\n", SourceTree.lines(file)).replaceAll("\\n\\s*(\\*|//)?\\s*", " ");
            final Matcher matcher = REFERENCE.matcher(text);
            while (matcher.find()) {
                final Path document = tree.root().resolve("docs").resolve(matcher.group(1));
                if (!Files.exists(document)) {
                    broken.add(name + ": " + matcher.group());
                    continue;
                }
                final Matcher chapters = QUOTED.matcher(matcher.group(2));
                while (chapters.find()) {
                    if (!hasChapter(document, chapters.group(1))) {
                        broken.add(name + ": " + matcher.group(1) + " has no chapter \"" + chapters.group(1) + "\"");
                    }
                }
            }
        }
        assertThat(broken).as("references to documents and chapters (headings, or words in bold) that are not there").isEmpty();
    }

    private static boolean hasChapter(final Path document, final String title) {
        final Pattern heading = Pattern.compile("(?i)(#+ .*\\b" + Pattern.quote(title) + "\\b.*|.*\\*\\*" + Pattern.quote(title) + "\\.?\\*\\*.*)");
        return SourceTree.lines(document).stream().anyMatch(line -> heading.matcher(line).matches());
    }

    private Config reference() {
        return ConfigFactory.parseFile(tree.root().resolve("gateway/src/main/resources/reference.conf").toFile());
    }

    private List<String> lines(final String name) {
        return SourceTree.lines(tree.root().resolve(name));
    }
}
