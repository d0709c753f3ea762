package io.daybreak.loadtest.rig;

import java.util.concurrent.atomic.AtomicLong;

/** What a loop shows while it runs; written lazily once a turn by the loop, read by the reporter: late, never torn. */
final class LoopCounters {
    final AtomicLong answered = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong sent = new AtomicLong();
}
