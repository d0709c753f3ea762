package io.daybreak.gateway.iso;

import java.util.concurrent.atomic.LongAdder;

/** What happened to messages for issuers over all links, for logs and metrics. Event loops add to it; any thread reads it. */
public final class IssuerCounters {
    private final LongAdder sent = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder notSent = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder fieldsLost = new LongAdder();

    IssuerCounters() {
    }

    /** Messages handed to a socket. */
    public long sent() {
        return sent.sum();
    }

    /** Responses handed into the ring. */
    public long answered() {
        return answered.sum();
    }

    /** Messages of which no byte left: link gone or full, card data gone. */
    public long notSent() {
        return notSent.sum();
    }

    /** Messages and responses dropped for lack of room; the deadline decides about them. */
    public long lost() {
        return lost.sum();
    }

    /** Responses whose further fields did not go back, for lack of room. */
    public long fieldsLost() {
        return fieldsLost.sum();
    }

    void onSent() {
        sent.increment();
    }

    void onAnswered() {
        answered.increment();
    }

    void onNotSent() {
        notSent.increment();
    }

    void onLost() {
        lost.increment();
    }

    void onFieldsLost() {
        fieldsLost.increment();
    }
}
