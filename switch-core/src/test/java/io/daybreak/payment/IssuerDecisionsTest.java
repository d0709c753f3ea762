package io.daybreak.payment;

import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.PinMode;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DeferredAnswerDecoder;
import io.daybreak.protocol.codec.IssuerAnswerEncoder;
import io.daybreak.protocol.codec.IssuerLinkStatusEncoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PutIssuerEncoder;
import io.daybreak.protocol.codec.PutIssuerLinkEncoder;
import io.daybreak.protocol.codec.PutRouteEncoder;
import io.daybreak.protocol.codec.SendToIssuerDecoder;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapters 17 to 19, as far as money and answers go: what an issuer decides. Fee: 1 % and 0.05. */
final class IssuerDecisionsTest {
    private static final int ISSUER = 7;
    private static final int LINK = 9;
    private static final int BIN = 99000200;
    private static final int DEADLINE_MS = 5_000;

    private final PaymentRig rig = PaymentRig.town();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();

    private record Sent(int mti, int stan, int transmission, long amount, long remaining) {
    }

    private record Told(int result, String approvalCode, long amount, int mti, long paymentId) {
    }

    @BeforeEach
    void openTheWay() {
        rig.machine.emitTo(this::onEffect);
        new PutIssuerEncoder().wrap(rig.body(), 0).correlationId(0).settlementAccountId(PaymentRig.ISSUER_SETTLEMENT)
            .exceptionAccountId(PaymentRig.ISSUER_EXCEPTION).institution(500).maximumAgeMs(3 * PaymentRig.DAY_MS).retryMs(1_000)
            .answerTimeoutMs(5_000).issuerId(ISSUER).window(32).maximumTries(1_000).flags(0).status(RecordStatus.ACTIVE)
            .currency(PaymentRig.CNY).dayGroup(PaymentRig.DAY_GROUP).reserved(0).code("ISS001");
        must(rig.apply(PutIssuerEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutIssuerEncoder.BLOCK_LENGTH));
        new PutIssuerLinkEncoder().wrap(rig.body(), 0).correlationId(0).linkId(LINK).issuerId(ISSUER).weight(1)
            .status(RecordStatus.ACTIVE).window(100).reserved(0).code("LINK9");
        must(rig.apply(PutIssuerLinkEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutIssuerLinkEncoder.BLOCK_LENGTH));
        route(0);
        link(true);
    }

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private void route(final long standInFloor) {
        rig.body().setMemory(0, PutRouteEncoder.BLOCK_LENGTH, (byte) 0);
        new PutRouteEncoder().wrap(rig.body(), 0).correlationId(0).amountFromMinor(0).amountToMinor(PaymentRig.NO_LIMIT)
            .standInFloorMinor(standInFloor).standInDayMinor(PaymentRig.NO_LIMIT).prefix(990002).deadlineMs(DEADLINE_MS)
            .standInDayCount(10).standInOperations(1L << PaymentOperation.PURCHASE).routeId(3).issuerId(ISSUER).channels(0).currency(0)
            .standInChannels(0).status(RecordStatus.ACTIVE).prefixLength((short) 6).pinMode((short) PinMode.REFUSE).reserved(0);
        must(rig.apply(PutRouteEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutRouteEncoder.BLOCK_LENGTH));
    }

    private void link(final boolean up) {
        new IssuerLinkStatusEncoder().wrap(rig.body(), 0).linkId(LINK).status(up ? 1 : 0).reserved(0);
        must(rig.apply(IssuerLinkStatusEncoder.TEMPLATE_ID, Participants.SYSTEM, IssuerLinkStatusEncoder.BLOCK_LENGTH));
    }

    private static void must(final int result) {
        assertThat(Result.name(result)).isEqualTo("OK");
    }

    private void onEffect(final int templateId, final DirectBuffer effect, final int offset, final int length) {
        if (templateId == SendToIssuerDecoder.TEMPLATE_ID) {
            final SendToIssuerDecoder s = new SendToIssuerDecoder().wrap(effect, offset, SendToIssuerDecoder.BLOCK_LENGTH, 1);
            sent.add(new Sent(s.mti(), (int) s.stan(), (int) s.transmission(), s.amountMinor(), s.remainingMinor()));
        } else if (templateId == DeferredAnswerDecoder.TEMPLATE_ID) {
            final PaymentAnswerDecoder a = new PaymentAnswerDecoder()
                .wrap(effect, offset + DeferredAnswerDecoder.BLOCK_LENGTH, PaymentAnswerDecoder.BLOCK_LENGTH, 1);
            told.add(new Told(a.result(), a.approvalCode(), a.amountMinor(), a.mti(), a.paymentId()));
        }
    }

