package io.daybreak.gateway.architecture;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** The arrows between modules, as the poms draw them. docs/architecture.md, "Modules". */
final class ModuleArrowsTest {
    /** Module directory to the modules of ours that it may name. A new module needs its line here, and a reason. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
        "switch-core/protocol", Set.of(),
        "switch-core", Set.of("protocol"),
        "journal", Set.of("protocol", "switch-core"),
        "gateway/client", Set.of("protocol"),
        "gateway/iso8583", Set.of(),
        "gateway", Set.of("protocol", "switch-core", "journal", "client", "iso8583"),
        "loadtest", Set.of("protocol", "switch-core", "journal", "client", "iso8583"));

    private final SourceTree tree = SourceTree.find();

    @Test
    void shouldListEveryModuleOfTheRootPom() throws Exception {
        final Set<String> modules = new TreeSet<>();
        final NodeList elements = parse(tree.root().resolve("pom.xml")).getElementsByTagName("module");
        for (int i = 0; i < elements.getLength(); i++) {
            modules.add(elements.item(i).getTextContent());
        }
        assertThat(modules).isEqualTo(new TreeSet<>(ARROWS.keySet()));
    }

    @Test
    void shouldPointOnlyWhereTheDesignAllows() throws Exception {
        final List<String> wrong = new ArrayList<>();
        for (final Map.Entry<String, Set<String>> module : ARROWS.entrySet()) {
            for (final Element dependency : dependencies(tree.root().resolve(module.getKey()).resolve("pom.xml"))) {
                final String artifact = text(dependency, "artifactId");
                if ("io.daybreak".equals(text(dependency, "groupId")) && !module.getValue().contains(artifact)) {
                    wrong.add(module.getKey() + " -> " + artifact);
                }
            }
        }
        assertThat(wrong).as("arrows that docs/architecture.md does not know; the load generator above all must never "
            + "depend on the server, or it would measure itself").isEmpty();
    }

    @Test
    void shouldNameEveryVersionInTheRootPomOnly() throws Exception {
        final List<String> wrong = new ArrayList<>();
        for (final String module : ARROWS.keySet()) {
            for (final Element dependency : dependencies(tree.root().resolve(module).resolve("pom.xml"))) {
                final String version = text(dependency, "version");
                if (version != null && !version.startsWith("${")) {
                    wrong.add(module + ": " + text(dependency, "artifactId") + " " + version);
                }
            }
        }
        assertThat(wrong).as("versions stand in the root pom, so that two modules never differ").isEmpty();
    }

    private static List<Element> dependencies(final Path pom) throws Exception {
        final List<Element> dependencies = new ArrayList<>();
        final NodeList elements = parse(pom).getElementsByTagName("dependency");
        for (int i = 0; i < elements.getLength(); i++) {
            dependencies.add((Element) elements.item(i));
        }
        return dependencies;
    }

    private static String text(final Element element, final String child) {
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element found && found.getTagName().equals(child)) {
                return found.getTextContent().strip();
            }
        }
        return null;
    }

    private static Document parse(final Path pom) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    }
}
