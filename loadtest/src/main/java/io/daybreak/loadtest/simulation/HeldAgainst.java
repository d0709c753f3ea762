package io.daybreak.loadtest.simulation;

import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;

/** A replay that is held against the history: entry by entry the same digest and the same sequences. One thread. */
final class HeldAgainst implements ReplayTarget {
    private final ReplayTarget replay;
    private final History history;
    private int entries;
    private long sequence;

    HeldAgainst(final ReplayTarget replay, final History history) {
        this.replay = replay;
        this.history = history;
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long timestampNs) {
        sequence = firstSequence + count - 1;
        replay.onEntry(firstSequence, count, timestampNs);
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        replay.onCommand(templateId, participantId, command, offset, length, result);
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        replay.onEntryEnd(stateDigest);
        entries++;
        if (entries > history.entries()) {
            throw new SimulationFailure("entry " + entries + " was recovered; the switch has made " + history.entries());
        }
        if (history.digest(entries) != stateDigest || history.lastSequence(entries) != sequence) {
            throw new SimulationFailure(String.format("entry %d: expected sequence %d, digest %016x; recovered sequence %d, digest %016x",
                entries, history.lastSequence(entries), history.digest(entries), sequence, stateDigest));
        }
    }

    /** Entries replayed. */
    int entries() {
        return entries;
    }

    /** Sequence of the last command replayed. */
    long sequence() {
        return sequence;
    }
}
