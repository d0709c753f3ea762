package io.daybreak.gateway.launch;

import io.daybreak.gateway.Await;
import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.gateway.link.ForgottenAnswer;
import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import io.daybreak.protocol.codec.TransfersAnswerDecoder;
import io.daybreak.protocol.codec.TransfersAnswerEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** Ids that memory has forgotten, asked of the journal: applied, refused, never seen, another's; and what happens where it cannot answer. */
class JournalArchiveTest {
    private static final int OWNER = 7;
    private static final int TRANSFERS = 3_000;
    private static final long START_NS = 1_790_000_000_000_000_000L;

    @TempDir
    private Path data;

    private static final class Nothing implements ReplayTarget {
        @Override
        public void onEntry(final long firstSequence, final int count, final long entryNs) {
            // An empty journal.
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            // An empty journal.
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // An empty journal.
        }
    }

    /** Transfers with their sequence as id and amount; every tenth is refused. */
    private RecoveredJournal write() {
        final RecoveredJournal journal = JournalOpener.open(new JournalContext().directory(data).durability(DurabilityMode.PROCESS).mappedBytes(8 << 20),
            new Nothing());
        final UnsafeBuffer body = new UnsafeBuffer(new byte[TransferEncoder.BLOCK_LENGTH]);
        final TransferEncoder transfer = new TransferEncoder().wrap(body, 0);
        for (int sequence = 1; sequence <= TRANSFERS; sequence++) {
            journal.journal().beginEntry(sequence, START_NS + sequence);
            transfer.id().hi(5).lo(sequence);
            transfer.amountMinor(sequence);
            journal.journal().add(TransferEncoder.TEMPLATE_ID, OWNER, body, 0, TransferEncoder.BLOCK_LENGTH,
                sequence % 10 == 0 ? Result.EXCEEDS_CREDITS : Result.OK);
            journal.journal().endEntry(sequence);
        }
        journal.journal().sync();
        return journal;
    }

    private static UnsafeBuffer answer(final int owner, final long... ids) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4_096]);
        final TransfersAnswerEncoder answer = new TransfersAnswerEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        final TransfersAnswerEncoder.TransfersEncoder group = answer.correlationId(1).transfersCount(ids.length);
        for (final long id : ids) {
            group.next().lookup((short) OutcomeFlags.LOOKUP_EXPIRED).participantId(owner);
            group.id().hi(5).lo(id);
        }
        return new UnsafeBuffer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + answer.encodedLength());
    }

    private static List<String> read(final UnsafeBuffer answer) {
        final TransfersAnswerDecoder decoder = new TransfersAnswerDecoder().wrap(answer, MessageHeaderEncoder.ENCODED_LENGTH, TransfersAnswerDecoder.BLOCK_LENGTH,
            TransfersAnswerDecoder.SCHEMA_VERSION);
        final List<String> told = new ArrayList<>();
        decoder.transfers().forEach(entry -> told.add(entry.lookup() + " " + entry.result() + " " + entry.amountMinor() + " " + entry.sequence() + " "
            + entry.timestampNs()));
        return told;
    }

    private static List<String> ask(final JournalArchive archive, final UnsafeBuffer answer) throws InterruptedException {
        final CountDownLatch done = new CountDownLatch(1);
        assertThat(archive.complete(answer, answer.capacity(), done::countDown)).isTrue();
        done.await();
        return read(answer);
    }

    @Test
    void shouldTellWhatTheJournalKnows() throws Exception {
        final RecoveredJournal journal = write();
        JournalIndex.create(data);
        try (JournalArchive archive = new JournalArchive(data, journal.journal()::durableSequence)) {
            assertThat(ask(archive, answer(OWNER, 17, 20, TRANSFERS, TRANSFERS + 1))).containsExactly(
                OutcomeFlags.LOOKUP_APPLIED_RECORD_FORGOTTEN + " " + Result.OK + " 17 17 " + (START_NS + 17),
                OutcomeFlags.LOOKUP_REFUSED + " " + Result.EXCEEDS_CREDITS + " 20 20 " + (START_NS + 20),
                OutcomeFlags.LOOKUP_REFUSED + " " + Result.EXCEEDS_CREDITS + " " + TRANSFERS + " " + TRANSFERS + " " + (START_NS + TRANSFERS),
                OutcomeFlags.LOOKUP_UNKNOWN + " " + Result.OK + " 0 0 0");
            assertThat(ask(archive, answer(OWNER + 1, 17))).as("another's id").containsExactly(OutcomeFlags.LOOKUP_UNKNOWN + " " + Result.OK + " 0 0 0");
        } finally {
            journal.journal().close();
        }
    }

    @Test
    void shouldSayThatItCannotKnowWithoutAnIndexOrFarBehind() throws Exception {
        final RecoveredJournal journal = write();
        try (JournalArchive without = new JournalArchive(data, journal.journal()::durableSequence)) {
            assertThat(ask(without, answer(OWNER, 17))).containsExactly(OutcomeFlags.LOOKUP_EXPIRED + " 0 0 0 0");
        }
        JournalIndex.create(data);
        try (JournalArchive behind = new JournalArchive(data, () -> JournalArchive.MOST_BEHIND + 1)) {
            assertThat(ask(behind, answer(OWNER, 17))).containsExactly(OutcomeFlags.LOOKUP_EXPIRED + " 0 0 0 0");
        } finally {
            journal.journal().close();
        }
    }

    @Test
    void shouldTakeNoMoreThanItsQueueHolds() throws Exception {
        final CountDownLatch gate = new CountDownLatch(1);
        final AtomicInteger done = new AtomicInteger();
        final UnsafeBuffer answer = answer(OWNER, 17);
        try (JournalArchive archive = new JournalArchive(data, () -> 0)) {
            int taken = 0;
            while (taken < 10 * JournalArchive.QUEUE && archive.complete(answer, answer.capacity(), () -> {
                try {
                    gate.await();
                } catch (final InterruptedException ex) {
                    Thread.currentThread().interrupt();
                }
                done.incrementAndGet();
            })) {
                taken++;
            }
            assertThat(taken).isBetween(JournalArchive.QUEUE, JournalArchive.QUEUE + 1);
            gate.countDown();
            final int all = taken;
            Await.until("all that was taken is done", () -> done.get() == all);
            assertThat(ForgottenAnswer.isExpired(answer, 0)).isTrue();
        }
    }
}
