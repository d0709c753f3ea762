package io.daybreak.gateway.iso;

import java.util.concurrent.TimeUnit;

/**
 * Advices for issuers that were answered, and whose messages are kept until the issuer has answered too, so that what is sent
 * again is the same message. Event loop's thread only. Bounded in number and age: then, and after a crash, they go with what
 * the state holds, without chip data and the like.
 */
final class KeptAdvices {
    private static final long MAX_AGE_NS = TimeUnit.MINUTES.toNanos(2);

    private final ContextTable contexts;
    private final long[] correlationIds;
    private final long[] sinceNs;
    private long first;
    private long next;

    KeptAdvices(final ContextTable contexts, final int capacity) {
        this.contexts = contexts;
        correlationIds = new long[capacity];
        sinceNs = new long[capacity];
    }

    /** Keeps an open context; the oldest goes if there are too many. */
    void add(final int place, final long nowNs) {
        if (next - first == correlationIds.length) {
            releaseFirst();
        }
        contexts.answered(place);
        final int at = (int) (next++ % correlationIds.length);
        correlationIds[at] = contexts.correlationId(place);
        sinceNs[at] = nowNs;
    }

    private void releaseFirst() {
        release(correlationIds[(int) (first++ % correlationIds.length)]);
    }

    /** The issuer needs the context no more: closes it, or, if the acquirer has no answer yet, lets that close it. */
    void release(final long correlationId) {
        final int place = contexts.find(correlationId);
        if (place == ContextTable.NONE) {
            return;
        }
        if (contexts.isAnswered(place)) {
            contexts.close(place);
        } else {
            contexts.notForIssuer(place);
        }
    }

    void releaseOld(final long nowNs) {
        while (first < next && nowNs - sinceNs[(int) (first % correlationIds.length)] > MAX_AGE_NS) {
            releaseFirst();
        }
    }
}
