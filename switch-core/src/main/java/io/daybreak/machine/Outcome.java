package io.daybreak.machine;

/**
 * What became of one command. Mutable and reused: it lives in the ring slot of its command. Written by the ledger
 * thread, read by the reply stage.
 */
public final class Outcome {
    /** Sequence of a decided command; for one not decided, the last sequence that the state machine had seen. */
    public long sequence;
    /** Command time of the decision in epoch nanoseconds; of the first decision for a repeat. */
    public long timestampNs;
    /** What was moved, held or released, in minor units; 0 for a refusal. */
    public long amountMinor;
    /** A {@link io.daybreak.protocol.Result}. */
    public int result;
    /** Bits of {@link io.daybreak.protocol.OutcomeFlags}. */
    public int flags;

    /** Sets all fields at once. */
    public void set(final long newSequence, final long newTimestampNs, final long newAmountMinor, final int newResult,
                    final int newFlags) {
        sequence = newSequence;
        timestampNs = newTimestampNs;
        amountMinor = newAmountMinor;
        result = newResult;
        flags = newFlags;
    }
}
