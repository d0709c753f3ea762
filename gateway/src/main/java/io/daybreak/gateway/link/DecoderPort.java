package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import io.daybreak.protocol.LinkError;
import org.agrona.DirectBuffer;

/** What the decoder needs of its link. Event loop's thread only. */
interface DecoderPort {
    /** Commands that may be published now: what is left of the connection's and of the loop's limit. */
    int credit();

    /** {@code count} commands were published. */
    void onPublished(int count);

    /** Whether any published command of this link has no answer yet. */
    boolean hasUnanswered();

    /** An answer buffer for one query, or null if all are lent. */
    AnswerBuffer lend();

    /** A lent buffer was not needed after all. */
    void giveBack(AnswerBuffer buffer);

    /** The link itself answers entries of a request that are not published, all with the same result. */
    void answer(long correlationId, int firstIndex, int requestCount, int count, int result);

    /**
     * A whole session message.
     *
     * @param offset of its block, {@code length} bytes
     * @return false if decoding must stop after it
     */
    boolean onSessionMessage(int templateId, DirectBuffer view, int offset, int length);

    /** The peer broke a rule; the link closes. {@code correlationId} is 0 if no request is concerned. */
    void onViolation(LinkError error, long correlationId, String text);
}
