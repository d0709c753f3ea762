package io.daybreak.journal.replicate;

import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;

/**
 * Who may be promoted, and with which numbers it leads. Rule: docs/replication.md, "Promotion" and "Epochs". Pure.
 */
public final class PromotionRule {
    /** Incarnations of an epoch do not meet those of another one, whatever became of the other node's directory. */
    private static final int EPOCH_SHIFT = 32;

    private PromotionRule() {
    }

    /**
     * May this node be promoted?
     *
     * @param membership as the own journal says, as far as it is applied
     * @param nodeCode   of this node
     * @return OK: nothing that was acknowledged can be missing here; NOT_A_MEMBER: never; LOSS_MUST_BE_ACCEPTED: if the old primary is proved to be
     *     stopped, or the operator accepts the loss
     */
    public static int judge(final MembershipView membership, final String nodeCode) {
        final MembershipView.Member self = membership.find(nodeCode);
        if (self == null) {
            return Result.NOT_A_MEMBER;
        }
        return membership.acknowledgement() == Acknowledgement.WAIT && self.isInSync() ? Result.OK : Result.LOSS_MUST_BE_ACCEPTED;
    }

    /** The epoch to lead in: above every one that this node knows of. */
    public static long epoch(final long seenEpoch, final long journalEpoch) {
        return Math.max(seenEpoch, journalEpoch) + 1;
    }

    /**
     * The incarnation to lead with.
     *
     * @param stored      the directory's last one
     * @param ofLastEntry the one in the last entry received, 0 if there is none
     * @param epoch       the new one
     */
    public static long incarnation(final long stored, final long ofLastEntry, final long epoch) {
        return Math.max(Math.max(stored, ofLastEntry) + 1, epoch << EPOCH_SHIFT);
    }
}
