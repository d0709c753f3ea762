package io.daybreak.gateway.launch;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.index.Keys;
import io.daybreak.gateway.link.ForgottenAnswer;
import io.daybreak.gateway.link.ForgottenIds;
import io.daybreak.journal.JournalException;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Answers from the journal what memory has forgotten of ids, by the index beside it. A thread of its own; the ledger's and the links' never wait for it.
 * <p>
 * Rule: docs/native-protocol.md, "Queries". Bounds: {@link #QUEUE} answers wait, another goes out as it is; an index that is more than
 * {@link #MOST_BEHIND} commands behind is not used, since the rest would have to be read for each id. What cannot be known stays LOOKUP_EXPIRED, and
 * may be asked again.
 */
final class JournalArchive implements ForgottenIds, AutoCloseable {
    static final int QUEUE = 64;
    static final long MOST_BEHIND = 4L * JournalIndex.SEGMENT;
    private static final Logger LOG = LoggerFactory.getLogger(JournalArchive.class);
    private static final long CLOSE_MS = 5_000;
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

    private final Path data;
    private final LongSupplier durableSequence;
    private final ThreadPoolExecutor thread;
    // The thread's own.
    private JournalIndex index;
    private long lookedNs = System.nanoTime() - LOOK_NS;

    JournalArchive(final Path data, final LongSupplier durableSequence) {
        this.data = data;
        this.durableSequence = durableSequence;
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
            final Thread made = new Thread(task, "journal-archive");
            made.setDaemon(true);
            return made;
        });
    }

    @Override
    public boolean complete(final MutableDirectBuffer answer, final int length, final Runnable done) {
        try {
            thread.execute(() -> {
                try {
                    look(answer, length);
                } finally {
                    done.run();
                }
            });
            return true;
        } catch (final RejectedExecutionException full) {
            return false;
        }
    }

    private void look(final MutableDirectBuffer answer, final int length) {
        try {
            if (isUsable()) {
                for (int i = 0; i < ForgottenAnswer.count(length); i++) {
                    if (ForgottenAnswer.isExpired(answer, i)) {
                        look(answer, i, ForgottenAnswer.participantId(answer, i), ForgottenAnswer.idHi(answer, i), ForgottenAnswer.idLo(answer, i));
                    }
                }
            }
        } catch (final IOException | JournalException ex) {
            LOG.warn("the journal could not be asked for forgotten ids: {}", ex.toString());
        }
    }

    /** Looks now and then for what a builder has added. */
    private boolean isUsable() throws IOException {
        if (System.nanoTime() - lookedNs >= LOOK_NS) {
            lookedNs = System.nanoTime();
            index = JournalIndex.open(data);
        }
        return index != null && durableSequence.getAsLong() - index.sequence() <= MOST_BEHIND;
    }

    private void look(final MutableDirectBuffer answer, final int entry, final int participantId, final long idHi, final long idLo) throws IOException {
        final boolean[] isFound = {false};
        for (final long found : index.find(Keys.transfer(idHi, idLo))) {
            index.read(found, found, (sequence, timestampNs, templateId, owner, command, offset, length, result) -> {
                if (owner == participantId && templateId == TransferDecoder.TEMPLATE_ID && isId(command, offset, idHi, idLo) && !isFound[0]) {
                    isFound[0] = true;
                    final TransferDecoder transfer = new TransferDecoder().wrap(command, offset, TransferDecoder.BLOCK_LENGTH, TransferDecoder.SCHEMA_VERSION);
                    ForgottenAnswer.put(answer, entry, result == Result.OK ? OutcomeFlags.LOOKUP_APPLIED_RECORD_FORGOTTEN : OutcomeFlags.LOOKUP_REFUSED,
                        result, transfer.amountMinor(), sequence, timestampNs);
                }
            });
        }
        if (!isFound[0] && index.isWhole()) {
            // Behind the watermark nothing new is taken, and the index with the rest of the journal holds everything that was decided.
            ForgottenAnswer.put(answer, entry, OutcomeFlags.LOOKUP_UNKNOWN, Result.OK, 0, 0, 0);
        }
    }

    private static boolean isId(final DirectBuffer command, final int offset, final long idHi, final long idLo) {
        return command.getLong(offset, ByteOrder.LITTLE_ENDIAN) == idHi && command.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN) == idLo;
    }

    /** Takes no more; what waits is answered, for a while. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
