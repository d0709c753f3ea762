package io.daybreak.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline. */
final class Await {
    static final long TIMEOUT_S = 20;

    private Await() {
    }

    static void until(final String what, final BooleanSupplier condition) {
        until(() -> what, condition);
    }

    static void until(final Supplier<String> what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("not within " + TIMEOUT_S + " s: " + what.get());
            }
            LockSupport.parkNanos(50_000);
        }
    }
}
