package io.daybreak.loadtest.rig;

import io.daybreak.client.TransferId;

import java.util.ArrayList;
import java.util.List;

/** Transfers that were sent and not answered: each may have been applied once, or not at all. Not thread safe. */
final class UnknownTransfers {
    private final List<Entry> entries = new ArrayList<>();

    /** One of them. */
    record Entry(TransferId id, int debitIndex, int creditIndex, long amountMinor) {
    }

    void add(final long idHi, final long idLo, final int debitIndex, final int creditIndex, final long amountMinor) {
        entries.add(new Entry(new TransferId(idHi, idLo), debitIndex, creditIndex, amountMinor));
    }

    void addAll(final UnknownTransfers other) {
        entries.addAll(other.entries);
    }

    List<Entry> entries() {
        return entries;
    }
}
