package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.memory.ArenaSlabs;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.SnapshotSubject;
import io.daybreak.port.StateSink;
import io.daybreak.port.StateSource;
import io.daybreak.state.StateWriter;

/** A state machine beside the one at work, for a while: snapshots are made of it. One thread. */
public final class MachineCopy implements SnapshotSubject {
    private final ArenaSlabs slabs = new ArenaSlabs();
    private final MachineRecovery recovery = new MachineRecovery(slabs);

    @Override
    public ReplayTarget fromBegin() {
        return recovery.fromBegin();
    }

    @Override
    public ReplayTarget fromSnapshot(final StateSource snapshot) {
        return recovery.fromSnapshot(snapshot);
    }

    /** The machine, once it has begun. */
    public StateMachine machine() {
        return recovery.machine();
    }

    @Override
    public void check(final long stateDigest) {
        final StateMachine machine = recovery.machine();
        final long computed = machine.computeDigest();
        if (machine.digest() != stateDigest || computed != stateDigest) {
            throw new IllegalStateException(String.format("at sequence %d the digest is %016x, computed %016x, in the journal %016x",
                machine.lastSequence(), machine.digest(), computed, stateDigest));
        }
        machine.checkConservation();
    }

    @Override
    public void save(final StateSink image) {
        recovery.machine().save(new StateWriter(image));
    }

    @Override
    public long stateBytes() {
        return slabs.allocatedBytes();
    }

    @Override
    public void close() {
        slabs.close();
    }
}
