package io.daybreak.payment;

import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The first way of a payment through the state machine: bought, said again, undone. */
final class PurchaseTest {
    private final PaymentRig rig = PaymentRig.town();

    @AfterEach
    void close() {
        PaymentRig.closeAll();
    }

    @Test
    void shouldMoveAmountAndFeeInOneStep() {
        final PaymentRig.Reply reply = rig.pay(PaymentMessage.purchase(1, 10_000));
        assertThat(Result.name(reply.result())).isEqualTo("OK");
        assertThat(reply.mti()).isEqualTo(210);
        assertThat(reply.approvalCode()).matches("[0-9A-Z]{6}");
        assertThat(reply.settlementDate()).isEqualTo(20_261_123);
        assertThat(rig.wallet(1)).isEqualTo(PaymentRig.OPENING_BALANCE - 10_000);
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).isEqualTo(10_000 - 105);
        assertThat(rig.balance(PaymentRig.FEES)).isEqualTo(105);
    }

    @Test
    void shouldAnswerARepeatAsTheFirstAndMoveNothing() {
        final PaymentMessage purchase = rig.stamp(PaymentMessage.purchase(1, 10_000));
        final PaymentRig.Reply first = rig.send(purchase);
        rig.advance(5_000);
        for (final PaymentMessage again : new PaymentMessage[] {purchase, purchase.repeat(), purchase.repeat().transmission(rig.transmission())}) {
            final PaymentRig.Reply reply = rig.send(again);
            assertThat(reply.isRepeated()).isTrue();
            assertThat(reply.repeatable()).isEqualTo(first.repeatable());
        }
        assertThat(rig.wallet(1)).isEqualTo(PaymentRig.OPENING_BALANCE - 10_000);
    }

    @Test
    void shouldUndoAmountAndFeeByAReversal() {
        final PaymentMessage purchase = rig.stamp(PaymentMessage.purchase(1, 10_000));
        rig.send(purchase);
        final PaymentRig.Reply reply = rig.pay(PaymentMessage.reversal(purchase));
        assertThat(Result.name(reply.result())).isEqualTo("OK");
        assertThat(reply.mti()).isEqualTo(410);
        assertThat(rig.wallet(1)).isEqualTo(PaymentRig.OPENING_BALANCE);
        assertThat(rig.balance(PaymentRig.merchantAccount(1))).isZero();
        assertThat(rig.balance(PaymentRig.FEES)).isZero();
        rig.replay();
    }
}
