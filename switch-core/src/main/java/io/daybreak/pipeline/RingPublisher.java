package io.daybreak.pipeline;

import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

import java.util.Arrays;

/**
 * One thread's way into the ring, and the admission to it.
 * <pre>
 *   free slots of the ring
 *   |  anybody                          |  shares                     |  reserve         |
 *   |                                   |  new requests of those who  |  FINISHING only  |
 *   |                                   |  hold less than a share     |                  |
 *   capacity                            reserve + all shares          reserve            0
 * </pre>
 * So a flood of new requests cannot keep out what finishes old ones; and a publisher that floods cannot keep out another
 * one that pays singly, however often it tries: to each of them a share stays open.
 * <p>
 * The check and the claim are two steps. Publishers that pass the check together may reach into the next zone by one
 * claim each; zones are a multiple of that.
 * <p>
 * Not thread safe.
 */
final class RingPublisher implements CommandPublisher {
    static final int CLAIMS_REFUSED = 0;
    static final int COUNTERS = 1;

    private final RingBuffer<CommandSlot> ring;
    private final Sequence released;
    private final FailStop failStop;
    private final int maxClaim;
    private final int aboveShares;
    private final int aboveReserve;
    private final StageCounters counters = new StageCounters(COUNTERS);
    private final StageTimes times;

    /** Ring sequences of the latest slots claimed, as many as a share has; tells how many of them are still in use. */
    private final long[] latest;
    private long claimed;
    private long receivedNs;

    /** @param times null: nothing is timed */
    RingPublisher(final PipelineContext context, final RingBuffer<CommandSlot> ring, final Sequence released,
                  final FailStop failStop, final StageTimes times) {
        this.times = times;
        this.ring = ring;
        this.released = released;
        this.failStop = failStop;
        maxClaim = context.maxClaim();
        aboveReserve = context.reserve();
        aboveShares = context.reserve() + context.maxPublishers() * context.shareSlots();
        latest = new long[context.shareSlots()];
        Arrays.fill(latest, NOT_CLAIMED);
    }

    @Override
    public long tryClaim(final int count, final int priority) {
        if (count < 1 || count > maxClaim) {
            throw new IllegalArgumentException("a claim has from 1 to " + maxClaim + " slots: " + count);
        }
        if (!failStop.isOpen() || !isAdmitted(count, priority)) {
            counters.increment(CLAIMS_REFUSED);
            return NOT_CLAIMED;
        }
        final long last;
        try {
            last = ring.tryNext(count);
        } catch (final InsufficientCapacityException ex) {
            counters.increment(CLAIMS_REFUSED);
            return NOT_CLAIMED;
        }
        final long first = last - count + 1;
        if (!failStop.isOpen()) {
            // Claimed while the pipeline closed. Slots that are never published would keep it from draining.
            giveBack(first, last);
            return NOT_CLAIMED;
        }
        final int mask = latest.length - 1;
        for (long sequence = first; sequence <= last; sequence++) {
            latest[(int) claimed++ & mask] = sequence;
        }
        return first;
    }

    private boolean isAdmitted(final int count, final int priority) {
        if (priority == FINISHING) {
            return ring.hasAvailableCapacity(count);
        }
        return ring.hasAvailableCapacity(count + aboveShares)
            || isWithinShare(count) && ring.hasAvailableCapacity(count + aboveReserve);
    }

    /** True if at most a share's slots are in use by this publisher once it has {@code count} more. */
    private boolean isWithinShare(final int count) {
        // With count more, the oldest of the latest ones that would still be inside the share must be out of use.
        return latest[(int) (claimed + count - 1) & latest.length - 1] <= released.get();
    }

    private void giveBack(final long first, final long last) {
        for (long sequence = first; sequence <= last; sequence++) {
            final CommandSlot slot = ring.get(sequence);
            slot.templateId = LedgerStage.NOTHING;
            slot.linkId = 0;
            slot.chainLength = 0;
            slot.answerBuffer = null;
        }
        publish(first, last);
    }

    @Override
    public CommandSlot slot(final long ringSequence) {
        return ring.get(ringSequence);
    }

    @Override
    public void received(final long newReceivedNs) {
        receivedNs = newReceivedNs;
    }

    @Override
    public void publish(final long first, final long last) {
        if (times != null) {
            times.onPublish(first, last, receivedNs);
        }
        ring.publish(first, last);
    }

    @Override
    public int maxClaim() {
        return maxClaim;
    }

    StageCounters counters() {
        return counters;
    }
}
