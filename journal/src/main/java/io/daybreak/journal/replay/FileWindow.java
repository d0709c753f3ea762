package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import com.sun.nio.file.ExtendedOpenOption;
import org.agrona.BufferUtil;

/**
 * A window of memory that slides over a file which is read from front to back. Reads rather than maps, so that a bad sector
 * is an exception and not a fault. Not thread safe.
 */
final class FileWindow implements AutoCloseable {
    private static final int BLOCK = 4096;
    /** What is read at once, unless the file is smaller. */
    private static final int LEAST_BYTES = 4 << 20;

    private final FileChannel channel;
    private final long size;
    private ByteBuffer allocated;
    private ByteBuffer memory;
    private long address;
    private long start;
    private int filled;

    /**
     * Opens a file for reading.
     *
     * @param direct past the page cache where the file system allows it: what the device holds, not what was meant for it
     */
    FileWindow(final Path file, final boolean direct) throws IOException {
        channel = open(file, direct);
        size = channel.size();
        allocate((int) Math.min(LEAST_BYTES, Math.max(1, (size + BLOCK - 1) / BLOCK) * BLOCK));
    }

    private static FileChannel open(final Path file, final boolean direct) throws IOException {
        if (direct) {
            try {
                return FileChannel.open(file, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
            } catch (final UnsupportedOperationException | IOException e) {
                return FileChannel.open(file, StandardOpenOption.READ);
            }
        }
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    private void allocate(final int bytes) {
        if (allocated != null) {
            BufferUtil.free(allocated);
        }
        allocated = ByteBuffer.allocateDirect(bytes + BLOCK);
        memory = allocated.alignedSlice(BLOCK).limit(bytes).slice().order(ByteOrder.LITTLE_ENDIAN);
        address = BufferUtil.address(memory);
    }

    long size() {
        return size;
    }

    /** Bytes of the file from the position on that the window holds, at least the wanted number or all up to the file's end. */
    int require(final long position, final int wanted) throws IOException {
        final int needed = (int) Math.min(wanted, size - position);
        if (position < start || position + needed > start + filled) {
            slide(position, needed);
        }
        return (int) (start + filled - position);
    }

    private void slide(final long position, final int needed) throws IOException {
        start = position / BLOCK * BLOCK;
        final long leastCapacity = needed + (position - start);
        if (leastCapacity > memory.capacity()) {
            allocate(Math.toIntExact((leastCapacity + BLOCK - 1) / BLOCK * BLOCK));
        }
        memory.clear();
        while (memory.hasRemaining() && start + memory.position() < size) {
            if (channel.read(memory, start + memory.position()) < 0) {
                break;
            }
            // A direct read that stops within a block is at the end of the file.
            if (memory.position() % BLOCK != 0) {
                break;
            }
        }
        filled = memory.position();
        if (start + filled < position + needed) {
            throw new IOException("file became shorter while it was read");
        }
    }

    /** Raw address of a position that the window holds. */
    long address(final long position) {
        return address + (position - start);
    }

    /** Index of that position in {@link #view}. */
    int index(final long position) {
        return (int) (position - start);
    }

    /** The window's memory; position and limit may be changed. */
    ByteBuffer view() {
        return memory;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (allocated != null) {
            // Not left to the collector: a directory of many files would hold a window for each until then.
            BufferUtil.free(allocated);
            allocated = null;
            memory = null;
            address = 0;
            filled = 0;
        }
    }
}
