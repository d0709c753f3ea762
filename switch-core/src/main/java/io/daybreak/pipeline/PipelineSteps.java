package io.daybreak.pipeline;

/**
 * Moves the stages of a pipeline without threads, one turn at a time: the same code that the threads of {@link Pipeline#start} run, in an
 * order that the caller chooses. With it a simulator in one thread repeats a run exactly. A failure in a stage is told to the
 * {@link FatalHandler} as always; no step does anything afterwards.
 * <p>
 * One thread, which is then ledger thread, durability thread and ticker in turn, and may publish as well.
 */
public final class PipelineSteps {
    private final LedgerStage ledger;
    private final DurabilityStage durability;
    private final Ticker ticker;

    PipelineSteps(final LedgerStage ledger, final DurabilityStage durability, final Ticker ticker) {
        this.ledger = ledger;
        this.durability = durability;
        this.ticker = ticker;
    }

    /**
     * Applies what is published, at most a ring batch, as at most some journal entries. The journal must have room for them.
     *
     * @return false if there was nothing to do
     */
    public boolean stepLedger() {
        return ledger.step();
    }

    /**
     * Makes everything applied durable and hands out its outcomes and effects.
     *
     * @return false if there was nothing to do
     */
    public boolean stepDurability() {
        return durability.step();
    }

    /**
     * Watches the clock, and publishes a tick if the earliest deadline is due.
     *
     * @return nanoseconds until there may be something to do again, if nothing else happens
     */
    public long stepTicker() {
        return ticker.step();
    }
}
