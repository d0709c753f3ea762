package io.daybreak.client;

/** Sums of an account after the command of this sequence, in minor units. */
public record BalanceRecord(long sequence, long timestampNs, long debitsPosted, long debitsPending, long creditsPosted,
                            long creditsPending) {
}
