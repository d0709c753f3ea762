package io.daybreak.client;

import io.daybreak.protocol.Participants;

/**
 * Lets a participant debit or read accounts. Words: {@link Participants}.
 *
 * @param ledger 0: every ledger
 */
public record Grant(int participantId, int kind, int rights, long fromValue, long toValue, int ledger) {
    /** Accounts from one id to another, both included. */
    public static Grant range(final int participantId, final int rights, final long fromId, final long toId) {
        return new Grant(participantId, Participants.GRANT_RANGE, rights, fromId, toId, 0);
    }

    /** One account. */
    public static Grant account(final int participantId, final int rights, final long accountId) {
        return new Grant(participantId, Participants.GRANT_ACCOUNT, rights, accountId, 0, 0);
    }
}
