package io.daybreak.loadtest.simulation.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** An open file, or directory, of a simulated disk; works for the process that opened it only. One thread. */
final class SimChannel extends FileChannel {
    private final SimDisk disk;
    private final String name;
    private final SimFile file;
    private final boolean direct;
    private final boolean synced;
    private final int process;
    private long position;

    SimChannel(final SimDisk disk, final String name, final SimFile file, final boolean direct, final boolean synced) {
        this.disk = disk;
        this.name = name;
        this.file = file;
        this.direct = direct;
        this.synced = synced;
        this.process = disk.process();
    }

    @Override
    public int read(final ByteBuffer target) {
        final int read = read(target, position);
        position += Math.max(0, read);
        return read;
    }

    @Override
    public long read(final ByteBuffer[] targets, final int offset, final int length) {
        throw new UnsupportedOperationException("scattering reads");
    }

    @Override
    public int read(final ByteBuffer target, final long at) {
        disk.check(process);
        if (at >= file.size()) {
            return -1;
        }
        final int length = (int) Math.min(target.remaining(), file.size() - at);
        file.read((int) at, target, length, direct);
        return length;
    }

    @Override
    public int write(final ByteBuffer source) throws IOException {
        final int written = write(source, position);
        position += written;
        return written;
    }

    @Override
    public long write(final ByteBuffer[] sources, final int offset, final int length) {
        throw new UnsupportedOperationException("gathering writes");
    }

    @Override
    public int write(final ByteBuffer source, final long at) throws IOException {
        final int length = source.remaining();
        disk.write(file, at, source, direct && synced, process);
        if (synced && !direct) {
            disk.sync(file, process);
        }
        return length;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public FileChannel position(final long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        disk.check(process);
        return file.size();
    }

    @Override
    public FileChannel truncate(final long size) {
        disk.truncate(file, size, process);
        position = Math.min(position, size);
        return this;
    }

    @Override
    public void force(final boolean metaData) throws IOException {
        if (file.directory) {
            disk.syncDirectory(name, process);
        } else {
            disk.sync(file, process);
        }
    }

    @Override
    public long transferTo(final long at, final long count, final WritableByteChannel target) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, Math.min(count, file.size() - at)));
        if (!bytes.hasRemaining()) {
            return 0;
        }
        read(bytes, at);
        return target.write(bytes.flip());
    }

    @Override
    public long transferFrom(final ReadableByteChannel source, final long at, final long count) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, 1 << 20));
        if (source.read(bytes) <= 0) {
            return 0;
        }
        return write(bytes.flip(), at);
    }

    @Override
    public MappedByteBuffer map(final MapMode mode, final long at, final long size) {
        disk.check(process);
        if (at != 0) {
            throw new UnsupportedOperationException("a map of a part");
        }
        return mode == MapMode.READ_WRITE ? file.mapForWriting((int) size) : file.mapForReading((int) size);
    }

    @Override
    public FileLock lock(final long at, final long size, final boolean shared) {
        return tryLock(at, size, shared);
    }

    @Override
    public FileLock tryLock(final long at, final long size, final boolean shared) {
        disk.check(process);
        return new Lock(this, at, size, shared);
    }

    @Override
    protected void implCloseChannel() {
        // Nothing is kept open.
    }

    /** Vanishes with its process, of which the simulator runs one at a time. */
    private static final class Lock extends FileLock {
        private boolean valid = true;

        Lock(final FileChannel channel, final long position, final long size, final boolean shared) {
            super(channel, position, size, shared);
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public void release() {
            valid = false;
        }
    }
}
