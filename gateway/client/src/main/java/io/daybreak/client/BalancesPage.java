package io.daybreak.client;

import java.util.List;

/**
 * Balance history of an account, newest first; parameters as in {@link TransfersPage}.
 */
public record BalancesPage(int result, long asOfSequence, long nextCursor, long memoryBeginsSequence, List<BalanceRecord> balances) {
}
