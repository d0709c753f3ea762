package io.daybreak.ledger;

import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;

/**
 * Sums of all balances of each ledger, kept apart for each side, in 128 bits: a single account's sums fit in 64, those
 * of many need not. That debits equal credits is conservation; the two sides are added up independently, so that the
 * comparison can fail.
 * <p>
 * At most {@link #MAX_LEDGERS} ledgers. Ledger thread only.
 */
public final class LedgerTotals implements Stateful {
    /** Most ledgers (currencies) of a switch. */
    public static final int MAX_LEDGERS = 256;
    /** No such ledger. */
    public static final int NOT_FOUND = -1;
    /** Index of a sum. */
    public static final int DEBITS_POSTED = 0;
    /** Index of a sum. */
    public static final int DEBITS_PENDING = 1;
    /** Index of a sum. */
    public static final int CREDITS_POSTED = 2;
    /** Index of a sum. */
    public static final int CREDITS_PENDING = 3;

    private static final int SUMS = 4;

    private final int[] ledgers = new int[MAX_LEDGERS];
    private final long[] accountCounts = new long[MAX_LEDGERS];
    private final long[] high = new long[MAX_LEDGERS * SUMS];
    private final long[] low = new long[MAX_LEDGERS * SUMS];
    private final long[] markedHigh = new long[MAX_LEDGERS * SUMS];
    private final long[] markedLow = new long[MAX_LEDGERS * SUMS];
    private int count;
    private int lastFound;

    /** Ledgers that have accounts. */
    public int count() {
        return count;
    }

    /** Ledger at an index. */
    public int ledger(final int index) {
        return ledgers[index];
    }

    /** Index of a ledger, or {@link #NOT_FOUND}. */
    public int indexOf(final int ledger) {
        if (lastFound < count && ledgers[lastFound] == ledger) {
            return lastFound;
        }
        for (int i = 0; i < count; i++) {
            if (ledgers[i] == ledger) {
                lastFound = i;
                return i;
            }
        }
        return NOT_FOUND;
    }

    boolean hasRoomFor(final int ledger) {
        return count < MAX_LEDGERS || indexOf(ledger) != NOT_FOUND;
    }

    void addAccount(final int ledger) {
        int index = indexOf(ledger);
        if (index == NOT_FOUND) {
            index = count++;
            ledgers[index] = ledger;
        }
        accountCounts[index]++;
    }

    void add(final int ledgerIndex, final int sum, final long delta) {
        final int i = ledgerIndex * SUMS + sum;
        final long before = low[i];
        low[i] = before + delta;
        // The delta's sign extends into the upper half; a carry is seen as an unsigned sum below what it was.
        high[i] += (delta >> 63) + (Long.compareUnsigned(low[i], before) < 0 ? 1 : 0);
    }

    /** Upper half of a sum. */
    public long high(final int index, final int sum) {
        return high[index * SUMS + sum];
    }

    /** Lower half of a sum. */
    public long low(final int index, final int sum) {
        return low[index * SUMS + sum];
    }

    /** Accounts of a ledger. */
    public long accountCount(final int index) {
        return accountCounts[index];
    }

    @Override
    public void image(final StateImage image) {
        count = image.bounded(count, 0, MAX_LEDGERS);
        image.numbers(ledgers, count);
        image.words(accountCounts, count);
        image.words(high, count * SUMS);
        image.words(low, count * SUMS);
    }

    void mark() {
        System.arraycopy(high, 0, markedHigh, 0, count * SUMS);
        System.arraycopy(low, 0, markedLow, 0, count * SUMS);
    }

    void rollback() {
        System.arraycopy(markedHigh, 0, high, 0, count * SUMS);
        System.arraycopy(markedLow, 0, low, 0, count * SUMS);
    }
}
