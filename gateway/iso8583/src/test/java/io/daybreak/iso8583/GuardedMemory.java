package io.daybreak.iso8583;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A page of memory behind which there is none: a mapped file of two pages that is cut to one. Whoever reads or writes one byte too far
 * gets an InternalError, where an array would have let it pass unseen.
 */
public final class GuardedMemory {
    /** Bytes that may be used. */
    public static final int SIZE = 4_096;

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;

    /** Maps a file that is gone when this returns. */
    public GuardedMemory() throws IOException {
        final Path file = Files.createTempFile("guarded", ".page");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * SIZE);
            channel.truncate(SIZE);
        } finally {
            Files.delete(file);
        }
        buffer = new UnsafeBuffer(mapped, 0, SIZE);
    }

    /** The page. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Reads behind the page, for a test that the guard stands. */
    public byte behind() {
        return mapped.get(SIZE);
    }
}
