package io.daybreak.pipeline;

import io.daybreak.port.EntryFeed;
import org.agrona.BitUtil;

/**
 * Settings of the pipeline: defaults, limits, and one {@link #conclude()} that checks them together. Collected by the
 * launcher's thread before the pipeline exists; final afterwards, so that any thread may read it.
 */
public final class PipelineContext {
    /** Names, defaults and limits, each with its unit. */
    public static final class Configuration {
        /** {@code ring.capacity}: slots of the ring, a power of two. */
        public static final int RING_CAPACITY_DEFAULT = 32_768;
        /** Fewest slots that leave room for a reserve and shares at all. */
        public static final int RING_CAPACITY_MIN = 64;
        /** More slots than this only hide an overload: a second of it, at the best rate measured. */
        public static final int RING_CAPACITY_MAX = 1 << 20;
        /** {@code ring.reserve}: slots that only commands of {@link CommandPublisher#FINISHING} may take. */
        public static final int RESERVE_DEFAULT = 4_096;
        /** {@code ring.max-claim}: most slots of one claim; also what each publisher is guaranteed. */
        public static final int MAX_CLAIM_DEFAULT = 256;
        /** {@code ring.max-publishers}: threads that may publish. */
        public static final int MAX_PUBLISHERS_DEFAULT = 16;
        /** {@code ring.max-batch}: slots that the ledger stage takes at once. */
        public static final int MAX_BATCH_DEFAULT = 2_048;
        /** {@code ring.yields}: times that an idle stage offers its core to others before it parks; figures: WaitStrategyBench. */
        public static final int WAIT_YIELDS_DEFAULT = 0;
        /** Above this a stage would burn more than it saves. */
        public static final int WAIT_YIELDS_MAX = 10_000;
        /** {@code stages.sample-every}: of one slot in so many the stages are timed, a power of two; 0: of none. */
        public static final int SAMPLE_EVERY_DEFAULT = 0;
        /** {@code chain.max-members}: members of the longest linked chain. */
        public static final int MAX_CHAIN_DEFAULT = 256;
        /** {@code entry.max-commands}: commands of the largest journal entry. */
        public static final int MAX_ENTRY_COMMANDS_DEFAULT = 4_096;
        /** {@code entry.max-bytes}: bytes of the largest journal entry. */
        public static final int MAX_ENTRY_BYTES_DEFAULT = 256 * 1024;
        /** {@code clock.max-step}: a difference to the wall clock above it is not followed; nanoseconds. */
        public static final long CLOCK_MAX_STEP_NS_DEFAULT = 10_000_000_000L;
        /** {@code clock.slew}: fastest correction towards the wall clock, in millionths of the time that passes. */
        public static final int CLOCK_SLEW_PPM_DEFAULT = 1_000;
        /** The design's limit: 0.1 %. */
        public static final int CLOCK_SLEW_PPM_MAX = 1_000;
        /** {@code clock.max-gap}: how far the wall clock may be ahead of the journal at start; nanoseconds. */
        public static final long CLOCK_MAX_GAP_NS_DEFAULT = 7L * 24 * 3600 * 1_000_000_000L;
        /** {@code ticker.max-park}: longest sleep of the ticker, and so its delay after a step of the clock; ms. */
        public static final long TICKER_MAX_PARK_MS_DEFAULT = 50;
        /** {@code close.timeout}: longest time that closing waits for what is in the ring; ms. */
        public static final long CLOSE_TIMEOUT_MS_DEFAULT = 30_000;

        private Configuration() {
        }
    }

    private int ringCapacity = Configuration.RING_CAPACITY_DEFAULT;
    private int reserve = Configuration.RESERVE_DEFAULT;
    private int maxClaim = Configuration.MAX_CLAIM_DEFAULT;
    private int maxPublishers = Configuration.MAX_PUBLISHERS_DEFAULT;
    private int maxBatch = Configuration.MAX_BATCH_DEFAULT;
    private int waitYields = Configuration.WAIT_YIELDS_DEFAULT;
    private int sampleEvery = Configuration.SAMPLE_EVERY_DEFAULT;
    private int maxChain = Configuration.MAX_CHAIN_DEFAULT;
    private int maxEntryCommands = Configuration.MAX_ENTRY_COMMANDS_DEFAULT;
    private int maxEntryBytes = Configuration.MAX_ENTRY_BYTES_DEFAULT;
    private long clockMaxStepNs = Configuration.CLOCK_MAX_STEP_NS_DEFAULT;
    private int clockSlewPpm = Configuration.CLOCK_SLEW_PPM_DEFAULT;
    private long clockMaxGapNs = Configuration.CLOCK_MAX_GAP_NS_DEFAULT;
    private EntryFeed entryFeed;
    private boolean clockGapAccepted;
    private long tickerMaxParkMs = Configuration.TICKER_MAX_PARK_MS_DEFAULT;
    private long closeTimeoutMs = Configuration.CLOSE_TIMEOUT_MS_DEFAULT;
    private ClockAlarmListener clockAlarmListener = ClockAlarmListener.NOBODY;
    private boolean concluded;

