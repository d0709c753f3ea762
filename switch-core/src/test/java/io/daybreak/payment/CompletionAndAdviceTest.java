package io.daybreak.payment;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.reversal;
import static io.daybreak.payment.PaymentRig.FORCE_POST_CAP;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static io.daybreak.payment.PaymentRig.merchantAccount;
import static io.daybreak.payment.PaymentRig.walletAccount;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapters 11 and 13. Fee: 1 % and 0.05. */
final class CompletionAndAdviceTest {
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

    private void leave(final long amount) {
        rig.transfer(walletAccount(1), PaymentRig.BANK, rig.availableOf(1) - amount, PaymentRig.CNY);
    }

    private void assertItem(final int reason) {
        assertThat(rig.itemReasons()).contains(reason);
    }

    // ---- Completions ----

    @Test
    void shouldCaptureInFullAndEchoTheApprovalCode() {
        final PaymentMessage held = rig.stamp(authorise(1, 10_000));
        final String code = rig.send(held).approvalCode();
        final PaymentRig.Reply reply = rig.pay(completion(held, 10_000).approvalCode(code));
        assertThat(Result.name(reply.result())).isEqualTo("OK");
        assertThat(reply.mti()).isEqualTo(230);
        assertThat(reply.approvalCode()).isEqualTo(code);
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertThat(rig.balance(merchantAccount(1))).isEqualTo(10_000 - 105);
        assertThat(rig.record(held.rrn).state()).isEqualTo(PaymentState.COMPLETED);
    }

