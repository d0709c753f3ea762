package io.daybreak.pipeline;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

/**
 * How far the ring is published without a gap, as a sequence that a wait strategy can wait for.
 * <p>
 * The cursor of a ring with several producers tells what was claimed, and the library's barrier returns at once when a
 * slot is claimed though not yet published: the stage behind it would spin for as long as a producer takes to fill its
 * slots, on two cores against that very producer. This one tells what can be taken.
 * <p>
 * Ledger thread only.
 */
final class PublishedSequence extends Sequence {
    private final RingBuffer<CommandSlot> ring;
    private final int maxAhead;
    private long next;

    /** @param maxAhead most slots that a look finds, so that a look's cost is bounded */
    PublishedSequence(final RingBuffer<CommandSlot> ring, final int maxAhead) {
        this.ring = ring;
        this.maxAhead = maxAhead;
    }

    /** Looks from {@code sequence} on from now; all before it is published. */
    void next(final long sequence) {
        next = sequence;
    }

    /** Highest sequence up to which everything is published; {@code next - 1} if nothing is. */
    @Override
    public long get() {
        final long limit = next + maxAhead;
        long sequence = next;
        while (sequence < limit && ring.isAvailable(sequence)) {
            sequence++;
        }
        return sequence - 1;
    }
}
