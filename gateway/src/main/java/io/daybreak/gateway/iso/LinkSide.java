package io.daybreak.gateway.iso;

import io.daybreak.pipeline.AnswerBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a connection is for: the acquirer's side answers requests, the issuer's side sends them and takes the answers. The
 * {@link IsoLink} does what both have in common: socket, frames, bounds, the way out. One side for each connection; event
 * loop's thread only.
 */
interface LinkSide {
    /** The connection stands. */
    void onOpen(IsoLink link);

    /**
     * One message, where it was received; valid during the call only.
     *
     * @param headerOffset of the header in front of the message
     * @return false if the connection must end
     */
    boolean onMessage(UnsafeBuffer view, int headerOffset, int offset, int length);

    /** What was received together has been handed over. */
    void onReadEnd();

    /** Whether something that the peer sent still waits for its answer; a connection that it has half closed waits for that. */
    boolean hasUnanswered();

    /** Called a few times a second. */
    void onTick(long nowNs);

    /** Outcomes of commands other than payments; as {@link io.daybreak.gateway.link.LoopLink#onOutcomes}. */
    void onOutcomes(UnsafeBuffer memory, int offset, int bytes, int count);

    /** The answer of a query. */
    void onAnswer(AnswerBuffer answer);

    /** The connection is gone. */
    void onClosed();
}
