package io.daybreak.client;

import io.daybreak.protocol.Result;

/**
 * An account as looked up. Sums are in minor units.
 *
 * @param lookup {@link Result#OK} if found; else why not, and then only {@code id} means anything
 * @param flags  bits of {@link io.daybreak.protocol.AccountFlags}
 */
public record AccountRecord(long id, int lookup, long userData128Hi, long userData128Lo, long userData64, long debitsPosted,
                            long debitsPending, long creditsPosted, long creditsPending, long createdNs, int ledger, int code,
                            int flags) {
    /** True if the account is there and may be read. */
    public boolean isFound() {
        return lookup == Result.OK;
    }

    /** Credits less debits, posted. */
    public long balanceMinor() {
        return creditsPosted - debitsPosted;
    }
}
