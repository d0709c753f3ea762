package io.daybreak.routing;

import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** The longest prefix whose conditions hold wins, then the lowest id. */
class RoutesTest {
    private static final int PURCHASE_CHANNEL = 1;
    private static final int CURRENCY = 156;

    private IssuingRig rig;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = new IssuingRig();
        rig.putIssuer(issuer -> { });
    }

    private int find(final long bin, final long amount) {
        return rig.issuing.route(bin, amount, PURCHASE_CHANNEL, CURRENCY);
    }

    private void put(final int id, final int length, final long prefix) {
        assertThat(rig.putRoute(id, route -> route.prefix(prefix).prefixLength((short) length))).isEqualTo(Result.OK);
    }

    @Test
    void shouldTakeTheLongestPrefixThenTheLowestId() {
        put(9, 1, 4);
        put(8, 6, 400_000);
        put(7, 6, 400_000);
        put(6, 8, 40_000_012);
        assertThat(find(40_000_012, 1)).isEqualTo(6);
        assertThat(find(40_000_013, 1)).isEqualTo(7);
        assertThat(find(41_000_013, 1)).isEqualTo(9);
        assertThat(find(51_000_013, 1)).isEqualTo(Issuing.NO_ROUTE);
    }

    @Test
    void shouldFallBackToAShorterPrefixWhereConditionsDoNotHold() {
        put(1, 4, 4_000);
        rig.putRoute(2, route -> route.prefix(400_000).amountFromMinor(100).amountToMinor(200));
        rig.putRoute(3, route -> route.prefix(400_000).amountToMinor(50).channels(1 << 3));
        rig.putRoute(4, route -> route.prefix(400_000).amountToMinor(50).currency(840));
        assertThat(find(40_000_000, 100)).isEqualTo(2);
        assertThat(find(40_000_000, 200)).isEqualTo(2);
        assertThat(find(40_000_000, 99)).isEqualTo(1);
        assertThat(find(40_000_000, 201)).isEqualTo(1);
        assertThat(rig.issuing.route(40_000_000, 50, 3, CURRENCY)).isEqualTo(3);
        assertThat(rig.issuing.route(40_000_000, 50, 1, 840)).isEqualTo(4);
    }

    @Test
    void shouldPassByWhatIsNotActive() {
        put(1, 4, 4_000);
        put(2, 6, 400_000);
        rig.putRoute(2, route -> route.prefix(400_000).status(RecordStatus.BLOCKED));
        assertThat(find(40_000_000, 1)).isEqualTo(1);
        rig.putIssuer(issuer -> issuer.status(RecordStatus.BLOCKED));
        assertThat(find(40_000_000, 1)).isEqualTo(Issuing.NO_ROUTE);
    }

    @Test
    void shouldTakeLeadingZerosAsDigits() {
        put(1, 4, 12);
        assertThat(find(123_456, 1)).as("00123456").isEqualTo(1);
        assertThat(find(1_234_567, 1)).as("01234567").isEqualTo(Issuing.NO_ROUTE);
    }

    @Test
    void shouldFindWhatASlowSearchFinds() {
        final long seed = ThreadLocalRandom.current().nextLong(1L << 40);
        System.err.println("RoutesTest: seed " + seed);
        final Random random = new Random(seed);
        final int[][] routes = new int[600][];
        for (int id = 1; id < routes.length; id++) {
            final int length = 1 + random.nextInt(8);
            final int prefix = random.nextInt((int) Math.pow(10, Math.min(length, 3)));
            final int from = random.nextInt(3) * 100;
            routes[id] = new int[] {length, prefix, from};
            rig.putRoute(id, route -> route.prefix(prefix).prefixLength((short) length).amountFromMinor(from).amountToMinor(from + 150));
        }
        for (int i = 0; i < 20_000; i++) {
            final int digits = 1 + random.nextInt(8);
            final long bin = random.nextInt((int) Math.pow(10, digits));
            final long amount = random.nextInt(500);
            int best = Issuing.NO_ROUTE;
            for (int id = 1; id < routes.length; id++) {
                final boolean matches = bin / (long) Math.pow(10, 8 - routes[id][0]) == routes[id][1] && amount >= routes[id][2]
                    && amount <= routes[id][2] + 150;
                if (matches && (best == Issuing.NO_ROUTE || routes[id][0] > routes[best][0])) {
                    best = id;
                }
            }
            assertThat(find(bin, amount)).as("seed %d bin %d amount %d", seed, bin, amount).isEqualTo(best);
        }
        rig.check();
    }
}
