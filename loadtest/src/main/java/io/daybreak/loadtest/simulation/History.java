package io.daybreak.loadtest.simulation;

import io.daybreak.port.Journal;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

/**
 * What the switch's state was after each journal entry, as the state machine said when it ended the entry: the truth that every recovery is held
 * against. It watches the journal from outside and changes nothing. One thread.
 */
final class History {
    static final int NOT_FOUND = -1;

    private final LongArrayList digests = new LongArrayList();
    private final LongArrayList lastSequences = new LongArrayList();
    private final LongArrayList offeredDigests = new LongArrayList();
    private final LongArrayList offeredSequences = new LongArrayList();

    /** Entries so far. */
    int entries() {
        return digests.size();
    }

    /** Last sequence of the entry, by its number from 1. */
    long lastSequence(final int entry) {
        return entry == 0 ? 0 : lastSequences.getLong(entry - 1);
    }

    /** State digest after the entry, by its number from 1. */
    long digest(final int entry) {
        return digests.getLong(entry - 1);
    }

    /** Number of the entry that ended with this sequence in this state, or {@link #NOT_FOUND}. */
    int find(final long sequence, final long digest) {
        for (int entry = digests.size(); entry > 0; entry--) {
            if (lastSequences.getLong(entry - 1) == sequence && digests.getLong(entry - 1) == digest) {
                return entry;
            }
        }
        return NOT_FOUND;
    }

    /** What is not recovered has never been. */
    void cut(final long entries) {
        while (digests.size() > entries) {
            digests.removeAt(digests.size() - 1);
            lastSequences.removeAt(lastSequences.size() - 1);
        }
    }

    /** Another node's snapshot behind this many of its entries came over: the next recovery may begin with it. */
    void offer(final History others, final int entries) {
        offeredDigests.clear();
        offeredSequences.clear();
        for (int entry = 1; entry <= entries; entry++) {
            offeredDigests.addLong(others.digest(entry));
            offeredSequences.addLong(others.lastSequence(entry));
        }
    }

    /** The state is that of the snapshot that came over, and this node's own past is no more: entries behind which it stands, or {@link #NOT_FOUND}. */
    int adoptOffered(final long sequence, final long digest) {
        final int last = offeredDigests.size() - 1;
        if (last < 0 || offeredSequences.getLong(last) != sequence || offeredDigests.getLong(last) != digest) {
            return NOT_FOUND;
        }
        digests.clear();
        lastSequences.clear();
        for (int i = 0; i <= last; i++) {
            add(offeredSequences.getLong(i), offeredDigests.getLong(i));
        }
        return last + 1;
    }

    /** An entry that another node made. */
    void add(final long lastSequence, final long stateDigest) {
        digests.addLong(stateDigest);
        lastSequences.addLong(lastSequence);
    }

    /** The journal, watched. */
    Journal watch(final Journal journal) {
        return new Watched(journal);
    }

    private final class Watched implements Journal {
        private final Journal journal;
        private long sequence;

        Watched(final Journal journal) {
            this.journal = journal;
        }

        @Override
        public void beginEntry(final long firstSequence, final long timestampNs) {
            journal.beginEntry(firstSequence, timestampNs);
            sequence = firstSequence - 1;
        }

        @Override
        public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                        final int result) {
            journal.add(templateId, participantId, command, offset, length, result);
            sequence++;
        }

        @Override
        public int entryBytes() {
            return journal.entryBytes();
        }

        @Override
        public int entryCommands() {
            return journal.entryCommands();
        }

        @Override
        public void endEntry(final long stateDigest) {
            journal.endEntry(stateDigest);
            digests.addLong(stateDigest);
            lastSequences.addLong(sequence);
        }

        @Override
        public long sync() {
            return journal.sync();
        }

        @Override
        public boolean isWaiting() {
            return journal.isWaiting();
        }

        @Override
        public long durableSequence() {
            return journal.durableSequence();
        }

        @Override
        public void close() {
            journal.close();
        }
    }
}
