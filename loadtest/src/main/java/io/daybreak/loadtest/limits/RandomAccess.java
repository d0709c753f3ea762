package io.daybreak.loadtest.limits;

import io.daybreak.loadtest.workload.Random64;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Reads and writes cache lines of a table at random, one thread: what any ledger of so many accounts must do at least for each transfer.
 * Outside the heap, like the switch's tables, but in the pages that the system gives unasked. Static.
 */
final class RandomAccess {
    /** Bytes of a line, and what is touched of an account. */
    static final int LINE_BYTES = 64;

    private static final int CHUNK_BYTES = 1 << 30;
    private static final int BATCH = 64;
    private static final double NS_PER_S = 1e9;

    private RandomAccess() {
    }

    /** Lines a second that are read, changed and written back; many are under way at once, as in a switch that reads ahead. */
    static double linesPerSecond(final int lines, final Duration duration) {
        final long bytes = (long) lines * LINE_BYTES;
        final UnsafeBuffer[] chunks = new UnsafeBuffer[(int) ((bytes + CHUNK_BYTES - 1) / CHUNK_BYTES)];
        try {
            for (int i = 0; i < chunks.length; i++) {
                chunks[i] = new UnsafeBuffer(ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, bytes - (long) i * CHUNK_BYTES)));
                // Every page is there before the clock runs.
                chunks[i].setMemory(0, chunks[i].capacity(), (byte) 1);
            }
            return measure(chunks, lines, duration);
        } finally {
            for (final UnsafeBuffer chunk : chunks) {
                if (chunk != null) {
                    BufferUtil.free(chunk.byteBuffer());
                }
            }
        }
    }

    private static double measure(final UnsafeBuffer[] chunks, final int lines, final Duration duration) {
        final Random64 random = new Random64(1);
        final int perChunk = CHUNK_BYTES / LINE_BYTES;
        final long beginNs = System.nanoTime();
        final long endNs = beginNs + duration.toNanos();
        long done = 0;
        while (System.nanoTime() < endNs) {
            for (int i = 0; i < BATCH; i++) {
                final int line = (int) random.below(lines);
                final UnsafeBuffer chunk = chunks[line / perChunk];
                final int at = line % perChunk * LINE_BYTES;
                chunk.putLong(at, chunk.getLong(at) + 1);
            }
            done += BATCH;
        }
        return done / ((System.nanoTime() - beginNs) / NS_PER_S);
    }
}
