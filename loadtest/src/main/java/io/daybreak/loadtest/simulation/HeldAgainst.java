package io.daybreak.loadtest.simulation;

import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.StateSource;
import org.agrona.DirectBuffer;

/** A recovery that is held against the history: a snapshot's state is one that was, then entry by entry the same digest and the same sequences. One thread. */
final class HeldAgainst implements RecoveryTarget {
    private final MachineRecovery recovery;
    private final History history;
    private int entries;
    private long sequence;

    HeldAgainst(final MachineRecovery recovery, final History history) {
        this.recovery = recovery;
        this.history = history;
    }

    @Override
    public ReplayTarget fromBegin() {
        entries = 0;
        sequence = 0;
        return new Held(recovery.fromBegin());
    }

    @Override
    public ReplayTarget fromSnapshot(final StateSource snapshot) {
        final ReplayTarget replay = recovery.fromSnapshot(snapshot);
        final StateMachine read = recovery.machine();
        entries = history.find(read.lastSequence(), read.digest());
        if (entries == History.NOT_FOUND) {
            entries = history.adoptOffered(read.lastSequence(), read.digest());
        }
        if (entries == History.NOT_FOUND) {
            throw new SimulationFailure(String.format("a snapshot gives sequence %d, digest %016x: a state that never was", read.lastSequence(),
                read.digest()));
        }
        sequence = read.lastSequence();
        return new Held(replay);
    }

    /** The state that was recovered. */
    StateMachine machine() {
        return recovery.machine();
    }

    /** Sequence of the last command replayed. */
    long sequence() {
        return sequence;
    }

    private final class Held implements ReplayTarget {
        private final ReplayTarget replay;

        Held(final ReplayTarget replay) {
            this.replay = replay;
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
    }
}
