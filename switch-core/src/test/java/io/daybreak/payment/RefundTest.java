package io.daybreak.payment;

import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static io.daybreak.payment.PaymentRig.merchantAccount;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapter 12. Fee: 1 % and 0.05. */
final class RefundTest {
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

    private String pay(final PaymentMessage message) {
        return say(rig.stamp(message));
    }

    @Test
    void shouldRefundInPartsUpToWhatWasCapturedAndKeepTheFee() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        said(refund(1, 4_000).of(sold));
        assertThat(pay(refund(1, 6_001).of(sold))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        said(purchase(2, 1_000));
        said(refund(1, 6_000).of(sold));
        assertThat(pay(refund(1, 1).of(sold))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.balance(PaymentRig.FEES)).isEqualTo(105 + 15);
        assertThat(rig.dayTotals(0).creditAmount()).isEqualTo(10_000);
    }

    @Test
    void shouldGiveTheFeeBackInProportionWhereItsSettingSaysSo() {
        rig.fee(100, 5, 0, 1);
        final PaymentMessage sold = said(purchase(1, 10_000));
        said(refund(1, 3_333).of(sold));
        said(refund(1, 3_333).of(sold));
        said(refund(1, 3_334).of(sold));
        assertThat(rig.balance(PaymentRig.FEES)).as("no rounding is lost").isZero();
        assertThat(rig.balance(merchantAccount(1))).isZero();
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldFundAShortMerchantUpToALimit() {
        final PaymentMessage sold = said(purchase(1, 50_000));
        rig.transfer(merchantAccount(1), PaymentRig.BANK, 50_000 - 505, PaymentRig.CNY);
        assertThat(pay(refund(1, PaymentRig.REFUND_FUNDING + 1).of(sold))).isEqualTo("MERCHANT_SHORT_OF_FUNDS");
        said(refund(1, PaymentRig.REFUND_FUNDING).of(sold));
        assertThat(rig.balance(PaymentRig.SETTLEMENT)).isEqualTo(-PaymentRig.REFUND_FUNDING);
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - 50_000 + PaymentRig.REFUND_FUNDING);
    }

    @Test
    void shouldFindItsOriginalByReferenceTerminalAndMerchant() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT, PaymentRig.ALL_OPERATIONS, 0);
        said(refund(1, 1_000).rrn(sold.rrn));
        assertThat(pay(refund(1, 1_000).rrn(sold.rrn).terminal("T0000002"))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(pay(refund(1, 1_000).rrn(sold.rrn).merchant(PaymentRig.merchantName(2)))).isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(pay(refund(1, 1_000))).as("unlinked").isEqualTo("ORIGINAL_NOT_FOUND");
    }

    @Test
    void shouldRefundWithoutAnOriginalOnlyWithTheRightAndUpToItsLimit() {
        rig.fund(merchantAccount(1), 100_000);
        said(refund(1, PaymentRig.UNLINKED_LIMIT));
        assertThat(pay(refund(1, PaymentRig.UNLINKED_LIMIT + 1))).isEqualTo("UNLINKED_REFUND_LIMIT");
        final PaymentMessage never = rig.stamp(purchase(1, 100));
        assertThat(pay(refund(1, 100).of(never))).as("a named original is never taken for none").isEqualTo("ORIGINAL_NOT_FOUND");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE + PaymentRig.UNLINKED_LIMIT);
    }

    @Test
    void shouldRefundACompletedAuthorisationByEitherName() {
        final PaymentMessage held = said(authorise(1, 10_000));
        assertThat(pay(refund(1, 1).of(held))).as("not captured").isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        final PaymentMessage one = said(completion(held, 3_000).moreToFollow());
        final PaymentMessage two = said(completion(held, 4_000));
        said(purchase(2, 1_000));
        assertThat(pay(refund(1, 3_001).of(one))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        said(refund(1, 3_000).of(one));
        assertThat(pay(refund(1, 4_001).of(held))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        said(refund(1, 4_000).of(held));
        assertThat(pay(refund(1, 1).of(two))).as("the authorisation has nothing left").isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldNotTakeARefundForAnOriginal() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        final PaymentMessage back = said(refund(1, 4_000).of(sold));
        assertThat(pay(refund(1, 100).of(back))).isEqualTo("ORIGINAL_NOT_FOUND");
    }

    @Test
    void shouldIgnoreHowTheCardIsAndTheCeilingWhereItIsLinked() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        rig.fund(merchantAccount(1), 10_000);
        rig.card(1, 2601, CardStatus.STOLEN, 1);
        rig.tier(1, PaymentChannel.ALL, 1, 1, 1, 1, 0, 5);
        rig.wallet(1, 1, RecordStatus.ACTIVE);
        said(refund(1, 10_000).of(sold));
        assertThat(pay(refund(1, 100))).isEqualTo("CARD_STOLEN");
    }

    @Test
    void shouldCompareTheCurrency() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        assertThat(pay(refund(1, 100).of(sold).currency(PaymentRig.USD))).isEqualTo("CURRENCY_DIFFERS");
        assertThat(pay(refund(1, 0).of(sold))).isEqualTo("AMOUNT_INVALID");
    }

    /** The authorisation alone knows what was refunded by its name; it is kept as long as its completions. */
    @Test
    void shouldRefundCompletionOnceThoughItsAuthorisationIsOld() {
        final PaymentMessage held = said(authorise(1, 10_000));
        final PaymentMessage taken = said(completion(held, 10_000));
        said(refund(1, 10_000).of(held));
        rig.advance(40 * PaymentRig.DAY_MS);
        for (int i = 0; i < 3; i++) {
            said(purchase(2, 100));
        }
        assertThat(pay(refund(1, 1).of(taken))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
    }

    /** A completion that names what was declined is a payment of its own. */
    @Test
    void shouldRefundCompletionOfDeclinedAuthorisationByReference() {
        final PaymentMessage declined = rig.stamp(authorise(1, PaymentRig.OPENING_BALANCE + 1));
        assertThat(say(declined)).isEqualTo("INSUFFICIENT_FUNDS");
        final PaymentMessage taken = rig.stamp(completion(declined, 10_000).rrn(declined.rrn));
        assertThat(say(taken)).isEqualTo("TAKEN_AS_AN_ITEM");
        rig.advance(10 * PaymentRig.DAY_MS);
        said(purchase(2, 100));
        said(purchase(2, 100));
        said(refund(1, 4_000).rrn(declined.rrn));
        assertThat(pay(refund(1, 6_001).rrn(declined.rrn))).isEqualTo("EXCEEDS_WHAT_WAS_CAPTURED");
        said(refund(1, 6_000).of(taken));
    }
}
