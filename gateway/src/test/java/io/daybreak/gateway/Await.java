package io.daybreak.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition instead of for a time. */
public final class Await {
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);

    private Await() {
    }

    /** Returns when the condition holds; fails after 20 seconds. */
    public static void until(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("not within 20 s: " + what);
            }
            LockSupport.parkNanos(200_000);
        }
    }
}
