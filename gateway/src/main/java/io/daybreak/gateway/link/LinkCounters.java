package io.daybreak.gateway.link;

import io.daybreak.protocol.LinkError;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What happened at the links, for logs and metrics. Moved at most once per read, drain or connection, never per command;
 * read by any thread.
 */
public final class LinkCounters {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder pauses = new LongAdder();
    private final LongAdder drains = new LongAdder();
    private final LongAdder commands = new LongAdder();
    private final AtomicLongArray errors = new AtomicLongArray(LinkError.values().length);

    void onAccepted() {
        accepted.increment();
    }

    void onClosed() {
        closed.increment();
    }

    void onPause() {
        pauses.increment();
    }

    void onDrain(final long commandsAnswered) {
        drains.increment();
        commands.add(commandsAnswered);
    }

    void onError(final LinkError error) {
        errors.incrementAndGet(error.ordinal());
    }

    /** Connections accepted. */
    public long accepted() {
        return accepted.sum();
    }

    /** Connections closed. */
    public long closed() {
        return closed.sum();
    }

    /** Times a link stopped reading because there was no room. */
    public long pauses() {
        return pauses.sum();
    }

    /** Times a loop emptied its reply queue. */
    public long drains() {
        return drains.sum();
    }

    /** Commands and queries answered. */
    public long commands() {
        return commands.sum();
    }

    /** Links closed for this reason. */
    public long errors(final LinkError error) {
        return errors.get(error.ordinal());
    }
}
