package io.daybreak.port;

import org.agrona.DirectBuffer;

/**
 * Takes the effects that may happen: the commands that caused them are durable. Called by the reply stage, one thread:
 * after the outcome of the command that caused the effect, in the order in which the state machine emitted them; then, as
 * for outcomes, {@link ReplySink#onBatchEnd()} says that no more follow for now. Must never block and never publish into
 * the ring.
 */
public interface EffectSink {
    /** Lets everything pass. */
    EffectSink NONE = (templateId, effect, offset, length) -> {
    };

    /**
     * One effect.
     *
     * @param templateId of the block
     * @param effect     the block without a header, and what stands behind it; valid during the call only
     */
    void onEffect(int templateId, DirectBuffer effect, int offset, int length);
}
