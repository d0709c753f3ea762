package io.daybreak.client;

import io.daybreak.protocol.Result;

/** What became of a command, as far as the sender can know. */
public enum Decision {
    /** Applied; final. */
    APPLIED,
    /** Refused, and remembered so; final: the same id gets the same refusal for ever. */
    REFUSED,
    /** The switch did nothing and remembers nothing: the same id may be sent again. */
    NOT_DECIDED,
    /**
     * The id lies behind what the switch keeps in memory: it may have been applied long ago, or never. Ask by id; do not
     * pay again under another one.
     */
    EXPIRED,
    /**
     * No answer within the deadline: applied, refused or never arrived. Send the same transfer again, or look its id
     * up; never mint another id for the same payment.
     */
    UNKNOWN,
    /** It never left this client: nothing was done. */
    NOT_SENT;

    static Decision of(final int result) {
        if (result == Result.OK) {
            return APPLIED;
        }
        if (result == Result.ID_EXPIRED) {
            return EXPIRED;
        }
        return Result.isDecided(result) ? REFUSED : NOT_DECIDED;
    }
}
