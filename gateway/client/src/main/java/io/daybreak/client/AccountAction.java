package io.daybreak.client;

import io.daybreak.protocol.AccountFlags;

/**
 * Something done to an account; operator only.
 *
 * @param action one of the ACTION words of {@link AccountFlags}
 * @param sides  bits of the SIDE words; 0 to close
 */
public record AccountAction(long accountId, int action, int sides) {
    /** Freezes the sides named. */
    public static AccountAction freeze(final long accountId, final int sides) {
        return new AccountAction(accountId, AccountFlags.ACTION_FREEZE, sides);
    }

    /** Unfreezes the sides named. */
    public static AccountAction unfreeze(final long accountId, final int sides) {
        return new AccountAction(accountId, AccountFlags.ACTION_UNFREEZE, sides);
    }

    /** Closes for good. */
    public static AccountAction close(final long accountId) {
        return new AccountAction(accountId, AccountFlags.ACTION_CLOSE, 0);
    }
}
