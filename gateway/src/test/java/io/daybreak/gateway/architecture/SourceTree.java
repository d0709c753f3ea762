package io.daybreak.gateway.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The project's own files, found from the directory in which the test runs. */
public final class SourceTree {
    private static final Set<String> SKIPPED = Set.of("target", "data", ".git", ".idea", "node_modules");

    private final Path root;

    private SourceTree(final Path root) {
        this.root = root;
    }

    public static SourceTree find() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("switch-core")) || !Files.isDirectory(directory.resolve("gateway"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new AssertionError("not inside the project's tree");
            }
        }
        return new SourceTree(directory);
    }

    public Path root() {
        return root;
    }

    String nameOf(final Path file) {
        return root.relativize(file).toString();
    }

    /** Files whose names end so, in a stable order. */
    List<Path> files(final String... endings) {
        try (Stream<Path> walk = Files.find(root, 32, (path, attributes) -> attributes.isRegularFile())) {
            return walk.filter(this::isOurs)
                .filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
                .sorted().toList();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    public static List<String> lines(final Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException ex) {
            throw new UncheckedIOException(file.toString(), ex);
        }
    }

    private boolean isOurs(final Path file) {
        for (final Path part : root.relativize(file)) {
            if (SKIPPED.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}
