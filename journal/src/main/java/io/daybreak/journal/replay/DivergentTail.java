package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import io.daybreak.port.ReplayTarget;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

/**
 * Entries that were cut from a journal since the primary does not have them, in a file of their own.
 * <pre>
 *    0  int32  the letters DBJX
 *    4  int32  version, 1
 *    8  int64  last entry that both have
 *   16  int64  its last sequence
 *   24  int64  highest sequence that this node had acknowledged
 *   32  entries, one behind the other, as they were stored
 * </pre>
 * Rule: docs/replication.md, "Divergence". Not thread safe.
 */
public final class DivergentTail implements AutoCloseable {
    private static final int MAGIC = 'D' | 'B' << 8 | 'J' << 16 | 'X' << 24;
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int LARGEST_ENTRY = 16 << 20;

    private final FileWindow window;
    private final EntrySeal seal = new EntrySeal();
    private final CommandUnpacker unpacker = new CommandUnpacker();
    private final long lastCommonSequence;
    private final long acknowledgedSequence;
    private long position = HEADER;
    private long entry;

    private DivergentTail(final FileWindow window) throws IOException {
        this.window = window;
        if (window.size() < HEADER) {
            throw new IOException("too short to be a divergent tail");
        }
        window.require(0, HEADER);
        final long header = window.address(0);
        if (UnsafeApi.getInt(header) != MAGIC || UnsafeApi.getInt(header + 4) != VERSION) {
            throw new IOException("not a divergent tail of a version known here");
        }
        lastCommonSequence = UnsafeApi.getLong(header + 16);
        acknowledgedSequence = UnsafeApi.getLong(header + 24);
    }

    /** Opens a file that recovery wrote. */
    public static DivergentTail open(final Path file) throws IOException {
        final FileWindow window = new FileWindow(file, false);
        try {
            return new DivergentTail(window);
        } catch (final IOException e) {
            window.close();
            throw e;
        }
    }

    /** Goes to the next entry; false at the end. */
    public boolean next() throws IOException {
        if (position + EntryHeader.OVERHEAD > window.size()) {
            return false;
        }
        window.require(position, EntryHeader.OVERHEAD);
        final int rest = (int) Math.min(LARGEST_ENTRY, window.size() - position);
        final int length = EntryHeader.lengthIfPlausible(window.address(position), rest);
        if (length == 0) {
            throw new IOException("no entry begins at " + position);
        }
        window.require(position, length);
        entry = window.address(position);
        if (!seal.isChecksumGood(window.view(), window.index(position), entry)) {
            throw new IOException("the entry at " + position + " is damaged");
        }
        position += length;
        return true;
    }

    /** Hands the current entry to the target. */
    public void replay(final ReplayTarget target) {
        unpacker.replay(entry, target);
    }

    /** Last sequence that both journals have. */
    public long lastCommonSequence() {
        return lastCommonSequence;
    }

    /** Up to here the former primary had told its participants. */
    public long acknowledgedSequence() {
        return acknowledgedSequence;
    }

    @Override
    public void close() throws IOException {
        window.close();
    }

    static Writer create(final Path file, final long lastEntry, final long lastSequence, final long acknowledgedSequence) throws IOException {
        return new Writer(file, lastEntry, lastSequence, acknowledgedSequence);
    }

    /** Writes such a file; it is synced when it is closed. A second time it begins anew. */
    static final class Writer implements AutoCloseable {
        private final FileChannel channel;
        private long lastWritten;
        private int entries;

        private Writer(final Path file, final long lastEntry, final long lastSequence, final long acknowledgedSequence) throws IOException {
            DurableFiles.createFile(file);
            channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            final ByteBuffer header = ByteBuffer.allocateDirect(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.putInt(0, MAGIC).putInt(4, VERSION).putLong(8, lastEntry).putLong(16, lastSequence).putLong(24, acknowledgedSequence);
            write(header);
            BufferUtil.free(header);
        }

        /** Adds an entry, unless it was added from the other log already. */
        void add(final ByteBuffer view, final int index, final long address) throws IOException {
            final long number = EntryHeader.entryNumber(address);
            if (number <= lastWritten) {
                return;
            }
            lastWritten = number;
            entries++;
            write(view.duplicate().limit(index + EntryHeader.length(address)).position(index));
        }

        int entries() {
            return entries;
        }

        private void write(final ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            channel.force(true);
            channel.close();
        }
    }
}