    @Test
    void shouldReleaseTheRestUnlessMoreFollows() {
        final PaymentMessage one = said(authorise(1, 10_000));
        said(completion(one, 4_000));
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 4_000);
        final PaymentMessage two = said(authorise(1, 10_000));
        said(completion(two, 4_000).moreToFollow());
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 14_000);
        said(completion(two, 3_000).moreToFollow());
        said(completion(two, 2_000));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 13_000);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 13_000);
        assertThat(rig.record(two.rrn).captured()).isEqualTo(9_000);
        assertThat(rig.dayTotals(0).debitCount()).isEqualTo(4);
    }

    @Test
    void shouldReleaseTheHoldByACompletionOfNothing() {
        final PaymentMessage held = said(authorise(1, 10_000));
        said(completion(held, 0));
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldTakeATipWithinToleranceFromTheWallet() {
        rig.fee(100, 5, 200, 0);
        final PaymentMessage held = said(authorise(1, 10_000));
        said(completion(held, 12_000));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 12_000);
        assertThat(rig.items()).isEmpty();
        final PaymentMessage over = said(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(over, 12_001)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 24_001);
        assertItem(ExceptionReason.FORCED_ABOVE_HOLD);
    }

    /** CMP-05, OP-08: who was authorised is paid; so the fee and the tolerance are those of that merchant's category, whatever DE 42 says. */
    @Test
    void shouldReckonFeeAndToleranceByTheAuthorisationsMerchant() {
        rig.merchant(2, 5_812, RecordStatus.ACTIVE);
        rig.fee(5_812, 300, 0, 200, 0);
        final PaymentMessage held = said(authorise(1, 10_000));
        final PaymentMessage sold = said(completion(held, 10_000).merchant(PaymentRig.merchantName(2)));
        assertThat(rig.balance(merchantAccount(1))).as("the fee of 1 % and 0.05").isEqualTo(10_000 - 105);
        said(reversal(sold).remaining(4_000));
        assertThat(rig.balance(merchantAccount(1))).isEqualTo(4_000 - 45);
        final PaymentMessage tip = said(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(tip, 11_000).merchant(PaymentRig.merchantName(2))))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertItem(ExceptionReason.FORCED_ABOVE_HOLD);
        assertThat(rig.balance(merchantAccount(2))).isZero();
    }

    @Test
    void shouldTakeTheRestFromTheExceptionAccountWhereTheWalletIsShort() {
        final PaymentMessage held = said(authorise(1, 10_000));
        leave(1_000);
        assertThat(say(rig.stamp(completion(held, 13_000)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isZero();
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isEqualTo(-2_000);
        assertThat(rig.balance(merchantAccount(1)) + rig.balance(PaymentRig.FEES)).isEqualTo(13_000);
        assertItem(ExceptionReason.FORCED_SHORT_WALLET);
        assertThat(rig.dayTotals(0).debitAmount()).isEqualTo(13_000);
    }

    @Test
    void shouldTakeAllOfItFromTheExceptionAccountAboveTheCap() {
        final PaymentMessage held = said(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(held, 10_000 + FORCE_POST_CAP + 1)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isEqualTo(-FORCE_POST_CAP - 1);
        assertItem(ExceptionReason.FORCED_ABOVE_CAP);
    }

    @Test
    void shouldNotLoseTheToleranceWhereTheRestIsForced() {
        rig.fee(100, 5, 200, 0);
        final PaymentMessage held = said(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(held, 12_000 + FORCE_POST_CAP + 1)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).as("hold and tolerance").isEqualTo(OPENING_BALANCE - 12_000);
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isEqualTo(-FORCE_POST_CAP - 1);
    }

    @Test
    void shouldMeasureOnlyTheForcedPartAgainstTheCap() {
        rig.fee(100, 5, 200, 0);
        final PaymentMessage held = said(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(held, 12_000 + FORCE_POST_CAP)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 12_000 - FORCE_POST_CAP);
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isZero();
    }

    @Test
    void shouldGiveTheNumberOfPaymentsBackOfACompletionWithoutAHold() {
        rig.tier(1, PaymentChannel.ALL, 10_000, 10_000, PaymentRig.NO_LIMIT, PaymentRig.NO_LIMIT, 2, PaymentRig.NO_LIMIT);
        rig.wallet(1, 1, RecordStatus.ACTIVE);
        said(purchase(1, 100));
        final PaymentMessage sold = rig.stamp(completion(rig.stamp(authorise(1, 100)), 100));
        assertThat(say(sold)).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(say(rig.stamp(purchase(1, 100)))).isEqualTo("LIMIT_OF_COUNT");
        said(reversal(sold));
        said(purchase(1, 100));
    }

    @Test
    void shouldBookACompletionAtATerminalOrMerchantThatWasBlockedSince() {
        final PaymentMessage held = said(authorise(1, 10_000));
        rig.terminal(held.terminal, RecordStatus.BLOCKED);
        rig.merchant(1, RecordStatus.BLOCKED);
        said(completion(held, 10_000));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertThat(rig.items()).isEmpty();
    }

    @Test
    void shouldBookACompletionAfterExpiry() {
        final PaymentMessage held = said(authorise(1, 10_000));
        rig.advance(30 * PaymentRig.DAY_MS);
        assertThat(say(rig.stamp(completion(held, 10_000)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 10_000);
        assertItem(ExceptionReason.FORCED_AFTER_EXPIRY);
    }

    @Test
    void shouldExpireAHoldAtItsDeadlineAndNotBefore() {
        final PaymentMessage held = said(authorise(1, 10_000));
        rig.tickAfter(30 * PaymentRig.DAY_MS - 10);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 10_000);
        rig.tickAfter(20);
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.record(held.rrn).state()).isEqualTo(PaymentState.EXPIRED);
    }

    @Test
    void shouldBookACompletionWithoutAnyHoldOrOfAReversedOne() {
        final PaymentMessage never = rig.stamp(authorise(1, 10_000));
        assertThat(say(rig.stamp(completion(never, 10_000)))).isEqualTo("TAKEN_AS_AN_ITEM");
        final PaymentMessage held = said(authorise(1, 10_000));
        said(reversal(held));
        assertThat(say(rig.stamp(completion(held, 10_000)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 20_000);
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.FORCED_WITHOUT_HOLD, ExceptionReason.FORCED_WITHOUT_HOLD);
    }

    @Test
    void shouldBookACompletionOnABlockedCardOrFrozenWallet() {
        final PaymentMessage held = said(authorise(1, 10_000));
        rig.card(1, 3012, CardStatus.STOLEN, 0);
        rig.accountAction(walletAccount(1), AccountFlags.ACTION_FREEZE, AccountFlags.SIDE_DEBITS);
        assertThat(say(rig.stamp(completion(held, 11_000)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).as("from the hold").isEqualTo(OPENING_BALANCE - 10_000);
        assertThat(rig.balance(PaymentRig.EXCEPTION)).as("and nothing more of a frozen wallet").isEqualTo(-1_000);
    }

    @Test
    void shouldGiveBackAForcedPartToTheExceptionAccountFirst() {
        final PaymentMessage held = said(authorise(1, 10_000));
        leave(1_000);
        final PaymentMessage sold = rig.stamp(completion(held, 13_000));
        say(sold);
        said(reversal(sold).remaining(10_500));
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isZero();
        assertThat(rig.wallet(1)).isEqualTo(500);
        said(reversal(sold));
        assertThat(rig.wallet(1)).isEqualTo(11_000);
    }

    @Test
    void shouldNotTakeLimitsOnceMoreAndGiveBackWhatIsReleased() {
        rig.tier(1, PaymentChannel.ALL, 10_000, 10_000, PaymentRig.NO_LIMIT, PaymentRig.NO_LIMIT, 5, PaymentRig.NO_LIMIT);
        rig.wallet(1, 1, RecordStatus.ACTIVE);
        final PaymentMessage held = said(authorise(1, 10_000));
        said(completion(held, 6_000));
        assertThat(rig.pay(purchase(1, 4_001)).detail()).isEqualTo(4_000);
        said(purchase(1, 4_000));
    }

    @Test
    void shouldGiveLimitsBackWhenAHoldExpires() {
        rig.tier(1, PaymentChannel.ALL, 10_000, PaymentRig.NO_LIMIT, PaymentRig.NO_LIMIT, 10_000, 5, PaymentRig.NO_LIMIT);
        rig.wallet(1, 1, RecordStatus.ACTIVE);
        said(authorise(1, 10_000));
        assertThat(Result.name(rig.pay(purchase(1, 1)).result())).isEqualTo("LIMIT_PER_YEAR");
        rig.tickAfter(30 * PaymentRig.DAY_MS);
        said(purchase(1, 10_000));
    }

    // ---- Other advices ----

    @Test
    void shouldHoldWhatTheWalletHasForAnAuthorisationAdvice() {
        said(authorise(1, 10_000).advice());
        assertThat(rig.availableOf(1)).isEqualTo(OPENING_BALANCE - 10_000);
        leave(4_000);
        assertThat(say(rig.stamp(authorise(1, 10_000).advice()))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.availableOf(1)).isZero();
        assertItem(ExceptionReason.FORCED_SHORT_WALLET);
    }

    @Test
    void shouldBookOfflinePaymentsAsItems() {
        assertThat(say(rig.stamp(PaymentMessage.cashOut(1, 1_000).advice()))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(say(rig.stamp(PaymentMessage.cashback(1, 1_000, 400).advice()))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(say(rig.stamp(PaymentMessage.topUp(1, 500).advice()))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 1_500);
        assertThat(rig.items()).hasSize(3);
    }

    @Test
    void shouldBookAnAdviceOfAnUnknownCardOnTheExceptionAccount() {
        assertThat(say(rig.stamp(purchase(1, 1_000).token(4, 4).as(220, PaymentOperation.COMPLETION, 0).advice())))
            .isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isEqualTo(-1_000);
        assertItem(ExceptionReason.FORCED_FOR_UNKNOWN_CARD);
    }

    @Test
    void shouldMoveNothingWhereMerchantTerminalOrCurrencyIsUnknown() {
        final PaymentMessage advice = purchase(1, 1_000).as(220, PaymentOperation.COMPLETION, 0).advice();
        assertThat(say(rig.stamp(advice.merchant("NOBODY")))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(say(rig.stamp(advice.terminal("NOWHERE")))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(say(rig.stamp(advice.currency(PaymentRig.USD)))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.itemReasons()).containsOnly(ExceptionReason.ADVICE_NOT_BOOKABLE);
        assertThat(rig.dayTotals(0)).isEqualTo(PaymentRig.Sums.NONE);
    }

    @Test
    void shouldRefuseAnAdviceForARightThatIsMissingOnly() {
        final PaymentMessage advice = purchase(1, 1_000).as(220, PaymentOperation.COMPLETION, 0).advice();
        assertThat(say(rig.stamp(advice.as(220, PaymentOperation.UNKNOWN, 99)))).isEqualTo("OPERATION_UNKNOWN");
        rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT, PaymentRig.ALL_OPERATIONS, 0);
        assertThat(say(rig.stamp(advice.amount(OPENING_BALANCE + 1)))).isEqualTo("OPERATION_NOT_GRANTED");
        assertThat(say(rig.stamp(advice))).as("the wallet can pay").isEqualTo("TAKEN_AS_AN_ITEM");
    }

    @Test
    void shouldBookAnAdviceOnceHoweverOftenItIsRepeated() {
        final PaymentMessage held = said(authorise(1, 10_000));
        final PaymentMessage sold = said(completion(held, 4_000).moreToFollow());
        final PaymentRig.Reply again = rig.send(sold.repeat().flag(PaymentFlags.ADVICE));
        assertThat(again.isRepeated()).isTrue();
        assertThat(again.mti()).isEqualTo(230);
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 4_000);
        assertThat(rig.dayTotals(0).debitCount()).isEqualTo(1);
    }

    @Test
    void shouldKeepItemsUntilAPersonResolvesThemAndRefuseAdvicesBeyondTheirRoom() {
        rig.configurePayments(10_000, 100, 2);
        final PaymentMessage advice = purchase(1, 1_000).as(220, PaymentOperation.COMPLETION, 0).advice();
        say(rig.stamp(advice));
        say(rig.stamp(advice));
        assertThat(say(rig.stamp(advice))).isEqualTo("RECORD_CAPACITY_REACHED");
        assertThat(rig.resolve(1)).isZero();
        assertThat(rig.items()).extracting(PaymentRig.Item::state).containsExactly(2, 1);
        assertThat(say(rig.stamp(advice))).isEqualTo("TAKEN_AS_AN_ITEM");
        assertThat(rig.items()).as("the resolved one made room").extracting(PaymentRig.Item::itemId).containsExactly(2L, 3L);
        assertThat(Result.name(rig.resolve(1))).isEqualTo("RECORD_NOT_FOUND");
        assertThat(rig.status().openExceptions()).isEqualTo(2);
    }
}
