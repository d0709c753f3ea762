package io.daybreak.client;

import java.util.function.LongSupplier;

/**
 * The switch's time as a client knows it: what the switch told last, advanced by the local monotonic clock. The local
 * wall clock plays no part once the switch has spoken, so a wrong one cannot make ids expire or lie in the future.
 * <p>
 * Written by the event loop, read by any thread. It lags the switch by the way of the message that told the time.
 */
public final class ServerClock {
    private static final long NS_PER_MS = 1_000_000L;

    private final LongSupplier nanoClock;
    private volatile long epochOffsetNs;

    /** Begins with the local wall clock, until {@link #onServerTime(long)}. */
    public ServerClock() {
        this(System::nanoTime, System.currentTimeMillis());
    }

    ServerClock(final LongSupplier nanoClock, final long initialMs) {
        this.nanoClock = nanoClock;
        onServerTime(initialMs);
    }

    /** The switch says it is this late now. */
    public void onServerTime(final long serverTimeMs) {
        epochOffsetNs = serverTimeMs * NS_PER_MS - nanoClock.getAsLong();
    }

    /** Unix milliseconds of the switch. */
    public long timeMs() {
        return Math.floorDiv(epochOffsetNs + nanoClock.getAsLong(), NS_PER_MS);
    }
}
