package io.daybreak.loadtest.rig;

/** What was acknowledged, by account: minor units debited, credited, and held on either side. One for each loop; added up after the run. */
final class MoneyBook {
    final long[] debited;
    final long[] credited;
    /** Empty in a run without holds. */
    final long[] heldDebit;
    final long[] heldCredit;

    MoneyBook(final int debitCount, final int creditCount, final boolean hasHolds) {
        debited = new long[debitCount];
        credited = new long[creditCount];
        heldDebit = new long[hasHolds ? debitCount : 0];
        heldCredit = new long[hasHolds ? creditCount : 0];
    }

    void add(final int debitIndex, final int creditIndex, final long amountMinor) {
        debited[debitIndex] += amountMinor;
        credited[creditIndex] += amountMinor;
    }

    /** @param amountMinor negative: no longer held */
    void hold(final int debitIndex, final int creditIndex, final long amountMinor) {
        heldDebit[debitIndex] += amountMinor;
        heldCredit[creditIndex] += amountMinor;
    }

    void add(final MoneyBook other) {
        add(debited, other.debited);
        add(credited, other.credited);
        add(heldDebit, other.heldDebit);
        add(heldCredit, other.heldCredit);
    }

    private static void add(final long[] sums, final long[] others) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += others[i];
        }
    }
}
