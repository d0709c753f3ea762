package io.daybreak.journal.snapshot;

/** Is told before each step that changes what is on the device; a test ends the process's work there by throwing. */
@FunctionalInterface
public interface SnapshotSteps {
    /** Nothing happens in between. */
    SnapshotSteps NONE = step -> { };

    /** The named step comes next. */
    void before(String step);
}
