package io.daybreak.pipeline;

import io.daybreak.port.EpochClock;

import java.util.concurrent.locks.StampedLock;

/**
 * The clock that stamps journal entries.
 * <p>
 * Rule: docs/architecture.md, "Time". It starts at wall time, never below the last journaled time; the monotonic clock advances it;
 * it is slewed towards wall time by at most {@code clock.slew} of the time that passes. A difference above
 * {@code clock.max-step} is not followed at all until it is accepted ({@link #accept}) or goes away. It never goes back,
 * and no two stamps are equal.
 * <p>
 * {@link #stampNs} and {@link #accept} belong to the ledger thread. The ticker calls {@link #observe} some times a second,
 * so that an idle switch is slewed as evenly as a busy one. Any thread may read. Nothing is allocated. All times are
 * nanoseconds, since the epoch where the name says so or nothing else.
 */
public final class PipelineClock {
    private static final long MILLION = 1_000_000L;
    private static final long NOT_ADVANCED = Long.MIN_VALUE;

    private final EpochClock clock;
    private final long maxStepNs;
    private final int slewPpm;

    // Values that must be seen and changed together. Everything is computed from an optimistic read, and the lock is held
    // for three stores, so that the ledger thread never waits for a ticker that lost its core.
    private final StampedLock anchorLock = new StampedLock();
    private long anchorNs;
    private long anchorMonotonicNs;
    /** What rounding kept back of the slew, in millionths of a nanosecond; always below one nanosecond. */
    private long anchorRemainder;

    /**
     * @param lastJournaledNs time of the last journaled entry, 0 if there is none
     * @param maxStepNs       largest difference that is followed
     * @param slewPpm         millionths, at most 1,000
     */
    public PipelineClock(final EpochClock clock, final long lastJournaledNs, final long maxStepNs, final int slewPpm) {
        this.clock = clock;
        this.maxStepNs = maxStepNs;
        this.slewPpm = slewPpm;
        anchorMonotonicNs = clock.monotonicNs();
        anchorNs = Math.max(clock.wallNs(), lastJournaledNs);
    }

    /**
     * Refuses a start whose wall clock is too far ahead of the journal. An empty journal has no gap.
     *
     * @param lastJournaledNs time of the last journaled entry, 0 if there is none
     * @throws ClockGapException if the gap is larger than {@code maxGapNs} and nobody accepted it
     */
    public static void checkGap(final EpochClock clock, final long lastJournaledNs, final long maxGapNs,
                                final boolean accepted) {
        final long gapNs = clock.wallNs() - lastJournaledNs;
        if (lastJournaledNs > 0 && gapNs > maxGapNs && !accepted) {
            throw new ClockGapException(gapNs, maxGapNs);
        }
    }

    /** Time of the next journal entry: above every stamp before. Ledger thread. */
    public long stampNs() {
        while (true) {
            final long timeNs = advance(1);
            if (timeNs != NOT_ADVANCED) {
                return timeNs;
            }
        }
    }

    /** Lets the slew take effect although nothing is stamped. The ticker. */
    void observe() {
        // If the ledger thread came in between, it has just done the same.
        advance(0);
    }

    private long advance(final long leastNs) {
        final long optimistic = anchorLock.tryOptimisticRead();
        final long sinceNs = anchorNs;
        final long sinceMonotonicNs = anchorMonotonicNs;
        final long sinceRemainder = anchorRemainder;
        if (!anchorLock.validate(optimistic)) {
            return NOT_ADVANCED;
        }
        final long monotonicNs = Math.max(sinceMonotonicNs, clock.monotonicNs());
        final long elapsedNs = monotonicNs - sinceMonotonicNs;
        final long freeNs = sinceNs + elapsedNs;
        final long aheadNs = clock.wallNs() - freeNs;
        long timeNs = freeNs;
        long remainder = sinceRemainder;
        if (isFollowed(aheadNs)) {
            timeNs += clampedSlewNs(aheadNs, elapsedNs, sinceRemainder);
            // Only the fraction is kept. Whole nanoseconds that were not needed are not saved up: the bound holds over
            // every stretch of time, not just on average.
            remainder = slewMillionths(elapsedNs, sinceRemainder) % MILLION;
        }
        timeNs = Math.max(timeNs, sinceNs + leastNs);
        final long lock = anchorLock.tryConvertToWriteLock(optimistic);
        if (lock == 0) {
            return NOT_ADVANCED;
        }
        anchorNs = timeNs;
        anchorMonotonicNs = monotonicNs;
        anchorRemainder = remainder;
        anchorLock.unlockWrite(lock);
        return timeNs;
    }

