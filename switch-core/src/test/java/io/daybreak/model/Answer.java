package io.daybreak.model;

import io.daybreak.machine.Outcome;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;

/** An outcome as a value. */
public record Answer(int result, int flags, long amountMinor, long sequence, long timestampNs) {
    /** A copy of what the state machine wrote. */
    public static Answer of(final Outcome outcome) {
        return new Answer(outcome.result, outcome.flags, outcome.amountMinor, outcome.sequence, outcome.timestampNs);
    }

    public boolean isRepeated() {
        return (flags & OutcomeFlags.REPEATED) != 0;
    }

    /** True if the ledger stage journals the command: it was decided, and decided now. */
    public boolean isJournaled() {
        return Result.isDecided(result) && !isRepeated();
    }

    @Override
    public String toString() {
        return Result.name(result) + "(" + result + ")" + (flags == 0 ? "" : " flags " + flags) + " amount " + amountMinor
            + " sequence " + sequence + " at " + timestampNs;
    }
}
