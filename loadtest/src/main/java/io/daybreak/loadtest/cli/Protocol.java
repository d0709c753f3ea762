package io.daybreak.loadtest.cli;

/** What a run speaks. On the command line in any case. */
enum Protocol {
    /** Daybreak's own. */
    NATIVE,
    /** What acquirers speak. */
    ISO8583
}
