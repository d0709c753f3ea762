package io.daybreak.model;

import io.daybreak.protocol.AccountFlags;

import java.math.BigInteger;

/** An account of the naive ledger. Never changed: a movement makes a new one. */
record NaiveAccount(AccountCommand contents, int flags, BigInteger debitsPosted, BigInteger debitsPending,
                    BigInteger creditsPosted, BigInteger creditsPending, long createdNs) {
    static NaiveAccount created(final AccountCommand contents, final long nowNs) {
        final BigInteger zero = BigInteger.ZERO;
        return new NaiveAccount(contents, contents.flags(), zero, zero, zero, zero, nowNs);
    }

    boolean has(final int flag) {
        return (flags & flag) != 0;
    }

    boolean isClosed() {
        return has(AccountFlags.CLOSED);
    }

    NaiveAccount withFlags(final int newFlags) {
        return new NaiveAccount(contents, newFlags, debitsPosted, debitsPending, creditsPosted, creditsPending, createdNs);
    }

    NaiveAccount plusDebits(final BigInteger posted, final BigInteger pending) {
        return new NaiveAccount(contents, flags, debitsPosted.add(posted), debitsPending.add(pending), creditsPosted,
            creditsPending, createdNs);
    }

    NaiveAccount plusCredits(final BigInteger posted, final BigInteger pending) {
        return new NaiveAccount(contents, flags, debitsPosted, debitsPending, creditsPosted.add(posted),
            creditsPending.add(pending), createdNs);
    }

    BigInteger debits() {
        return debitsPosted.add(debitsPending);
    }

    BigInteger credits() {
        return creditsPosted.add(creditsPending);
    }

    AccountView view() {
        return new AccountView(contents.id(), contents.userData128(), contents.userData64(), debitsPosted.longValueExact(),
            debitsPending.longValueExact(), creditsPosted.longValueExact(), creditsPending.longValueExact(), createdNs,
            contents.ledger(), contents.code(), flags, 0);
    }
}
