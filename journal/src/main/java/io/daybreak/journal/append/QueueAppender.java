package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

import io.daybreak.journal.directory.DurableFiles;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.UnsafeApi;

/**
 * Appends entries to the Chronicle Queue, one excerpt each.
 * <p>
 * Opened only after our own scan of the directory, under our own lock. Chronicle's table of locks and listings is deleted first: what a
 * dead process left there (its lock is a process id, which a container gives out again) must not decide anything.
 * <p>
 * {@link #append} belongs to one thread. {@link #prepareFile} may be called by another, beside it.
 */
public final class QueueAppender implements EntryQueue {
    static {
        // Read once when Chronicle's classes are initialised, so they must stand before the first of them is.
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
    }

    /** What an excerpt takes beside its entry: Chronicle's header and the padding to a multiple of 4, at most. */
    public static final int EXCERPT_OVERHEAD = 4 + 3;
    private static final String METADATA = "metadata.cq4t";

    private final Path directory;
    private final NumberedFiles files;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private final PagesAhead pages = new PagesAhead();
    private BytesStore<?, ?> mappedPart;
    private Path currentFile;
    private int currentNumber;

    /**
     * Opens the directory for appending to a new file.
     *
     * @param number  of the file; greater than that of any file there
     * @param clock   the pipeline clock, Unix nanoseconds; Chronicle stamps its own housekeeping with it
     * @param mapped  bytes that Chronicle maps at a time
     */
    public QueueAppender(final Path directory, final int number, final LongSupplier clock, final int mapped) throws IOException {
        this.directory = directory;
        Files.deleteIfExists(directory.resolve(METADATA));
        files = new NumberedFiles(number);
        queue = SingleChronicleQueueBuilder.single(directory.toFile())
            .rollCycle(files)
            .epoch(NumberedFiles.EPOCH_MS)
            .blockSize(mapped)
            .timeProvider(() -> clock.getAsLong() / 1_000_000L)
            .checkInterrupts(false)
            .build();
        try {
            prepareFile(number);
            // Chronicle would open older files, trusting their metadata, to see whether their ends are marked. Recovery has marked them:
            // while the appender is made, let the new file be the first one.
            queue.tableStorePut("normalisedEOFsTo", number);
            queue.tableStorePut("listing.lowestCycle", number);
            appender = queue.createAppender();
            // Recovery completes the queue in its own thread and hands the appender to the durability thread, which is
            // started after it: one owner at a time, but not the same one that Chronicle's check remembers.
            appender.singleThreadedCheckDisabled(true);
            queue.refreshDirectoryListing();
        } catch (final RuntimeException | IOException e) {
            queue.close();
            throw e;
        }
    }

    @Override
    public void prepareFile(final int number) throws IOException {
        queue.closeStore(queue.storeForCycle(number, NumberedFiles.EPOCH_MS, true, null));
        DurableFiles.syncFile(file(number));
        DurableFiles.syncDirectory(directory);
    }

    @Override
    public void roll(final int number) {
        files.number(number);
    }

    @Override
    public void append(final long address, final int length) {
        try (DocumentContext context = appender.writingDocument()) {
            try {
                final Bytes<?> bytes = context.wire().bytes();
                final long position = bytes.writePosition();
                if (bytes.bytesStore() != mappedPart) {
                    mappedPart = bytes.bytesStore();
                    PagesAhead.noReadAhead(bytes.addressForWrite(position), mappedPart.start() + mappedPart.realCapacity() - position);
                }
                // One copy from memory to memory. Chronicle maps a quarter more than it steps by, and an entry is far smaller.
                UnsafeApi.copyMemory(address, bytes.addressForWrite(position), length);
                bytes.writePosition(position + length);
                if (currentNumber != files.number()) {
                    currentNumber = files.number();
                    currentFile = file(currentNumber);
                }
                pages.appended(currentFile, position + length);
            } catch (final RuntimeException | Error e) {
                // Closing a context completes the excerpt, whatever it holds.
                context.rollbackOnClose();
                throw e;
            }
        }
    }

    @Override
    public Path file(final int number) {
        return directory.resolve(NumberedFiles.fileName(number));
    }

    @Override
    public int number() {
        return files.number();
    }

    @Override
    public void close() {
        pages.close();
        appender.close();
        queue.close();
    }
}
