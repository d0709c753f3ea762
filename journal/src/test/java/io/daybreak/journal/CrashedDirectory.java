package io.daybreak.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A copy of a data directory as a dead process or a loss of power leaves it. The original stays open and is not touched:
 * what is in its memory maps is in the page cache, which the copy reads.
 */
public final class CrashedDirectory {
    private static final int PAGE = 4096;
    public final Path root;

    private CrashedDirectory(final Path root) {
        this.root = root;
    }

    /** What a SIGKILL would leave now. */
    public static CrashedDirectory copy(final Path from, final Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (final Path path : (Iterable<Path>) paths::iterator) {
                final Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
            return new CrashedDirectory(to);
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public void delete() throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (final Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    public Path journal() {
        return root.resolve("journal");
    }

    /** Files of the queue in order. */
    public List<Path> queueFiles() throws IOException {
        try (Stream<Path> paths = Files.list(journal().resolve("queue"))) {
            return new ArrayList<>(paths.filter(p -> p.toString().endsWith(".cq4")).sorted().toList());
        }
    }

    public Path commitLog(final int index) {
        return journal().resolve("commit-" + index + ".log");
    }

    public Path mark() {
        return journal().resolve("mark");
    }

    /** Where each entry of a queue file lies: excerpt position and length, by a walk that knows nothing of entries. */
    public static List<long[]> excerpts(final Path file) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        final List<long[]> found = new ArrayList<>();
        int at = 0;
        while (at + 4 <= bytes.capacity()) {
            final int header = bytes.getInt(at);
            if (header == 0 || header == 0xC000_0000) {
                break;
            }
            final int length = header & 0x3FFF_FFFF;
            if ((header & 0x4000_0000) == 0) {
                found.add(new long[] {at, length});
            }
            at += 4 + (length + 3 & ~3);
        }
        return found;
    }

    public static void flip(final Path file, final long bit) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(bit / 8);
            final int value = access.read();
            access.seek(bit / 8);
            access.write(value ^ 1 << bit % 8);
        }
    }

    public static void zero(final Path file, final long from, final long to) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(from);
            access.write(new byte[Math.toIntExact(Math.min(to, access.length()) - from)]);
        }
    }

    /** Loses random pages of what was written behind the position: the device still has the zeros from before. */
    public static int losePages(final Path file, final long syncedTo, final SplittableRandom random) throws IOException {
        final long size = Files.size(file);
        int lost = 0;
        final int odds = 1 + random.nextInt(4);
        for (long page = syncedTo / PAGE * PAGE; page < size; page += PAGE) {
            if (random.nextInt(odds) == 0) {
                zero(file, Math.max(page, syncedTo), Math.min(size, page + PAGE));
                lost++;
            }
        }
        return lost;
    }
}
