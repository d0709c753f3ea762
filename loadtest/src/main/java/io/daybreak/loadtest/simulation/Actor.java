package io.daybreak.loadtest.simulation;

/** Somebody in the simulated world. One thread; told of one event at a time. */
interface Actor {
    /** Something happens to it. Kinds are numbers of its own. */
    void on(int kind, long number, Object what);

    /** Name for people. */
    String name();

    /** What a kind of event is called, for people. */
    String nameOf(int kind);
}