    /**
     * Checks everything, and closes the context for changes. May be called again without effect.
     *
     * @throws IllegalArgumentException names the setting, its value and its limits
     */
    public PipelineContext conclude() {
        if (concluded) {
            return this;
        }
        require("ring.capacity", ringCapacity, Configuration.RING_CAPACITY_MIN, Configuration.RING_CAPACITY_MAX);
        if (!BitUtil.isPowerOfTwo(ringCapacity)) {
            throw new IllegalArgumentException("ring.capacity must be a power of two: " + ringCapacity);
        }
        require("chain.max-members", maxChain, 1, ringCapacity / 8);
        require("ring.max-claim", maxClaim, maxChain, ringCapacity / 8);
        require("ring.reserve", reserve, 1, ringCapacity / 2);
        require("ring.max-publishers", maxPublishers, 1, 1_024);
        if (reserve + (long) maxPublishers * shareSlots() > ringCapacity / 2) {
            throw new IllegalArgumentException("ring.reserve " + reserve + " and ring.max-publishers " + maxPublishers
                + " times ring.max-claim (rounded up to " + shareSlots() + ") exceed half of ring.capacity "
                + ringCapacity);
        }
        require("ring.max-batch", maxBatch, 1, ringCapacity);
        require("ring.yields", waitYields, 0, Configuration.WAIT_YIELDS_MAX);
        require("stages.sample-every", sampleEvery, 0, ringCapacity);
        if (sampleEvery != 0 && !BitUtil.isPowerOfTwo(sampleEvery)) {
            throw new IllegalArgumentException("stages.sample-every must be 0 or a power of two: " + sampleEvery);
        }
        require("entry.max-commands", maxEntryCommands, maxChain, Configuration.RING_CAPACITY_MAX);
        require("entry.max-bytes", maxEntryBytes, (maxChain + 1L) * OpenEntry.COMMAND_BYTES_AT_MOST, 16 << 20);
        require("clock.max-step", clockMaxStepNs, 1_000_000L, 24L * 3600 * 1_000_000_000L);
        require("clock.slew", clockSlewPpm, 0, Configuration.CLOCK_SLEW_PPM_MAX);
        require("clock.max-gap", clockMaxGapNs, clockMaxStepNs, Long.MAX_VALUE);
        require("ticker.max-park", tickerMaxParkMs, 1, 1_000);
        require("close.timeout", closeTimeoutMs, 1, 3_600_000);
        concluded = true;
        return this;
    }