    private int answer(final Sent request, final String code) {
        final IssuerAnswerEncoder encoder = new IssuerAnswerEncoder().wrap(rig.body(), 0).transmission(request.transmission)
            .stan(request.stan).amountMinor(-1L).mti(request.mti / 10 * 10 + 10).linkId(LINK)
            .responseCode(code.charAt(0) << 8 | code.charAt(1)).flags(0);
        encoder.rrn("").approvalCode("ISSUER").currency(0).reserved(0).ledgerBalanceMinor(0).availableBalanceMinor(0);
        return rig.apply(IssuerAnswerEncoder.TEMPLATE_ID, Participants.SYSTEM, IssuerAnswerEncoder.BLOCK_LENGTH);
    }

    private PaymentMessage card(final PaymentMessage message) {
        return rig.stamp(message.token(990_002, 5).bin(BIN));
    }

    private PaymentMessage asked(final PaymentMessage message) {
        final PaymentMessage stamped = card(message);
        final PaymentRig.Reply reply = rig.send(stamped);
        assertThat(Result.name(reply.result())).isEqualTo("AWAITING_ISSUER");
        assertThat(reply.outcomeFlags()).isEqualTo(OutcomeFlags.DEFERRED);
        return stamped;
    }

    private Sent lastSent() {
        return sent.get(sent.size() - 1);
    }

    private Told lastTold() {
        return told.get(told.size() - 1);
    }

    private void approved(final PaymentMessage message) {
        asked(message);
        must(answer(lastSent(), "00"));
    }

