package io.daybreak.client;

/**
 * Sizes of the tables of payments, and since when their oldest entries wait: epoch nanoseconds of command time, 0 where there is none.
 * Records of reference data are counted whatever their status.
 *
 * @param result            OK, or why there is no answer; then all else is 0
 * @param payments          remembered
 * @param paymentCapacity   most of them
 * @param oldestPaymentNs   of those that wait to be forgotten, from when its retention counts
 * @param reversalsBefore   reversals that wait for their original
 * @param issuerRequests    payments whose issuer has not answered yet
 * @param storeAndForward   reversals and advices that an issuer has to be told
 * @param openItems         items for a person
 * @param lateAnswers       issuers' answers that nobody waited for, since the journal began
 */
public record PaymentTables(int result, long asOfSequence, long payments, long paymentCapacity, long oldestPaymentNs, long reversalsBefore,
                            long issuerRequests, long oldestIssuerRequestNs, long storeAndForward, long oldestStoreAndForwardNs,
                            long openItems, long lateAnswers, long cards, long wallets, long merchants, long terminals) {
}
