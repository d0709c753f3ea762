package io.daybreak.gateway.link;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections over all event loops, in all and by participant. Any thread; cold path. */
final class ConnectionLimiter {
    private final int maxConnections;
    private final int maxPerParticipant;
    private final AtomicInteger count = new AtomicInteger();
    private final ConcurrentMap<Integer, Integer> byParticipant = new ConcurrentHashMap<>();

    ConnectionLimiter(final int maxConnections, final int maxPerParticipant) {
        this.maxConnections = maxConnections;
        this.maxPerParticipant = maxPerParticipant;
    }

    /** One more connection; false if there are too many, and then it is counted all the same until {@link #closed()}. */
    boolean opened() {
        return count.incrementAndGet() <= maxConnections;
    }

    void closed() {
        count.decrementAndGet();
    }

    int count() {
        return count.get();
    }

    /** One more connection of a participant; false if it has as many as allowed, and then it is not counted. */
    boolean trySignOn(final int participantId) {
        final boolean[] isAllowed = new boolean[1];
        byParticipant.compute(participantId, (id, now) -> {
            final int signedOn = now == null ? 0 : now;
            isAllowed[0] = signedOn < maxPerParticipant;
            return isAllowed[0] ? Integer.valueOf(signedOn + 1) : now;
        });
        return isAllowed[0];
    }

    void signOff(final int participantId) {
        byParticipant.computeIfPresent(participantId, (id, now) -> now == 1 ? null : now - 1);
    }
}
