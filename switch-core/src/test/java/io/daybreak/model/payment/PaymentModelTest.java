package io.daybreak.model.payment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The switch against the naive model of payments, over seeded traffic. A difference is shown with the shortest history
 * that could be found for it.
 */
class PaymentModelTest {
    private static final long CAPACITY = 1 << 20;
    private static final int STEPS = Integer.getInteger("daybreak.paymodel.steps", 3_000);
    private static final int NIGHTLY_STEPS = 40_000;
    private static final int NIGHTLY_ROUNDS = Integer.getInteger("daybreak.model.rounds", 20);
    private static final long SEED = Long.getLong("daybreak.paymodel.seed", 20_261_123L);
    private static final int SHORTENING_RUNS = Integer.getInteger("daybreak.paymodel.shortening", 600);

    @ParameterizedTest
    @EnumSource(PaymentTraffic.Profile.class)
    void shouldAgreeWithNaivePayments(final PaymentTraffic.Profile profile) {
        run(profile, SEED, STEPS);
    }

    @Test
    void shouldAgreeWithNaivePaymentsFromFreshSeed() {
        final long seed = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("PaymentModelTest: fresh seed " + seed);
        run(PaymentTraffic.Profile.LOCAL, seed, STEPS);
    }

    @Tag("nightly")
    @ParameterizedTest
    @EnumSource(PaymentTraffic.Profile.class)
    void shouldAgreeWithNaivePaymentsForLong(final PaymentTraffic.Profile profile) {
        final long first = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("PaymentModelTest, " + profile + ": seeds from " + first);
        for (long seed = first; seed < first + NIGHTLY_ROUNDS; seed++) {
            run(profile, seed, NIGHTLY_STEPS);
        }
    }

    private static void run(final PaymentTraffic.Profile profile, final long seed, final int steps) {
        final List<Step> history = new ArrayList<>();
        final boolean routed = profile == PaymentTraffic.Profile.ROUTED;
        try (PaymentComparison comparison = new PaymentComparison(routed, CAPACITY)) {
            final PaymentTraffic traffic = new PaymentTraffic(seed, profile, comparison.model);
            for (int i = 0; i < steps; i++) {
                final Step step = traffic.next();
                history.add(step);
                comparison.step(step);
            }
            comparison.compareSlowly();
            System.err.println(profile + " seed " + seed + ": " + comparison.produced());
        } catch (final PaymentComparison.Difference difference) {
            throw shorten(history, routed, profile + ", seed " + seed + ", step " + history.size(), difference);
        }
    }

    /** Leaves out what the difference does not need, larger pieces first. */
    private static AssertionError shorten(final List<Step> whole, final boolean routed, final String name,
                                          final PaymentComparison.Difference difference) {
        List<Step> history = whole;
        PaymentComparison.Difference shown = difference;
        int runs = 0;
        for (int piece = history.size() / 2; piece >= 1; piece /= 2) {
            boolean shortened = true;
            while (shortened && runs < SHORTENING_RUNS) {
                shortened = false;
                for (int from = Math.max(0, history.size() - 1 - piece); from >= 0 && runs < SHORTENING_RUNS; from -= piece) {
                    final List<Step> without = new ArrayList<>(history.subList(0, from));
                    without.addAll(history.subList(Math.min(from + piece, history.size() - 1), history.size()));
                    runs++;
                    final PaymentComparison.Difference same = differenceOf(without, routed);
                    if (same != null && same.kind.equals(difference.kind) && without.size() < history.size()) {
                        history = without;
                        shown = same;
                        shortened = true;
                    }
                }
            }
        }
        final StringBuilder text = new StringBuilder(name).append('\n');
        long at = PaymentTown.START_NS;
        for (final Step step : history) {
            text.append(String.format("  +%,d ms %s%n", (step.atNs() - at) / 1_000_000, step));
            at = step.atNs();
        }
        return new AssertionError(text + shown.getMessage(), shown);
    }

    private static PaymentComparison.Difference differenceOf(final List<Step> history, final boolean routed) {
        try (PaymentComparison comparison = new PaymentComparison(routed, CAPACITY)) {
            try {
                for (final Step step : history) {
                    comparison.step(step);
                }
                comparison.compareSlowly();
                return null;
            } catch (final PaymentComparison.Difference difference) {
                return difference;
            }
        }
    }
}
