package io.daybreak.port;

import org.agrona.DirectBuffer;

/**
 * Takes outcomes and answers that may be told: all that they depend on is durable. Called by the reply stage, one
 * thread, in ring order. Must never block and never publish into the ring.
 */
public interface ReplySink {
    /**
     * One outcome.
     *
     * @param linkId        as the publisher set it
     * @param correlationId of the request
     * @param index         place in the request, from 0
     * @param requestCount  entries of the whole request
     */
    void onOutcome(long linkId, long correlationId, int index, int requestCount,
                   long sequence, long timestampNs, long amountMinor, int result, int outcomeFlags);

    /**
     * The outcome of a payment, a reconciliation or a file update, and what its response says. Where the flags say DEFERRED
     * nothing is to be told yet, and the answer comes as an effect; the sender's credit is free again all the same, so that
     * a slow issuer holds up nobody but its own payments.
     *
     * @param templateId of the command
     * @param answer     holds the answer's block, without a header; valid during the call only
     */
    void onPayment(long linkId, long correlationId, int templateId, int result, int outcomeFlags, DirectBuffer answer, int offset,
                   int length);

    /**
     * The answer of a query: a whole SBE message with its header, in the answer buffer that the publisher lent with the
     * request. The sink gives it back to the publisher's side.
     */
    void onAnswer(long linkId, long correlationId, Object answerBuffer, DirectBuffer answer, int length);

    /** No more for now: wake whoever has something to send. */
    void onBatchEnd();
}
