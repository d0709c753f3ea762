package io.daybreak.journal.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.journal.replicate.EntryLog;
import io.daybreak.port.EntryFeed;
import io.daybreak.port.ReplayTarget;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Reads entries of the queue beside the journal that appends to it: what is sent to standbys, and what a standby applies.
 * <p>
 * Goes no further than it is told, and is told only what is appended in full; so a place without an excerpt means that the journal went on in its
 * next file. Reads rather than maps, so that a bad sector is an exception. Each entry's checksum is checked as it is read. Remembers a place
 * every mebibyte, so that going back costs little. One thread at a time; others may have cursors of their own.
 */
public final class LiveCursor implements EntryFeed, EntryLog, AutoCloseable {
    private static final int EXCERPT_HEADER = 4;
    private static final int LEAST_READ = 64 << 10;
    private static final int LARGEST_ENTRY = 16 << 20;
    private static final long PLACE_EVERY = 1 << 20;

    private final Path directory;
    private final EntrySeal seal = new EntrySeal();
    private final CommandUnpacker unpacker = new CommandUnpacker();
    private final TreeMap<Long, Place> places = new TreeMap<>();
    private FileChannel channel;
    private int fileNumber;
    private ByteBuffer buffer;
    private long bufferAddress;
    private long bufferStart;
    private int filled;
    private long position;
    private long lastPlace;
    private long entryNumber;
    private long entryPosition;
    private int entryLength;

    private record Place(int file, long position) {
    }

    /**
     * A cursor before the first entry.
     *
     * @param directory of the queue
     */
    public LiveCursor(final Path directory) {
        this.directory = directory;
        allocate(LEAST_READ);
    }

    private void allocate(final int bytes) {
        if (buffer != null) {
            BufferUtil.free(buffer);
        }
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        bufferAddress = BufferUtil.address(buffer);
        filled = 0;
    }

    /**
     * Stands on an entry that is appended, so that {@link #next} gives the one behind it.
     *
     * @param number of the entry; 0 stands before the first
     * @return false if no file holds it any more
     */
    @Override
    public boolean seek(final long number) throws IOException {
        if (number == entryNumber && channel != null) {
            return true;
        }
        final Map.Entry<Long, Place> known = places.floorEntry(number);
        if (known != null) {
            open(known.getValue().file, known.getValue().position, known.getKey() - 1);
        } else if (!openOldest(number)) {
            return false;
        }
        while (entryNumber < number) {
            if (!advance()) {
                return false;
            }
        }
        return entryNumber == number;
    }

    @Override
    public boolean seekBehind(final long number) throws IOException {
        if (seek(number)) {
            return true;
        }
        for (final QueueFile file : QueueCursor.list(directory)) {
            open(file.number, 0, Long.MIN_VALUE);
            if (findInFile()) {
                final boolean isNext = entryNumber == number + 1;
                open(file.number, 0, number);
                return isNext;
            }
            // Nothing in any file yet: what comes is checked against the number when it is read.
            open(file.number, 0, number);
        }
        return channel != null && entryNumber == number;
    }

    /** The file that holds the entry: the last one that does not begin behind it. */
    private boolean openOldest(final long number) throws IOException {
        final List<QueueFile> files = QueueCursor.list(directory);
        boolean isEmpty = true;
        for (int i = files.size() - 1; i >= 0; i--) {
            open(files.get(i).number, 0, Long.MIN_VALUE);
            if (findInFile()) {
                isEmpty = false;
                if (entryNumber <= number || number == 0 && entryNumber == 1) {
                    open(files.get(i).number, 0, entryNumber - 1);
                    return true;
                }
            }
        }
        // An empty journal: its first entry will come into the first file.
        if (number == 0 && isEmpty && !files.isEmpty()) {
            open(files.get(0).number, 0, 0);
            return true;
        }
        return false;
    }

    private void open(final int file, final long from, final long before) throws IOException {
        if (channel == null || file != fileNumber) {
            if (channel != null) {
                channel.close();
            }
            channel = FileChannel.open(file(file), StandardOpenOption.READ);
            fileNumber = file;
            filled = 0;
            bufferStart = 0;
        }
        position = from;
        entryNumber = before;
        entryLength = 0;
    }

    private Path file(final int number) {
        return directory.resolve(String.format("%08d.cq4", number));
    }

    /**
     * Goes to the next entry.
     *
     * @param lastEntry number of the last entry that is appended in full
     * @return false if that one is behind us
     */
    @Override
    public boolean next(final long lastEntry) throws IOException {
        if (entryNumber >= lastEntry) {
            return false;
        }
        if (channel == null && !seek(entryNumber)) {
            throw new IOException("entry " + (entryNumber + 1) + " is in no file of " + directory);
        }
        if (!advance()) {
            throw new IOException("entry " + (entryNumber + 1) + " is in no file of " + directory + ", up to " + lastEntry + " they must be");
        }
        return true;
    }