    /**
     * An operator accepted a step of the wall clock: the next stamp is at least {@code acceptedNs}. Never backward; and
     * never further than {@code clock.max-step} beyond the wall clock, since no clock could be slewed back from a
     * mistyped year. Ledger thread.
     */
    void accept(final long acceptedNs) {
        final long monotonicNs = clock.monotonicNs();
        final long targetNs = Math.min(acceptedNs, clock.wallNs() + maxStepNs);
        final long lock = anchorLock.writeLock();
        if (targetNs > anchorNs + Math.max(0, monotonicNs - anchorMonotonicNs)) {
            anchorNs = targetNs;
            anchorMonotonicNs = Math.max(anchorMonotonicNs, monotonicNs);
            anchorRemainder = 0;
        }
        anchorLock.unlockWrite(lock);
    }

    /** The next stamp is above this time, whatever the wall clock says: a journal written elsewhere goes on here. Ledger thread. */
    void notBefore(final long journaledNs) {
        final long monotonicNs = clock.monotonicNs();
        final long lock = anchorLock.writeLock();
        if (journaledNs > anchorNs + Math.max(0, monotonicNs - anchorMonotonicNs)) {
            anchorNs = journaledNs;
            anchorMonotonicNs = Math.max(anchorMonotonicNs, monotonicNs);
            anchorRemainder = 0;
        }
        anchorLock.unlockWrite(lock);
    }

    /** Pipeline time now. Any thread. */
    public long nowNs() {
        return read(false);
    }

    /** Wall time less pipeline time, nanoseconds; negative if the wall clock is behind. Any thread. */
    public long wallAheadNs() {
        return read(true);
    }

    /** True while the difference to the wall clock is too large to be followed. Any thread. */
    public boolean isAlarmed() {
        return !isFollowed(wallAheadNs());
    }

    /** True if a difference of {@code aheadNs} is slewed away rather than alarmed about. */
    boolean isFollowed(final long aheadNs) {
        return aheadNs <= maxStepNs && aheadNs >= -maxStepNs;
    }

    private long read(final boolean difference) {
        long timeNs;
        long sinceMonotonicNs;
        final long optimistic = anchorLock.tryOptimisticRead();
        timeNs = anchorNs;
        sinceMonotonicNs = anchorMonotonicNs;
        if (!anchorLock.validate(optimistic)) {
            final long lock = anchorLock.readLock();
            timeNs = anchorNs;
            sinceMonotonicNs = anchorMonotonicNs;
            anchorLock.unlockRead(lock);
        }
        final long elapsedNs = Math.max(0, clock.monotonicNs() - sinceMonotonicNs);
        final long freeNs = timeNs + elapsedNs;
        final long aheadNs = clock.wallNs() - freeNs;
        final long slewNs = isFollowed(aheadNs) ? clampedSlewNs(aheadNs, elapsedNs, 0) : 0;
        return difference ? aheadNs - slewNs : freeNs + slewNs;
    }

    private long clampedSlewNs(final long aheadNs, final long elapsedNs, final long remainder) {
        final long mostNs = elapsedNs / MILLION * slewPpm + slewMillionths(elapsedNs, remainder) / MILLION;
        return Math.max(-mostNs, Math.min(mostNs, aheadNs));
    }

    /** Slew of the part of {@code elapsedNs} below a million, in millionths; split so that no idle time overflows. */
    private long slewMillionths(final long elapsedNs, final long remainder) {
        return elapsedNs % MILLION * slewPpm + remainder;
    }
}
