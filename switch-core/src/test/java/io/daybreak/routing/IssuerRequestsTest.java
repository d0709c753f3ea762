package io.daybreak.routing;

import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A request to an issuer and its ends: answer, silence, late answer, the acquirer's reversal, a link that would not take it. */
class IssuerRequestsTest {
    private IssuingRig rig;

    @BeforeEach
    void begin() {
        IssuingRig.recycle();
        rig = IssuingRig.ready();
    }

    @Test
    void shouldSendARequestAsOurOwnMessage() {
        assertThat(rig.request(3, 40, 500)).isEqualTo(Result.AWAITING_ISSUER);
        final Sent sent = rig.last();
        assertThat(sent.mti()).isEqualTo(200);
        assertThat(sent.stan()).isEqualTo(1);
        assertThat(sent.transmission()).isEqualTo(101_000_000);
        assertThat(sent.rrn()).isEqualTo("300000001111");
        assertThat(sent.linkId()).isEqualTo(IssuingRig.LINK);
        assertThat(sent.routeId()).isEqualTo(IssuingRig.ROUTE);
        assertThat(sent.merchant()).isEqualTo("M00000000000001");
        assertThat(sent.terminal()).isEqualTo("T0000001");
        assertThat(sent.institution()).isEqualTo(100_001);
        assertThat(sent.cipher()).isEqualTo(41);
        assertThat(sent.originalMti()).isZero();
        assertThat(sent.remaining()).isEqualTo(-1);
        assertThat(sent.originLinkId()).isEqualTo(1_003);
        assertThat(rig.issuing.pendingRequests()).isEqualTo(1);
        assertThat(rig.issuing.oldestPendingNs()).isEqualTo(rig.nowNs);
    }

    @Test
    void shouldSendARepeatedRequestAsANewOne() {
        rig.request(3, IssuingRig.payment(40, 500, payment -> payment.mti(101)));
        assertThat(rig.last().mti()).isEqualTo(100);
    }

