package io.daybreak.gateway.iso;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of one participant, and with all others those of the switch. Any thread. */
final class ConnectionGate {
    private final AtomicInteger all;
    private final int maxAll;
    private final AtomicInteger own;
    private final int maxOwn;

    /**
     * @param all    connections of all gates together
     * @param maxAll bound of these
     * @param own    connections of the participant, over all of its listeners
     * @param maxOwn bound of these
     */
    ConnectionGate(final AtomicInteger all, final int maxAll, final AtomicInteger own, final int maxOwn) {
        this.all = all;
        this.maxAll = maxAll;
        this.own = own;
        this.maxOwn = maxOwn;
    }

    /** One more; false if there are too many, and then it is not counted. */
    boolean enter() {
        if (all.incrementAndGet() > maxAll) {
            all.decrementAndGet();
            return false;
        }
        if (own.incrementAndGet() > maxOwn) {
            own.decrementAndGet();
            all.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        own.decrementAndGet();
        all.decrementAndGet();
    }
}
