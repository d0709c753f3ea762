package io.daybreak.loadtest.simulation;

/** A promise was broken. The message says what was expected and what was found. */
public final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimulationFailure(final String message) {
        super(message);
    }

    SimulationFailure(final String message, final Throwable cause) {
        super(message, cause);
    }
}
