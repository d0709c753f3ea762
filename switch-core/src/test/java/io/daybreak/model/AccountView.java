package io.daybreak.model;

/** What a look-up of an account shows. For one not shown only {@code id} and {@code lookup} count. */
public record AccountView(long id, Id userData128, long userData64, long debitsPosted, long debitsPending, long creditsPosted,
                          long creditsPending, long createdNs, long ledger, int code, int flags, int lookup) {
    /** What a look-up shows when it shows nothing. */
    public static AccountView none(final long id, final int lookup) {
        return new AccountView(id, Id.ZERO, 0, 0, 0, 0, 0, 0, 0, 0, 0, lookup);
    }
}
