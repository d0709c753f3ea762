package io.daybreak.loadtest.crash;

import io.daybreak.client.Outcome;
import io.daybreak.client.Transfer;
import io.daybreak.client.TransferId;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An append-only file of records of 64 bytes, little endian:
 * <pre>
 *   0  int32  kind: 1 balance before, 2 about to be sent, 3 answered
 *   4  int32  result (answered), ledger (balance before)
 *   8  int64  id, upper half;   account (balance before)
 *  16  int64  id, lower half
 *  24  int64  debit account;    debits posted (balance before)
 *  32  int64  credit account;   credits posted (balance before)
 *  40  int64  amount asked for (sent), moved (answered)
 *  48  int64  sequence (answered)
 *  56  int32  1: repeated
 *  60  int32  zero
 * </pre>
 * A record about to be sent is in the file before the transfer leaves ({@link #flush()}), so a payer that is killed
 * leaves no payment that the log does not know. A torn last record is left out when reading. Writing is thread safe.
 */
public final class AckLog implements Closeable {
    static final int RECORD_BYTES = 64;
    static final int BALANCE = 1;
    static final int SENT = 2;
    static final int ANSWERED = 3;

    private static final int BUFFER_RECORDS = 16_384;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_RECORDS * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Appends to the file, or makes it. */
    public AckLog(final Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        // A record torn by the death of an earlier payer would shift all that follow.
        if (channel.size() % RECORD_BYTES != 0) {
            try (FileChannel repair = FileChannel.open(file, StandardOpenOption.WRITE)) {
                repair.truncate(channel.size() / RECORD_BYTES * RECORD_BYTES);
            }
        }
    }

    /** True if nothing was ever written. */
    public boolean isEmpty() throws IOException {
        return channel.size() == 0;
    }

    synchronized void balance(final long account, final int ledger, final long debitsPosted, final long creditsPosted) {
        put(BALANCE, ledger, account, 0, debitsPosted, creditsPosted, 0, 0, 0);
    }

    synchronized void sent(final Transfer transfer) {
        put(SENT, 0, transfer.id().hi(), transfer.id().lo(), transfer.debitAccountId(), transfer.creditAccountId(),
            transfer.amountMinor(), 0, 0);
    }

    synchronized void answered(final Transfer transfer, final Outcome outcome) {
        put(ANSWERED, outcome.result(), transfer.id().hi(), transfer.id().lo(), transfer.debitAccountId(),
            transfer.creditAccountId(), outcome.amountMinor(), outcome.sequence(), outcome.isRepeated() ? 1 : 0);
    }

    private void put(final int kind, final int result, final long a, final long b, final long debit, final long credit,
                     final long amount, final long sequence, final int repeated) {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.putInt(kind).putInt(result).putLong(a).putLong(b).putLong(debit).putLong(credit).putLong(amount).putLong(sequence)
            .putInt(repeated).putInt(0);
    }

    /** Hands everything to the operating system: it survives the death of this process. */
    synchronized void flush() {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (final IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
        buffer.clear();
    }

    @Override
    public void close() throws IOException {
        flush();
        channel.close();
    }

    /** Takes records in the order of the file. */
    @FunctionalInterface
    interface RecordHandler {
        void onRecord(ByteBuffer readRecord);
    }

    /** Reads a whole log. Positions of fields as above. */
    static void read(final Path file, final RecordHandler handler) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_RECORDS * RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long remaining = in.size() / RECORD_BYTES * RECORD_BYTES;
            while (remaining > 0) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), remaining));
                while (buffer.hasRemaining()) {
                    if (in.read(buffer) < 0) {
                        throw new EOFException(file + " became shorter while it was read");
                    }
                }
                remaining -= buffer.limit();
                for (int offset = 0; offset < buffer.limit(); offset += RECORD_BYTES) {
                    handler.onRecord(buffer.slice(offset, RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN));
                }
            }
        }
    }

    static TransferId id(final ByteBuffer readRecord) {
        return new TransferId(readRecord.getLong(8), readRecord.getLong(16));
    }
}
