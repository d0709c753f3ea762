package io.daybreak.gateway.replica;

/**
 * What this node is, and how far it has come.
 *
 * @param isPrimary        it leads
 * @param isConnected      as a standby: entries come
 * @param isDegraded       answers ought to wait for a standby, and do not
 * @param epoch            it leads or follows in
 * @param incarnation      of this process
 * @param receivedSequence in the own journal
 * @param appliedSequence  applied and acknowledged
 * @param primarySequence  that the primary told of last; the own one on a primary
 * @param lagMs            how long ago this node had everything that the primary told of
 * @param isInSync         as a standby: the journal here says that it is; on a primary: answers wait for a standby
 * @param acknowledgement  what answers wait for
 */
public record NodeStatus(boolean isPrimary, boolean isConnected, boolean isDegraded, long epoch, long incarnation, long receivedSequence,
                         long appliedSequence, long primarySequence, long lagMs, boolean isInSync, int acknowledgement) {
    /** Bit of the answer's flags: entries come from the primary. */
    public static final int FLAG_CONNECTED = 1;
    /** Bit of the answer's flags: answers ought to wait for a standby, and do not. */
    public static final int FLAG_DEGRADED = 2;

    /** Bit of the answer's flags: in sync, or on a primary, with a standby in sync. */
    public static final int FLAG_IN_SYNC = 4;

    /** For the wire. */
    public int flags() {
        return (isConnected ? FLAG_CONNECTED : 0) | (isDegraded ? FLAG_DEGRADED : 0) | (isInSync ? FLAG_IN_SYNC : 0);
    }
}
