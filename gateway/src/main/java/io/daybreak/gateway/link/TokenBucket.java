package io.daybreak.gateway.link;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rate at which one participant's requests are taken, over all of its connections. Full, it holds what the rate gives in the burst time;
 * it is open while it holds at least one request's worth, and what is spent then may leave it in debt by one claim, so that a linked chain, which is
 * never cut, passes whole. In the long run no more than the rate passes.
 * <p>
 * Any thread. Kept as one instant: that at which the bucket was, or will be, empty.
 */
public final class TokenBucket {
    /** Requests a second above which a rate counts as this one; it keeps the arithmetic within 64 bits, and no link reads as fast. */
    public static final long MAX_RATE = 100_000_000;
    /** Milliseconds of the rate that fit in, where nothing else is said. */
    public static final int DEFAULT_BURST_MS = 1_000;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private record Rate(long perSecond, long burstNs) {
        long tokens(final long ns) {
            return ns * perSecond / SECOND_NS;
        }

        long ns(final long tokens) {
            return (tokens * SECOND_NS + perSecond - 1) / perSecond;
        }
    }

    private final AtomicLong emptyNs;
    private volatile Rate rate;

    /**
     * A full bucket.
     *
     * @param perSecond requests a second, at least 1
     * @param burstMs   0 to 65,535; 0: {@link #DEFAULT_BURST_MS}
     * @param nowNs     of {@link System#nanoTime}
     */
    TokenBucket(final long perSecond, final int burstMs, final long nowNs) {
        rate = rate(perSecond, burstMs);
        emptyNs = new AtomicLong(nowNs - rate.burstNs);
    }

    private static Rate rate(final long perSecond, final int burstMs) {
        final long bounded = Math.min(perSecond, MAX_RATE);
        final long burstNs = TimeUnit.MILLISECONDS.toNanos(burstMs == 0 ? DEFAULT_BURST_MS : burstMs);
        // One request must fit, or the bucket would never open.
        return new Rate(bounded, Math.max(burstNs, (SECOND_NS + bounded - 1) / bounded));
    }

    /** Another rate from now on; what was spent stays spent. */
    void change(final long perSecond, final int burstMs) {
        final Rate changed = rate(perSecond, burstMs);
        if (!changed.equals(rate)) {
            rate = changed;
        }
    }

    /** Whether a request is taken now. */
    public boolean isOpen(final long nowNs) {
        return available(nowNs) > 0;
    }

    /** Takes the worth of so many requests, which may leave a debt. */
    public void spend(final int requests, final long nowNs) {
        final Rate now = rate;
        long before;
        long after;
        do {
            before = emptyNs.get();
            final long full = nowNs - now.burstNs;
            after = (before - full < 0 ? full : before) + now.ns(requests);
        } while (!emptyNs.compareAndSet(before, after));
    }

    /** Requests that would be taken at once; negative: in debt by so many. */
    public long available(final long nowNs) {
        final Rate now = rate;
        final long sinceEmpty = Math.min(nowNs - emptyNs.get(), now.burstNs);
        return sinceEmpty >= 0 ? now.tokens(sinceEmpty) : -now.tokens(-sinceEmpty);
    }

    /** Requests a second. */
    public long perSecond() {
        return rate.perSecond;
    }

    /** Requests that fit in when it is full. */
    public long capacity() {
        return rate.tokens(rate.burstNs);
    }
}