    private boolean advance() throws IOException {
        while (!findInFile()) {
            final int next = nextFile();
            if (next == 0) {
                return false;
            }
            open(next, 0, entryNumber);
        }
        return true;
    }

    private int nextFile() throws IOException {
        for (final QueueFile file : QueueCursor.list(directory)) {
            if (file.number > fileNumber) {
                return file.number;
            }
        }
        return 0;
    }

    /** Goes to the next entry of this file; false if there is none (yet). */
    private boolean findInFile() throws IOException {
        while (require(position, EXCERPT_HEADER)) {
            int header = UnsafeApi.getInt(address(position));
            if (header == 0 || (header & QueueCursor.NOT_COMPLETE) != 0 && header != QueueCursor.END_MARK) {
                // Read before it was written, perhaps: once more from the file itself.
                filled = 0;
                if (!require(position, EXCERPT_HEADER)) {
                    return false;
                }
                header = UnsafeApi.getInt(address(position));
            }
            if (header == 0 || (header & QueueCursor.NOT_COMPLETE) != 0) {
                return false;
            }
            final int length = header & QueueCursor.LENGTH_MASK;
            if ((header & QueueCursor.METADATA) == 0) {
                read(position + EXCERPT_HEADER, length);
                position += EXCERPT_HEADER + (length + 3 & ~3);
                return true;
            }
            position += EXCERPT_HEADER + (length + 3 & ~3);
        }
        return false;
    }

    private void read(final long at, final int length) throws IOException {
        if (length > LARGEST_ENTRY || !require(at, length)) {
            throw new IOException("an excerpt of " + length + " bytes at " + at + " of " + file(fileNumber) + " cannot be read");
        }
        // The header was in memory before the rest of the excerpt, perhaps: then the rest is read anew, once.
        if (!isEntry(at, length)) {
            filled = 0;
            require(at, length);
            if (!isEntry(at, length)) {
                throw new IOException("the entry behind " + entryNumber + " at " + at + " of " + file(fileNumber) + " is damaged");
            }
        }
        final long number = EntryHeader.entryNumber(address(at));
        if (entryNumber != Long.MIN_VALUE && number != entryNumber + 1) {
            throw new IOException("entry " + number + " follows entry " + entryNumber + " in " + file(fileNumber));
        }
        entryNumber = number;
        entryPosition = at;
        entryLength = length;
        if (at - lastPlace >= PLACE_EVERY || at < lastPlace) {
            places.put(number, new Place(fileNumber, at - EXCERPT_HEADER));
            lastPlace = at;
        }
    }

    private boolean isEntry(final long at, final int length) {
        return EntryHeader.lengthIfPlausible(address(at), length) == length
            && seal.isChecksumGood(buffer.clear(), (int) (at - bufferStart), address(at));
    }

    private long address(final long at) {
        return bufferAddress + (at - bufferStart);
    }

    /** Has the bytes in the buffer; false if the file ends before. */
    private boolean require(final long at, final int bytes) throws IOException {
        if (at >= bufferStart && at + bytes <= bufferStart + filled) {
            return true;
        }
        if (bytes > buffer.capacity()) {
            allocate(Integer.highestOneBit(bytes) << 1);
        }
        bufferStart = at;
        filled = 0;
        buffer.clear();
        while (filled < bytes) {
            final int read = channel.read(buffer, at + filled);
            if (read < 0) {
                return false;
            }
            filled += read;
        }
        return true;
    }

    // EntryFeed: the same for the ledger thread.

    @Override
    public boolean next(final long lastEntry, final ReplayTarget target) {
        try {
            if (!next(lastEntry)) {
                return false;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        unpacker.replay(address(), target);
        return true;
    }

    @Override
    public long lastEntry() {
        return Math.max(0, entryNumber);
    }

    /** Number of the current entry; 0 before the first. */
    public long entryNumber() {
        return entryNumber;
    }

    /** Raw address of the current entry; valid until the cursor moves. */
    @Override
    public long address() {
        return address(entryPosition);
    }

    /** Its bytes. */
    @Override
    public int length() {
        return entryLength;
    }

    /** The memory that holds it; position and limit may be changed. */
    public ByteBuffer view() {
        return buffer;
    }

    /** Where in that memory it begins. */
    public int index() {
        return (int) (entryPosition - bufferStart);
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        if (buffer != null) {
            BufferUtil.free(buffer);
            buffer = null;
        }
    }
}
