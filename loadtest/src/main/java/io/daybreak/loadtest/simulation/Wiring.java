package io.daybreak.loadtest.simulation;

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

    /** Whether the machine's device forgets, with its power, part of what it was told to write and said that it had. */
    default boolean isDeviceLying() {
        return false;
    }
}
