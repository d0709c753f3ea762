package io.daybreak.pipeline;

import com.lmax.disruptor.RingBuffer;

import java.util.List;

/** What the pipeline has done since start, for operators and metrics. Any thread; values may be microseconds old. */
public final class PipelineCounters {
    private final RingBuffer<CommandSlot> ring;
    private final StageCounters ledger;
    private final StageCounters durability;
    private final List<RingPublisher> publishers;

    PipelineCounters(final RingBuffer<CommandSlot> ring, final StageCounters ledger, final StageCounters durability,
                     final List<RingPublisher> publishers) {
        this.ring = ring;
        this.ledger = ledger;
        this.durability = durability;
        this.publishers = publishers;
    }

    /** Commands applied, whatever became of them; queries not counted. */
    public long commands() {
        return ledger.get(LedgerStage.COMMANDS);
    }

    /** Commands that were decided and journaled. */
    public long journaledCommands() {
        return ledger.get(LedgerStage.JOURNALED);
    }

    /** Journal entries. */
    public long entries() {
        return ledger.get(LedgerStage.ENTRIES);
    }

    /** Ring batches of the ledger stage. */
    public long batches() {
        return ledger.get(LedgerStage.BATCHES);
    }

    /** Slots of the largest ring batch. */
    public long greatestBatch() {
        return ledger.get(LedgerStage.GREATEST_BATCH);
    }

    /** Queries answered. */
    public long queries() {
        return ledger.get(LedgerStage.QUERIES);
    }

    /** Commands that were known and got their first outcome. */
    public long repeats() {
        return ledger.get(LedgerStage.REPEATS);
    }

    /** Ticks applied. */
    public long ticks() {
        return ledger.get(LedgerStage.TICKS);
    }

    /** Times that the ledger stage went to sleep for want of commands. */
    public long ledgerParks() {
        return ledger.get(LedgerStage.PARKS);
    }

    /** Syncs of the journal. */
    public long syncs() {
        return durability.get(DurabilityStage.SYNCS);
    }

    /** Groups that needed no sync, since nothing of them was journaled. */
    public long syncsSpared() {
        return durability.get(DurabilityStage.SYNCS_SPARED);
    }

    /** Outcomes and answers handed to the reply sink. */
    public long replies() {
        return durability.get(DurabilityStage.REPLIES);
    }

    /** Slots of the largest group between two syncs. */
    public long greatestGroup() {
        return durability.get(DurabilityStage.GREATEST_GROUP);
    }

    /** Times that the durability stage went to sleep for want of outcomes. */
    public long durabilityParks() {
        return durability.get(DurabilityStage.PARKS);
    }

    /** Claims that publishers were refused: a publisher counts each try. */
    public long claimsRefused() {
        long sum = 0;
        for (final RingPublisher publisher : publishers) {
            sum += publisher.counters().get(RingPublisher.CLAIMS_REFUSED);
        }
        return sum;
    }

    /** Free slots of the ring now. */
    public long ringRemaining() {
        return ring.remainingCapacity();
    }

    /** Slots of the ring. */
    public int ringCapacity() {
        return ring.getBufferSize();
    }
}
