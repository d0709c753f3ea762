package io.daybreak.model;

import java.util.List;

/** One step of a workload. */
public sealed interface Step {
    /** A new entry begins. */
    record Begin(long timestampNs) implements Step {
    }

    /** One command that stands alone. */
    record Single(int participantId, Command command) implements Step {
    }

    /** A linked chain. */
    record Chain(int participantId, List<TransferCommand> members) implements Step {
    }

    /** Applies the step; one answer for each command in it. */
    default List<Answer> applyTo(final Ledger ledger) {
        if (this instanceof Begin begin) {
            ledger.beginEntry(begin.timestampNs);
            return List.of();
        } else if (this instanceof Single single) {
            return List.of(ledger.apply(single.participantId, single.command));
        } else {
            final Chain chain = (Chain) this;
            return ledger.applyChain(chain.participantId, chain.members);
        }
    }
}
