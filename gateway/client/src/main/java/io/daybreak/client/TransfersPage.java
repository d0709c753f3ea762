package io.daybreak.client;

import java.util.List;

/**
 * Transfers by id in the order asked for, or of an account, newest first.
 *
 * @param result               {@link io.daybreak.protocol.Result}: OK, or why there is nothing
 * @param asOfSequence         the sequence that the query saw; it is durable
 * @param nextCursor           for the next page; 0: no more in memory
 * @param memoryBeginsSequence transfers before it are no longer in memory
 */
public record TransfersPage(int result, long asOfSequence, long nextCursor, long memoryBeginsSequence,
                            List<TransferRecord> transfers) {
}
