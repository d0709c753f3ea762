package io.daybreak.loadtest.rig;

import io.daybreak.client.TransferId;

import java.util.ArrayList;
import java.util.List;

/** Transfers that were sent and not answered: each may have been applied once, or not at all. Not thread safe. */
final class UnknownTransfers {
    private final List<Entry> entries = new ArrayList<>();
    private long queries;

    /** What a transfer does when it is applied. */
    enum Effect {
        /** Moves. */
        MOVE,
        /** Holds. */
        HOLD,
        /** Posts all of a hold. */
        POST,
        /** Releases all of a hold. */
        VOID
    }

    /** One of them. */
    record Entry(TransferId id, Effect effect, int debitIndex, int creditIndex, long amountMinor) {
    }

    void add(final long idHi, final long idLo, final Effect effect, final int debitIndex, final int creditIndex, final long amountMinor) {
        entries.add(new Entry(new TransferId(idHi, idLo), effect, debitIndex, creditIndex, amountMinor));
    }

    /** A query without an answer, which moves nothing. */
    void addQuery() {
        queries++;
    }

    void addAll(final UnknownTransfers other) {
        entries.addAll(other.entries);
        queries += other.queries;
    }

    List<Entry> entries() {
        return entries;
    }

    /** All that was sent and not answered. */
    long count() {
        return entries.size() + queries;
    }
}
