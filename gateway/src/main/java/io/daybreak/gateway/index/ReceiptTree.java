package io.daybreak.gateway.index;

import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.util.List;

/**
 * Makes the root of receipts of a journal that is handed over from some sequence on. Of a journal whose first files were released, the leaves that cannot be
 * made any more, and those that share a block with them, are taken from the index as roots of blocks; where the index does not reach so far, and the files do not
 * begin where it ends, there is no root, and {@link #missing} tells why. Memory: the roots, and the leaves of one block. Not thread safe.
 */
public final class ReceiptTree implements ReplayTarget {
    private final JournalIndex index;
    private final JournalIndex.RecordMaker records;
    private Leaves leaves;
    private String missing;
    private long known;
    private long sequence;
    private long timestampNs;

    /** For one pass over what is kept of the journal. */
    public ReceiptTree(final JournalIndex index, final JournalIndex.RecordMaker records) {
        this.index = index;
        this.records = records;
    }

    private void begin(final long firstSequence) {
        final long blocks = (firstSequence - 1 + Leaves.BLOCK - 1) / Leaves.BLOCK;
        final List<byte[]> roots = index.firstBlocks(blocks);
        known = blocks * Leaves.BLOCK;
        leaves = new Leaves(roots == null ? List.of() : roots);
        if (roots == null) {
            missing = "the index ends before sequence " + firstSequence;
        }
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long entryNs) {
        if (leaves == null) {
            begin(firstSequence);
        }
        sequence = firstSequence;
        timestampNs = entryNs;
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        if (missing == null && sequence > known) {
            leaves.add(index.leaf(sequence, records.record(sequence, timestampNs, templateId, participantId, command, offset, length, result)));
        }
        sequence++;
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        // Nothing is executed.
    }

    /** Root of the leaves of all sequences up to this one, where what was handed over ended; null if there is none. */
    public byte[] root(final long upTo) throws IOException {
        if (leaves == null) {
            // A snapshot, and nothing behind it.
            begin(upTo + 1);
        }
        if (missing == null && leaves.count() == upTo) {
            return leaves.root();
        }
        return rootOfFiles(upTo);
    }

    /** The files may reach further back than the snapshot that the reader began with: then the index leads to the place where it ends. */
    private byte[] rootOfFiles(final long upTo) throws IOException {
        try {
            final byte[] root = Merkle.root(index.blocks(upTo, records));
            missing = null;
            return root;
        } catch (final ReleasedJournalException ex) {
            missing = index.isWhole() ? "the index ends with sequence " + index.sequence() + ", before the files that are kept: " + ex.getMessage()
                : "the index was begun after files had been released";
            return null;
        }
    }

    /** Why there is no root; null if there is one, or nobody has asked. */
    public String missing() {
        return missing;
    }
}
