package io.daybreak.pipeline;

/**
 * A producer's way into the ring. One per event loop (or other publishing thread); not thread safe.
 * <p>
 * Nothing here blocks. A claim that is refused means: stop reading, try again when replies have gone out.
 */
public interface CommandPublisher {
    /** No slots now. */
    long NOT_CLAIMED = -1L;

    /** New requests of participants, queries included; leaves the ring's reserve alone. */
    int NEW_REQUESTS = 0;
    /** What finishes earlier work (completions of all kinds, ticks, administration): may use the reserve. */
    int FINISHING = 1;

    /**
     * Claims {@code count} neighbouring slots.
     *
     * @param count from 1 to {@link #maxClaim()}
     * @return ring sequence of the first, or {@link #NOT_CLAIMED}
     */
    long tryClaim(int count, int priority);

    /** The claimed slot at a ring sequence; the caller fills every field but the outcome. */
    CommandSlot slot(long ringSequence);

    /**
     * What is published from now on was read from a socket at this time; only told on, to {@link StageTimes}.
     *
     * @param receivedNs of the monotonic clock; 0: it comes from no socket
     */
    default void received(final long receivedNs) {
        // Matters only where stages are timed.
    }

    /** Publishes the claimed slots from {@code first} to {@code last}, both included. */
    void publish(long first, long last);

    /** Most slots of one claim: a chain of the greatest length fits. */
    int maxClaim();
}
