package io.daybreak.model.payment;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chapter 16: numbers and amounts by acquirer, currency and business date; of the day, and since the last 0500. */
final class NaiveTotals {
    static final int CREDITS = 0;
    static final int CREDIT_REVERSALS = 1;
    static final int DEBITS = 2;
    static final int DEBIT_REVERSALS = 3;

    /** Four numbers, then four amounts, in the order of the constants. */
    record Sums(long[] values) {
        Sums() {
            this(new long[8]);
        }

        long number(final int kind) {
            return values[kind];
        }

        long amount(final int kind) {
            return values[4 + kind];
        }

        /** DE 97, credit positive. */
        long net() {
            return amount(CREDITS) + amount(DEBIT_REVERSALS) - amount(DEBITS) - amount(CREDIT_REVERSALS);
        }

        Sums copy() {
            return new Sums(values.clone());
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Sums sums && Arrays.equals(values, sums.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }

        @Override
        public String toString() {
            return Arrays.toString(values);
        }
    }

    private final Map<List<Object>, Sums> days = new HashMap<>();
    private final Map<List<Object>, Sums> periods = new HashMap<>();

    void count(final long institution, final int currency, final int date, final int kind, final long amount) {
        for (final Map<List<Object>, Sums> map : List.of(days, periods)) {
            final Sums sums = map.computeIfAbsent(List.of(institution, currency, date), k -> new Sums());
            sums.values[kind]++;
            sums.values[4 + kind] += amount;
        }
    }

    Sums day(final long institution, final int currency, final int date) {
        return days.getOrDefault(List.of(institution, currency, date), new Sums()).copy();
    }

    Sums period(final long institution, final int currency, final int date) {
        return periods.getOrDefault(List.of(institution, currency, date), new Sums()).copy();
    }

    void closePeriod(final long institution, final int currency, final int date) {
        periods.remove(List.of(institution, currency, date));
    }
}
