package io.daybreak.gateway.index;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Segments that grow beside a writer, look-ups in them and behind them, proofs, and each changed byte. */
class JournalIndexTest {
    private static final int SEGMENT = 2 * Leaves.BLOCK;
    private static final JournalIndex.RecordMaker RECORDS = (sequence, timestampNs, templateId, participantId, command, offset, length, result) ->
        ByteBuffer.allocate(16).putLong(sequence).putLong(command.getLong(offset)).array();

    @TempDir
    private Path data;
    private RecoveredJournal journal;
    private long sequence;
    private long timestampNs = 1_790_000_000_000_000_000L;

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

    @BeforeEach
    void open() {
        journal = JournalOpener.open(new JournalContext().directory(data).durability(DurabilityMode.PROCESS).mappedBytes(8 << 20), new Nothing());
    }

    @AfterEach
    void close() {
        journal.journal().close();
    }

    /** Transfers whose id is their sequence, and whose hold is the sequence a thousand before. */
    private void write(final int commands) {
        final UnsafeBuffer body = new UnsafeBuffer(new byte[TransferEncoder.BLOCK_LENGTH]);
        final TransferEncoder transfer = new TransferEncoder().wrap(body, 0);
        int left = commands;
        while (left > 0) {
            final int count = Math.min(left, 1 + (int) (sequence % 97));
            timestampNs += 1_000;
            journal.journal().beginEntry(sequence + 1, timestampNs);
            for (int i = 0; i < count; i++) {
                sequence++;
                transfer.id().hi(7).lo(sequence);
                transfer.pendingId().hi(sequence > 1_000 ? 7 : 0).lo(Math.max(0, sequence - 1_000));
                journal.journal().add(TransferDecoder.TEMPLATE_ID, 1, body, 0, TransferDecoder.BLOCK_LENGTH, 0);
            }
            journal.journal().endEntry(sequence);
            left -= count;
        }
        journal.journal().sync();
    }

    @Test
    void shouldFindInSegmentsAndBehindThem() throws Exception {
        write(SEGMENT + 3_000);
        final JournalIndex index = JournalIndex.create(data, SEGMENT);
        assertThat(index.update(RECORDS, at -> { })).isEqualTo(1);
        write(SEGMENT);
        assertThat(JournalIndex.open(data, SEGMENT).update(RECORDS, at -> { })).as("goes on where it stood").isEqualTo(1);
        assertThat(JournalIndex.open(data, SEGMENT).update(RECORDS, at -> { })).isZero();
        final JournalIndex again = JournalIndex.open(data, SEGMENT);
        assertThat(again.sequence()).isEqualTo(2 * SEGMENT);
        for (final long wanted : new long[] {1, 999, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 1, sequence}) {
            final TreeSet<Long> expected = new TreeSet<>();
            expected.add(wanted);
            if (wanted + 1_000 <= sequence) {
                expected.add(wanted + 1_000);
            }
            assertThat(again.find(Keys.transfer(7, wanted))).as("id of sequence " + wanted).isEqualTo(expected);
        }
        assertThat(again.find(Keys.transfer(7, sequence + 1))).isEmpty();
        assertThat(again.find(Keys.transfer(8, 5))).isEmpty();
    }

    @Test
    void shouldProveWhatALaterTreeHolds() throws Exception {
        write(SEGMENT + 5_000);
        final JournalIndex index = JournalIndex.create(data, SEGMENT);
        index.update(RECORDS, at -> { });
        final Leaves all = new Leaves();
        index.read(1, sequence, (at, ns, templateId, participantId, command, offset, length, result) -> all.add(
            index.leaf(at, RECORDS.record(at, ns, templateId, participantId, command, offset, length, result))));
        assertThat(all.count()).isEqualTo(sequence);
        final long leaves = sequence;
        write(100);
        for (final long wanted : new long[] {1, Leaves.BLOCK, Leaves.BLOCK + 1, SEGMENT, SEGMENT + 1, leaves}) {
            final JournalIndex.Proof proof = index.prove(wanted, leaves, RECORDS);
            assertThat(Merkle.isProven(Merkle.leaf(proof.salt(), proof.record()), wanted - 1, leaves, proof.path(), all.root())).isTrue();
        }
    }

    /** As a journal is read whose first files were released: from behind a snapshot on. */
    private ReceiptTree treeFrom(final JournalIndex index, final long firstSequence) throws IOException {
        final ReceiptTree tree = new ReceiptTree(index, RECORDS);
        try (PublishedJournal published = KeptJournal.of(data).open(position -> false)) {
            while (published.next()) {
                if (published.lastSequence() >= firstSequence) {
                    published.replay(tree);
                }
            }
        }
        return tree;
    }

