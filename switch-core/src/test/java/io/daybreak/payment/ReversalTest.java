package io.daybreak.payment;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static io.daybreak.payment.PaymentRig.merchantAccount;
import static io.daybreak.payment.PaymentRig.walletAccount;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapter 10. Fee: 1 % and 0.05. */
final class ReversalTest {
    private final PaymentRig rig = PaymentRig.town();

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private String say(final PaymentMessage message) {
        return Result.name(rig.send(message).result());
    }

    private PaymentMessage said(final PaymentMessage message) {
        final PaymentMessage stamped = rig.stamp(message);
        assertThat(say(stamped)).isEqualTo("OK");
        return stamped;
    }

    private void assertWallet(final long spent) {
        assertThat(OPENING_BALANCE - rig.wallet(1)).as("spent").isEqualTo(spent);
    }

    @Test
    void shouldGiveBackWhatDe95SaysDoesNotRemainAndNeverMore() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        assertThat(say(rig.stamp(reversal(sold).remaining(10_001)))).isEqualTo("EXCEEDS_WHAT_IS_LEFT");
        said(reversal(sold).remaining(10_000));
        assertWallet(10_000);
        said(reversal(sold).remaining(6_000));
        assertWallet(6_000);
        assertThat(say(rig.stamp(reversal(sold).remaining(6_001)))).isEqualTo("EXCEEDS_WHAT_IS_LEFT");
        assertThat(rig.balance(merchantAccount(1)) + rig.balance(PaymentRig.FEES)).isEqualTo(6_000);
        assertThat(rig.balance(PaymentRig.FEES)).as("fee of what remains").isEqualTo(65);
        said(reversal(sold).remaining(1));
        said(reversal(sold).remaining(0));
        assertWallet(0);
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
        assertThat(rig.record(sold.rrn).state()).isEqualTo(PaymentState.REVERSED);
        assertThat(rig.dayTotals(0)).isEqualTo(new PaymentRig.Sums(0, 0, 0, 0, 1, 10_000, 3, 10_000, 0));
    }

    @Test
    void shouldAnswerOkAndMoveNothingWhereNothingIsLeft() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        said(reversal(sold));
        assertThat(say(rig.stamp(reversal(sold)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        final PaymentMessage declined = rig.stamp(purchase(1, 0));
        say(declined);
        assertThat(say(rig.stamp(reversal(declined)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
        assertWallet(0);
        assertThat(rig.dayTotals(0).debitReversalCount()).isEqualTo(1);
    }

    @Test
    void shouldReverseOnceHoweverOftenItIsRepeated() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        final PaymentMessage undo = said(reversal(sold).remaining(4_000));
        assertThat(rig.send(undo.repeat()).isRepeated()).isTrue();
        assertThat(rig.send(undo).isRepeated()).isTrue();
        assertWallet(4_000);
    }

    @Test
    void shouldReleaseOnlyWhatIsNotCaptured() {
        final PaymentMessage held = said(authorise(1, 10_000));
        said(completion(held, 3_000).moreToFollow());
        said(reversal(held));
        assertWallet(3_000);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 3_000);
        assertThat(rig.record(held.rrn).state()).isEqualTo(PaymentState.COMPLETED);
        assertThat(rig.dayTotals(0).debitReversalCount()).as("an authorisation's reversal is not counted").isZero();
    }

    @Test
    void shouldReleaseAPartOfAHold() {
        final PaymentMessage held = said(authorise(1, 10_000));
        said(reversal(held).remaining(4_000));
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 4_000);
        said(completion(held, 4_000));
        assertWallet(4_000);
    }

    @Test
    void shouldReverseAnIncrementAloneAndTheFirstWithAllOfIt() {
        final PaymentMessage held = said(authorise(1, 10_000));
        final PaymentMessage more = said(held.next().amount(2_000).of(held));
        said(reversal(more));
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 10_000);
        said(held.next().amount(500).of(held));
        said(reversal(held));
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldGiveACompletionBackAndNotOpenItsHoldAgain() {
        final PaymentMessage held = said(authorise(1, 10_000));
        final PaymentMessage sold = said(completion(held, 10_000));
        said(reversal(sold));
        assertWallet(0);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
        assertThat(Result.name(rig.pay(refund(1, 1).of(held)).result())).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
    }

    @Test
    void shouldGiveBackOnlyWhatWasNotRefunded() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        said(refund(1, 4_000).of(sold));
        said(reversal(sold));
        assertWallet(0);
        assertThat(say(rig.stamp(reversal(sold)))).isEqualTo("NOTHING_LEFT_TO_REVERSE");
    }

    @Test
    void shouldTakeARefundBackSoThatItMayBeMadeAnew() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        final PaymentMessage back = said(refund(1, 10_000).of(sold));
        said(reversal(back));
        assertWallet(10_000);
        said(refund(1, 10_000).of(sold));
        assertWallet(0);
    }

    @Test
    void shouldRefuseToTakeBackWhatTheReceiverHasSpentButBookAnAdvice() {
        final PaymentMessage topUp = said(PaymentMessage.topUp(1, 5_000));
        rig.transfer(walletAccount(1), PaymentRig.BANK, OPENING_BALANCE + 2_000, PaymentRig.CNY);
        assertThat(say(rig.stamp(reversal(topUp)))).isEqualTo("INSUFFICIENT_FUNDS");
        assertThat(rig.wallet(1)).isEqualTo(3_000);
        assertThat(say(rig.stamp(reversal(topUp).advice()))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isZero();
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isEqualTo(-2_000);
        assertThat(rig.balance(PaymentRig.SETTLEMENT)).isZero();
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.FORCED_SHORT_WALLET);
    }

    @Test
    void shouldLetTheSettlementAccountPayForAShortMerchant() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        rig.transfer(merchantAccount(1), PaymentRig.BANK, 9_000, PaymentRig.CNY);
        said(reversal(sold));
        assertWallet(0);
        assertThat(rig.balance(merchantAccount(1))).isZero();
        assertThat(rig.balance(PaymentRig.SETTLEMENT)).isEqualTo(-9_000);
    }

    @Test
    void shouldIgnoreCardMerchantTerminalCeilingAndFreeze() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        rig.card(1, 2601, CardStatus.STOLEN, 1);
        rig.merchant(1, RecordStatus.BLOCKED);
        rig.terminal("T0000001", RecordStatus.BLOCKED);
        rig.tier(1, PaymentChannel.ALL, 1, 1, 1, 1, 0, 5);
        rig.wallet(1, 1, RecordStatus.BLOCKED);
        rig.accountAction(walletAccount(1), AccountFlags.ACTION_FREEZE, AccountFlags.SIDE_DEBITS);
        rig.accountAction(merchantAccount(1), AccountFlags.ACTION_FREEZE, AccountFlags.SIDE_DEBITS);
        said(reversal(sold));
        assertWallet(0);
    }

    @Test
    void shouldGiveLimitsBack() {
        rig.tier(1, PaymentChannel.ALL, 10_000, 10_000, PaymentRig.NO_LIMIT, PaymentRig.NO_LIMIT, 2, PaymentRig.NO_LIMIT);
        rig.wallet(1, 1, RecordStatus.ACTIVE);
        final PaymentMessage sold = said(purchase(1, 10_000));
        final PaymentRig.Reply refused = rig.pay(purchase(1, 1));
        assertThat(Result.name(refused.result())).isEqualTo("LIMIT_PER_DAY");
        assertThat(refused.detail()).isZero();
        said(reversal(sold).remaining(4_000));
        said(purchase(1, 6_000));
        said(reversal(sold));
        assertThat(rig.pay(purchase(1, 4_001)).detail()).isEqualTo(4_000);
        said(purchase(1, 4_000));
        assertThat(Result.name(rig.pay(purchase(1, 0)).result())).isEqualTo("AMOUNT_INVALID");
    }

    @Test
    void shouldCompareTheCurrencyAndNotTheAmount() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        assertThat(say(rig.stamp(reversal(sold).currency(PaymentRig.USD)))).isEqualTo("CURRENCY_DIFFERS");
        said(reversal(sold).amount(77));
        assertWallet(0);
    }

    @Test
    void shouldUndoEveryOperation() {
        for (final PaymentMessage message : new PaymentMessage[] {PaymentMessage.cashOut(1, 3_000), PaymentMessage.topUp(1, 3_000),
            PaymentMessage.transfer(1, 2, 3_000), PaymentMessage.bill(1, PaymentRig.BILLER, 3_000),
            PaymentMessage.cashback(1, 3_000, 1_000)}) {
            final PaymentMessage done = said(message);
            said(reversal(done).remaining(1_000));
            said(reversal(done).advice());
            assertWallet(0);
            for (final long account : new long[] {walletAccount(2) , PaymentRig.SETTLEMENT, PaymentRig.FEES, merchantAccount(1),
                merchantAccount(PaymentRig.MERCHANTS)}) {
                assertThat(rig.balance(account)).as("account %d after %s", account, done)
                    .isEqualTo(account == walletAccount(2) ? OPENING_BALANCE : 0);
            }
        }
    }
}
