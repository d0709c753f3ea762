package io.daybreak.loadtest.simulation;

import io.daybreak.journal.CommitGate;
import io.daybreak.journal.replicate.FollowerView;
import io.daybreak.machine.StateMachine;
import io.daybreak.port.Journal;

/** Where a test may put something between the switch's parts, a liar say, to see that the simulation finds it out. */
interface Wiring {
    /** Every part is joined to the next as in the switch. */
    Wiring TRUE = new Wiring() {
    };

    /** The journal as the pipeline sees it. */
    default Journal journal(final Journal journal) {
        return journal;
    }

    /** What the journal waits for beside its own device. */
    default CommitGate gate(final CommitGate gate) {
        return gate;
    }

    /** A standby as its session sees it. */
    default FollowerView follower(final FollowerView follower) {
        return follower;
    }

    /** A state of which a snapshot is written next. */
    default void beforeSave(final StateMachine machine) {
        // As it is.
    }

    /** Whether the machine's device forgets, with its power, part of what it was told to write and said that it had. */
    default boolean isDeviceLying() {
        return false;
    }
}
