package io.daybreak.gateway.link;

import org.agrona.DirectBuffer;

/**
 * Takes the outcomes of payments of one event loop, also of connections that have gone meanwhile: what was kept for the
 * answer must be given back in any case. Event loop's thread only.
 */
public interface PaymentReplies {
    /** Hears of payments that nobody sent. */
    PaymentReplies NONE = (linkId, correlationId, templateId, result, outcomeFlags, answer, offset) -> {
        throw new IllegalStateException("an outcome of a payment, and no link sends any");
    };

    /**
     * One outcome.
     *
     * @param correlationId as it was published
     * @param templateId    of the command
     * @param outcomeFlags  bits of OutcomeFlags; with DEFERRED the answer comes later, in another call
     * @param answer        holds the answer's block at {@code offset}; valid during the call only
     */
    void onPayment(long linkId, long correlationId, int templateId, int result, int outcomeFlags, DirectBuffer answer, int offset);
}
