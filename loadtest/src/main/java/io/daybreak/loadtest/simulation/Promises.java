package io.daybreak.loadtest.simulation;

/** What the switch, all of its nodes together, has told to anybody. One thread. */
final class Promises {
    private long highestTold;
    private int era;

    void told(final long sequence) {
        highestTold = Math.max(highestTold, sequence);
    }

    /** Highest sequence that was ever told, in an outcome, an answer or a message to the issuer. */
    long highestTold() {
        return highestTold;
    }

    /** How often the switch has forgotten what it was allowed to. */
    int era() {
        return era;
    }

    void forgetAfter(final long sequence) {
        highestTold = Math.min(highestTold, sequence);
        era++;
    }
}