    @Test
    void shouldMakeTheSameRootOfWhatIsKeptWithTheIndex() throws Exception {
        write(SEGMENT + 5_000);
        final JournalIndex index = JournalIndex.create(data, SEGMENT);
        index.update(RECORDS, at -> { });
        final byte[] root = treeFrom(index, 1).root(sequence);
        assertThat(root).isNotNull();
        for (final long begin : new long[] {2, 100, Leaves.BLOCK - 50, Leaves.BLOCK, Leaves.BLOCK + 1, Leaves.BLOCK + 200, SEGMENT - 100}) {
            assertThat(treeFrom(index, begin).root(sequence)).as("kept from about sequence %d on", begin).isEqualTo(root);
        }
        final JournalIndex.Proof proof = index.prove(SEGMENT + 7, sequence, RECORDS);
        assertThat(Merkle.isProven(Merkle.leaf(proof.salt(), proof.record()), SEGMENT + 6, sequence, proof.path(), root)).isTrue();
        // A snapshot, and nothing behind it; or one behind the index: the files begin before.
        assertThat(new ReceiptTree(index, RECORDS).root(SEGMENT)).isEqualTo(new Leaves(index.firstBlocks(2)).root());
        assertThat(new ReceiptTree(index, RECORDS).root(sequence)).isEqualTo(root);
        assertThat(treeFrom(index, SEGMENT + 300).root(sequence)).isEqualTo(root);
    }

    private void release(final String file) throws IOException {
        Files.delete(data.resolve("journal/queue").resolve(file));
    }

    private void reopen() {
        journal.journal().close();
        open();
    }

    @Test
    void shouldMakeNoRootWhereTheIndexDoesNotReach() throws Exception {
        write(SEGMENT + 5_000);
        reopen();
        write(3_000);
        final JournalIndex index = JournalIndex.create(data, SEGMENT);
        index.update(RECORDS, at -> { });
        final ReceiptTree behind = treeFrom(index, SEGMENT + 5_001);
        release("00000001.cq4");
        assertThat(behind.root(sequence)).isNull();
        assertThat(behind.missing()).startsWith("the index ends with sequence " + SEGMENT + ", before the files that are kept: the journal begins with entry ");
        assertThatThrownBy(() -> index.prove(sequence, sequence, RECORDS)).isInstanceOf(ReleasedJournalException.class);
    }

    @Test
    void shouldMakeNoRootWithAnIndexThatWasBegunLater() throws Exception {
        write(2 * SEGMENT + 100);
        JournalIndex.create(data, SEGMENT).update(RECORDS, at -> { });
        Files.delete(data.resolve("index/00000000.dbjx"));
        final ReceiptTree later = treeFrom(JournalIndex.open(data, SEGMENT), SEGMENT + 1);
        assertThat(later.root(sequence)).isNull();
        assertThat(later.missing()).isEqualTo("the index was begun after files had been released");
    }

    @Test
    void shouldFindEachChangedByte() throws Exception {
        write(SEGMENT);
        JournalIndex.create(data, SEGMENT).update(RECORDS, at -> { });
        assertThat(JournalIndex.damage(data, SEGMENT)).isEmpty();
        for (final String name : new String[] {"00000000.dbjx", "salt"}) {
            final Path file = data.resolve("index").resolve(name);
            final byte[] bytes = Files.readAllBytes(file);
            for (int at = 0; at < bytes.length; at += bytes.length > 1_000 && at > 300 ? bytes.length / 150 : 1) {
                bytes[at] ^= 4;
                Files.write(file, bytes);
                assertThat(JournalIndex.damage(data, SEGMENT)).as("byte %d of %s", at, name).isNotEmpty();
                bytes[at] ^= 4;
            }
            Files.write(file, bytes);
        }
        assertThat(JournalIndex.damage(data, SEGMENT)).isEmpty();
    }

    @Test
    void shouldKeepTheKeyOfTheSaltsWhenItIsBuiltAnew() throws Exception {
        write(SEGMENT);
        JournalIndex.create(data, SEGMENT).update(RECORDS, at -> { });
        final byte[] segment = Files.readAllBytes(data.resolve("index/00000000.dbjx"));
        JournalIndex.delete(data);
        assertThat(JournalIndex.open(data, SEGMENT).sequence()).isZero();
        JournalIndex.create(data, SEGMENT).update(RECORDS, at -> { });
        assertThat(Files.readAllBytes(data.resolve("index/00000000.dbjx"))).isEqualTo(segment);
    }
}
