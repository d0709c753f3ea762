package io.daybreak.model;

import java.util.List;

/** What the state machine and the naive ledger both are: commands in, answers out. */
public interface Ledger {
    /** An entry begins at that command time; at most the sweep limit of due deadlines fall. */
    void beginEntry(long timestampNs);

    /** Applies one command that stands alone. */
    Answer apply(int participantId, Command command);

    /** Applies a linked chain; answers in the order of its members. */
    List<Answer> applyChain(int participantId, List<TransferCommand> members);

    /** Sequence of the last decided command. */
    long lastSequence();
}
