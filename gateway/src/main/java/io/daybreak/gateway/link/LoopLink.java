package io.daybreak.gateway.link;

import io.daybreak.pipeline.AnswerBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What an event loop needs of a connection, whatever protocol it speaks. All calls are made on the connection's event
 * loop.
 */
public interface LoopLink {
    /** As {@link LoopAgent#register} gave it. */
    long linkId();

    /** Writes what has gathered, with one call. */
    void flush();

    /** There may be room again; called once for each {@link LoopAgent#pause}. */
    void resume();

    /** Called a few times a second, for whatever has a time limit. */
    void onTick(long nowNs);

    /** The switch stops: a word to whoever can hear it, then the end. */
    void onShutdown();

    /**
     * Outcomes of commands of this connection, as a finished native frame.
     *
     * @param bytes of the frame
     * @param count outcomes in it
     */
    void onOutcomes(UnsafeBuffer memory, int offset, int bytes, int count);

    /** The answer of a query; the buffer is the caller's again afterwards. */
    void onAnswer(AnswerBuffer answer);
}
