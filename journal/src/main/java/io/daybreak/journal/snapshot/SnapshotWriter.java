package io.daybreak.journal.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

import io.daybreak.journal.cipher.Keyring;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.port.StateSink;

/**
 * Writes a snapshot so that it is there whole or not at all: under another name, synced, renamed, the directory synced.
 * <p>
 * Encrypts with the keys of the process, if they encrypt. Writes at most so many bytes a second, and syncs as it goes, so that a switch on the same device never waits behind a heap of dirty pages.
 * Rule: docs/journal-format.md, "Snapshot". Not thread safe.
 */
public final class SnapshotWriter {
    private static final int SYNC_BYTES = 1 << 20;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final SnapshotDirectory directory;
    private final long bytesPerSecond;
    private final SnapshotSteps steps;
    private final Keyring keys;
    private final CRC32C crc = new CRC32C();
    private FileChannel channel;
    private SnapshotCipher cipher;
    private byte[] text;
    private byte[] piece;
    private int held;
    private long written;
    private long synced;
    private long startNs;

    /**
     * Writes into a directory that was prepared.
     *
     * @param bytesPerSecond 0: as fast as it goes
     */
    public SnapshotWriter(final SnapshotDirectory directory, final long bytesPerSecond, final SnapshotSteps steps) {
        this.directory = directory;
        this.bytesPerSecond = bytesPerSecond;
        this.steps = steps;
        this.keys = Keyring.ofProcess();
    }

    /** Writes the image that {@code state} gives, as the snapshot of that position. Returns the file. */
    public Path write(final SnapshotPosition position, final Consumer<StateSink> state) throws IOException {
        steps.before("create");
        final Path target = directory.path(position.sequence());
        final Path unfinished = directory.unfinished(position.sequence());
        Files.deleteIfExists(unfinished);
        DurableFiles.createFile(unfinished);
        try (FileChannel opened = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            channel = opened;
            startNs = System.nanoTime();
            steps.before("write");
            final byte[] salt = keys.encrypts() ? Keyring.newSalt() : null;
            final ByteBuffer header = SnapshotHeader.encode(position, keys.encrypts() ? keys.current() : null, salt);
            writeFully(header);
            final long begin = written;
            if (keys.encrypts()) {
                cipher = SnapshotCipher.sealing(keys, salt, header);
                text = new byte[SnapshotCipher.TEXT_BYTES];
                piece = new byte[SnapshotCipher.PIECE_BYTES];
                state.accept(this::seal);
                writePiece(true);
            } else {
                state.accept(this::writeImage);
            }
            steps.before("end");
            writeFully(SnapshotHeader.encodeFooter(written - begin, (int) crc.getValue()));
            steps.before("sync");
            channel.force(true);
        } catch (final UncheckedIOException e) {
            // A device without room must not be kept full by half a snapshot.
            Files.deleteIfExists(unfinished);
            throw e.getCause();
        } catch (final IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
        steps.before("rename");
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
        steps.before("sync directory");
        DurableFiles.syncDirectory(directory.root());
        return target;
    }

    /** A piece is written when it is full and more comes: the last one is marked as such. */
    private void seal(final ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (held == text.length) {
                writePiece(false);
            }
            final int count = Math.min(bytes.remaining(), text.length - held);
            bytes.get(text, held, count);
            held += count;
        }
    }

    private void writePiece(final boolean isLast) {
        writeImage(ByteBuffer.wrap(piece, 0, cipher.next(text, held, isLast, piece)));
        held = 0;
    }

    private void writeImage(final ByteBuffer bytes) {
        final int from = bytes.position();
        crc.update(bytes);
        bytes.position(from);
        try {
            writeFully(bytes);
            if (written - synced >= SYNC_BYTES) {
                steps.before("write on");
                channel.force(false);
                synced = written;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        pace();
    }

    private void writeFully(final ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            written += channel.write(bytes);
        }
    }

    private void pace() {
        if (bytesPerSecond > 0) {
            final long dueNs = startNs + (long) ((double) written / bytesPerSecond * NS_PER_SECOND);
            long waitNs = dueNs - System.nanoTime();
            while (waitNs > 0) {
                LockSupport.parkNanos(this, waitNs);
                waitNs = dueNs - System.nanoTime();
            }
        }
    }
}
