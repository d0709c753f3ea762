package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;

/** The ring and its stages. */
public final class Pipeline implements AutoCloseable {
    public Pipeline(final PipelineContext context, final StateMachine machine, final Journal journal,
                    final ReplySink replySink, final EpochClock clock, final FatalHandler fatalHandler) {
        throw new UnsupportedOperationException();
    }

    /** A new producer's way into the ring. */
    public CommandPublisher newPublisher() {
        throw new UnsupportedOperationException();
    }

    /** Starts the stages' threads. */
    public void start() {
    }

    /** Processes all that was published, makes it durable, replies, and stops the threads. */
    @Override
    public void close() {
    }
}
