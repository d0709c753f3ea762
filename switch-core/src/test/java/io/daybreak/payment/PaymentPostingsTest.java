package io.daybreak.payment;

import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static io.daybreak.payment.PaymentRig.merchantAccount;
import static org.assertj.core.api.Assertions.assertThat;

/** The table "Postings" of docs/iso8583.md, chapter 5: the accounts before and after each operation. Fee: 1 % and 0.05. */
final class PaymentPostingsTest {
    private final PaymentRig rig = PaymentRig.town();

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private static long fee(final long amount) {
        return (amount + 50) / 100 + 5;
    }

    private void assertOk(final PaymentRig.Reply reply) {
        assertThat(Result.name(reply.result())).isEqualTo("OK");
    }

    private void assertMerchant(final int number, final long expected) {
        assertThat(rig.balance(merchantAccount(number))).as("merchant").isEqualTo(expected);
    }

    @Test
    void shouldHoldAnAuthorisationAndNotPostIt() {
        assertOk(rig.pay(authorise(1, 10_000)));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertMerchant(1, 0);
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
    }

    @Test
    void shouldDeclineTheSixthHoldOfAThousandOnFiveThousand() {
        rig.transfer(PaymentRig.walletAccount(1), PaymentRig.BANK, OPENING_BALANCE - 500_000, PaymentRig.CNY);
        for (int i = 0; i < 5; i++) {
            assertOk(rig.pay(authorise(1, 100_000)));
        }
        assertThat(Result.name(rig.pay(authorise(1, 100_000)).result())).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(Result.name(rig.pay(purchase(1, 1)).result())).isEqualTo("INSUFFICIENT_FUNDS");
    }

