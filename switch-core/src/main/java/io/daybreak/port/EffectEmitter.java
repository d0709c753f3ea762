package io.daybreak.port;

import org.agrona.DirectBuffer;

/**
 * Takes the effects of commands from the state machine: what is to be told or sent once the command is durable. Ledger
 * thread only. At recovery nobody listens: replay emits nothing.
 */
public interface EffectEmitter {
    /** Bytes of an effect, at most. */
    int MAX_EFFECT_BYTES = 512;
    /** Listens to nothing. */
    EffectEmitter NONE = (templateId, effect, offset, length) -> {
    };

    /**
     * One effect of the command that is being applied, in the order in which they are to happen.
     *
     * @param templateId of the block
     * @param effect     the block without a header, and what stands behind it; valid during the call only
     * @param length     at most {@link #MAX_EFFECT_BYTES}
     */
    void emit(int templateId, DirectBuffer effect, int offset, int length);
}
