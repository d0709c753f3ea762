package io.daybreak.journal.append;

import java.nio.file.Path;

import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/** Reads a queue through Chronicle itself, as somebody would who knows nothing of our own scan. */
public final class ChronicleTailer {
    private ChronicleTailer() {
    }

    public static long countExcerpts(final Path directory) {
        long count = 0;
        try (SingleChronicleQueue queue = SingleChronicleQueueBuilder.single(directory.toFile()).rollCycle(new NumberedFiles(1))
            .epoch(NumberedFiles.EPOCH_MS).blockSize(1 << 20).build();
             ExcerptTailer tailer = queue.createTailer()) {
            while (true) {
                try (DocumentContext context = tailer.readingDocument()) {
                    if (!context.isPresent()) {
                        return count;
                    }
                    count++;
                }
            }
        }
    }

    /** An append that never ends while it is open: Chronicle's locks are held by this very process id, and the excerpt is not complete. */
    public static final class Halfway implements AutoCloseable {
        private final SingleChronicleQueue queue;
        private final ExcerptAppender appender;
        private final DocumentContext context;
        private boolean closed;

        private Halfway(final SingleChronicleQueue queue) {
            this.queue = queue;
            appender = queue.createAppender();
            context = appender.writingDocument();
            context.wire().bytes().writeLong(1);
            queue.appendLock().lock();
        }

        @Override
        public void close() {
            abandon();
        }

        /** Undoes it; the copy that was made meanwhile has it for ever. */
        public void abandon() {
            if (!closed) {
                closed = true;
                queue.appendLock().unlock();
                context.rollbackOnClose();
                context.close();
                appender.close();
                queue.close();
            }
        }
    }

    public static Halfway halfwayThroughAnAppend(final Path directory, final int number) {
        return new Halfway(SingleChronicleQueueBuilder.single(directory.toFile()).rollCycle(new NumberedFiles(number))
            .epoch(NumberedFiles.EPOCH_MS).blockSize(1 << 20).build());
    }
}
