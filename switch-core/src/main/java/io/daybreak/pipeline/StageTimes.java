package io.daybreak.pipeline;

import com.lmax.disruptor.RingBuffer;

/**
 * Where the time of commands goes, of one ring slot in {@code stages.sample-every}: histograms of how long each stage took.
 * <pre>
 *   DECODE   from the read of the socket that brought its last byte to the publication in the ring
 *   RING     until the ledger stage takes it up
 *   APPLY    the state machine and the copy into the journal entry
 *   JOURNAL  until the ring batch that it belongs to is appended
 *   SYNC     until that is durable, the wait for the sync before included
 *   REPLY    until its event loop was told; encoding and sending are the loop's, and in no stage
 * </pre>
 * A sampled slot's times lie in a cache line of their own, written before and read behind the ring's and the stages' own ordered writes,
 * which order them too. Each histogram has one writer: the ledger thread the first four, the durability thread the last two. Any thread
 * reads; a sum and its counts may be a moment apart. No allocation after the constructor.
 */
public final class StageTimes {
    /** A part of a command's way. */
    public enum Stage {
        /** Read and decoded. */
        DECODE("decode"),
        /** Waiting in the ring. */
        RING("ring"),
        /** Being applied. */
        APPLY("apply"),
        /** Until its ring batch is in the journal. */
        JOURNAL("journal"),
        /** Until that is durable. */
        SYNC("sync"),
        /** Until its event loop was told. */
        REPLY("reply");

        private final String word;

        Stage(final String word) {
            this.word = word;
        }

        /** As metrics call it. */
        public String word() {
            return word;
        }
    }

    /** Steps of a histogram: four to a power of two, so that a step is at most a quarter wider than the one below. */
    public static final int STEPS = 41 * 4;

    private static final int SUB_BITS = 2;
    private static final int SUB_MASK = (1 << SUB_BITS) - 1;
    private static final int SUM = STEPS;
    private static final int LINE = 8;
    private static final int RECEIVED = 0;
    private static final int PUBLISHED = 1;
    private static final int APPLIED = 2;
    private static final int JOURNALED = 3;

    private final int sampleMask;
    private final int sampleShift;
    private final int ringMask;
    private final long[] stamps;
    private final StageCounters[] histograms = new StageCounters[Stage.values().length];
    private long begunNs;
    private long durableNs;

    private StageTimes(final RingBuffer<CommandSlot> ring, final int sampleEvery) {
        sampleMask = sampleEvery - 1;
        sampleShift = Integer.numberOfTrailingZeros(sampleEvery);
        ringMask = ring.getBufferSize() - 1;
        stamps = new long[LINE * (ring.getBufferSize() / sampleEvery + 1)];
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new StageCounters(STEPS + 1);
        }
    }

    /** Null if nothing is timed. @param sampleEvery 0, or a power of two up to the ring's capacity */
    static StageTimes of(final RingBuffer<CommandSlot> ring, final int sampleEvery) {
        return sampleEvery == 0 ? null : new StageTimes(ring, sampleEvery);
    }

    private int line(final long sequence) {
        return LINE * ((int) (sequence & ringMask) >>> sampleShift);
    }

    /** The first sampled slot from there on. */
    long sampledFrom(final long sequence) {
        return sequence + sampleMask & ~(long) sampleMask;
    }

    /** A publisher's thread, before it publishes. @param receivedNs when what it decoded was read; 0: it came from no socket */
    void onPublish(final long first, final long last, final long receivedNs) {
        long sampled = sampledFrom(first);
        if (sampled > last) {
            return;
        }
        final long now = System.nanoTime();
        while (sampled <= last) {
            final int line = line(sampled);
            stamps[line + RECEIVED] = receivedNs;
            stamps[line + PUBLISHED] = now;
            sampled += sampleMask + 1L;
        }
    }

    /** Ledger thread: a sampled slot is taken up. */
    void onBegin(final long sampled) {
        final int line = line(sampled);
        begunNs = System.nanoTime();
        final long published = stamps[line + PUBLISHED];
        final long received = stamps[line + RECEIVED];
        if (received != 0) {
            record(Stage.DECODE, published - received);
        }
        record(Stage.RING, begunNs - published);
    }

    /** Ledger thread: it is applied. Returns the next that is sampled after it. */
    long onApplied(final long sampled) {
        final long now = System.nanoTime();
        record(Stage.APPLY, now - begunNs);
        stamps[line(sampled) + APPLIED] = now;
        return sampled + sampleMask + 1;
    }

    /** Ledger thread: these slots are in the journal, and not yet told to the next stage. */
    void onJournaled(final long first, final long last) {
        long sampled = sampledFrom(first);
        if (sampled > last) {
            return;
        }
        final long now = System.nanoTime();
        while (sampled <= last) {
            final int line = line(sampled);
            record(Stage.JOURNAL, now - stamps[line + APPLIED]);
            stamps[line + JOURNALED] = now;
            sampled += sampleMask + 1L;
        }
    }

    /** Durability thread: these are durable, and not yet given back to the publishers. */
    void onDurable(final long first, final long last) {
        durableNs = System.nanoTime();
        for (long sampled = sampledFrom(first); sampled <= last; sampled += sampleMask + 1L) {
            record(Stage.SYNC, durableNs - stamps[line(sampled) + JOURNALED]);
        }
    }

    /** Durability thread: the loops of these were told. */
    void onReplied(final long first, final long last) {
        long sampled = sampledFrom(first);
        if (sampled > last) {
            return;
        }
        final long now = System.nanoTime();
        while (sampled <= last) {
            record(Stage.REPLY, now - durableNs);
            sampled += sampleMask + 1L;
        }
    }

    private void record(final Stage stage, final long ns) {
        final StageCounters histogram = histograms[stage.ordinal()];
        histogram.increment(step(ns));
        histogram.set(SUM, histogram.get(SUM) + Math.max(0, ns));
    }

    /** The step of a duration: four steps to a power of two; what is longer than all counts as the longest. */
    static int step(final long ns) {
        final long value = Math.max(1L << SUB_BITS, ns);
        final int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        return Math.min(STEPS - 1, exponent << SUB_BITS | (int) (value >>> exponent - SUB_BITS) & SUB_MASK);
    }

    /** Greatest duration that counts in a step; nanoseconds. */
    public static long stepToNs(final int step) {
        final int exponent = step >>> SUB_BITS;
        return exponent < SUB_BITS ? 0 : (1L << exponent) + ((long) (step & SUB_MASK) + 1 << exponent - SUB_BITS) - 1;
    }

    /** How many of a stage's durations lie in a step, since start. Any thread. */
    public long count(final Stage stage, final int step) {
        return histograms[stage.ordinal()].get(step);
    }

    /** Sum of a stage's durations, nanoseconds. Any thread. */
    public long sumNs(final Stage stage) {
        return histograms[stage.ordinal()].get(SUM);
    }
}
