package io.daybreak.loadtest.limits;

import com.sun.nio.file.ExtendedOpenOption;
import io.daybreak.loadtest.rig.Latencies;
import org.HdrHistogram.Histogram;
import org.agrona.BufferUtil;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Groups of bytes written one after another, each on the device before the next: into a file that was filled with zeros before, round and
 * round, direct where the file store lets it, as a commit log is written. Static.
 */
final class SyncedWrites {
    private static final int FILE_BYTES = 64 << 20;
    private static final int PAGE_BYTES = 4_096;
    private static final double NS_PER_S = 1e9;

    /**
     * What was found.
     *
     * @param bytes     of a group, padded to blocks
     * @param perSecond groups
     * @param isDirect  past the page cache
     */
    record Found(int bytes, double perSecond, boolean isDirect, Histogram latency) {
    }

    private SyncedWrites() {
    }

    /** @throws IOException if the directory takes no file of 64 MiB */
    static Found measure(final Path directory, final int groupBytes, final Duration duration) throws IOException {
        final int block = (int) Math.min(1 << 16, Math.max(PAGE_BYTES, Files.getFileStore(directory).getBlockSize()));
        final int bytes = (Math.max(1, groupBytes) + block - 1) / block * block;
        final Path file = Files.createTempFile(directory, "limits", ".tmp");
        try {
            fill(file, block);
            try (FileChannel channel = FileChannel.open(file, options(true))) {
                return run(channel, bytes, block, true, duration);
            } catch (final UnsupportedOperationException | IOException ex) {
                // A file store without direct writes: what it has instead is what a journal would use there.
                try (FileChannel channel = FileChannel.open(file, options(false))) {
                    return run(channel, bytes, block, false, duration);
                }
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Set<OpenOption> options(final boolean isDirect) {
        final Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.WRITE, StandardOpenOption.DSYNC));
        if (isDirect) {
            options.add(ExtendedOpenOption.DIRECT);
        }
        return options;
    }

    private static void fill(final Path file, final int block) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < FILE_BYTES; at += zeros.capacity()) {
                zeros.clear();
                channel.write(zeros, at);
            }
            channel.force(true);
        }
    }

    private static Found run(final FileChannel channel, final int bytes, final int block, final boolean isDirect, final Duration duration)
        throws IOException {
        final ByteBuffer group = BufferUtil.allocateDirectAligned(bytes, block);
        while (group.hasRemaining()) {
            group.put((byte) group.position());
        }
        final Histogram latency = Latencies.newHistogram();
        final long beginNs = System.nanoTime();
        long now = beginNs;
        long at = 0;
        while (now - beginNs < duration.toNanos()) {
            group.clear();
            if (at + bytes > FILE_BYTES) {
                at = 0;
            }
            channel.write(group, at);
            at += bytes;
            final long end = System.nanoTime();
            latency.recordValue(Math.min(Latencies.MAX_NS, end - now));
            now = end;
        }
        return new Found(bytes, latency.getTotalCount() / ((now - beginNs) / NS_PER_S), isDirect, latency);
    }
}
