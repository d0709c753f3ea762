package io.daybreak.loadtest.simulation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Promises of the switch in simulated worlds: docs/simulation.md. */
final class SimulationTest {
    private static final Set<Fault> ALL = EnumSet.allOf(Fault.class);
    private static final int SMALL = 1_500;

    private static Simulation.Result run(final long seed, final Set<Fault> faults, final int payments, final int firstRound, final int rounds) {
        return run(seed, faults, payments, 1, firstRound, rounds);
    }

    private static Simulation.Result run(final long seed, final Set<Fault> faults, final int payments, final int nodes, final int firstRound, final int rounds) {
        final int[] begun = new int[1];
        return new Simulation(seed, faults, payments, nodes).run(firstRound, () -> begun[0]++ < rounds, made -> { });
    }

    private static void assertKept(final long seed, final Simulation.Result result) {
        final Simulation.Finding failure = result.failure();
        assertThat(failure).as(() -> "seed " + seed + ", round " + failure.round() + ", step " + failure.step() + ": " + failure.text() + "\n"
            + String.join("\n", failure.last())).isNull();
    }

    @Test
    void shouldKeepEveryPromiseWhenAnythingGoesWrong() {
        final Simulation.Result result = run(1, ALL, SMALL, 0, 60);

        assertKept(1, result);
        assertThat(result.payments()).isGreaterThanOrEqualTo(60L * SMALL);
        assertThat(result.starts()).isGreaterThan(3 * 60);
        assertThat(result.probes()).isPositive();
    }

    @Test
    void shouldKeepEveryPromiseOfTwoNodes() {
        final Simulation.Result result = run(1, ALL, SMALL, 2, 0, 20);

        assertKept(1, result);
        assertThat(result.payments()).isGreaterThanOrEqualTo(20L * SMALL);
    }

    /** Here a standby's power fails in the midst of what it had received and not synced: what is left of it names what was durable on the primary. */
    @Test
    void shouldStartAStandbyWhoseNewestEntriesAreTorn() {
        assertKept(1, run(1, ALL, SMALL, 2, 67, 1));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void shouldKeepEveryPromiseWhenOneKindOfThingGoesWrong(final Fault fault) {
        assertKept(2, run(2, EnumSet.of(fault), SMALL, 0, 4));
    }

    @Test
    void shouldKeepEveryPromiseWhenNothingGoesWrong() {
        final Simulation.Result result = run(3, EnumSet.noneOf(Fault.class), SMALL, 0, 3);

        assertKept(3, result);
        // The first start, and the two at the end of each round.
        assertThat(result.starts()).isEqualTo(3 * 3);
    }

    @Test
    void shouldRepeatASeedEventByEvent() {
        final Simulation.Result first = run(4, ALL, SMALL, 0, 3);
        final Simulation.Result again = run(4, ALL, SMALL, 0, 3);
        final Simulation.Result other = run(5, ALL, SMALL, 0, 3);

        assertThat(again).isEqualTo(first);
        assertThat(other.hash()).isNotEqualTo(first.hash());
    }

    @Test
    void shouldRepeatALaterRoundWithoutThoseBefore() {
        final Simulation.Result two = run(6, ALL, SMALL, 0, 2);
        final Simulation.Result three = run(6, ALL, SMALL, 0, 3);
        final Simulation.Result third = run(6, ALL, SMALL, 2, 1);

        assertThat(third.steps()).isEqualTo(three.steps() - two.steps());
        assertThat(third.payments()).isEqualTo(three.payments() - two.payments());
    }

    /** Fresh seeds; the seed is in the message of a failure. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Tag("nightly")
    void shouldKeepEveryPromiseForFreshSeeds(final int nodes) {
        final long seed = new SecureRandom().nextLong() >>> 1;
        final long endNs = System.nanoTime() + 600_000_000_000L;

        assertKept(seed, new Simulation(seed, ALL, Simulation.DEFAULT_PAYMENTS, nodes).run(0, () -> System.nanoTime() < endNs, made -> { }));
    }
}
