package io.daybreak.protocol;

/** What an answer waits for beside the own device. Journaled, since a promotion is judged by it: docs/replication.md, "Durability". */
public final class Acknowledgement {
    /** Nothing: standbys follow, and answers do not wait for them. */
    public static final int LOCAL = 0;
    /** Every standby in sync; one that does not answer in time is taken out, with an alarm. */
    public static final int DEGRADE = 1;
    /** Every standby in sync, for as long as it takes. */
    public static final int WAIT = 2;

    private Acknowledgement() {
    }
}