    @Test
    void shouldAddAnIncrementToTheHoldAndNotMoveItsDeadline() {
        final PaymentMessage first = rig.stamp(authorise(1, 10_000));
        final String code = rig.send(first).approvalCode();
        rig.advance(29 * PaymentRig.DAY_MS);
        final PaymentRig.Reply reply = rig.pay(first.next().amount(2_000).of(first));
        assertOk(reply);
        assertThat(reply.approvalCode()).isNotEqualTo(code);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 12_000);
        rig.tickAfter(PaymentRig.DAY_MS);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.record(first.rrn).state()).isEqualTo(PaymentState.EXPIRED);
    }

    @Test
    void shouldRefuseAnIncrementOfWhatIsUnknownOrClosed() {
        final PaymentMessage first = rig.stamp(authorise(1, 10_000));
        assertThat(Result.name(rig.pay(first.next().of(first)).result())).isEqualTo("ORIGINAL_NOT_FOUND");
        rig.send(first);
        rig.pay(PaymentMessage.reversal(first));
        assertThat(Result.name(rig.pay(first.next().of(first)).result())).isEqualTo("ORIGINAL_NOT_OPEN");
    }

    @Test
    void shouldPayCashOutToTheSettlementAccountWithoutFee() {
        assertOk(rig.pay(PaymentMessage.cashOut(1, 3_000)));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 3_000);
        assertThat(rig.balance(PaymentRig.SETTLEMENT)).isEqualTo(3_000);
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
    }

    @Test
    void shouldPayATopUpFromTheSettlementAccount() {
        assertOk(rig.pay(PaymentMessage.topUp(1, 3_000)));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE + 3_000);
        assertThat(rig.balance(PaymentRig.SETTLEMENT)).isEqualTo(-3_000);
    }

    @Test
    void shouldTransferFromWalletToWallet() {
        assertOk(rig.pay(PaymentMessage.transfer(1, 2, 3_000)));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 3_000);
        assertThat(rig.wallet(2)).isEqualTo(OPENING_BALANCE + 3_000);
        final PaymentMessage byCard = PaymentMessage.transfer(1, 0, 500);
        byCard.destinationTokenHi = 3;
        byCard.destinationTokenLo = PaymentMessage.TOKEN_LOW + 3;
        assertOk(rig.pay(byCard));
        assertThat(rig.wallet(3)).isEqualTo(OPENING_BALANCE + 500);
    }

    /** SEC-08: a card that was enrolled under the token key before is found as a destination, too, and keeps its token until it is used. */
    @Test
    void shouldTransferToACardByItsTokenUnderTheKeyBefore() {
        final PaymentMessage rotated = PaymentMessage.transfer(1, 0, 500);
        rotated.destinationTokenHi = 8_001;
        rotated.destinationTokenLo = 8_002;
        assertThat(Result.name(rig.pay(rotated).result())).isEqualTo("DESTINATION_NOT_FOUND");
        rotated.previousDestinationTokenHi = 3;
        rotated.previousDestinationTokenLo = PaymentMessage.TOKEN_LOW + 3;
        assertOk(rig.pay(rotated));
        assertThat(rig.wallet(3)).isEqualTo(OPENING_BALANCE + 500);
    }

    @Test
    void shouldRefuseATransferToNobodyOrToItself() {
        assertThat(Result.name(rig.pay(PaymentMessage.transfer(1, 4_711, 1)).result())).isEqualTo("DESTINATION_NOT_FOUND");
        assertThat(Result.name(rig.pay(PaymentMessage.transfer(1, 1, 1)).result())).isEqualTo("DESTINATION_IS_THE_SOURCE");
    }

    @Test
    void shouldPayABillToItsBillerWithFee() {
        assertOk(rig.pay(PaymentMessage.bill(1, PaymentRig.BILLER, 10_000)));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertMerchant(PaymentRig.MERCHANTS, 10_000 - fee(10_000));
        assertThat(Result.name(rig.pay(PaymentMessage.bill(1, 4_711, 1)).result())).isEqualTo("DESTINATION_NOT_FOUND");
    }

    @Test
    void shouldGiveBackABillsFeeByTheBillersCategory() {
        final PaymentMessage bill = rig.stamp(PaymentMessage.bill(1, PaymentRig.BILLER, 10_000).merchant(""));
        assertOk(rig.send(bill));
        assertOk(rig.pay(PaymentMessage.reversal(bill).remaining(6_000)));
        assertMerchant(PaymentRig.MERCHANTS, 6_000 - fee(6_000));
    }

    @Test
    void shouldReckonTheFeeOfACashbackOnTheGoodsAlone() {
        final PaymentRig.Reply reply = rig.pay(PaymentMessage.cashback(1, 10_000, 4_000));
        assertOk(reply);
        assertThat(reply.cashback()).isEqualTo(4_000);
        assertThat(reply.answerFlags() & PaymentAnswerFlags.HAS_CASHBACK).isNotZero();
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertMerchant(1, 10_000 - fee(6_000));
        assertThat(Result.name(rig.pay(PaymentMessage.cashback(1, 10_000, 10_001)).result())).isEqualTo("AMOUNT_INVALID");
    }

    @Test
    void shouldTellPostedAndAvailableBalanceAndRememberNothing() {
        rig.pay(authorise(1, 10_000));
        final long sequence = rig.machine.lastSequence();
        final PaymentMessage enquiry = rig.stamp(PaymentMessage.balance(1));
        final PaymentRig.Reply reply = rig.send(enquiry);
        assertOk(reply);
        assertThat(reply.ledgerBalance()).isEqualTo(OPENING_BALANCE);
        assertThat(reply.availableBalance()).isEqualTo(OPENING_BALANCE - 10_000);
        assertThat(reply.answerFlags() & PaymentAnswerFlags.HAS_BALANCES).isNotZero();
        assertThat(rig.machine.lastSequence()).isEqualTo(sequence);
        rig.pay(purchase(1, 500));
        assertThat(rig.send(enquiry.repeat()).ledgerBalance()).isEqualTo(OPENING_BALANCE - 500);
        assertThat(rig.status().payments()).isEqualTo(2);
    }

    @Test
    void shouldApproveInPartDownToTheLinksMinimum() {
        rig.transfer(PaymentRig.walletAccount(1), PaymentRig.BANK, OPENING_BALANCE - 4_000, PaymentRig.CNY);
        assertThat(Result.name(rig.pay(purchase(1, 10_000)).result())).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(Result.name(rig.pay(purchase(1, 10_000).partialApproval(41)).result())).isEqualTo("INSUFFICIENT_FUNDS");
        final PaymentMessage message = rig.stamp(purchase(1, 10_000).partialApproval(40));
        final PaymentRig.Reply reply = rig.send(message);
        assertThat(Result.name(reply.result())).isEqualTo("APPROVED_IN_PART");
        assertThat(reply.amount()).isEqualTo(4_000);
        assertThat(rig.wallet(1)).isZero();
        assertMerchant(1, 4_000 - fee(4_000));
        assertThat(rig.dayTotals(0).debitAmount()).isEqualTo(4_000);
        assertThat(rig.send(message.repeat()).amount()).isEqualTo(4_000);
        assertOk(rig.pay(PaymentMessage.reversal(message)));
        assertThat(rig.wallet(1)).isEqualTo(4_000);
        assertThat(rig.dayTotals(0).debitReversalAmount()).isEqualTo(4_000);
    }

    @Test
    void shouldMakeTheReferenceThatTheAcquirerLeftOut() {
        final PaymentMessage message = PaymentMessage.purchase(1, 100).stan(5).transmission(rig.transmission());
        final PaymentRig.Reply reply = rig.send(message);
        assertThat(reply.rrn()).matches("632712\\d{6}");
        assertThat(rig.send(message).rrn()).isEqualTo(reply.rrn());
        assertThat(rig.send(message.repeat().rrn(reply.rrn())).isRepeated()).isTrue();
        assertThat(rig.record(reply.rrn()).result()).isZero();
    }

    @Test
    void shouldNeverTakeAFeeAboveTheAmount() {
        rig.fee(0, 5_000, 0, 0);
        assertOk(rig.pay(purchase(1, 100)));
        assertMerchant(1, 0);
        assertThat(rig.balance(PaymentRig.FEES)).isEqualTo(100);
    }
}
