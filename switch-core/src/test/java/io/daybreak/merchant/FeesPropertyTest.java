package io.daybreak.merchant;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.UndoLog;
import io.daybreak.model.RecordCommand;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.codec.PutFeeEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import static io.daybreak.model.RecordCommand.CNY;
import static org.assertj.core.api.Assertions.assertThat;

/** The fee of a row, held against exact decimals; and which row counts. */
class FeesPropertyTest {
    private static final long SEED = 87;

    private final Fees fees = new Fees(new CollectedSlabs(), new UndoLog());

    FeesPropertyTest() {
        fees.configure(Fees.CAPACITY);
    }

    private void put(final long institution, final int mcc, final Consumer<PutFeeEncoder> change) {
        final Consumer<PutFeeEncoder> key = encoder -> encoder.institution(institution).mcc(mcc);
        fees.put(institution, mcc, CNY, new UnsafeBuffer(RecordCommand.fee(key.andThen(change)).body()), 0, 0);
    }

    private static long exact(final long amount, final long points, final long fixed, final long least, final long most) {
        return BigDecimal.valueOf(amount).multiply(BigDecimal.valueOf(points)).divide(BigDecimal.valueOf(10_000), 0, RoundingMode.HALF_UP)
            .add(BigDecimal.valueOf(fixed)).min(BigDecimal.valueOf(Long.MAX_VALUE)).max(BigDecimal.valueOf(least))
            .min(BigDecimal.valueOf(most)).longValueExact();
    }

    @Test
    void shouldRoundHalfUpOnceAndNeverOverflow() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200_000; i++) {
            final long amount = any(random);
            final int points = random.nextInt(4) == 0 ? 10_000 : random.nextInt(10_001);
            final long fixed = random.nextInt(3) == 0 ? any(random) : random.nextInt(100);
            final long first = random.nextInt(3) == 0 ? any(random) : 0;
            final long second = random.nextInt(3) == 0 ? any(random) : Long.MAX_VALUE;
            final long least = Math.min(first, second);
            final long most = Math.max(first, second);
            put(0, 0, e -> e.basisPoints(points).fixedMinor(fixed).minimumMinor(least).maximumMinor(most));
            assertThat(fees.fee(fees.find(0, 0, CNY), amount)).as("%d at %d points, %d, %d to %d, seed %d", amount, points, fixed, least, most, SEED)
                .isEqualTo(exact(amount, points, fixed, least, most));
        }
    }

    private static long any(final SplittableRandom random) {
        return random.nextLong(Long.MAX_VALUE) >>> random.nextInt(63);
    }

    @Test
    void shouldRoundHalfUp() {
        put(0, 0, e -> e.basisPoints(50));
        final int row = fees.find(0, 0, CNY);
        assertThat(fees.fee(row, 99)).as("0.495").isZero();
        assertThat(fees.fee(row, 100)).as("0.5").isOne();
        assertThat(fees.fee(row, 299)).as("1.495").isOne();
        assertThat(fees.fee(row, 300)).as("1.5").isEqualTo(2);
        put(0, 0, e -> e.basisPoints(10_000).fixedMinor(Long.MAX_VALUE));
        assertThat(fees.fee(row, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldFindTheMostSpecificActiveRow() {
        assertThat(fees.find(7, 5_411, CNY)).isEqualTo(Fees.NOT_FOUND);
        put(0, 0, e -> e.basisPoints(1));
        put(0, 5_411, e -> e.basisPoints(2));
        put(7, 0, e -> e.basisPoints(3));
        put(7, 5_411, e -> e.basisPoints(4));
        assertThat(points(7, 5_411)).isEqualTo(4);
        put(7, 5_411, e -> e.basisPoints(4).status(RecordStatus.BLOCKED));
        assertThat(points(7, 5_411)).as("of the acquirer").isEqualTo(3);
        fees.remove(7, Fees.key(0, CNY));
        assertThat(points(7, 5_411)).as("of the category").isEqualTo(2);
        assertThat(points(0, 5_411)).isEqualTo(2);
        assertThat(points(7, 4_111)).as("of all").isEqualTo(1);
        assertThat(points(0, 0)).isEqualTo(1);
        assertThat(fees.find(7, 5_411, 978)).as("another currency").isEqualTo(Fees.NOT_FOUND);
        put(7, 5_411, e -> e.basisPoints(9));
        assertThat(points(7, 5_411)).isEqualTo(9);
    }

    private long points(final long institution, final int mcc) {
        return fees.fee(fees.find(institution, mcc, CNY), 10_000);
    }
}
