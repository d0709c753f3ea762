package io.daybreak.machine;

import io.daybreak.model.Workload;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** The state machine against the naive ledger, over seeded workloads. A failure names profile, seed and the last steps. */
class ModelTest {
    private static final int COMMANDS = 40_000;
    private static final int NIGHTLY_COMMANDS = 400_000;
    /** Rounds of each profile in the nightly run. */
    private static final int NIGHTLY_ROUNDS = Integer.getInteger("daybreak.model.rounds", 20);
    private static final long SEED = 20_261_123;

    static List<Workload.Profile> profiles() {
        return List.of(Workload.Profile.ORDINARY, Workload.Profile.NARROW, Workload.Profile.END_OF_TIME);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void shouldAgreeWithNaiveLedger(final Workload.Profile profile) {
        for (long seed = SEED; seed < SEED + 2; seed++) {
            try (Comparison comparison = new Comparison(profile, seed, 9_000)) {
                comparison.run(COMMANDS);
            }
        }
    }

    @Test
    void shouldMeetEveryResultCode() throws IllegalAccessException {
        final Map<Integer, Long> produced = new TreeMap<>();
        for (final Workload.Profile profile : profiles()) {
            try (Comparison comparison = new Comparison(profile, SEED - 1, 20_000)) {
                comparison.run(profile == Workload.Profile.NARROW ? COMMANDS + 15_000 : COMMANDS / 2);
                comparison.workload().produced().forEach((result, count) -> produced.merge(result, count, Long::sum));
            }
        }
        final Set<String> missing = new TreeSet<>();
        for (final Field field : Result.class.getFields()) {
            final int result = field.getInt(null);
            if (!isOfPayments(result) && !produced.containsKey(result) && !Workload.unreachable().containsKey(result)) {
                missing.add(field.getName());
            }
        }
        assertThat(missing).as("codes never given; given: " + produced).isEmpty();
    }

    /** Payments and their records have a model of their own. */
    private static boolean isOfPayments(final int result) {
        return result >= Result.PAYMENT_CAPACITY_REACHED && result < Result.LINKED_TRANSFER_FAILED || result >= Result.RECORD_INVALID;
    }

    @Tag("nightly")
    @ParameterizedTest
    @MethodSource("profiles")
    void shouldAgreeWithNaiveLedgerForLong(final Workload.Profile profile) {
        final long firstSeed = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("ModelTest, " + profile + ": seeds from " + firstSeed);
        for (long seed = firstSeed; seed < firstSeed + NIGHTLY_ROUNDS; seed++) {
            try (Comparison comparison = new Comparison(profile, seed, 50_000)) {
                comparison.run(NIGHTLY_COMMANDS);
            }
        }
    }
}
