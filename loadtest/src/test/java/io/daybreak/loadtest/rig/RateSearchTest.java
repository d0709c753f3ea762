package io.daybreak.loadtest.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.daybreak.loadtest.rig.RateSearch.Found;
import io.daybreak.loadtest.rig.RateSearch.Settings;
import io.daybreak.loadtest.rig.RateSearch.Window;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicInteger;

class RateSearchTest {
    private static final Settings SETTINGS = new Settings(10_000, 4_000_000, 3, 10, 1.05);

    private static Histogram of(final long ns) {
        final Histogram histogram = Latencies.newHistogram();
        histogram.recordValue(ns);
        return histogram;
    }

    @Test
    void shouldFindTheEdgeOfASwitchWithOne() throws Exception {
        final Found found = new RateSearch(SETTINGS, rate -> new Window(true, rate <= 137_000, of(1_000))).search();
        assertThat(found.perSecond()).isBetween(137_000 / 1.05, 137_000.0);
        assertThat(found.last().met()).isEqualTo(10);
        assertThat(found.leastShare()).isEqualTo(0.722, within(0.001));
        assertThat(found.greatestShare()).isEqualTo(1, within(1e-9));
        assertThat(found.last().latency().getTotalCount()).as("answers of all counted windows together").isEqualTo(10);
    }

    @Test
    void shouldNotCountWhatTheMachineDid() throws Exception {
        final AtomicInteger windows = new AtomicInteger();
        final Found found = new RateSearch(SETTINGS, rate -> {
            final boolean isQuiet = windows.incrementAndGet() % 2 == 0;
            return new Window(isQuiet, isQuiet && rate <= 50_000, of(isQuiet ? 1_000 : 1_000_000_000));
        }).search();
        assertThat(found.perSecond()).isBetween(50_000 / 1.05, 50_000.0);
        assertThat(found.last().counted()).isEqualTo(10);
        assertThat(found.last().windows()).isBetween(19, 20);
        assertThat(found.last().latency().getMaxValue()).isLessThan(1_000_000);
        assertThatThrownBy(() -> new RateSearch(SETTINGS, rate -> new Window(false, true, of(1))).search())
            .isInstanceOf(RateSearch.NotQuietException.class).hasMessageContaining("9 windows at 10000/s");
    }

    @Test
    void shouldGoDownWhereConfirmationContradicts() throws Exception {
        final AtomicInteger windows = new AtomicInteger();
        // Lucky on the way up: what holds in the end is what was seen often.
        final Found found = new RateSearch(SETTINGS, rate -> new Window(true, rate <= 80_000 || rate <= 100_000 && windows.incrementAndGet() < 7, of(1))).search();
        assertThat(found.perSecond()).isLessThanOrEqualTo(80_000).isGreaterThan(60_000);
        assertThat(found.last().holds()).isTrue();
    }

    @Test
    void shouldSayThatNothingHoldsAndStopAtTheHighestRate() throws Exception {
        assertThat(new RateSearch(SETTINGS, rate -> new Window(true, false, of(1))).search().perSecond()).isZero();
        assertThat(new RateSearch(SETTINGS, rate -> new Window(true, true, of(1))).search().perSecond()).isEqualTo(4_000_000);
        assertThatThrownBy(() -> new Settings(10, 5, 1, 1, 1.1)).hasMessageContaining("--to");
        assertThatThrownBy(() -> new Settings(10, 50, 1, 1, 1)).hasMessageContaining("--precision");
    }
}
