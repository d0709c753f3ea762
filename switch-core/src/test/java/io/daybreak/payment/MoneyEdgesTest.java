package io.daybreak.payment;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static io.daybreak.payment.PaymentRig.OPENING_BALANCE;
import static io.daybreak.payment.PaymentRig.merchantAccount;
import static org.assertj.core.api.Assertions.assertThat;

/** Money where two rules meet: records that changed between a payment and what follows it, and several reversals of one payment. */
final class MoneyEdgesTest {
    private static final long AMOUNT = 10_000;
    private static final long BOUNDED = 905;

    private PaymentRig rig = PaymentRig.town();

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private PaymentMessage said(final PaymentMessage message) {
        final PaymentMessage stamped = rig.stamp(message);
        assertThat(Result.name(rig.send(stamped).result())).isIn("OK", "TAKEN_AS_AN_ITEM");
        return stamped;
    }

    @Test
    void shouldGiveACompletionBackToTheWalletThoughItsCardWasRemoved() {
        final PaymentMessage held = said(authorise(1, AMOUNT));
        rig.card(1, 3012, CardStatus.REMOVED, 0);
        final PaymentMessage completed = said(completion(held, AMOUNT));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - AMOUNT);
        said(reversal(completed));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.balance(PaymentRig.EXCEPTION)).isZero();
    }

    @Test
    void shouldGiveACompletionBackToTheWalletThatPaidThoughTheCardHasAnotherNow() {
        final PaymentMessage held = said(authorise(1, AMOUNT));
        rig.card(1, PaymentMessage.TOKEN_LOW + 1, 2, 3012, CardStatus.ACTIVE, 0);
        final PaymentMessage completed = said(completion(held, AMOUNT));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE - AMOUNT);
        said(reversal(completed));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.wallet(2)).isEqualTo(OPENING_BALANCE);
    }

    @Test
    void shouldKeepNoFeeOfWhatWasRefundedWithItsFeeAndThenReversed() {
        rig.fee(100, 0, 0, 1);
        final PaymentMessage paid = said(purchase(1, AMOUNT));
        said(refund(1, AMOUNT / 2).of(paid));
        said(reversal(paid));
        assertThat(rig.wallet(1)).isEqualTo(OPENING_BALANCE);
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
        assertThat(rig.balance(merchantAccount(1))).isZero();
    }

    @Test
    void shouldMakeAnItemOfAReversalThatItsIssuerIsNotTold() {
        final IssuerTown town = IssuerTown.up();
        rig = town.rig;
        final PaymentMessage paid = town.request(IssuerTown.purchase(AMOUNT));
        town.reply(town.last(), "00");
        said(reversal(paid).remaining(4_000));
        assertThat(town.mtis()).containsExactly(200, 420);
        assertThat(rig.items()).isEmpty();
        said(reversal(paid));
        assertThat(town.mtis()).as("there is one reversal of a payment").containsExactly(200, 420);
        assertThat(town.issuer()).isZero();
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.ISSUER_REFUSED_REVERSAL);
        assertThat(rig.items().get(0).amount()).isEqualTo(4_000);
    }

    @Test
    void shouldGiveNothingBackOfWhatCouldNotBeBooked() {
        final IssuerTown town = IssuerTown.up();
        rig = town.rig;
        rig.account(BOUNDED, PaymentRig.CNY, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS);
        boundedInstitution();
        rig.fund(merchantAccount(1), AMOUNT);
        final PaymentMessage refunded = town.request(refund(50, AMOUNT).bin(IssuerTown.BIN));
        rig.transfer(merchantAccount(1), PaymentRig.BANK, AMOUNT, PaymentRig.CNY);
        town.reply(town.last(), "00");
        assertThat(rig.itemReasons()).containsExactly(ExceptionReason.ADVICE_NOT_BOOKABLE);
        assertThat(town.issuer()).isZero();
        said(reversal(refunded));
        assertThat(town.mtis()).as("the issuer is told").containsExactly(200, 420);
        assertThat(town.issuer()).isZero();
        assertThat(town.merchant()).isZero();
    }

    private void boundedInstitution() {
        new PutInstitutionEncoder().wrap(rig.body(), 0).correlationId(0).institution(PaymentRig.ACQUIRER)
            .settlementAccountId(PaymentRig.SETTLEMENT).exceptionAccountId(BOUNDED).operations(PaymentRig.ALL_OPERATIONS)
            .forcePostCapMinor(PaymentRig.FORCE_POST_CAP).refundFundingLimitMinor(0).unlinkedRefundLimitMinor(PaymentRig.UNLINKED_LIMIT)
            .participantId(PaymentRig.PARTICIPANT).rights(31).dayGroup(PaymentRig.DAY_GROUP).status(RecordStatus.ACTIVE)
            .currency(PaymentRig.CNY).reserved(0);
        assertThat(rig.apply(PutInstitutionEncoder.TEMPLATE_ID, PaymentRig.OPERATOR, PutInstitutionEncoder.BLOCK_LENGTH)).isZero();
    }
}
