package io.daybreak.client;

/**
 * What a node of the switch is, and how far it has come.
 *
 * @param result           of a promotion; OK for a query
 * @param asOfSequence     applied and acknowledged there
 * @param receivedSequence in its own journal
 * @param primarySequence  last that its primary told of
 * @param epoch            it leads or follows in
 * @param incarnation      of its process
 * @param lagMs            how long ago it had all that the primary told of; of a primary: its slowest standby
 * @param isPrimary        it leads
 * @param isConnected      as a standby: it has its primary
 * @param isDegraded       answers ought to wait for a standby, and do not
 * @param isInSync         as a standby: its journal says that it is in sync; of a primary: its answers wait for a standby
 * @param acknowledgement  what answers wait for, one of {@code Acknowledgement}
 */
public record NodeRecord(int result, long asOfSequence, long receivedSequence, long primarySequence, long epoch, long incarnation, long lagMs,
                         boolean isPrimary, boolean isConnected, boolean isDegraded, boolean isInSync, int acknowledgement) {
    @Override
    public String toString() {
        return "node: role=" + (isPrimary ? "primary" : "standby") + " epoch=" + epoch + " sequence=" + asOfSequence + " received=" + receivedSequence
            + " primary=" + primarySequence + " lag_ms=" + lagMs + " acknowledgement=" + acknowledgement + (isConnected ? " connected" : "") + (isInSync ? " in-sync" : "")
            + (isDegraded ? " DEGRADED" : "");
    }
}
