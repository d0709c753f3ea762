package io.daybreak.loadtest.workload;

/** When requests are due, whatever the switch does. Not thread safe. */
public interface Schedule {
    /** When the next request is due, in nanoseconds from the start; far away if there is none. */
    long nextNs();

    /** The next request is sent, or given up: on to the one after it. */
    void advance();
}
