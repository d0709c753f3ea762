package io.daybreak.loadtest.conformance;

/**
 * What a balance enquiry told, minor units.
 *
 * @param ledger    posted
 * @param available less holds
 */
record Balance(long ledger, long available) {
}
