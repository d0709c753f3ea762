package io.daybreak.loadtest.simulation.storage;

/**
 * The simulated process ends here, in the middle of whatever it does. Not an exception that anybody could handle: everything that
 * the process tries afterwards on its disk ends in the same way.
 */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash() {
        super("the simulated process has ended", null, false, false);
    }
}
