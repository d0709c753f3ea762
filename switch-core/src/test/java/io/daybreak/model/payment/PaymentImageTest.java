package io.daybreak.model.payment;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.machine.StateComparison;
import io.daybreak.machine.StateMachine;
import org.junit.jupiter.api.Test;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payments of all kinds, with a new machine from the image of the one before again and again. At each of these restarts all that was journaled so far
 * is replayed from the first command: results and digests of machines that came from images must be those of one that never saw any. Where model and
 * switch agree, answers, effects to issuers, balances, totals and items are compared with the model's as well.
 */
class PaymentImageTest {
    private static final long CAPACITY = 1 << 12;
    private static final int STEPS = 1_000;
    private static final int MOST_STEPS_BETWEEN = 200;
    private static final long SEED = Long.getLong("daybreak.image.seed", 20_261_123L);

    /** Not moved by this traffic; moved by {@code StateImageTest} and {@code AccountLinesTest}, but for the last three. */
    private static final Set<String> NOT_MOVED = Set.of("AccountLines.shift", "RecordLog.firstSlab", "LedgerTotals.high",
        // There is one version of the rules.
        "Administration.rulesVersion",
        // Nodes: moved by MembershipTest.
        "Membership.acknowledgement", "Membership.epoch", "Membership.inSync", "Membership.inSyncCount", "Membership.nodeFirst", "Membership.nodeLast",
        // Items that were resolved, and those for which there was no room: a list's two ends and a number.
        "Exceptions.firstResolved", "Exceptions.lastResolved", "Exceptions.lostCount");

    /** A field that is state and that no traffic moves could be forgotten without a test that sees it: there must be none but those named. */
    @Test
    void shouldGoOnFromImagesAsFromTheWholeJournal() {
        final Set<String> still = new TreeSet<>();
        final boolean[] isBegun = new boolean[1];
        for (final PaymentTraffic.Profile profile : PaymentTraffic.Profile.values()) {
            run(profile, comparison -> {
                final Set<String> unmoved = StateComparison.unmoved(comparison.rig.machine, new StateMachine(new CollectedSlabs()));
                if (isBegun[0]) {
                    still.retainAll(unmoved);
                } else {
                    isBegun[0] = true;
                    still.addAll(unmoved);
                }
            });
        }
        assertThat(still).isEqualTo(new TreeSet<>(NOT_MOVED));
    }

    private static void run(final PaymentTraffic.Profile profile, final Consumer<PaymentComparison> atRestart) {
        final Random random = new Random(SEED);
        try (PaymentComparison comparison = new PaymentComparison(profile == PaymentTraffic.Profile.ROUTED, CAPACITY)) {
            comparison.rig.restartsFromImage = true;
            final PaymentTraffic traffic = new PaymentTraffic(SEED, profile, comparison.model);
            int left = 0;
            for (int i = 0; i < STEPS; i++) {
                final Step step = traffic.next();
                comparison.step(step);
                if (left-- == 0) {
                    comparison.step(new Step.Restart(step.atNs()));
                    atRestart.accept(comparison);
                    left = random.nextInt(MOST_STEPS_BETWEEN);
                }
            }
            comparison.compareSlowly();
            comparison.rig.restart();
            atRestart.accept(comparison);
        }
    }
}
