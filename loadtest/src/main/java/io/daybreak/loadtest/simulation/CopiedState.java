package io.daybreak.loadtest.simulation;

import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.SnapshotSubject;
import io.daybreak.port.StateSink;
import io.daybreak.port.StateSource;
import io.daybreak.state.StateWriter;

import java.util.function.Consumer;

/** A second state that a snapshot is made of, as the switch's maker has one, in memory that costs what is touched. One thread; one at a time. */
final class CopiedState implements SnapshotSubject {
    private final SimSlabs slabs;
    private final MachineRecovery recovery;
    private final Consumer<StateMachine> beforeSave;

    CopiedState(final SimSlabs slabs, final Consumer<StateMachine> beforeSave) {
        this.slabs = slabs;
        this.beforeSave = beforeSave;
        recovery = new MachineRecovery(slabs);
    }

    @Override
    public ReplayTarget fromBegin() {
        return recovery.fromBegin();
    }

    @Override
    public ReplayTarget fromSnapshot(final StateSource snapshot) {
        return recovery.fromSnapshot(snapshot);
    }

    @Override
    public void check(final long stateDigest) {
        final StateMachine machine = recovery.machine();
        final long computed = machine.computeDigest();
        if (machine.digest() != stateDigest || computed != stateDigest) {
            throw new SimulationFailure(String.format("a snapshot at sequence %d: the digest is %016x, computed %016x, in the journal %016x",
                machine.lastSequence(), machine.digest(), computed, stateDigest));
        }
        machine.checkConservation();
    }

    @Override
    public void save(final StateSink image) {
        beforeSave.accept(recovery.machine());
        recovery.machine().save(new StateWriter(image));
    }

    @Override
    public long stateBytes() {
        return 0;
    }

    @Override
    public void close() {
        slabs.giveBack();
    }
}
