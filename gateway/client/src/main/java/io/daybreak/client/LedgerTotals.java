package io.daybreak.client;

import java.math.BigInteger;

/** Sums over all accounts of a ledger, in minor units. */
public record LedgerTotals(int result, long asOfSequence, int ledger, long accountCount, BigInteger debitsPosted,
                           BigInteger debitsPending, BigInteger creditsPosted, BigInteger creditsPending) {
    /** True if no money came into being or vanished. */
    public boolean isConserved() {
        return debitsPosted.equals(creditsPosted) && debitsPending.equals(creditsPending);
    }
}
