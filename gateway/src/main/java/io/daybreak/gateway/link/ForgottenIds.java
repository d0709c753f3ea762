package io.daybreak.gateway.link;

import org.agrona.MutableDirectBuffer;

/** Completes answers about ids that memory has forgotten, from the journal. Any event loop's thread; never blocks. */
public interface ForgottenIds {
    /** None: what memory has forgotten stays LOOKUP_EXPIRED. */
    ForgottenIds NONE = (answer, length, done) -> false;

    /**
     * Takes a TransfersAnswer, header first, in which some entry is LOOKUP_EXPIRED.
     *
     * @param answer not to be touched until it is done
     * @param done   run once, on any thread, when all that can be found has been put in
     * @return false if it is not taken, since too many wait or there is nothing to look in: the answer goes as it is
     */
    boolean complete(MutableDirectBuffer answer, int length, Runnable done);
}
