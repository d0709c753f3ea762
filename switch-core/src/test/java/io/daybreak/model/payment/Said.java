package io.daybreak.model.payment;

import io.daybreak.protocol.Result;

/**
 * What the model expects of an answer. Fields that the document leaves to the switch (an approval code, a reference that
 * the switch makes) are told as "there" or "not there".
 */
final class Said {
    int result;
    /** Other results that the document allows as well. */
    int alsoResult = -1;
    boolean repeated;
    boolean deferred;
    /** Journaled, unless it is a repeat or an enquiry. */
    boolean enquiry;
    /** DE 4 of the response. */
    long amount;
    int date;
    int mti;
    int stan;
    int processingCode;
    /** True: a new DE 38; false: none. With {@link #payment} answered before: the first one's. */
    boolean approvalCode;
    long ledgerBalance;
    long availableBalance;
    /** What is left of the limit that refused, or -1. */
    long left = -1;
    NaivePayments.Payment payment;

    boolean isDecided() {
        return Result.isDecided(result);
    }

    static boolean isApproval(final int result) {
        return result == Result.OK || result == Result.APPROVED_IN_PART || result == Result.APPROVED_BY_STAND_IN
            || result == Result.TAKEN_AS_AN_ITEM || result == Result.NOTHING_LEFT_TO_REVERSE;
    }

    @Override
    public String toString() {
        return Result.name(result) + (repeated ? " repeated" : "") + (deferred ? " deferred" : "") + " 4=" + amount + " 15=" + date
            + (approvalCode ? " with 38" : "");
    }
}
