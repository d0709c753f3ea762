package io.daybreak.journal.append;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

import com.sun.nio.file.ExtendedOpenOption;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.format.CommitGroup;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Two preallocated, zeroed, recycled files in which a group of entries becomes durable with one synced write.
 * <p>
 * Rule: docs/journal-format.md, "Commit log". A group begins on a block boundary and is padded to one, so no block that holds
 * durable data is written again before its file is recycled. A file is recycled only when the queue is synced past its last entry:
 * {@link #needsRecycling} and {@link #lastEntryOfOther} let the caller wait for that. Every lap has a new generation.
 * <p>
 * Direct, synced I/O ({@code O_DIRECT | O_DSYNC}); synced alone where the file system refuses direct, with a message. Durability thread only.
 */
public final class CommitLog implements AutoCloseable {
    private final FileChannel[] channels = new FileChannel[2];
    private final long[] lastEntry = new long[2];
    private final long fileBytes;
    private final int blockBytes;
    private final boolean direct;
    private final long incarnation;
    private final CRC32C crc32c = new CRC32C();
    private final ByteBuffer group;
    private final long groupAddress;

    private int active;
    private long position;
    private long generation;
    private int entryCount;
    private int entriesLength;
    private long firstEntryNumber;
    private long lastEntryNumber;
    private long bytesWritten;
    private long laps;

    /**
     * Opens both files, creating them durably where they are missing or have another size, and begins a new generation in both: what they held
     * counts no more. The queue must hold all of it, synced.
     *
     * @param fileBytes       size of each file; rounded up to blocks
     * @param groupBytes      largest group, header and padding included; rounded up to blocks
     * @param incarnation     of this process
     * @param generation      highest generation that was found in either file
     * @param nextEntryNumber number of the next entry
     * @param messages        takes a sentence if direct I/O is refused
     */
    public CommitLog(final DataDirectory directory, final long fileBytes, final int groupBytes, final long incarnation,
                     final long generation, final long nextEntryNumber, final List<String> messages) throws IOException {
        this.incarnation = incarnation;
        this.generation = generation;
        this.blockBytes = Math.toIntExact(Math.max(512, Files.getFileStore(directory.journal()).getBlockSize()));
        this.fileBytes = roundUp(fileBytes);
        final int capacity = Math.toIntExact(roundUp(groupBytes));
        this.group = ByteBuffer.allocateDirect(capacity + blockBytes).alignedSlice(blockBytes).limit(capacity);
        this.groupAddress = BufferUtil.address(group);
        boolean isDirect = true;
        try {
            for (int i = 0; i < 2; i++) {
                provide(directory.commitLog(i));
            }
            for (int i = 0; i < 2; i++) {
                try {
                    channels[i] = open(directory.commitLog(i), isDirect);
                } catch (final UnsupportedOperationException | IOException e) {
                    if (!isDirect) {
                        throw e;
                    }
                    isDirect = false;
                    messages.add("commit log: direct I/O refused (" + e.getMessage() + "), synced I/O is used");
                    channels[i] = open(directory.commitLog(i), false);
                }
            }
            this.direct = isDirect;
            for (int i = 1; i >= 0; i--) {
                active = i;
                position = 0;
                this.generation++;
                firstEntryNumber = nextEntryNumber;
                lastEntryNumber = nextEntryNumber - 1;
                write();
            }
        } catch (final IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static FileChannel open(final Path file, final boolean isDirect) throws IOException {
        final Set<OpenOption> options = isDirect
            ? Set.of(StandardOpenOption.WRITE, StandardOpenOption.DSYNC, ExtendedOpenOption.DIRECT)
            : Set.of(StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        return FileChannel.open(file, options);
    }

    private void provide(final Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) == fileBytes) {
            return;
        }
        final Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        DurableFiles.createFile(fresh);
        final ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        // Written, not merely allocated: a block that was never written costs a change of the file's metadata with its first sync.
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            for (long at = 0; at < fileBytes; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), fileBytes - at));
                while (zeros.hasRemaining()) {
                    channel.write(zeros, at + zeros.position());
                }
            }
        }
        DurableFiles.replace(fresh, file);
    }

    private long roundUp(final long bytes) {
        return (bytes + blockBytes - 1) / blockBytes * blockBytes;
    }

    /** Whether an entry of this length still fits the group in the making. */
    public boolean hasRoom(final int length) {
        return CommitGroup.LENGTH + entriesLength + CommitGroup.ENTRY_PREFIX + (length + 3 & ~3) <= group.capacity();
    }

    /** Adds an entry to the group in the making, which has room for it. */
    public void add(final long entry, final int length, final long entryNumber) {
        final int needed = CommitGroup.ENTRY_PREFIX + (length + 3 & ~3);
        if (entryCount == 0) {
            firstEntryNumber = entryNumber;
        }
        final long at = groupAddress + CommitGroup.LENGTH + entriesLength;
        UnsafeApi.putInt(at + needed - 4, 0);
        UnsafeApi.putInt(at, length);
        UnsafeApi.copyMemory(entry, at + CommitGroup.ENTRY_PREFIX, length);
        entriesLength += needed;
        entryCount++;
        lastEntryNumber = entryNumber;
    }

    /** Whether the group in the making goes to the other file, which must be free for that. */
    public boolean needsRecycling() {
        return position + roundUp(CommitGroup.LENGTH + entriesLength) > fileBytes;
    }

    /** Last entry in the file that would be recycled; the queue must be synced up to it. */
    public long lastEntryOfOther() {
        return lastEntry[active ^ 1];
    }

    /** Writes the group. It is on the device when this returns. */
    public void write() throws IOException {
        if (needsRecycling()) {
            active ^= 1;
            position = 0;
            generation++;
            laps++;
        }
        final int length = Math.toIntExact(roundUp(CommitGroup.LENGTH + entriesLength));
        final int used = CommitGroup.LENGTH + entriesLength;
        CommitGroup.set(groupAddress, generation, incarnation, position, entryCount, firstEntryNumber, entriesLength);
        UnsafeApi.putInt(groupAddress + CommitGroup.CHECKSUM_OFFSET, checksum(crc32c, group, 0, entriesLength));
        UnsafeApi.setMemory(groupAddress + used, length - used, (byte) 0);
        group.clear().limit(length);
        while (group.hasRemaining()) {
            channels[active].write(group, position + group.position());
        }
        position += length;
        bytesWritten += length;
        lastEntry[active] = lastEntryNumber;
        entryCount = 0;
        entriesLength = 0;
    }

    /** Checksum of the group that begins at {@code index}; position and limit of the view are changed. */
    public static int checksum(final CRC32C crc32c, final ByteBuffer view, final int index, final int entriesLength) {
        crc32c.reset();
        view.limit(index + CommitGroup.CHECKSUM_OFFSET).position(index);
        crc32c.update(view);
        view.limit(index + CommitGroup.LENGTH + entriesLength).position(index + CommitGroup.LENGTH);
        crc32c.update(view);
        return (int) crc32c.getValue();
    }

    /** Whether writes go past the page cache. */
    public boolean isDirect() {
        return direct;
    }

    /** Bytes written since it was opened. */
    public long bytesWritten() {
        return bytesWritten;
    }

    /** Files recycled since it was opened. */
    public long laps() {
        return laps;
    }

    @Override
    public void close() throws IOException {
        for (final FileChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }
}
