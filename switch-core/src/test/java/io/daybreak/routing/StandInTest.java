package io.daybreak.routing;

import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;

/** What may be approved for an issuer that does not answer, and what it is told afterwards. */
class StandInTest {
    private static final long DAY_MS = 86_400_000L;

    private IssuingRig rig;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = IssuingRig.bare();
        route(route -> { });
    }

    private void route(final Consumer<PutRouteEncoder> change) {
        rig.putRoute(IssuingRig.ROUTE, route -> {
            route.standInFloorMinor(1_000).standInDayMinor(1_500).standInDayCount(3)
                .standInOperations(-1L >>> 50).standInChannels(1 << 1 | 1 << 2).standInExcludedMccs("60116012");
            change.accept(route);
        });
    }

    private boolean may(final long card, final long amount, final Consumer<PaymentEncoder> change) {
        return rig.issuing.mayStandIn(IssuingRig.ROUTE, IssuingRig.payment(card, amount, change), 0, 0, rig.nowNs);
    }

    private void standIn(final int place, final long card, final long amount) {
        final UnsafeBuffer payment = IssuingRig.payment(card, amount, encoder -> { });
        assertThat(may(card, amount, encoder -> { })).isTrue();
        rig.step(r -> {
            r.issuing.adviseStandIn(place, IssuingRig.ROUTE, 220, payment, 0, IssuingRig.rrnFirst(place), 0x3131_3131, 20_260_101, amount,
                IssuingRig.CODE_00, IssuingRig.approval("STAND1"), r.nowNs, r.sequence);
            return Result.OK;
        });
    }

    @Test
    void shouldKeepToTheRoutesTerms() {
        assertThat(may(40, 1_000, payment -> { })).isTrue();
        assertThat(may(40, 1_001, payment -> { })).as("floor").isFalse();
        assertThat(may(40, 100, payment -> payment.channel((short) 2))).isTrue();
        assertThat(may(40, 100, payment -> payment.channel((short) 3))).as("channel").isFalse();
        assertThat(may(40, 100, payment -> payment.mcc(6_012))).as("category").isFalse();
        for (final int operation : new int[] {PaymentOperation.CASH_OUT, PaymentOperation.REFUND, PaymentOperation.BALANCE}) {
            assertThat(may(40, 100, payment -> payment.operation((short) operation))).as("never").isFalse();
        }
        route(route -> route.standInOperations(1L << PaymentOperation.AUTHORISE));
        assertThat(may(40, 100, payment -> { })).as("operation").isFalse();
        assertThat(may(40, 100, payment -> payment.operation((short) PaymentOperation.AUTHORISE))).isTrue();
        assertThat(may(0, 100, payment -> payment.operation((short) PaymentOperation.AUTHORISE))).as("no card").isFalse();
        route(route -> route.standInFloorMinor(0));
        assertThat(may(40, 1, payment -> { })).as("not at all").isFalse();
    }

    @Test
    void shouldCountByCardAndDay() {
        standIn(1, 40, 1_000);
        assertThat(may(40, 501, payment -> { })).as("sum").isFalse();
        assertThat(may(40, 500, payment -> { })).isTrue();
        assertThat(may(41, 1_000, payment -> { })).as("another card").isTrue();
        standIn(2, 40, 1);
        standIn(3, 40, 1);
        assertThat(may(40, 1, payment -> { })).as("count").isFalse();
        rig.after(DAY_MS - 1);
        assertThat(may(40, 1, payment -> { })).isFalse();
        rig.after(1);
        assertThat(may(40, 1_000, payment -> { })).as("the next day").isTrue();
        rig.check();
        assertThat(rig.replayed().issuing.digest()).isEqualTo(rig.issuing.digest());
    }

    @Test
    void shouldForgetCardsOfDaysGoneByAndTakeNoMoreThanItsTableHolds() {
        rig.issuing.configure(100_000, 1_000, 1_000, 3);
        standIn(1, 41, 1);
        standIn(2, 42, 1);
        standIn(3, 43, 1);
        assertThat(may(44, 1, payment -> { })).as("full").isFalse();
        assertThat(may(43, 1, payment -> { })).as("a card that it knows").isTrue();
        rig.after(DAY_MS);
        assertThat(may(44, 1, payment -> { })).isTrue();
        standIn(4, 44, 1);
        standIn(5, 45, 1);
        rig.check();
    }

    @Test
    void shouldTellTheIssuerWhenItIsBack() {
        standIn(1, 40, 700);
        assertThat(rig.issuing.isKnownToIssuer(1)).isTrue();
        rig.up(IssuingRig.LINK);
        assertThat(rig.last().mti()).isEqualTo(220);
        assertThat(rig.last().originalMti()).isZero();
        assertThat(rig.last().approvalCode()).isEqualTo("STAND1");
        rig.reply(rig.last(), "51");
        assertThat(rig.told).as("an item against the operator").containsExactly("ended 220 of 1 51 how 2");
    }

    @Test
    void shouldReverseTheUnansweredRequestBeforeTheAdvice() {
        rig.up(IssuingRig.LINK);
        rig.onUnanswered = (r, place) -> {
            if (r.issuing.mayStandInAfterTimeOut(place, 0, r.nowNs)) {
                r.issuing.adviseStandInAfterTimeOut(place, 220, 700, IssuingRig.CODE_00, IssuingRig.approval("STAND1"), r.nowNs);
            }
        };
        rig.request(1, 40, 700);
        final Sent request = rig.last();
        rig.after(15_000);
        final Sent reversal = rig.last();
        assertThat(reversal.mti()).isEqualTo(420);
        assertThat(rig.sent).hasSize(2);
        assertThat(rig.reverse(1, 700, -1)).as("the acquirer reverses what stand-in approved").isEqualTo(Result.OK);
        rig.reply(reversal, "00");
        final Sent advice = rig.last();
        assertThat(advice.mti()).isEqualTo(220);
        assertThat(advice.identity()).isNotIn(request.identity(), reversal.identity());
        rig.reply(advice, "00");
        assertThat(rig.last().mti()).isEqualTo(420);
        assertThat(rig.last().originalMti()).isEqualTo(220);
        assertThat(rig.last().originalStan()).isEqualTo(advice.stan());
        assertThat(rig.sent).hasSize(4);
        rig.reply(rig.last(), "00");
        assertThat(rig.drainTold()).containsExactly("timed out 1", "ended 420 of 1 00 how 1", "ended 220 of 1 00 how 1",
            "ended 420 of 1 00 how 1");
        rig.check();
    }

    @Test
    void shouldStandInForWhatCouldNotBeSent() {
        rig.up(IssuingRig.LINK);
        rig.onUnanswered = (r, place) -> r.issuing.adviseStandInAfterTimeOut(place, 120, 700, IssuingRig.CODE_00,
            IssuingRig.approval("STAND1"), r.nowNs);
        rig.request(1, 40, 700);
        rig.sendFailed(rig.last());
        assertThat(rig.told).containsExactly("not sent 1");
        assertThat(rig.last().mti()).isEqualTo(120);
        assertThat(rig.sent).as("no reversal").hasSize(2);
        assertThat(rig.issuing.isKnownToIssuer(1)).isTrue();
    }

    @Test
    void shouldKeepTheAdviceWhenALateDeclineMakesTheReversalNeedless() {
        rig.up(IssuingRig.LINK);
        rig.onUnanswered = (r, place) -> r.issuing.adviseStandInAfterTimeOut(place, 220, 700, IssuingRig.CODE_00,
            IssuingRig.approval("STAND1"), r.nowNs);
        rig.request(1, 40, 700);
        final Sent request = rig.last();
        rig.down(IssuingRig.LINK).after(15_000);
        rig.reply(request, "51");
        assertThat(rig.drainTold()).containsExactly("timed out 1", "ended 420 of 1 51 how 6");
        rig.up(IssuingRig.LINK);
        assertThat(rig.sent).hasSize(2);
        assertThat(rig.last().mti()).isEqualTo(220);
    }
}
