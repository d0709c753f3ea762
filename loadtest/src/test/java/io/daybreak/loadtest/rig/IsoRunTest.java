package io.daybreak.loadtest.rig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybreak.loadtest.issuer.IssuerScript;
import io.daybreak.loadtest.issuer.IssuerSimulator;
import io.daybreak.loadtest.link.SimLink;
import io.daybreak.loadtest.rig.RunResult.Proof;
import io.daybreak.loadtest.simulator.BareIsoSwitch;
import io.daybreak.loadtest.simulator.BareIsoSwitch.Fault;
import io.daybreak.loadtest.workload.ArrivalSchedule.Arrivals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** Whole runs over ISO 8583 against the bare responder, honest and not, and against the issuer simulator. */
@Timeout(60)
class IsoRunTest {
    private static final String FULL_MIX = "purchase=50,authorise+complete=15,reversal=10,refund=5,repeat=10,balance=10";

    private static IsoSettings settings(final int port, final SimLink link, final double rate, final String mix, final int window,
                                        final String prefix, final boolean mayProve) {
        return new IsoSettings("127.0.0.1", port, link, rate, Arrivals.POISSON, new IsoMix(mix), 3, 2, window, Duration.ofMillis(300),
            Duration.ofMillis(100), Duration.ofNanos(100_000), Duration.ofMillis(500), prefix, 200, 10, 1_000, 1, 100, 0.9, "00100001", 1,
            mayProve);
    }

    private static IsoRunResult run(final String link, final Fault fault, final int every, final double rate, final String mix)
        throws Exception {
        final SimLink profile = SimLink.load(link);
        try (BareIsoSwitch bare = new BareIsoSwitch(0, profile, fault, every)) {
            return new IsoRun(settings(bare.port(), profile, rate, mix, 16, "990001", true), null, RunObserver.NONE).run();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo-ascii", "demo-bcd", "demo-mac", "1993-ascii", "ascii-length", "tpdu"})
    void shouldProveTheMoneyOfAFullMixOnEveryLink(final String link) throws Exception {
        final IsoRunResult result = run(link, Fault.NONE, 1, RigSettings.MAX_RATE, FULL_MIX);
        assertThat(result.errors()).isEmpty();
        assertThat(result.proof()).as(String.join("; ", result.proofText())).isEqualTo(Proof.PROVED);
        assertThat(result.accepted()).isPositive().isEqualTo(result.offered());
        assertThat(result.latency().getTotalCount()).isEqualTo(result.accepted());
        assertThat(result.followUps()).isPositive();
        assertThat(result.unknown()).isZero();
    }

    @Test
    void shouldOfferTheRateOfAnOpenLoop() throws Exception {
        final IsoRunResult result = run("demo-ascii", Fault.NONE, 1, 10_000, "purchase=100");
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.offered()).isBetween(2_650L, 3_350L);
        assertThat(result.accepted() + result.unsent()).isEqualTo(result.offered());
    }

    @Test
    void shouldFailWhenAnApprovedPaymentIsNotThere() throws Exception {
        final IsoRunResult result = run("demo-ascii", Fault.FORGET, 500, RigSettings.MAX_RATE, "purchase=100");
        assertThat(result.proof()).isEqualTo(Proof.DIFFERENT);
        assertThat(result.proofText()).anyMatch(line -> line.contains("approved were"));
    }

    @Test
    void shouldFailWhenAPaymentIsMadeTwice() throws Exception {
        assertThat(run("demo-ascii", Fault.DOUBLE, 500, RigSettings.MAX_RATE, "purchase=100").proof()).isEqualTo(Proof.DIFFERENT);
    }

    @Test
    void shouldCountRefusalsByResponseCode() throws Exception {
        final IsoRunResult result = run("demo-bcd", Fault.DECLINE, 10, RigSettings.MAX_RATE, "purchase=100");
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.refusedByCode()).containsOnlyKeys("51");
        assertThat(result.refused() + result.accepted()).isEqualTo(result.offered());
    }

    @Test
    void shouldNotBeSureOfWhatWasNotAnswered() throws Exception {
        final IsoRunResult result = run("demo-ascii", Fault.SILENT, 200, 10_000, "purchase=100");
        assertThat(result.unknown()).isPositive();
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
        assertThat(result.proofText()).anyMatch(line -> line.startsWith("without an answer"));
    }

    @Test
    void shouldTellWhenTheConnectionsAreLost() throws Exception {
        final IsoRunResult result = run("demo-ascii", Fault.DROP, 2_000, RigSettings.MAX_RATE, "purchase=100");
        assertThat(result.errors()).isNotEmpty();
        assertThat(result.proof()).isEqualTo(Proof.PROVED);
    }

    @Test
    void shouldAgreeWithTheBooksOfTheIssuer() throws Exception {
        final SimLink link = SimLink.load("demo-ascii");
        try (IssuerSimulator issuer = new IssuerSimulator("127.0.0.1", 0, link, IssuerScript.load("acquirer"), 1 << 16)) {
            final IsoRunResult result = new IsoRun(settings(issuer.address().getPort(), link, 20_000,
                "purchase=60,reversal=20,repeat=20", 64, "990002", false), null, RunObserver.NONE).run();
            assertThat(result.errors()).isEmpty();
            assertThat(result.spentByCard()).isNotEmpty();
            result.spentByCard().forEach((card, spent) -> assertThat(issuer.netDebited(Long.parseLong(card))).as(card).isEqualTo(spent));
            assertThat(issuer.books(0).path("violation_count").asLong()).isZero();
        }
    }

    @Test
    void shouldNotStartWithoutASwitchOrWithARefusedSignOn() throws Exception {
        final SimLink link = SimLink.load("demo-ascii");
        final int port;
        try (IssuerSimulator issuer = new IssuerSimulator("127.0.0.1", 0, link, IssuerScript.load("away"), 1 << 12)) {
            port = issuer.address().getPort();
            assertThatThrownBy(() -> new IsoRun(settings(port, link, 100, "purchase=1", 16, "990001", false), null, RunObserver.NONE).run())
                .isInstanceOf(LoadRun.NotStartedException.class).hasMessageContaining("91");
        }
        assertThatThrownBy(() -> new IsoRun(settings(port, link, 100, "purchase=1", 16, "990001", false), null, RunObserver.NONE).run())
            .isInstanceOf(LoadRun.NotStartedException.class);
    }

    @Test
    void shouldRefuseAMixThatItDoesNotKnow() {
        assertThatThrownBy(() -> new IsoMix("purchase=70,gift=30")).hasMessageContaining("gift");
        assertThatThrownBy(() -> new IsoMix("purchase=0")).hasMessageContaining("0");
        assertThatThrownBy(() -> new IsoMix("purchase")).hasMessageContaining("purchase=70");
    }
}
