package io.daybreak.loadtest.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.client.Credentials;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.loadtest.simulator.BareSwitch;
import io.daybreak.loadtest.simulator.BareSwitch.Fault;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Whole runs against the bare switch, honest and not. */
@Timeout(60)
class LoadRunTest {
    private static final Credentials CREDENTIALS = new Credentials("ACQ001", new byte[32]);

    private static RigSettings settings(final int port, final double rate, final int connections, final int loops, final int batch,
                                        final int window) {
        return new RigSettings("127.0.0.1", port, CREDENTIALS, CREDENTIALS, rate, Arrivals.POISSON, connections, loops, batch, window,
            Duration.ofMillis(300), Duration.ofMillis(100), Duration.ofNanos(100_000), Duration.ofMillis(500), 1, 300, 100_001, 50, 1,
            100, 0.9, 0.1, 0, 1, 1, true);
    }

    private static RigSettings mixed(final int port, final double rate, final String mix) {
        final RigSettings plain = settings(port, rate, 3, 2, 1, 64);
        return new RigSettings(plain.host(), port, CREDENTIALS, CREDENTIALS, rate, plain.arrivals(), plain.connections(), plain.loops(), 1, plain.window(),
            plain.duration(), plain.warmup(), plain.turn(), plain.drain(), plain.debitFrom(), plain.debitCount(), plain.creditFrom(), plain.creditCount(),
            plain.amountFrom(), plain.amountTo(), plain.zipf(), plain.hotShare(), plain.ledger(), plain.code(), plain.seed(), true, 1, new NativeMix(mix));
    }

