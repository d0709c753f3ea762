package io.daybreak.client;

import java.util.List;

/**
 * Accounts in the order of the ids asked for.
 *
 * @param asOfSequence the sequence that the look-up saw; it is durable
 */
public record AccountsPage(long asOfSequence, List<AccountRecord> accounts) {
}