    @Test
    void shouldTellApprovalAndAnswerWhoWaits() {
        rig.request(3, 40, 500);
        assertThat(rig.issuing.waitAlso(3, 77, 78)).isEqualTo(Result.WAITS_FOR_THE_FIRST);
        assertThat(rig.reply(rig.last(), "00")).isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("approved 3");
        assertThat(rig.answered).containsExactly("1003/3 approved", "77/78 approved");
        assertThat(rig.issuing.pendingRequests()).isZero();
        assertThat(rig.issuing.isKnownToIssuer(3)).isTrue();
        assertThat(rig.reply(rig.last(), "00")).as("a duplicate of the response").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.issuing.lateAnswers()).isEqualTo(1);
    }

    @Test
    void shouldLetAtMostEightRepeatsWait() {
        rig.request(3, 40, 500);
        for (int i = 0; i < 8; i++) {
            assertThat(rig.issuing.waitAlso(3, 77, i)).isEqualTo(Result.WAITS_FOR_THE_FIRST);
        }
        assertThat(rig.issuing.waitAlso(3, 77, 8)).isEqualTo(Result.TOO_MANY_REPEATS_WAIT);
    }

    @Test
    void shouldTakeEveryApprovingCodeAsApprovalAndEveryOtherAsDecline() {
        int place = 0;
        for (final String code : new String[] {"00", "08", "11", "16", "85"}) {
            rig.request(++place, 40, 500);
            rig.reply(rig.last(), code);
            assertThat(rig.drainTold()).containsExactly("approved " + place);
        }
        for (final String code : new String[] {"05", "51", "91", "96", "68", "N7", "21", "25", "94"}) {
            rig.request(++place, 40, 500);
            rig.reply(rig.last(), code);
            assertThat(rig.drainTold()).containsExactly("declined " + place + " " + code);
            assertThat(rig.issuing.isKnownToIssuer(place)).isFalse();
        }
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
    }

    @Test
    void shouldReverseOnceWhatWasNotAnswered() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.after(14_999);
        assertThat(rig.told).isEmpty();
        rig.after(1);
        assertThat(rig.told).containsExactly("timed out 3");
        assertThat(rig.answered).containsExactly("1003/3 timed ou");
        final Sent reversal = rig.last();
        assertThat(reversal.mti()).isEqualTo(420);
        assertThat(reversal.originalMti()).isEqualTo(200);
        assertThat(reversal.originalStan()).isEqualTo(request.stan());
        assertThat(reversal.originalTransmission()).isEqualTo(request.transmission());
        assertThat(reversal.rrn()).isEqualTo(request.rrn());
        assertThat(reversal.cipher()).isEqualTo(request.cipher());
        assertThat(reversal.amount()).isEqualTo(500);
        assertThat(reversal.identity()).isNotEqualTo(request.identity());
        assertThat(rig.sent).hasSize(2);
        assertThat(rig.reverse(3, 500, -1)).as("the acquirer's reversal of a declined payment").isEqualTo(Result.ORIGINAL_NOT_FOUND);
        assertThat(rig.reply(request, "00")).as("late approval").isEqualTo(Result.OK);
        assertThat(rig.reply(request, "00")).as("once more").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.issuing.lateAnswers()).isEqualTo(2);
        assertThat(rig.sent).as("no second reversal").hasSize(2);
        rig.reply(reversal, "00");
        assertThat(rig.drainTold()).containsExactly("timed out 3", "ended 420 of 3 00 how 1");
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        rig.check();
    }

    @Test
    void shouldTakeTheAcquirersPatienceWhereItIsShorter() {
        rig.request(3, IssuingRig.payment(40, 500, payment -> payment.waitMs(2_000)));
        rig.after(2_000);
        assertThat(rig.told).containsExactly("timed out 3");
    }

    @Test
    void shouldDropAReversalThatWasNotSentWhenALateDeclineComes() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.down(IssuingRig.LINK).after(15_000);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(1);
        rig.up(IssuingRig.LINK + 0);
        final Sent reversal = rig.last();
        assertThat(reversal.mti()).isEqualTo(420);
        assertThat(rig.reply(request, "51")).as("after the reversal was sent").isEqualTo(Result.OK);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(1);

        rig.request(4, 41, 500);
        final Sent second = rig.last();
        rig.down(IssuingRig.LINK).after(15_000);
        rig.drainTold();
        assertThat(rig.reply(second, "51")).isEqualTo(Result.OK);
        assertThat(rig.drainTold()).containsExactly("ended 420 of 4 51 how 6");
        rig.up(IssuingRig.LINK);
        assertThat(rig.sent.stream().filter(sent -> sent.paymentId() == second.paymentId())).hasSize(1);
    }

    @Test
    void shouldSendTheSameReversalAgainWhenTheIssuerApprovesAfterItDidNotKnowTheRequest() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.after(15_000);
        final Sent reversal = rig.last();
        rig.reply(reversal, "25");
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        assertThat(rig.reply(request, "00")).isEqualTo(Result.OK);
        final Sent again = rig.last();
        assertThat(again.mti()).isEqualTo(421);
        assertThat(again.identity()).isEqualTo(reversal.identity());
        assertThat(again.originalStan()).isEqualTo(request.stan());
        rig.reply(again, "25");
        assertThat(rig.issuing.storeAndForwardEntries()).as("an old answer").isEqualTo(1);
        rig.after(2_000);
        assertThat(rig.last().identity()).isEqualTo(reversal.identity());
        rig.reply(again, "00");
        assertThat(rig.reply(request, "00")).isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.sent).hasSize(4);
        rig.check();
    }

    @Test
    void shouldTryAReversalAgainThatWasNotFoundBeforeTheRequestWasApproved() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.after(15_000);
        final Sent reversal = rig.last();
        assertThat(rig.reply(request, "00")).as("answers overtake one another").isEqualTo(Result.OK);
        rig.reply(reversal, "25");
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(1);
        rig.after(1_000);
        assertThat(rig.last().mti()).isEqualTo(421);
        assertThat(rig.last().identity()).isEqualTo(reversal.identity());
        rig.reply(rig.last(), "00");
        assertThat(rig.told).containsExactly("timed out 3", "ended 420 of 3 00 how 1");
    }

    @Test
    void shouldHoldTheReversalBackUntilAReversedRequestIsAnswered() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.cancel(3);
        assertThat(rig.answered).containsExactly("1003/3 cancelle");
        assertThat(rig.sent).hasSize(1);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(1);
        assertThat(rig.reply(request, "00")).isEqualTo(Result.OK);
        assertThat(rig.last().mti()).isEqualTo(420);
        assertThat(rig.told).as("the payment was declined already").isEmpty();
        rig.reply(rig.last(), "00");
        assertThat(rig.told).containsExactly("ended 420 of 3 00 how 1");
        assertThat(rig.sent).hasSize(2);
    }

    @Test
    void shouldNeedNoReversalWhenAReversedRequestIsDeclined() {
        rig.request(3, 40, 500);
        rig.cancel(3);
        rig.reply(rig.last(), "51");
        assertThat(rig.told).containsExactly("ended 420 of 3 51 how 6");
        assertThat(rig.sent).hasSize(1);
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
    }

    @Test
    void shouldReverseAReversedRequestWhenItsTimeIsOver() {
        rig.request(3, 40, 500);
        rig.cancel(3);
        rig.after(15_000);
        assertThat(rig.told).isEmpty();
        assertThat(rig.last().mti()).isEqualTo(420);
        assertThat(rig.sent).hasSize(2);
    }

    @Test
    void shouldReverseAnApprovedPaymentOnce() {
        rig.request(3, 40, 500);
        rig.reply(rig.last(), "00");
        assertThat(rig.reverse(3, 500, 200)).isEqualTo(Result.OK);
        assertThat(rig.last().remaining()).isEqualTo(200);
        assertThat(rig.last().approvalCode()).isEqualTo("XY98ZT");
        assertThat(rig.reverse(3, 500, 0)).isEqualTo(Result.NOTHING_LEFT_TO_REVERSE);
        rig.reply(rig.last(), "00");
        assertThat(rig.reverse(3, 500, 0)).isEqualTo(Result.NOTHING_LEFT_TO_REVERSE);
        assertThat(rig.sent).hasSize(2);
    }

    @Test
    void shouldChangeAReversalThatWasNotSentYet() {
        rig.request(3, 40, 500);
        rig.reply(rig.last(), "00");
        rig.down(IssuingRig.LINK);
        assertThat(rig.reverse(3, 500, 200)).isEqualTo(Result.OK);
        assertThat(rig.reverse(3, 500, -1)).isEqualTo(Result.OK);
        rig.up(IssuingRig.LINK);
        assertThat(rig.sent).hasSize(2);
        assertThat(rig.last().remaining()).isEqualTo(-1);
    }

    @Test
    void shouldNotReverseAnEnquiry() {
        rig.request(3, IssuingRig.payment(40, 0, payment -> payment.operation((short) PaymentOperation.BALANCE)));
        rig.after(15_000);
        assertThat(rig.told).containsExactly("timed out 3");
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        rig.request(4, IssuingRig.payment(40, 0, payment -> payment.operation((short) PaymentOperation.BALANCE)));
        rig.reply(rig.last(), "00");
        assertThat(rig.drainTold()).containsExactly("timed out 3", "approved 4");
        assertThat(rig.issuing.isKnownToIssuer(4)).isFalse();
    }

    @Test
    void shouldTakeNoResponseThatDoesNotAgree() {
        rig.putLink(72, link -> { });
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        assertThat(rig.reply(request, "00", reply -> reply.linkId(72))).as("link").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.linkId(73))).as("no link").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.stan(9))).as("11").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.transmission(9))).as("7").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.rrn("999999999999"))).as("37").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.amountMinor(499))).as("4").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(request, "00", reply -> reply.mti(410))).as("type").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.issuing.lateAnswers()).isEqualTo(7);
        assertThat(rig.told).isEmpty();
        assertThat(rig.reply(request, "00", reply -> reply.rrn("").amountMinor(-1).mti(1_210))).as("37 and 4 absent, 1993")
            .isEqualTo(Result.OK);
    }

    /** RTE-25: it is no answer, but waiting longer would not tell more; in flight and cancelled, the deadline does. */
    @Test
    void shouldUndoWhatWasAnsweredWithoutACode() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        assertThat(rig.reply(request, "00", reply -> reply.responseCode(0))).isEqualTo(Result.OK);
        assertThat(rig.drainTold()).containsExactly("invalid 3");
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(1);
        assertThat(rig.reply(request, "00", reply -> reply.responseCode(0))).as("late").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
    }

    @Test
    void shouldTakeAPartWhereItMayBeOne() {
        rig.request(3, IssuingRig.payment(40, 500, payment -> payment.flags(PaymentFlags.PARTIAL_APPROVAL).minimumPercent((short) 33)));
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(165));
        assertThat(rig.drainTold()).containsExactly("approved 3 part 165");
        rig.request(4, IssuingRig.payment(40, 500, payment -> payment.flags(PaymentFlags.PARTIAL_APPROVAL).minimumPercent((short) 33)));
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(164));
        assertThat(rig.drainTold()).containsExactly("invalid 4");
        assertThat(rig.last().mti()).isEqualTo(420);
        rig.request(5, 41, 500);
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(300));
        assertThat(rig.drainTold()).as("not asked for").containsExactly("invalid 5");
        rig.request(6, IssuingRig.payment(42, 500, payment -> payment.flags(PaymentFlags.PARTIAL_APPROVAL)));
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(-1));
        assertThat(rig.drainTold()).as("without DE 4").containsExactly("invalid 6");
        rig.request(7, IssuingRig.payment(43, 500, payment -> payment.flags(PaymentFlags.PARTIAL_APPROVAL)));
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(501));
        assertThat(rig.drainTold()).as("more than asked for").containsExactly("invalid 7");
        rig.request(8, IssuingRig.payment(44, 500, payment -> payment.flags(PaymentFlags.PARTIAL_APPROVAL)
            .operation((short) PaymentOperation.REFUND)));
        rig.reply(rig.last(), "10", reply -> reply.amountMinor(300));
        assertThat(rig.drainTold()).as("a refund is none that may be approved in part").containsExactly("invalid 8");
    }

    @Test
    void shouldTryAnotherLinkWithTheSameIdentityWhenNothingHasLeft() {
        rig.putLink(72, link -> link.weight(0));
        rig.up(72);
        rig.request(3, 40, 500);
        final Sent first = rig.last();
        assertThat(rig.sendFailed(first)).isEqualTo(Result.OK);
        final Sent second = rig.last();
        assertThat(second.linkId()).isEqualTo(72);
        assertThat(second.withoutTry()).isEqualTo(first.withoutTry());
        assertThat(second.originLinkId()).isEqualTo(1_003);
        assertThat(rig.sendFailed(first)).as("told twice").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(first, "00")).as("on the link where it was not sent").isEqualTo(Result.ANSWER_NOT_WAITED_FOR);
        assertThat(rig.reply(second, "00")).isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("approved 3");
    }

    @Test
    void shouldDeclineWithoutReversalWhatCouldNotBeSent() {
        rig.request(3, 40, 500);
        rig.sendFailed(rig.last());
        assertThat(rig.told).containsExactly("not sent 3");
        assertThat(rig.answered).containsExactly("1003/3 not sent");
        assertThat(rig.issuing.storeAndForwardEntries()).isZero();
        rig.request(4, 40, 500);
        rig.cancel(4);
        rig.sendFailed(rig.last());
        assertThat(rig.drainTold()).containsExactly("not sent 3", "ended 420 of 4 - how 6");
        rig.down(IssuingRig.LINK);
        assertThat(rig.request(5, 40, 500)).isEqualTo(Result.ISSUER_NOT_REACHABLE);
        assertThat(rig.issuing.pendingRequests()).isZero();
        rig.check();
    }

    @Test
    void shouldRefuseWhatItHasNoRoomFor() {
        rig.issuing.configure(100_000, 2, 1_000, 10);
        rig.request(1, 40, 500);
        rig.request(2, 40, 500);
        assertThat(rig.request(3, 40, 500)).isEqualTo(Result.ISSUER_REQUEST_CAPACITY_REACHED);
        rig.issuing.configure(100_000, 1_000, 8, 10);
        for (int place = 3; place <= 7; place++) {
            assertThat(rig.request(place, 40, 500)).isEqualTo(Result.AWAITING_ISSUER);
        }
        assertThat(rig.request(8, 40, 500)).as("its reversal would have no room").isEqualTo(Result.ISSUER_REQUEST_CAPACITY_REACHED);
        assertThat(rig.issuing.hasRoomToStore()).as("the reserve").isTrue();
        rig.down(IssuingRig.LINK).after(15_000);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(7);
    }

    @Test
    void shouldKeepRoomForTheReversalsThatRequestsMayNeed() {
        rig.issuing.configure(100_000, 1_000, 4, 10);
        rig.request(1, 40, 500);
        rig.reply(rig.last(), "00");
        rig.down(IssuingRig.LINK);
        rig.up(IssuingRig.LINK);
        for (int place = 2; place <= 5; place++) {
            rig.request(place, 40, 500);
        }
        assertThat(rig.issuing.pendingRequests()).isEqualTo(4);
        assertThat(rig.issuing.hasRoomToStore()).isFalse();
        assertThat(rig.reverse(1, 500, -1)).isEqualTo(Result.RECORD_CAPACITY_REACHED);
        rig.down(IssuingRig.LINK).after(15_000);
        assertThat(rig.issuing.storeAndForwardEntries()).isEqualTo(4);
        rig.check();
    }

    @Test
    void shouldRefuseWithoutTheCardAndBeyondALinksWindow() {
        assertThat(rig.request(3, IssuingRig.payment(40, 500, payment -> payment.putCardCipher(new byte[48], 0, 48))))
            .isEqualTo(Result.ROUTE_NEEDS_CARD_DATA);
        rig.putLink(IssuingRig.LINK, link -> link.window(1));
        assertThat(rig.request(3, 40, 500)).isEqualTo(Result.AWAITING_ISSUER);
        assertThat(rig.request(4, 40, 500)).isEqualTo(Result.ISSUER_REQUEST_CAPACITY_REACHED);
        rig.reply(rig.last(), "51");
        assertThat(rig.request(4, 40, 500)).isEqualTo(Result.AWAITING_ISSUER);
    }

    @Test
    void shouldKeepRequestsOfALinkThatIsDownUntilTheirDeadline() {
        rig.request(3, 40, 500);
        final Sent request = rig.last();
        rig.down(IssuingRig.LINK);
        assertThat(rig.reply(request, "00")).as("by another socket of the same link").isEqualTo(Result.OK);
        assertThat(rig.told).containsExactly("approved 3");
    }

    @Test
    void shouldMakeItGoodAfterARestart() {
        rig.request(3, 40, 500);
        rig.request(4, 41, 500);
        final Sent fourth = rig.last();
        final IssuingRig again = rig.restarted();
        assertThat(again.issuing.pendingRequests()).isEqualTo(2);
        again.up(IssuingRig.LINK);
        assertThat(again.reply(fourth, "00")).isEqualTo(Result.OK);
        again.after(15_000);
        assertThat(again.told).containsExactly("approved 3".replace('3', '4'), "timed out 3");
        assertThat(again.last().mti()).isEqualTo(420);
        assertThat(again.last().identity()).isNotIn(rig.sent.get(0).identity(), rig.sent.get(1).identity());
        again.check();
    }

    @Test
    void shouldForgetWithThePaymentAndStillFinish() {
        rig.request(3, 40, 500);
        rig.after(15_000);
        rig.forget(3);
        assertThat(rig.request(3, 41, 600)).as("the place is used again").isEqualTo(Result.AWAITING_ISSUER);
        final Sent reversal = rig.sent.get(1);
        rig.drainTold();
        rig.reply(reversal, "00");
        assertThat(rig.drainTold()).containsExactly("ended 420 of -1 00 how 1");
        rig.reply(rig.last(), "00");
        rig.forget(3);
        assertThat(rig.issuing.isKnownToIssuer(3)).isFalse();
        rig.check();
    }
}
