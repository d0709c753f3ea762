package io.daybreak.journal.append;

import net.openhft.posix.PosixAPI;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Pages of a hole are in the kernel's memory before anybody touches them; those behind the file's end do no harm. */
class PagesAheadTest {
    private static final long FILE_BYTES = 6 << 20;
    private static final int MADV_POPULATE_READ = 22;

    @TempDir
    private Path directory;

    @Test
    void shouldProvidePagesAheadOfTheAppendedOnesUpToTheEndOfTheFile() throws IOException {
        final Path file = sparseFile("first");
        final Path next = sparseFile("second");
        try (PagesAhead pages = new PagesAhead(); RandomAccessFile first = new RandomAccessFile(file.toFile(), "r");
             RandomAccessFile second = new RandomAccessFile(next.toFile(), "r")) {
            final MappedByteBuffer map = first.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, FILE_BYTES);
            final MappedByteBuffer nextMap = second.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, FILE_BYTES);
            assumeTrue(isPopulatingKnown(nextMap), "the system does not provide pages by advice");
            pages.appended(file, 100);
            awaitLoaded(map, 0, 4 << 20);
            assertThat(isLoaded(map, 5 << 20, 1 << 20)).as("further ahead than asked").isFalse();
            pages.appended(file, 3 << 20);
            awaitLoaded(map, 0, (int) FILE_BYTES);
            pages.appended(next, 2 << 20);
            awaitLoaded(nextMap, 2 << 20, 4 << 20);
            IoUtil.unmap(map);
            IoUtil.unmap(nextMap);
        }
    }

    private Path sparseFile(final String name) throws IOException {
        final Path file = directory.resolve(name);
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(FILE_BYTES);
        }
        return file;
    }

    private static boolean isPopulatingKnown(final MappedByteBuffer map) {
        return PosixAPI.posix().madvise(org.agrona.BufferUtil.address(map), 4_096, MADV_POPULATE_READ) == 0;
    }

    private static boolean isLoaded(final MappedByteBuffer map, final int from, final int length) {
        return map.slice(from, length).isLoaded();
    }

    private static void awaitLoaded(final MappedByteBuffer map, final int from, final int length) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        final MappedByteBuffer part = map.slice(from, length);
        while (!part.isLoaded() && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        assertThat(part.isLoaded()).isTrue();
    }
}
