package io.daybreak.gateway.launch;

import io.daybreak.gateway.link.NodePort;
import io.daybreak.port.Journal;
import io.daybreak.protocol.Result;

import java.util.function.Consumer;

/** The answers of a node that has no others. */
record LoneNode(Journal journal) implements NodePort {
    @Override
    public Status status() {
        final long sequence = journal.durableSequence();
        return new Status(sequence, sequence, sequence, 1, 0, 0, ROLE_PRIMARY, 0, 0);
    }

    @Override
    public void promote(final boolean isLossAccepted, final Consumer<Integer> result) {
        result.accept(Result.OK);
    }
}
