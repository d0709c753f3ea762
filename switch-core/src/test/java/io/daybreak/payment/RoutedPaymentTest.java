package io.daybreak.payment;

import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.IssuerSendFailedEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.routing.Sent;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Payments for another issuer through the whole state machine: acquirer, merchant and issuer end with the same picture. */
class RoutedPaymentTest {
    private static final long AMOUNT = 10_000;
    private static final long FEE = 105;

    private IssuerTown town = IssuerTown.up();

    private static String name(final PaymentRig.Reply reply) {
        return Result.name(reply.result());
    }

    private String answer(final int index) {
        return Result.name(town.answered.get(index).result());
    }

    private void assertNothingMoved() {
        assertThat(town.issuer()).isZero();
        assertThat(town.merchant()).isZero();
        assertThat(town.rig.balance(PaymentRig.FEES)).isZero();
    }

    private void assertPaid() {
        assertThat(town.issuer()).isEqualTo(-AMOUNT);
        assertThat(town.merchant()).isEqualTo(AMOUNT - FEE);
        assertThat(town.rig.balance(PaymentRig.FEES)).isEqualTo(FEE);
    }

    @Test
    void shouldPayFromTheIssuersSettlementAccountWhenItApproves() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        assertNothingMoved();
        assertThat(town.rig.lastOutcomeFlags() & OutcomeFlags.DEFERRED).isNotZero();
        assertThat(town.reply(town.last(), "00")).isEqualTo(Result.OK);
        assertThat(answer(0)).isEqualTo("OK");
        assertThat(town.answered.get(0).approvalCode()).isEqualTo("ISS123");
        assertThat(town.answered.get(0).mti()).isEqualTo(210);
        assertThat(town.answered.get(0).stan()).isEqualTo(purchase.stan);
        assertThat(town.answered.get(0).settlementDate()).isEqualTo(20_261_123);
        assertPaid();
        final PaymentRig.Reply repeat = town.rig.send(purchase.repeat());
        assertThat(repeat.isRepeated()).isTrue();
        assertThat(repeat.approvalCode()).isEqualTo("ISS123");
        assertThat(town.sent).hasSize(1);
        town.rig.replay();
    }

    @Test
    void shouldMoveNothingWhenTheIssuerDeclines() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "51");
        assertThat(answer(0)).isEqualTo("DECLINED_BY_ISSUER");
        assertThat(town.answered.get(0).issuerCode()).isEqualTo('5' << 8 | '1');
        assertNothingMoved();
        assertThat(name(town.rig.send(purchase.repeat()))).isEqualTo("DECLINED_BY_ISSUER");
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertThat(town.sent).hasSize(1);
    }

    @Test
    void shouldDeclineAndReverseOnceWhenTheIssuerIsSilent() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        final Sent request = town.last();
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        assertThat(answer(0)).isEqualTo("ISSUER_TIMED_OUT");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertThat(town.reply(request, "00")).as("late approval").isEqualTo(Result.OK);
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertThat(name(town.rig.send(purchase.repeat()))).isEqualTo("ISSUER_TIMED_OUT");
        town.reply(town.last(), "00");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertNothingMoved();
        assertThat(town.rig.items()).isEmpty();
        assertThat(town.rig.status().storeAndForward()).isZero();
        town.rig.replay();
    }

    @Test
    void shouldAnswerTheAcquirersReversalInFlightAtOnceAndReverseOnce() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        final Sent request = town.last();
        final PaymentMessage reversal = town.rig.stamp(PaymentMessage.reversal(purchase));
        assertThat(name(town.rig.send(reversal))).isEqualTo("OK");
        assertThat(answer(0)).isEqualTo("CANCELLED_BY_REVERSAL");
        assertThat(town.mtis()).as("it must not overtake the request").containsExactly(200);
        town.reply(request, "00");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertThat(name(town.rig.send(reversal.repeat()))).isEqualTo("OK");
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        town.reply(town.last(), "00");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertNothingMoved();
        assertThat(town.answered).hasSize(1);
        town.rig.replay();
    }

    @Test
    void shouldNeedNoReversalWhenTheIssuerDeclinesWhatTheAcquirerReversed() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.rig.pay(PaymentMessage.reversal(purchase));
        town.reply(town.last(), "51");
        assertThat(town.mtis()).containsExactly(200);
        assertThat(town.rig.status().storeAndForward()).isZero();
    }

    @Test
    void shouldGiveBackAndTellTheIssuerOnceWhenTheAcquirerReverses() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        final Sent request = town.last();
        town.reply(request, "00");
        assertPaid();
        final PaymentMessage reversal = town.rig.stamp(PaymentMessage.reversal(purchase));
        assertThat(name(town.rig.send(reversal))).isEqualTo("OK");
        assertNothingMoved();
        assertThat(town.mtis()).containsExactly(200, 420);
        assertThat(town.last().originalStan()).isEqualTo(request.stan());
        assertThat(town.last().originalTransmission()).isEqualTo(request.transmission());
        assertThat(town.last().amount()).isEqualTo(AMOUNT);
        assertThat(name(town.rig.send(reversal.repeat()))).isEqualTo("OK");
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertThat(town.reply(town.last(), "12")).isEqualTo(Result.OK);
        assertThat(town.rig.itemReasons()).containsExactly(ExceptionReason.ISSUER_REFUSED_REVERSAL);
    }

    @Test
    void shouldTellTheIssuerWhatRemainsOfAPartialReversal() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "00");
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase).remaining(4_000)))).isEqualTo("OK");
        assertThat(town.last().remaining()).isEqualTo(4_000);
        assertThat(town.issuer()).isEqualTo(-4_000);
    }

    @Test
    void shouldDeclineWhatCannotBeSent() {
        town.link(0);
        final PaymentRig.Reply reply = town.rig.pay(IssuerTown.purchase(AMOUNT));
        assertThat(name(reply)).isEqualTo("ISSUER_NOT_REACHABLE");
        town.link(1);
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.sendFailed(town.last());
        assertThat(answer(0)).isEqualTo("ISSUER_NOT_REACHABLE");
        assertThat(town.mtis()).containsExactly(200);
        assertThat(name(town.rig.send(purchase.repeat()))).isEqualTo("ISSUER_NOT_REACHABLE");
        assertNothingMoved();
    }

    @Test
    void shouldStandInUpToTheFloorAndTellTheIssuerLater() {
        town.putRoute(IssuerTown.FLOOR);
        town.link(0);
        final PaymentRig.Reply reply = town.rig.pay(IssuerTown.purchase(IssuerTown.FLOOR));
        assertThat(name(reply)).isEqualTo("APPROVED_BY_STAND_IN");
        assertThat(reply.approvalCode()).matches("[0-9A-Z]{6}");
        assertThat(town.issuer()).isEqualTo(-IssuerTown.FLOOR);
        assertThat(name(town.rig.pay(IssuerTown.purchase(IssuerTown.FLOOR + 1)))).isEqualTo("ISSUER_NOT_REACHABLE");
        town.link(1);
        assertThat(town.mtis()).containsExactly(220);
        assertThat(town.last().approvalCode()).isEqualTo(reply.approvalCode());
        town.reply(town.last(), "51");
        assertThat(town.rig.itemReasons()).containsExactly(ExceptionReason.ISSUER_REFUSED_ADVICE);
    }

    @Test
    void shouldReverseTheUnansweredRequestBeforeItAdvisesOfStandIn() {
        town.putRoute(IssuerTown.FLOOR);
        final PaymentMessage purchase = town.request(IssuerTown.purchase(IssuerTown.FLOOR));
        final Sent request = town.last();
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        assertThat(answer(0)).isEqualTo("APPROVED_BY_STAND_IN");
        assertThat(town.mtis()).containsExactly(200, 420);
        town.reply(town.last(), "00");
        assertThat(town.mtis()).containsExactly(200, 420, 220);
        final Sent advice = town.last();
        assertThat(town.issuer()).isEqualTo(-IssuerTown.FLOOR);
        assertThat(name(town.rig.pay(PaymentMessage.reversal(purchase)))).isEqualTo("OK");
        town.reply(advice, "00");
        assertThat(town.mtis()).containsExactly(200, 420, 220, 420);
        assertThat(town.last().originalStan()).isEqualTo(advice.stan()).isNotEqualTo(request.stan());
        assertNothingMoved();
        town.rig.replay();
    }

    @Test
    void shouldAnswerTheRepeatWithTheTruthAfterARestart() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        final Sent request = town.last();
        town.restart();
        assertThat(name(town.rig.send(purchase.repeat()))).isEqualTo("WAITS_FOR_THE_FIRST");
        assertThat(town.reply(request, "00")).isEqualTo(Result.OK);
        assertThat(town.answered).hasSize(1);
        assertThat(answer(0)).isEqualTo("OK");
        assertPaid();
        assertThat(town.mtis()).containsExactly(200);
    }

    @Test
    void shouldReverseAfterARestartWhatWasNeverAnswered() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.kill();
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        assertThat(town.mtis()).as("no link is up").containsExactly(200);
        assertThat(name(town.rig.send(purchase.repeat()))).isEqualTo("ISSUER_TIMED_OUT");
        town.kill();
        town.link(1);
        assertThat(town.mtis()).containsExactly(200, 420);
        final Sent reversal = town.last();
        town.restart();
        town.rig.tickAfter(10_000);
        town.rig.tickAfter(1_000);
        assertThat(town.mtis()).containsExactly(200, 420, 421);
        assertThat(town.last().identity()).isEqualTo(reversal.identity());
        town.reply(town.last(), "25");
        assertThat(town.rig.status().storeAndForward()).isZero();
        assertNothingMoved();
    }

    @Test
    void shouldCompleteAtTheIssuerWhatItAuthorised() {
        final PaymentMessage authorisation =
            town.request(PaymentMessage.authorise(50, AMOUNT).bin(IssuerTown.BIN));
        final Sent request = town.last();
        assertThat(request.mti()).isEqualTo(100);
        town.reply(request, "00");
        assertNothingMoved();
        final PaymentMessage completion = PaymentMessage.completion(authorisation, 6_000);
        final PaymentMessage stamped = town.rig.stamp(completion);
        assertThat(name(town.rig.send(stamped))).isEqualTo("OK");
        assertThat(town.last().mti()).isEqualTo(220);
        assertThat(town.last().originalMti()).isEqualTo(100);
        assertThat(town.last().originalStan()).isEqualTo(request.stan());
        assertThat(town.issuer()).isEqualTo(-6_000);
        town.reply(town.last(), "00");
        assertThat(name(town.rig.pay(PaymentMessage.reversal(stamped)))).isEqualTo("OK");
        assertThat(town.last().mti()).isEqualTo(420);
        assertThat(town.last().originalMti()).isEqualTo(220);
        assertThat(town.issuer()).isZero();
        town.rig.replay();
    }

    /** ISS-04: DE 90 of an increment names what we sent of its authorisation; what both were approved for can be completed. */
    @Test
    void shouldNameTheAuthorisationInAnIncrementToItsIssuer() {
        final PaymentMessage first = town.request(PaymentMessage.authorise(50, AMOUNT).bin(IssuerTown.BIN));
        final Sent request = town.last();
        assertThat(request.originalMti()).isZero();
        town.reply(request, "00");
        town.request(first.next().amount(5_000).of(first));
        assertThat(town.last().originalMti()).isEqualTo(100);
        assertThat(town.last().originalStan()).isEqualTo(request.stan());
        town.reply(town.last(), "00");
        assertThat(name(town.rig.pay(PaymentMessage.completion(first, AMOUNT + 5_000)))).isEqualTo("OK");
        assertThat(town.issuer()).isEqualTo(-AMOUNT - 5_000);
        town.rig.replay();
    }

    @Test
    void shouldAddAnIncrementByStandInToItsAuthorisation() {
        town.putRoute(IssuerTown.FLOOR);
        final PaymentMessage first = town.request(PaymentMessage.authorise(50, IssuerTown.FLOOR - 1).bin(IssuerTown.BIN));
        town.reply(town.last(), "00");
        town.link(0);
        assertThat(name(town.rig.pay(first.next().amount(1_000).of(first)))).isEqualTo("APPROVED_BY_STAND_IN");
        assertThat(name(town.rig.pay(PaymentMessage.completion(first, IssuerTown.FLOOR + 999)))).as("all of it was approved").isEqualTo("OK");
        town.rig.replay();
    }

    /** REF-06: as for a refund to a wallet of ours. */
    @Test
    void shouldFundRefundToTheIssuerWhereTheMerchantIsShort() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "00");
        town.rig.transfer(PaymentRig.merchantAccount(1), PaymentRig.BANK, AMOUNT - FEE, PaymentRig.CNY);
        final PaymentMessage refund = town.request(PaymentMessage.refund(50, AMOUNT).bin(IssuerTown.BIN).of(purchase));
        town.reply(town.last(), "00");
        assertThat(answer(1)).isEqualTo("OK");
        assertThat(town.rig.balance(PaymentRig.SETTLEMENT)).isEqualTo(-AMOUNT);
        assertThat(town.rig.balance(PaymentRig.EXCEPTION)).isZero();
        assertThat(town.rig.itemReasons()).isEmpty();
        assertThat(name(town.rig.pay(PaymentMessage.reversal(refund)))).isEqualTo("OK");
        assertThat(town.rig.balance(PaymentRig.SETTLEMENT)).isZero();
        town.rig.replay();
    }

    @Test
    void shouldPayThePartThatTheIssuerApproves() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT).partialApproval(10));
        town.reply(town.last(), "10", 3_000);
        assertThat(answer(0)).isEqualTo("APPROVED_IN_PART");
        assertThat(town.answered.get(0).amount()).isEqualTo(3_000);
        assertThat(town.issuer()).isEqualTo(-3_000);
        town.rig.pay(PaymentMessage.reversal(purchase));
        assertThat(town.last().amount()).isEqualTo(3_000);
        assertNothingMoved();
    }

    @Test
    void shouldReverseAPartThatNobodyAskedFor() {
        town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "10", 3_000);
        assertThat(answer(0)).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertNothingMoved();
    }

    @Test
    void shouldKeepIssuersCardsOnTheNegativeFileToo() {
        final int card = 50;
        final PaymentMessage purchase = IssuerTown.purchase(AMOUNT).card(card).bin(IssuerTown.BIN);
        assertThat(Result.name(town.rig.updateFile(card, 1))).as("no route leads to it").isEqualTo("CARD_NOT_FOUND");
        assertThat(town.rig.updateFile(card, 3, IssuerTown.BIN)).as("never listed").isEqualTo(Result.OK);
        assertThat(town.rig.updateFile(card, 1, IssuerTown.BIN)).isEqualTo(Result.OK);
        assertThat(town.rig.updateFile(card, 1, IssuerTown.BIN)).as("again").isEqualTo(Result.OK);
        assertThat(name(town.rig.pay(purchase))).isEqualTo("CARD_ON_NEGATIVE_FILE");
        assertThat(town.sent).isEmpty();
        assertThat(town.rig.updateFile(card, 3, IssuerTown.BIN)).isEqualTo(Result.OK);
        town.request(purchase);
        assertThat(town.sent).hasSize(1);
        town.rig.replay();
    }

    @Test
    void shouldTakeAPartAboveTheWholeForNoAnswer() {
        town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "10", AMOUNT + 1);
        assertThat(answer(0)).isEqualTo("ISSUER_ANSWER_INVALID");
        assertThat(town.mtis()).containsExactly(200, 420);
        assertNothingMoved();
    }

    @Test
    void shouldForgetEnquiriesWithTheirAnswer() {
        final PaymentMessage enquiry = PaymentMessage.balance(50).bin(IssuerTown.BIN);
        town.request(enquiry);
        final long before = town.rig.status().payments();
        town.reply(town.last(), "00");
        assertThat(answer(0)).isEqualTo("OK");
        assertThat(town.rig.status().payments()).isEqualTo(before - 1);
        town.request(enquiry);
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        assertThat(answer(1)).isEqualTo("ISSUER_TIMED_OUT");
        assertThat(town.mtis()).as("no reversal").containsExactly(200, 200);
        town.rig.replay();
    }

    @Test
    void shouldRefundAtTheIssuer() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "00");
        final PaymentMessage refund = purchase.next().as(200, PaymentOperation.REFUND, 200_000).amount(4_000).of(purchase);
        town.request(refund);
        town.reply(town.last(), "00");
        assertThat(answer(1)).isEqualTo("OK");
        assertThat(town.issuer()).isEqualTo(-6_000);
        assertThat(town.rig.record(purchase.rrn).refunded()).isEqualTo(4_000);
    }

    @Test
    void shouldSendTotalsToAnIssuerThatWantsThem() {
        town.putIssuer(2);
        town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "00");
        assertThat(town.rig.cutOver(0)).isEqualTo(Result.OK);
        assertThat(town.totals).hasSize(1);
        town.rig.tickAfter(11_000);
        assertThat(town.totals).as("the same once more").hasSize(2);
        assertThat(town.totals.get(1)).isEqualTo(town.totals.get(0));
        town.rig.replay();
    }

    @Test
    void shouldLetNoMoreThanAHundredRequestsTimeOutInOneSweep() {
        town.rig.checksDigest = false;
        new ConfigurePaymentsEncoder().wrap(town.rig.body(), 0).correlationId(0).paymentCapacity(10_000).cardCapacity(1_000)
            .walletCapacity(1_000).merchantCapacity(1_000).terminalCapacity(1_000).issuerRequestCapacity(1_000)
            .storeAndForwardCapacity(2_000).exceptionCapacity(100).identityWindowMs(PaymentRig.DAY_MS)
            .reversalWindowMs(PaymentRig.DAY_MS).holdWindowMs(PaymentRig.DAY_MS).refundWindowMs(PaymentRig.DAY_MS)
            .futureToleranceMs(60_000).reserveForFinishing(100);
        assertThat(town.rig.apply(ConfigurePaymentsEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, ConfigurePaymentsEncoder.BLOCK_LENGTH))
            .isEqualTo(Result.OK);
        final int requests = 450;
        for (int i = 0; i < requests; i++) {
            town.request(PaymentMessage.purchase(5_000 + i, AMOUNT).bin(IssuerTown.BIN));
        }
        town.rig.advance(IssuerTown.DEADLINE_MS);
        int answered = 0;
        while (answered < requests) {
            final int before = answered;
            town.rig.tickAfter(1);
            answered = town.answered.size();
            assertThat(answered - before).as("two sweeps").isEqualTo(Math.min(200, requests - before));
        }
        assertThat(town.mtis().stream().filter(mti -> mti == 420)).as("the window").hasSize(32);
        assertThat(town.rig.status().storeAndForward()).isEqualTo(requests);
        town.rig.replay();
    }

    @Test
    void shouldTakeIssuersWordsFromTheSwitchItselfOnly() {
        final List<Integer> templates =
            List.of(IssuerAnswerEncoder.TEMPLATE_ID, IssuerLinkStatusEncoder.TEMPLATE_ID, IssuerSendFailedEncoder.TEMPLATE_ID);
        for (final int templateId : templates) {
            assertThat(town.rig.apply(templateId, PaymentRig.OPERATOR, 8)).isEqualTo(Result.NOT_GRANTED);
        }
        assertThat(town.rig.apply(PutRouteEncoder.TEMPLATE_ID, PaymentRig.PARTICIPANT, PutRouteEncoder.BLOCK_LENGTH))
            .isEqualTo(Result.NOT_GRANTED);
        assertThat(town.putRoute(0)).as("unchanged").isEqualTo(Result.OK);
        assertThat(town.rig.lastOutcomeFlags()).isEqualTo(OutcomeFlags.REPEATED);
    }

    @Test
    void shouldTellTheStateOfARoutedPayment() {
        final PaymentMessage purchase = town.request(IssuerTown.purchase(AMOUNT));
        assertThat(town.rig.record(purchase.rrn).state()).isEqualTo(PaymentState.AWAITING_ISSUER);
        assertThat(town.rig.status().issuerRequests()).isEqualTo(1);
        town.reply(town.last(), "00");
        assertThat(town.rig.record(purchase.rrn).state()).isEqualTo(PaymentState.POSTED);
    }

    @Test
    void shouldNotStandInAtAMerchantOfAnExcludedCategoryThatTheMessageDoesNotTell() {
        town.putRoute(IssuerTown.FLOOR, "5411");
        town.request(IssuerTown.purchase(IssuerTown.FLOOR - 1));
        town.rig.tickAfter(IssuerTown.DEADLINE_MS);
        assertThat(answer(0)).isEqualTo("ISSUER_TIMED_OUT");
    }

    @Test
    void shouldLeaveTheExpiryDateOfItsCardsToTheIssuer() {
        town.request(IssuerTown.purchase(AMOUNT).expiry(2601));
    }

    @Test
    void shouldNotCountACompletionOfNothing() {
        final PaymentMessage authorisation = town.request(PaymentMessage.authorise(50, AMOUNT).bin(IssuerTown.BIN));
        town.reply(town.last(), "00");
        assertThat(name(town.rig.pay(PaymentMessage.completion(authorisation, 0)))).isEqualTo("OK");
        assertThat(town.rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldOpenTheBusinessDaysThatAreDueBeyondTheBoundOfASweep() {
        town.rig.advance(1_500 * PaymentRig.DAY_MS);
        assertThat(town.rig.pay(PaymentMessage.purchase(1, 100)).settlementDate()).as("a sweep ends after 1,024").isEqualTo(20_310_101);
    }
}
