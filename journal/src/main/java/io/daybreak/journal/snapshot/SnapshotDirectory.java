package io.daybreak.journal.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.daybreak.journal.directory.DurableFiles;

/**
 * The snapshots of a data directory: {@code snapshots/SEQUENCE.snapshot}, the sequence in 20 digits so that names sort. What is being written ends in
 * {@code .unfinished}.
 */
public final class SnapshotDirectory {
    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.snapshot");
    private static final String UNFINISHED = ".unfinished";

    private final Path root;

    /** Of a data directory; nothing is made. */
    public SnapshotDirectory(final Path dataDirectory) {
        this.root = dataDirectory.resolve("snapshots");
    }

    /** The directory itself; need not be there. */
    public Path root() {
        return root;
    }

    /** The snapshot of a sequence, whether or not it is there. */
    public Path path(final long sequence) {
        return root.resolve(String.format("%020d.snapshot", sequence));
    }

    Path unfinished(final long sequence) {
        return root.resolve(path(sequence).getFileName() + UNFINISHED);
    }

    /** Sequence in the name of a snapshot. */
    public static long sequence(final Path snapshot) {
        final Matcher matcher = NAME.matcher(snapshot.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(snapshot + " is not named like a snapshot");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** All snapshots, the newest first; good or not. */
    public List<Path> list() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        final List<Path> found = new ArrayList<>();
        try (Stream<Path> paths = Files.list(root)) {
            for (final Path path : (Iterable<Path>) paths::iterator) {
                if (NAME.matcher(path.getFileName().toString()).matches()) {
                    found.add(path);
                }
            }
        }
        found.sort(Comparator.comparing(Path::getFileName, Comparator.comparing(Path::toString)).reversed());
        return found;
    }

    /** Makes the directory, if it is not there, and takes away what was never finished. For the one who writes. */
    public void prepare() throws IOException {
        DurableFiles.createDirectory(root);
        try (Stream<Path> paths = Files.list(root)) {
            for (final Path path : (Iterable<Path>) paths::iterator) {
                if (path.getFileName().toString().endsWith(UNFINISHED)) {
                    Files.delete(path);
                }
            }
        }
    }
}
