package io.daybreak.model;

/** One entry of an account's balance history: the balances after the change. */
public record BalanceView(long sequence, long timestampNs, long debitsPosted, long debitsPending, long creditsPosted,
                          long creditsPending) {
}