    private static RunResult runMixed(final Fault fault, final int every, final double rate, final String mix) throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, fault, every)) {
            return new LoadRun(mixed(bare.port(), rate, mix), RunObserver.NONE).run();
        }
    }

    @Test
    void shouldProveTheMoneyOfAMix() throws Exception {
        for (final double rate : new double[] {RigSettings.MAX_RATE, 10_000}) {
            final RunResult result = runMixed(Fault.NONE, 1, rate, "transfer=40,pending+post=30,pending+void=10,balance=20");
            assertThat(result.proof()).as("%s", result.proofText()).isEqualTo(Proof.PROVED);
            assertThat(result.errors()).isEmpty();
            assertThat(result.refused()).isZero();
            assertThat(result.accepted() + result.unsent()).isEqualTo(result.offered());
        }
        // Of 10,000 that begin, 8,000 are to be followed by a second message.
        final RunResult holds = runMixed(Fault.NONE, 1, 10_000, "pending+post=5,pending+void=3,balance=2");
        assertThat(holds.offered()).isBetween((long) (3_000 * 1.6), 3_000 * 2L);
        assertThat(holds.proof()).as("%s", holds.proofText()).isEqualTo(Proof.PROVED);
    }

    @Test
    void shouldFailWhenAPostOrAReleaseIsNotThere() throws Exception {
        for (final String mix : new String[] {"pending+post=1", "pending+void=1", "transfer=1,pending+void=1,pending+post=1"}) {
            final RunResult result = runMixed(Fault.FORGET, 1_001, RigSettings.MAX_RATE, mix);
            assertThat(result.proof()).as(mix).isEqualTo(Proof.DIFFERENT);
            assertThat(result.proofText()).as(mix).anyMatch(line -> line.contains("pending changed by"));
        }
    }

    @Test
    void shouldLookUpWhatOfAMixWasNotAnswered() throws Exception {
        for (final String mix : new String[] {"pending+post=1", "pending+void=1", "transfer=70,pending+post=15,pending+void=5,balance=10"}) {
            final RunResult result = runMixed(Fault.SILENT, 501, 10_000, mix);
            assertThat(result.unknown()).as(mix).isPositive();
            assertThat(result.proof()).as("%s: %s", mix, result.proofText()).isEqualTo(Proof.PROVED);
        }
        final RunResult lost = runMixed(Fault.DROP, 2_001, RigSettings.MAX_RATE, "transfer=70,pending+post=15,pending+void=5,balance=10");
        assertThat(lost.errors()).isNotEmpty();
        assertThat(lost.proof()).as("%s", lost.proofText()).isEqualTo(Proof.PROVED);
    }

    @Test
    void shouldSayWhatAMixMayBe() {
        final String kinds = "transfer, pending+post, pending+void, balance";
        for (final String[] wrong : new String[][] {{"gift=1", "'gift' is none of "}, {"", "it is empty"}, {" ", "it is empty"}, {"transfer=-5", "'transfer=-5' is not a kind"},
            {"transfer", "'transfer' is not a kind"}, {"transfer=1,", "'' is none of "}, {"transfer=1=2", "'transfer=1=2' is not a kind"}, {"balance=0", "the shares are all 0"},
            {"transfer=nan", "is not a kind"}, {"purchase=100", "'purchase' is none of "}}) {
            assertThatThrownBy(() -> new NativeMix(wrong[0])).as(wrong[0]).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("--mix: ")
                .hasMessageContaining(wrong[1]).hasMessageContaining(kinds);
        }
        assertThatThrownBy(() -> new IsoMix("transfer=1")).hasMessageContaining("is none of purchase, authorise+complete, reversal, refund, repeat, balance");
        assertThat(new NativeMix("Transfer = 3").isPlain()).isTrue();
        assertThat(new NativeMix("transfer=3, balance=0").isPlain()).isTrue();
        assertThat(new NativeMix("transfer=3, balance=0.1").isPlain()).isFalse();
        final RigSettings mix = mixed(1, 1, "pending+post=1");
        assertThatThrownBy(() -> new RigSettings(mix.host(), 1, CREDENTIALS, CREDENTIALS, 1, mix.arrivals(), 1, 1, 2, 1, mix.duration(), mix.warmup(), mix.turn(),
            mix.drain(), 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, true, 1, mix.mix())).hasMessageContaining("--batch 1");
    }

    private static RunResult run(final Fault fault, final int every, final double rate, final int batch) throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, fault, every)) {
            return new LoadRun(settings(bare.port(), rate, 3, 2, batch, 64), RunObserver.NONE).run();
        }
    }

    @Test
    void shouldProveTheMoneyOfAClosedLoop() throws Exception {
        final RunResult result = run(Fault.NONE, 1, RigSettings.MAX_RATE, 1);
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.accepted()).isPositive().isEqualTo(result.offered());
        assertThat(result.latency().getTotalCount()).isEqualTo(result.accepted());
        assertThat(result.throughputPerSecond()).isPositive();
        assertThat(result.errors()).isEmpty();
        assertThat(result.unknown()).isZero();
    }

    @Test
    void shouldProveTheMoneyOfBatches() throws Exception {
        final RunResult result = run(Fault.NONE, 1, RigSettings.MAX_RATE, 100);
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.offered()).isPositive().isEqualTo(result.accepted());
        assertThat(result.offered() % 100).isZero();
    }

    @Test
    void shouldOfferTheRateOfAnOpenLoop() throws Exception {
        final RunResult result = run(Fault.NONE, 1, 20_000, 1);
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        // 6,000 are expected in 300 ms; a Poisson count deviates by its root.
        assertThat(result.offered()).isBetween(5_500L, 6_500L);
        assertThat(result.accepted() + result.unsent()).isEqualTo(result.offered());
        assertThat(result.sendLag().getTotalCount()).isEqualTo(result.offered() - result.unsent());
        assertThat(result.latency().getMaxValue()).isGreaterThanOrEqualTo(result.sendLag().getMaxValue());
    }

    @Test
    void shouldFailWhenAnAcknowledgedPaymentIsNotThere() throws Exception {
        final RunResult result = run(Fault.FORGET, 1_000, RigSettings.MAX_RATE, 1);
        assertThat(result.proof()).isEqualTo(Proof.DIFFERENT);
        assertThat(result.proofText()).anyMatch(line -> line.contains("acknowledged were"));
    }

    @Test
    void shouldFailWhenAPaymentIsMadeTwice() throws Exception {
        assertThat(run(Fault.DOUBLE, 1_000, RigSettings.MAX_RATE, 1).proof()).isEqualTo(Proof.DIFFERENT);
    }

    @Test
    void shouldCountRefusalsByName() throws Exception {
        final RunResult result = run(Fault.REFUSE, 10, RigSettings.MAX_RATE, 1);
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.refusedByResult()).containsOnlyKeys("EXCEEDS_CREDITS");
        assertThat(result.refused() + result.accepted()).isEqualTo(result.offered());
        assertThat(result.refused()).isBetween(result.offered() / 12, result.offered() / 8);
    }

    @Test
    void shouldLookUpWhatWasNotAnswered() throws Exception {
        final RunResult result = run(Fault.SILENT, 500, 20_000, 1);
        assertThat(result.unknown()).isPositive();
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.proofText()).anyMatch(line -> line.contains("found applied " + result.unknown()));
    }

    @Test
    void shouldProveTheMoneyWhenTheConnectionsAreLost() throws Exception {
        final RunResult result = run(Fault.DROP, 2_000, RigSettings.MAX_RATE, 1);
        assertThat(result.errors()).isNotEmpty();
        assertThat(result.unknown()).isPositive();
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
    }

    @Test
    void shouldCountLatencyFromTheIntendedTimeWhenTheSwitchIsTooSlow() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            // A window of one request on one connection cannot carry this rate: the backlog must show in the latency.
            final RigSettings settings = new RigSettings("127.0.0.1", bare.port(), CREDENTIALS, CREDENTIALS, 400_000, Arrivals.CONSTANT,
                1, 1, 1, 1, Duration.ofMillis(300), Duration.ZERO, Duration.ofNanos(100_000), Duration.ofMillis(500), 1, 300, 100_001, 50,
                1, 100, 0, 0, 0, 1, 1, true);
            final RunResult result = new LoadRun(settings, RunObserver.NONE).run();
            assertThat(result.latency().getValueAtPercentile(90)).isGreaterThan(50_000_000L);
            assertThat(result.unsent()).isPositive();
            assertThat(result.accepted() + result.unsent()).isEqualTo(result.offered());
            assertThat(result.proof()).isEqualTo(Proof.PROVED);
        }
    }

    @Test
    void shouldCountTheRateOfARunThatEndsEarlyByTheTimeThatItRan() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, true, Fault.NONE, 1)) {
            final RigSettings whole = settings(bare.port(), 2_000, 2, 1, 1, 1_024);
            final RigSettings minute = new RigSettings(whole.host(), whole.port(), CREDENTIALS, CREDENTIALS, whole.ratePerSecond(), whole.arrivals(),
                whole.connections(), whole.loops(), whole.batch(), whole.window(), Duration.ofMinutes(1), Duration.ofMillis(1), whole.turn(), whole.drain(),
                whole.debitFrom(), whole.debitCount(), whole.creditFrom(), whole.creditCount(), whole.amountFrom(), whole.amountTo(), whole.zipf(),
                whole.hotShare(), whole.ledger(), whole.code(), whole.seed(), true);
            final AtomicReference<LoadRun> running = new AtomicReference<>();
            running.set(new LoadRun(minute, new RunObserver() {
                @Override
                public void onProgress(final long elapsedNs, final long totalNs, final long answered, final long refused) {
                    if (answered > 1_000) {
                        running.get().stop();
                    }
                }
            }));
            final RunResult result = running.get().run();
            assertThat(result.proof()).isEqualTo(Proof.PROVED);
            assertThat(result.throughputPerSecond()).isBetween(1_000.0, 3_000.0);
            assertThat(result.proofText()).anyMatch(line -> line.startsWith("ended early"));
        }
    }

    @Test
    void shouldProveTheMoneyWhenDebitAndCreditAccountsAreTheSame() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            final RigSettings settings = new RigSettings("127.0.0.1", bare.port(), CREDENTIALS, CREDENTIALS, RigSettings.MAX_RATE,
                Arrivals.POISSON, 1, 1, 1, 16, Duration.ofMillis(100), Duration.ZERO, Duration.ZERO, Duration.ofMillis(500), 1, 300,
                200, 200, 1, 100, 0, 0, 0, 1, 1, true);
            assertThat(new LoadRun(settings, RunObserver.NONE).run().proof()).isEqualTo(Proof.PROVED);
        }
    }

    @Test
    void shouldShowIntervalsThatAddUpToTheWhole() throws Exception {
        try (BareSwitch bare = new BareSwitch(0, CREDENTIALS, false, Fault.NONE, 1)) {
            final AtomicLong counted = new AtomicLong();
            final RunResult result = new LoadRun(settings(bare.port(), 5_000, 2, 1, 1, 64), new RunObserver() {
                @Override
                public void onInterval(final Histogram histogram) {
                    assertThat(histogram.getEndTimeStamp()).isGreaterThanOrEqualTo(histogram.getStartTimeStamp());
                    counted.addAndGet(histogram.getTotalCount());
                }
            }).run();
            assertThat(counted).hasValue(result.accepted());
        }
    }

    @Test
    void shouldNotStartWithoutASwitchOrWithAnotherSecret() throws Exception {
        final int port;
        try (BareSwitch bare = new BareSwitch(0, new Credentials("ACQ001", "0123456789abcdef0123456789abcdef".getBytes(
            java.nio.charset.StandardCharsets.US_ASCII)), false, Fault.NONE, 1)) {
            port = bare.port();
            final RigSettings settings = unproved(port);
            assertThatThrownBy(() -> new LoadRun(settings, RunObserver.NONE).run()).isInstanceOf(LoadRun.NotStartedException.class);
        }
        final RigSettings settings = unproved(port);
        assertThatThrownBy(() -> new LoadRun(settings, RunObserver.NONE).run()).isInstanceOf(LoadRun.NotStartedException.class)
            .hasMessageContaining("NOT_CONNECTED");
    }

    private static RigSettings unproved(final int port) {
        return new RigSettings("127.0.0.1", port, CREDENTIALS, CREDENTIALS, RigSettings.MAX_RATE, Arrivals.POISSON, 1, 1, 1, 16,
            Duration.ofMillis(100), Duration.ZERO, Duration.ZERO, Duration.ofMillis(500), 1, 10, 200, 10, 1, 100, 0, 0, 0, 1, 1, false);
    }

    @Test
    void shouldNameTheRefusalsItCounted() throws Exception {
        final Map<String, Long> refused = run(Fault.REFUSE, 3, 5_000, 1).refusedByResult();
        assertThat(refused.get("EXCEEDS_CREDITS")).isPositive();
    }
}