    private static void require(final String name, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ": " + value);
        }
    }

    private void checkOpen() {
        if (concluded) {
            throw new IllegalStateException("settings are concluded");
        }
    }

    /** Slots that each publisher gets even when others flood the ring: {@link #maxClaim()}, as a power of two. */
    int shareSlots() {
        return BitUtil.findNextPositivePowerOfTwo(maxClaim);
    }

    /** Slots of the ring. */
    public int ringCapacity() {
        return ringCapacity;
    }

    /** See {@link Configuration#RING_CAPACITY_DEFAULT}. */
    public PipelineContext ringCapacity(final int slots) {
        checkOpen();
        ringCapacity = slots;
        return this;
    }

    /** Slots kept for what finishes earlier work. */
    public int reserve() {
        return reserve;
    }

    /** See {@link Configuration#RESERVE_DEFAULT}. */
    public PipelineContext reserve(final int slots) {
        checkOpen();
        reserve = slots;
        return this;
    }

    /** Most slots of one claim. */
    public int maxClaim() {
        return maxClaim;
    }

    /** See {@link Configuration#MAX_CLAIM_DEFAULT}. */
    public PipelineContext maxClaim(final int slots) {
        checkOpen();
        maxClaim = slots;
        return this;
    }

    /** Most publishers, the ticker's own not counted. */
    public int maxPublishers() {
        return maxPublishers;
    }

    /** See {@link Configuration#MAX_PUBLISHERS_DEFAULT}. */
    public PipelineContext maxPublishers(final int count) {
        checkOpen();
        maxPublishers = count;
        return this;
    }

    /** Slots of the largest ring batch; a chain that begins in it may run over by its members. */
    public int maxBatch() {
        return maxBatch;
    }

    /** See {@link Configuration#MAX_BATCH_DEFAULT}. */
    public PipelineContext maxBatch(final int slots) {
        checkOpen();
        maxBatch = slots;
        return this;
    }

    /** Yields of an idle stage before it parks. */
    public int waitYields() {
        return waitYields;
    }

    /** See {@link Configuration#WAIT_YIELDS_DEFAULT}. */
    public PipelineContext waitYields(final int yields) {
        checkOpen();
        waitYields = yields;
        return this;
    }

    /** Of one slot in so many the stages are timed; 0: of none. */
    public int sampleEvery() {
        return sampleEvery;
    }

    /** See {@link Configuration#SAMPLE_EVERY_DEFAULT}. */
    public PipelineContext sampleEvery(final int slots) {
        checkOpen();
        sampleEvery = slots;
        return this;
    }

    /** Members of the longest chain. */
    public int maxChain() {
        return maxChain;
    }

    /** See {@link Configuration#MAX_CHAIN_DEFAULT}. */
    public PipelineContext maxChain(final int members) {
        checkOpen();
        maxChain = members;
        return this;
    }

    /** Commands of the largest entry. */
    public int maxEntryCommands() {
        return maxEntryCommands;
    }

    /** See {@link Configuration#MAX_ENTRY_COMMANDS_DEFAULT}. */
    public PipelineContext maxEntryCommands(final int commands) {
        checkOpen();
        maxEntryCommands = commands;
        return this;
    }

    /** Bytes of the largest entry. */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }

    /** See {@link Configuration#MAX_ENTRY_BYTES_DEFAULT}. */
    public PipelineContext maxEntryBytes(final int bytes) {
        checkOpen();
        maxEntryBytes = bytes;
        return this;
    }

    /** Largest difference to the wall clock that is followed, nanoseconds. */
    public long clockMaxStepNs() {
        return clockMaxStepNs;
    }

    /** See {@link Configuration#CLOCK_MAX_STEP_NS_DEFAULT}. */
    public PipelineContext clockMaxStepNs(final long nanoseconds) {
        checkOpen();
        clockMaxStepNs = nanoseconds;
        return this;
    }

    /** Fastest correction, millionths. */
    public int clockSlewPpm() {
        return clockSlewPpm;
    }

    /** See {@link Configuration#CLOCK_SLEW_PPM_DEFAULT}. */
    public PipelineContext clockSlewPpm(final int ppm) {
        checkOpen();
        clockSlewPpm = ppm;
        return this;
    }

    /** Largest gap between journal and wall clock at start, nanoseconds. */
    public long clockMaxGapNs() {
        return clockMaxGapNs;
    }

    /** See {@link Configuration#CLOCK_MAX_GAP_NS_DEFAULT}. */
    public PipelineContext clockMaxGapNs(final long nanoseconds) {
        checkOpen();
        clockMaxGapNs = nanoseconds;
        return this;
    }

    /** True if the operator's start flag accepts a larger gap. */
    public boolean clockGapAccepted() {
        return clockGapAccepted;
    }

    /** The operator's start flag: this start's gap is right, whatever its size. */
    public PipelineContext clockGapAccepted(final boolean accepted) {
        checkOpen();
        clockGapAccepted = accepted;
        return this;
    }

    /** Longest sleep of the ticker, milliseconds. */
    public long tickerMaxParkMs() {
        return tickerMaxParkMs;
    }

    /** See {@link Configuration#TICKER_MAX_PARK_MS_DEFAULT}. */
    public PipelineContext tickerMaxParkMs(final long milliseconds) {
        checkOpen();
        tickerMaxParkMs = milliseconds;
        return this;
    }

    /** Where a standby's entries come from; null on a node that leads from the start. */
    public EntryFeed entryFeed() {
        return entryFeed;
    }

    /** Makes this node a standby until it is told to lead. */
    public PipelineContext entryFeed(final EntryFeed feed) {
        checkOpen();
        entryFeed = feed;
        return this;
    }

    /** Longest time of {@link Pipeline#close()}, milliseconds. */
    public long closeTimeoutMs() {
        return closeTimeoutMs;
    }

    /** See {@link Configuration#CLOSE_TIMEOUT_MS_DEFAULT}. */
    public PipelineContext closeTimeoutMs(final long milliseconds) {
        checkOpen();
        closeTimeoutMs = milliseconds;
        return this;
    }

    /** Who hears of a clock that steps too far. */
    public ClockAlarmListener clockAlarmListener() {
        return clockAlarmListener;
    }

    /** See {@link ClockAlarmListener}; the default is nobody. */
    public PipelineContext clockAlarmListener(final ClockAlarmListener listener) {
        checkOpen();
        clockAlarmListener = listener;
        return this;
    }

    @Override
    public String toString() {
        return "ring.capacity=" + ringCapacity
            + " ring.reserve=" + reserve
            + " ring.max-claim=" + maxClaim
            + " ring.max-publishers=" + maxPublishers
            + " ring.max-batch=" + maxBatch
            + " ring.yields=" + waitYields
            + " stages.sample-every=" + sampleEvery
            + " chain.max-members=" + maxChain
            + " entry.max-commands=" + maxEntryCommands
            + " entry.max-bytes=" + maxEntryBytes
            + " clock.max-step=" + clockMaxStepNs + "ns"
            + " clock.slew=" + clockSlewPpm + "ppm"
            + " clock.max-gap=" + clockMaxGapNs + "ns"
            + " ticker.max-park=" + tickerMaxParkMs + "ms"
            + " close.timeout=" + closeTimeoutMs + "ms";
    }
}
