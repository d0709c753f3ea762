package io.daybreak.loadtest.rig;

/** What was acknowledged, by account: minor units debited and credited. One for each loop; added up after the run. */
final class MoneyBook {
    final long[] debited;
    final long[] credited;

    MoneyBook(final int debitCount, final int creditCount) {
        debited = new long[debitCount];
        credited = new long[creditCount];
    }

    void add(final int debitIndex, final int creditIndex, final long amountMinor) {
        debited[debitIndex] += amountMinor;
        credited[creditIndex] += amountMinor;
    }

    void add(final MoneyBook other) {
        for (int i = 0; i < debited.length; i++) {
            debited[i] += other.debited[i];
        }
        for (int i = 0; i < credited.length; i++) {
            credited[i] += other.credited[i];
        }
    }
}
