package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.memory.ReleasableSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.port.StateSource;
import io.daybreak.state.StateReader;

/** Makes the state machine that recovery fills, from a snapshot or from nothing. One thread. */
public final class MachineRecovery implements RecoveryTarget {
    private final SlabAllocator allocator;
    private StateMachine machine;

    public MachineRecovery(final SlabAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public ReplayTarget fromBegin() {
        machine = new StateMachine(allocator);
        return new Replayer(machine);
    }

    @Override
    public ReplayTarget fromSnapshot(final StateSource snapshot) {
        final ReleasableSlabs slabs = new ReleasableSlabs(allocator);
        boolean isRead = false;
        try {
            final StateMachine read = new StateMachine(slabs);
            read.load(new StateReader(snapshot));
            slabs.keep();
            isRead = true;
            machine = read;
            return new Replayer(machine);
        } finally {
            if (!isRead) {
                slabs.releaseAll();
            }
        }
    }

    /** The machine that recovery has filled. */
    public StateMachine machine() {
        return machine;
    }
}
