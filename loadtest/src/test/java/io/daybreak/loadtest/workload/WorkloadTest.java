package io.daybreak.loadtest.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked follows the laws that the command line names, and the seed. */
class WorkloadTest {
    private static final int DRAWS = 400_000;

    @Test
    void shouldDrawBelowABoundEvenly() {
        final Random64 random = new Random64(1);
        final int[] counts = new int[10];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) random.below(10)]++;
        }
        for (final int count : counts) {
            assertThat(count).isCloseTo(DRAWS / 10, within(DRAWS / 200));
        }
        assertThat(random.below(1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.99, 1.0, 1.5, 3.0})
    void shouldDrawRanksByZipfsLaw(final double exponent) {
        final int ranks = 1_000;
        final ZipfSampler sampler = new ZipfSampler(ranks, exponent);
        final Random64 random = new Random64(7);
        final int[] counts = new int[ranks + 1];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) sampler.next(random)]++;
        }
        double norm = 0;
        for (int rank = 1; rank <= ranks; rank++) {
            norm += Math.pow(rank, -exponent);
        }
        for (final int rank : new int[] {1, 2, 3, 10, 100}) {
            final double expected = DRAWS * Math.pow(rank, -exponent) / norm;
            assertThat((double) counts[rank]).as("rank %d", rank).isCloseTo(expected, within(5 * Math.sqrt(expected) + 1));
        }
        assertThat(counts[0]).isZero();
    }

    @Test
    void shouldDrawTheOnlyRank() {
        assertThat(new ZipfSampler(1, 1).next(new Random64(1))).isEqualTo(1);
    }

    @Test
    void shouldSpaceConstantArrivalsEvenly() {
        final ArrivalSchedule schedule = new ArrivalSchedule(Arrivals.CONSTANT, 1_000, 1);
        for (int i = 0; i < 5; i++) {
            assertThat(schedule.nextNs()).isEqualTo(i * 1_000_000L);
            schedule.advance();
        }
    }

    @Test
    void shouldSpaceArrivalsExponentially() {
        final ArrivalSchedule schedule = new ArrivalSchedule(Arrivals.POISSON, 100_000, 3);
        long last = schedule.nextNs();
        double sum = 0;
        double sumOfSquares = 0;
        int aboveMean = 0;
        for (int i = 0; i < DRAWS; i++) {
            schedule.advance();
            final long gap = schedule.nextNs() - last;
            last = schedule.nextNs();
            sum += gap;
            sumOfSquares += (double) gap * gap;
            aboveMean += gap > 10_000 ? 1 : 0;
        }
        final double mean = sum / DRAWS;
        assertThat(mean).isCloseTo(10_000, within(100.0));
        // An exponential law has a deviation as large as its mean, and exceeds the mean with probability 1/e.
        assertThat(Math.sqrt(sumOfSquares / DRAWS - mean * mean)).isCloseTo(10_000, within(200.0));
        assertThat((double) aboveMean / DRAWS).isCloseTo(1 / Math.E, within(0.005));
    }

    @Test
    void shouldRepeatAPlanFromItsSeed() {
        final TransferPlan one = new TransferPlan(1_000, 100, 1, 100, 0.99, 0.2, 5);
        final TransferPlan same = new TransferPlan(1_000, 100, 1, 100, 0.99, 0.2, 5);
        for (int i = 0; i < 10_000; i++) {
            one.next();
            same.next();
            assertThat(one.debitIndex()).isEqualTo(same.debitIndex()).isBetween(0, 999);
            assertThat(one.creditIndex()).isEqualTo(same.creditIndex()).isBetween(0, 99);
            assertThat(one.amountMinor()).isEqualTo(same.amountMinor()).isBetween(1, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void shouldSendAShareOfTheCreditsToTheHotAccount(final double share) {
        final TransferPlan plan = new TransferPlan(10, 1_000_000, 1, 1, 0, share, 9);
        int hot = 0;
        for (int i = 0; i < DRAWS; i++) {
            plan.next();
            hot += plan.creditIndex() == 0 ? 1 : 0;
        }
        assertThat((double) hot / DRAWS).isCloseTo(share, within(0.005));
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> new TransferPlan(0, 1, 1, 1, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TransferPlan(1, 1, 2, 1, 0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ZipfSampler(10, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ArrivalSchedule(Arrivals.POISSON, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepTheRateOfBursts() {
        final ArrivalSchedule schedule = new ArrivalSchedule(Arrivals.CONSTANT, 1_000, 10, 1);
        long together = 0;
        long before = schedule.nextNs();
        for (int i = 1; i < 1_000; i++) {
            schedule.advance();
            together += schedule.nextNs() == before ? 1 : 0;
            before = schedule.nextNs();
        }
        assertThat(together).isEqualTo(900);
        assertThat(before).isEqualTo(990_000_000L);
    }
}
