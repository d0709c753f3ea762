package io.daybreak.model.payment;

import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The shortest histories in which the switch was found to differ from docs/iso8583.md: each guards a repair. */
class RepairedDifferencesTest {
    private static final long MS = 1_000_000L;

    private PaymentComparison town;
    private long nowNs = PaymentTown.START_NS;
    private int stan;

    private SwitchRig rig(final boolean routed) {
        town = new PaymentComparison(routed, 1 << 16);
        return town.rig;
    }

    @AfterEach
    void close() {
        town.close();
    }

    private Message message(final int mti, final int operation, final long card, final long amount) {
        final Message m = new Message();
        stan++;
        m.mti = mti;
        m.operation = operation;
        m.processingCode = operation == PaymentOperation.REFUND ? 200_000 : operation == PaymentOperation.BILL ? 500_000 : 0;
        m.institution = PaymentTown.INSTITUTION;
        m.terminal = PaymentTown.TERMINALS[0];
        m.merchant = PaymentTown.GROCER;
        m.card = card;
        m.bin = PaymentTown.binOf(card);
        m.stan = stan;
        m.transmission = Message.transmissionAt(nowNs);
        m.rrn = String.valueOf(910_000_000_000L + stan);
        m.amount = amount;
        return m;
    }

    private String send(final SwitchRig rig, final Message m) {
        nowNs += 10 * MS;
        return Result.name(rig.payment(nowNs, PaymentTown.ACQUIRER, m, 1, stan).result());
    }

    private Message reversal(final Message of) {
        final Message m = message(400, PaymentOperation.REVERSAL, of.card, of.amount).naming(of);
        m.processingCode = of.processingCode;
        m.rrn = of.rrn;
        return m;
    }

    /** Part of the state: the running digest tells of every change. */
    @Test
    void shouldCountReversalOfForcedCompletionInTheDigest() {
        final SwitchRig rig = rig(false);
        final Message completion = message(220, PaymentOperation.COMPLETION, PaymentTown.POOR, 99);
        completion.originalMti = 100;
        completion.originalStan = 4_711;
        completion.originalTransmission = completion.transmission;
        assertThat(send(rig, completion)).isEqualTo("TAKEN_AS_AN_ITEM");
        rig.check();
        assertThat(send(rig, reversal(completion))).isEqualTo("OK");
        rig.check();
    }

    /** The same with an authorisation that the completion names, and that was declined. */
    @Test
    void shouldCountReversalOfCompletionOfDeclinedAuthorisationInTheDigest() {
        final SwitchRig rig = rig(false);
        final Message authorisation = message(100, PaymentOperation.AUTHORISE, PaymentTown.POOR, 99);
        assertThat(send(rig, authorisation)).isEqualTo("INSUFFICIENT_FUNDS");
        final Message completion = message(220, PaymentOperation.COMPLETION, PaymentTown.POOR, 99).naming(authorisation);
        assertThat(send(rig, completion)).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(send(rig, reversal(completion))).isEqualTo("OK");
        rig.check();
    }

    /** REV-14. */
    @Test
    void shouldGiveBackFeeOfBillPaymentInProportion() {
        final SwitchRig rig = rig(false);
        final Message bill = message(200, PaymentOperation.BILL, 1, 2_500);
        bill.merchant = "";
        bill.destinationId = 1;
        assertThat(send(rig, bill)).isEqualTo("OK");
        final Message part = reversal(bill);
        part.remaining = 2_360;
        assertThat(send(rig, part)).isEqualTo("OK");
        assertThat(rig.accounts(List.of(PaymentTown.FEES))).containsEntry(PaymentTown.FEES, "1/0/15/0");
    }

