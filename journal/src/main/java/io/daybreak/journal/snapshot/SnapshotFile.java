package io.daybreak.journal.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

import io.daybreak.journal.cipher.Keyring;
import io.daybreak.port.StateSource;
import org.agrona.BufferUtil;

/** A snapshot that is read: its position at once, its image once through {@link #image}. Not thread safe. */
public final class SnapshotFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 4 << 20;

    private final Path path;
    private final FileChannel channel;
    private final SnapshotPosition position;
    private final ByteBuffer header;
    private final long imageBytes;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer;
    private long read;
    /** Null: the image is readable, or only its checksums are looked at. */
    private SnapshotCipher cipher;
    private byte[] piece;

    private SnapshotFile(final Path path, final FileChannel channel, final SnapshotPosition position, final ByteBuffer header) throws IOException {
        this.path = path;
        this.channel = channel;
        this.position = position;
        this.header = header;
        this.imageBytes = channel.size() - SnapshotHeader.LENGTH - SnapshotHeader.FOOTER_LENGTH;
        this.buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER_BYTES, imageBytes)).limit(0);
    }

    /**
     * Opens a snapshot.
     *
     * @throws SnapshotDamagedException if its header cannot be read, or is of a newer form
     */
    public static SnapshotFile open(final Path path) throws IOException {
        final FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        boolean isOpen = false;
        try {
            if (channel.size() < SnapshotHeader.LENGTH + SnapshotHeader.FOOTER_LENGTH) {
                throw new SnapshotDamagedException(path, "it is cut", null);
            }
            final ByteBuffer header = readFully(channel, 0, SnapshotHeader.LENGTH);
            final SnapshotFile file = new SnapshotFile(path, channel, SnapshotHeader.decode(path, header), header);
            isOpen = true;
            return file;
        } finally {
            if (!isOpen) {
                channel.close();
            }
        }
    }

    private static ByteBuffer readFully(final FileChannel channel, final long from, final int length) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // The caller has looked at the size.
            continue;
        }
        return bytes.clear();
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** The entry that it stands behind. */
    public SnapshotPosition position() {
        return position;
    }

    /** Bytes of the image. */
    public long imageBytes() {
        return imageBytes;
    }

    /**
     * Reads the image, from its begin; to be asked once. When all was read, {@link #finish}.
     *
     * @throws io.daybreak.journal.JournalKeyException if it is encrypted, and the process has not its key
     */
    public StateSource image() {
        if (SnapshotHeader.isEncrypted(header)) {
            cipher = SnapshotCipher.opening(Keyring.ofProcess(), header, "snapshot " + path);
            piece = new byte[SnapshotCipher.PIECE_BYTES];
        }
        return this::read;
    }

    private boolean read(final ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (!buffer.hasRemaining() && !fill()) {
                return false;
            }
            final int count = Math.min(bytes.remaining(), buffer.remaining());
            bytes.put(buffer.slice(buffer.position(), count));
            buffer.position(buffer.position() + count);
        }
        return true;
    }

    private boolean fill() {
        try {
            buffer.clear().limit((int) Math.min(cipher == null ? buffer.capacity() : Math.min(buffer.capacity(), SnapshotCipher.PIECE_BYTES), imageBytes - read));
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, SnapshotHeader.LENGTH + read + buffer.position()) < 0) {
                    break;
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("reading " + path, e);
        }
        buffer.flip();
        read += buffer.limit();
        crc.update(buffer);
        buffer.rewind();
        if (cipher != null && buffer.hasRemaining()) {
            open();
        }
        return buffer.hasRemaining();
    }

    /** Puts the image's part of a piece in the place of the piece. */
    private void open() {
        final int length = buffer.remaining();
        buffer.get(piece, 0, length);
        final byte[] text = new byte[length];
        final int opened = cipher.next(piece, length, read == imageBytes, text);
        if (opened < 0) {
            throw new SnapshotDamagedException(path, "it does not open with its key: it was changed, or made without the key", null);
        }
        buffer.clear().put(text, 0, opened).flip();
    }

    /**
     * All of the image was read: compares it with what the footer says.
     *
     * @throws SnapshotDamagedException if they differ
     */
    public void finish() throws IOException {
        if (buffer.hasRemaining() || read != imageBytes) {
            throw new SnapshotDamagedException(path, "it holds more than is known of", null);
        }
        SnapshotHeader.checkFooter(path, readFully(channel, SnapshotHeader.LENGTH + imageBytes, SnapshotHeader.FOOTER_LENGTH), imageBytes,
            (int) crc.getValue());
    }

    /**
     * Reads the file and compares all checksums, without a state to read it into.
     *
     * @throws SnapshotDamagedException if it is damaged
     */
    public static SnapshotPosition verify(final Path path) throws IOException {
        try (SnapshotFile file = open(path)) {
            while (file.fill()) {
                file.buffer.position(file.buffer.limit());
            }
            file.finish();
            return file.position;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        // Not left to the collector: looking through a directory would hold a buffer for each file until then.
        BufferUtil.free(buffer);
    }
}
