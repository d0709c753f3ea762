package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Acknowledgement;

import java.util.SplittableRandom;

/**
 * How the nodes of a world work together.
 *
 * @param acknowledgement what answers wait for, one of {@code Acknowledgement}
 * @param ackTimeoutNs    after which a standby is left out, or an alarm raised
 * @param silenceNs       after which a connection ends
 * @param reconnectNs     between attempts to connect
 * @param catchUpBytes    a second, that a standby far behind is sent
 */
record ReplicationPlan(int acknowledgement, long ackTimeoutNs, long silenceNs, long reconnectNs, long catchUpBytes) {
    static ReplicationPlan draw(final SplittableRandom random) {
        final int rule = random.nextInt(4);
        return new ReplicationPlan(rule == 0 ? Acknowledgement.LOCAL : rule == 1 ? Acknowledgement.DEGRADE : Acknowledgement.WAIT,
            (50 + random.nextInt(1_000)) * World.MS, (500 + random.nextInt(2_500)) * World.MS, (50 + random.nextInt(400)) * World.MS,
            (64L + random.nextInt(4_000)) << 10);
    }

    /** Whether nothing that was told may ever be missing on a node that is promoted without loss being accepted. */
    boolean isLossless() {
        return acknowledgement == Acknowledgement.WAIT;
    }

    @Override
    public String toString() {
        return acknowledgement == Acknowledgement.WAIT ? "wait" : acknowledgement == Acknowledgement.DEGRADE ? "degrade" : "local";
    }
}