    @Test
    void shouldMoveMoneyBetweenIssuerAndMerchantWhenTheIssuerHasApproved() {
        final PaymentMessage message = asked(purchase(1, 10_000));
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isZero();
        assertThat(rig.send(message.repeat()).outcomeFlags()).as("a repeat waits").isEqualTo(OutcomeFlags.DEFERRED);
        must(answer(lastSent(), "00"));
        assertThat(told).as("both are answered").hasSize(2).extracting(Told::result).containsOnly(Result.OK);
        assertThat(lastTold().approvalCode()).isEqualTo("ISSUER");
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isEqualTo(-10_000);
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).isEqualTo(10_000 - 105);
        assertThat(rig.dayTotals(0).debitAmount()).isEqualTo(10_000);
        final PaymentRig.Reply again = rig.send(message.repeat());
        assertThat(again.isRepeated()).isTrue();
        assertThat(again.approvalCode()).isEqualTo("ISSUER");
    }

    @Test
    void shouldPassADeclineAndMoveNothing() {
        asked(purchase(1, 10_000));
        must(answer(lastSent(), "51"));
        assertThat(Result.name(lastTold().result())).isEqualTo("DECLINED_BY_ISSUER");
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).isZero();
        assertThat(rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldDeclineAtTheDeadlineAndReverse() {
        asked(purchase(1, 10_000));
        final Sent request = lastSent();
        rig.tickAfter(DEADLINE_MS + 10);
        assertThat(Result.name(lastTold().result())).isEqualTo("ISSUER_TIMED_OUT");
        assertThat(lastSent().mti()).isEqualTo(420);
        answer(request, "00");
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).as("a late approval moves nothing").isZero();
        assertThat(sent.stream().filter(s -> s.mti() / 10 == 42).map(Sent::stan).distinct()).as("one reversal").hasSize(1);
    }

    @Test
    void shouldAnswerAReversalInFlightAtOnceAndDeclineThePayment() {
        final PaymentMessage message = asked(purchase(1, 10_000));
        final Sent request = lastSent();
        final PaymentRig.Reply undo = rig.pay(reversal(message));
        assertThat(Result.name(undo.result())).isEqualTo("OK");
        assertThat(Result.name(lastTold().result())).isEqualTo("CANCELLED_BY_REVERSAL");
        answer(request, "00");
        assertThat(told).hasSize(1);
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).isZero();
        assertThat(sent.stream().filter(s -> s.mti() == 420)).hasSize(1);
        assertThat(Result.name(rig.send(message.repeat()).result())).isEqualTo("CANCELLED_BY_REVERSAL");
        assertThat(rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldReverseAFinishedPaymentByStoreAndForward() {
        final PaymentMessage message = asked(purchase(1, 10_000));
        must(answer(lastSent(), "00"));
        assertThat(Result.name(rig.pay(reversal(message).remaining(4_000)).result())).isEqualTo("OK");
        assertThat(lastSent().mti()).isEqualTo(420);
        assertThat(lastSent().remaining()).isEqualTo(4_000);
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isEqualTo(-4_000);
        assertThat(rig.dayTotals(0).debitReversalAmount()).isEqualTo(6_000);
    }

    @Test
    void shouldDeclineWithoutAReversalWhereNoLinkIsUp() {
        link(false);
        final PaymentRig.Reply reply = rig.send(card(purchase(1, 10_000)));
        assertThat(Result.name(reply.result())).isEqualTo("ISSUER_NOT_REACHABLE");
        assertThat(sent).isEmpty();
    }

    @Test
    void shouldStandInUpToTheFloorAndAdviseTheIssuer() {
        route(20_000);
        asked(purchase(1, 10_000));
        rig.tickAfter(DEADLINE_MS + 10);
        assertThat(Result.name(lastTold().result())).isEqualTo("APPROVED_BY_STAND_IN");
        assertThat(lastTold().approvalCode()).matches("[0-9A-Z]{6}");
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isEqualTo(-10_000);
        assertThat(sent).extracting(Sent::mti).containsExactly(200, 420);
        must(answer(lastSent(), "00"));
        assertThat(lastSent().mti()).as("the advice follows the reversal").isEqualTo(220);
        must(answer(lastSent(), "05"));
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.ISSUER_REFUSED_ADVICE);
        link(false);
        assertThat(Result.name(rig.send(card(purchase(1, 100))).result())).isEqualTo("APPROVED_BY_STAND_IN");
        assertThat(Result.name(rig.send(card(purchase(1, 20_001))).result())).isEqualTo("ISSUER_NOT_REACHABLE");
    }

    @Test
    void shouldCompleteARoutedAuthorisationAndTellTheIssuer() {
        final PaymentMessage held = asked(authorise(1, 10_000));
        must(answer(lastSent(), "00"));
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).as("nothing is held here").isZero();
        final PaymentMessage part = completion(held, 4_000).moreToFollow();
        assertThat(Result.name(rig.pay(part).result())).isEqualTo("OK");
        assertThat(Result.name(rig.pay(completion(held, 7_000)).result())).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.FORCED_ABOVE_HOLD);
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isEqualTo(-11_000);
        assertThat(rig.record(held.rrn).state()).isEqualTo(PaymentState.COMPLETED);
    }

    @Test
    void shouldNotRefundMoreThanWasCapturedWhileRefundsAreInFlight() {
        final PaymentMessage sold = asked(purchase(1, 10_000));
        must(answer(lastSent(), "00"));
        approved(purchase(1, 2_000));
        asked(refund(1, 6_000).of(sold));
        final Sent first = lastSent();
        assertThat(Result.name(rig.send(card(refund(1, 6_000).of(sold))).result())).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        must(answer(first, "05"));
        asked(refund(1, 10_000).of(sold));
        must(answer(lastSent(), "00"));
        assertThat(rig.balance(PaymentRig.ISSUER_SETTLEMENT)).isEqualTo(-2_000);
    }

    @Test
    void shouldForgetAnEnquiryWhenItIsAnswered() {
        asked(PaymentMessage.balance(1));
        must(answer(lastSent(), "00"));
        assertThat(Result.name(lastTold().result())).isEqualTo("OK");
        assertThat(rig.status().payments()).isZero();
        asked(PaymentMessage.balance(1));
        rig.tickAfter(DEADLINE_MS + 10);
        assertThat(Result.name(lastTold().result())).isEqualTo("ISSUER_TIMED_OUT");
        assertThat(sent).as("no reversal").extracting(Sent::mti).containsOnly(200);
        assertThat(rig.status().payments()).isZero();
    }

    @Test
    void shouldKeepTheNegativeFileForIssuersCardsToo() {
        rig.card(990_002, 5, 0, 3012, 1, 1);
        assertThat(Result.name(rig.send(card(purchase(1, 100))).result())).isEqualTo("CARD_ON_NEGATIVE_FILE");
    }
}