    /** ADV-04, table of postings. */
    @Test
    void shouldLetWalletPayWhatHoldAndToleranceCover() {
        final SwitchRig rig = rig(false);
        final Message authorisation = message(100, PaymentOperation.AUTHORISE, 1, 9_999);
        authorisation.merchant = PaymentTown.RESTAURANT;
        assertThat(send(rig, authorisation)).isEqualTo("OK");
        final Message completion = message(220, PaymentOperation.COMPLETION, 1, 13_901).naming(authorisation);
        completion.merchant = PaymentTown.RESTAURANT;
        assertThat(send(rig, completion)).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.accounts(List.of(1L))).as("forced are 1903, below the cap").containsEntry(1L, "13901/0/1000000/0");
    }

    /** ORG-04 with REV-09. */
    @Test
    void shouldNotRefuseWhatAnIncompleteDe90DoesNotName() {
        final SwitchRig rig = rig(false);
        final Message refund = message(200, PaymentOperation.REFUND, 4, 999);
        final Message before = reversal(refund);
        before.originalMti = 120;
        before.originalStan = 0;
        assertThat(send(rig, before)).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(send(rig, refund)).isNotEqualTo("REVERSED_BEFORE");
    }

    /** ORG-01, ORG-02. */
    @Test
    void shouldCompareMtiOfDe90() {
        final SwitchRig rig = rig(false);
        final Message completion = message(220, PaymentOperation.PURCHASE, 2, 576);
        assertThat(send(rig, completion)).isEqualTo("TAKEN_AS_AN_ITEM");
        final Message other = reversal(completion);
        other.originalMti = 200;
        assertThat(send(rig, other)).isEqualTo("ORIGINAL_NOT_FOUND");
    }

    /** REF-09. */
    @Test
    void shouldFindNothingToRefundInDeclinedPurchase() {
        final SwitchRig rig = rig(false);
        final Message purchase = message(200, PaymentOperation.PURCHASE, PaymentTown.POOR, 6_117);
        assertThat(send(rig, purchase)).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(send(rig, message(200, PaymentOperation.REFUND, PaymentTown.POOR, 6_117).naming(purchase))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
    }

    /** DUP-05, DUP-20. */
    @Test
    void shouldTakeFirstBehindItsRefreshedRepeatForADuplicate() {
        final SwitchRig rig = rig(false);
        final Message purchase = message(200, PaymentOperation.PURCHASE, 1, 2_000);
        final Message repeat = purchase.repeat();
        repeat.transmission++;
        assertThat(send(rig, repeat)).isEqualTo("OK");
        assertThat(send(rig, purchase)).isEqualTo("OK");
        assertThat(rig.accounts(List.of(1L))).containsEntry(1L, "2000/0/1000000/0");
    }

    /** OP-26, RTE-23. */
    @Test
    void shouldPutRoutedCardOnTheNegativeFile() {
        final SwitchRig rig = rig(true);
        nowNs += MS;
        assertThat(Result.name(rig.fileUpdate(nowNs, PaymentTown.ACQUIRER, PaymentTown.INSTITUTION, 1, Message.transmissionAt(nowNs),
            PaymentTown.ROUTED_CARD, true).result())).isEqualTo("OK");
        assertThat(send(rig, message(200, PaymentOperation.PURCHASE, PaymentTown.ROUTED_CARD, 100))).isEqualTo("CARD_ON_NEGATIVE_FILE");
    }

    /** STI-03. */
    @Test
    void shouldNotStandInForExcludedCategoryOfMerchant() {
        final SwitchRig rig = rig(true);
        nowNs += MS;
        rig.apply(nowNs, 0, SwitchRig.linkStatus(PaymentTown.LINK_1, false));
        final Message purchase = message(200, PaymentOperation.PURCHASE, PaymentTown.STAND_IN_CARD, 3_001);
        purchase.merchant = PaymentTown.CASINO;
        assertThat(send(rig, purchase)).isEqualTo("ISSUER_NOT_REACHABLE");
    }

    /** PRE-13. */
    @Test
    void shouldLetIssuerDecideAboutExpiry() {
        final SwitchRig rig = rig(true);
        final Message purchase = message(200, PaymentOperation.PURCHASE, PaymentTown.ROUTED_CARD, 100);
        purchase.expiry = 2_601;
        assertThat(send(rig, purchase)).isEqualTo("AWAITING_ISSUER");
    }

    /** ORG-07: a declined payment of the same trace number stands in a refund's way for the window of reversals, forgotten or not. */
    @Test
    void shouldNotLetWhatIsForgottenAtLeisureDecideWhatARefundFinds() {
        final SwitchRig rig = rig(false);
        final Message declined = message(200, PaymentOperation.PURCHASE, 1, 90_000_000);
        assertThat(send(rig, declined)).isEqualTo("INSUFFICIENT_FUNDS");
        final Message paid = message(200, PaymentOperation.PURCHASE, 1, 500);
        paid.stan = declined.stan;
        paid.transmission = declined.transmission;
        assertThat(send(rig, paid)).isEqualTo("OK");
        assertThat(send(rig, message(200, PaymentOperation.REFUND, 1, 100).naming(paid))).as("two answer to it").isEqualTo("ORIGINAL_NOT_FOUND");
        nowNs += 8 * 86_400_000L * MS;
        // Nothing came in between that could have made the switch forget.
        assertThat(send(rig, message(200, PaymentOperation.REFUND, 1, 100).naming(paid))).isEqualTo("OK");
    }

    /** REV-01, REV-08: what a refund of the authorisation had left of a completion is not all of it. */
    @Test
    void shouldReverseMoreOfACompletionWhenMoreIsLeftOfIt() {
        final SwitchRig rig = rig(false);
        final Message authorisation = message(100, PaymentOperation.AUTHORISE, 1, 1_000);
        assertThat(send(rig, authorisation)).isEqualTo("OK");
        final Message first = message(220, PaymentOperation.COMPLETION, 1, 600).naming(authorisation);
        first.moreToFollow = true;
        assertThat(send(rig, first)).isEqualTo("OK");
        final Message refund = message(200, PaymentOperation.REFUND, 1, 500).naming(authorisation);
        assertThat(send(rig, refund)).isEqualTo("OK");
        assertThat(send(rig, reversal(first))).isEqualTo("OK");
        assertThat(rig.accounts(List.of(1L))).containsEntry(1L, "600/400/1000600/0");
        assertThat(send(rig, reversal(refund))).isEqualTo("OK");
        assertThat(send(rig, reversal(first))).as("500 are left of it again").isEqualTo("OK");
        assertThat(send(rig, reversal(first))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertThat(rig.accounts(List.of(1L))).containsEntry(1L, "1100/400/1001100/0");
    }

    /** REF-09: an increment that its issuer has not approved stands for itself alone. */
    @Test
    void shouldFindNothingToRefundInAnIncrementThatTimedOut() {
        final SwitchRig rig = rig(true);
        final Message authorisation = message(120, PaymentOperation.AUTHORISE, PaymentTown.ROUTED_CARD, 1_000);
        assertThat(send(rig, authorisation)).isIn("OK", "TAKEN_AS_AN_ITEM");
        final Message completion = message(220, PaymentOperation.COMPLETION, PaymentTown.ROUTED_CARD, 600).naming(authorisation);
        completion.moreToFollow = true;
        assertThat(send(rig, completion)).isEqualTo("OK");
        final Message increment = message(100, PaymentOperation.AUTHORISE, PaymentTown.ROUTED_CARD, 100).naming(authorisation);
        assertThat(send(rig, increment)).isEqualTo("AWAITING_ISSUER");
        nowNs += 20_000 * MS;
        assertThat(send(rig, message(200, PaymentOperation.REFUND, PaymentTown.ROUTED_CARD, 100).naming(increment)))
            .isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
    }

    /** PRE-08, DUP-11. */
    @Test
    void shouldLeaveNoTraceOfAnEnquiryThatWasReversedBefore() {
        final SwitchRig rig = rig(false);
        final Message enquiry = message(200, PaymentOperation.BALANCE, 1, 0);
        enquiry.processingCode = 300_000;
        assertThat(send(rig, reversal(enquiry))).isEqualTo("ORIGINAL_NOT_FOUND");
        nowNs += MS;
        final SwitchRig.Reply reply = rig.payment(nowNs, PaymentTown.ACQUIRER, enquiry, 1, 99);
        assertThat(Result.name(reply.result())).isEqualTo("REVERSED_BEFORE");
        assertThat(reply.outcomeFlags() & OutcomeFlags.NOT_JOURNALED).isNotZero();
    }

    /** ADV-08, CMP-07. */
    @Test
    void shouldBookAdviceAtBlockedTerminal() {
        final SwitchRig rig = rig(false);
        final Message advice = message(220, PaymentOperation.PURCHASE, 1, 500);
        advice.terminal = PaymentTown.BLOCKED_TERMINAL;
        assertThat(send(rig, advice)).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.accounts(List.of(1L))).containsEntry(1L, "500/0/1000000/0");
    }

    /** DUP-13: the completion of a declined authorisation is reversed when that is forgotten, and its place free. */
    @Test
    void shouldCountReversalInTheDigestWhileRecordsAreForgotten() {
        final SwitchRig rig = rig(false);
        Message declined = null;
        for (int i = 0; i < 12; i++) {
            declined = message(100, PaymentOperation.AUTHORISE, PaymentTown.POOR, 99);
            assertThat(send(rig, declined)).isEqualTo("INSUFFICIENT_FUNDS");
        }
        nowNs += 8 * 86_400_000L * MS;
        final Message completion = message(220, PaymentOperation.COMPLETION, PaymentTown.POOR, 99).naming(declined);
        assertThat(send(rig, completion)).isEqualTo("TAKEN_AS_AN_ITEM");
        for (int i = 0; i < 4; i++) {
            assertThat(send(rig, message(200, PaymentOperation.PURCHASE, PaymentTown.POOR, 99))).isEqualTo("INSUFFICIENT_FUNDS");
        }
        assertThat(send(rig, reversal(completion))).isEqualTo("OK");
        rig.check();
    }
}
