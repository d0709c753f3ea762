package io.daybreak.routing;

import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.QueryStoreAndForwardDecoder;
import io.daybreak.protocol.codec.StoreAndForwardAnswerEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Shows the entries of an issuer, oldest first, a page at a time. A page begins at the entry that the cursor names; if that
 * is over by now, the answer is RECORD_NOT_FOUND, and the asker begins anew. Ledger thread only.
 */
final class StoreAndForwardQuery {
    private static final int WAITS = 1;
    private static final int SENT = 2;

    private final Issuers issuers;
    private final StoreAndForward storeAndForward;
    private final QueryStoreAndForwardDecoder question = new QueryStoreAndForwardDecoder();
    private final StoreAndForwardAnswerEncoder answerEncoder = new StoreAndForwardAnswerEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();

    StoreAndForwardQuery(final Issuers issuers, final StoreAndForward storeAndForward) {
        this.issuers = issuers;
        this.storeAndForward = storeAndForward;
    }

    int answer(final boolean allowed, final DirectBuffer query, final int offset, final long asOfSequence,
               final MutableDirectBuffer answer, final int answerOffset) {
        question.wrap(query, offset, QueryStoreAndForwardDecoder.BLOCK_LENGTH, QueryStoreAndForwardDecoder.SCHEMA_VERSION);
        final long correlationId = question.correlationId();
        final long cursor = question.cursor();
        final int pageSize = question.pageSize();
        final Issuer issuer = allowed ? issuers.issuer(question.issuerId()) : null;
        int entry = issuer == null ? StoreAndForward.NONE : cursor == 0 ? issuer.first : storeAndForward.find(cursor);
        if (entry != StoreAndForward.NONE && cursor != 0
            && RoutedPayments.number(storeAndForward.address(entry) + StoreAndForward.ISSUER) != issuer.id) {
            entry = StoreAndForward.NONE;
        }
        final int result = !allowed ? Result.NOT_GRANTED
            : pageSize < 1 || pageSize > Limits.MAX_PAGE ? Result.MALFORMED_COMMAND
            : issuer == null || entry == StoreAndForward.NONE && cursor != 0 ? Result.RECORD_NOT_FOUND : Result.OK;
        int count = 0;
        int next = result == Result.OK ? entry : StoreAndForward.NONE;
        while (next != StoreAndForward.NONE && count < pageSize) {
            next = storeAndForward.younger(next);
            count++;
        }
        final StoreAndForwardAnswerEncoder.EntriesEncoder group = answerEncoder.wrapAndApplyHeader(answer, answerOffset, header)
            .correlationId(correlationId).asOfSequence(asOfSequence)
            .nextCursor(next == StoreAndForward.NONE ? 0 : storeAndForward.entryId(next))
            .count(issuer == null ? 0 : issuer.entries).result(result).held(issuer != null && issuer.isHeld() ? 1 : 0).reserved(0)
            .entriesCount(count);
        for (int i = 0; i < count; i++) {
            encode(group, entry);
            entry = storeAndForward.younger(entry);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + answerEncoder.encodedLength();
    }

    private void encode(final StoreAndForwardAnswerEncoder.EntriesEncoder group, final int entry) {
        final long address = storeAndForward.address(entry);
        group.next().entryId(storeAndForward.entryId(entry)).paymentId(storeAndForward.paymentId(entry))
            .createdNs(UnsafeApi.getLong(address + StoreAndForward.CREATED))
            .nextTryNs(UnsafeApi.getLong(address + StoreAndForward.DEADLINE))
            .amountMinor(UnsafeApi.getLong(address + StoreAndForward.AMOUNT))
            .stan(UnsafeApi.getInt(address + StoreAndForward.STAN))
            .transmission(UnsafeApi.getInt(address + StoreAndForward.TRANSMISSION))
            .mti(RoutedPayments.number(address + StoreAndForward.MTI))
            .tries(storeAndForward.tries(entry))
            .state(storeAndForward.state(entry) == StoreAndForward.SENT ? SENT : WAITS).reserved(0);
    }
}
