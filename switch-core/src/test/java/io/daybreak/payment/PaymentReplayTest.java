package io.daybreak.payment;

import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A day of everything, in any order, with time passing: told to a new machine it gives the same digest, and the same answers from
 * there on. Money is conserved at every step; no wallet and no merchant is ever overdrawn.
 */
final class PaymentReplayTest {
    @AfterEach
    void close() {
        PaymentRig.closeAll();
    }

    @Test
    void shouldReplayARandomDayToTheSameDigestAndTheSameFuture() {
        final long seed = Long.getLong("daybreak.seed", 8_583L);
        for (int round = 0; round < 4; round++) {
            final PaymentRig rig = PaymentRig.town();
            rig.tier(1, PaymentChannel.ALL, 30_000, 200_000, PaymentRig.NO_LIMIT, PaymentRig.NO_LIMIT, 40, 2_000_000);
            rig.wallet(5, 1, RecordStatus.ACTIVE);
            rig.card(6, 3012, CardStatus.LOST, 0);
            final SplittableRandom random = new SplittableRandom(seed + round);
            final List<PaymentMessage> said = new ArrayList<>();
            for (int i = 0; i < 2_500; i++) {
                step(rig, random, said);
                if (i % 500 == 0) {
                    assertThat(rig.machine.digest()).as("seed %d", seed + round).isEqualTo(rig.machine.computeDigest());
                }
            }
            final PaymentRig again = rig.replay();
            for (int i = 0; i < 200; i++) {
                final long next = random.nextLong();
                final List<PaymentMessage> copy = new ArrayList<>(said);
                assertThat(step(again, new SplittableRandom(next), copy)).isEqualTo(step(rig, new SplittableRandom(next), said));
                assertThat(again.machine.digest()).isEqualTo(rig.machine.digest());
            }
            PaymentRig.closeAll();
        }
    }

    private static PaymentRig.Reply step(final PaymentRig rig, final SplittableRandom random, final List<PaymentMessage> said) {
        if (random.nextInt(20) == 0) {
            rig.advance(random.nextInt(random.nextInt(4) == 0 ? 3 * 86_400_000 : 3_600_000));
        }
        final PaymentMessage message = rig.stamp(next(random, said));
        said.add(message);
        final PaymentRig.Reply reply = rig.send(message);
        for (int wallet = 1; wallet <= PaymentRig.WALLETS; wallet++) {
            assertThat(rig.availableOf(wallet)).as("wallet %d after %s: %s", wallet, message, Result.name(reply.result())).isNotNegative();
        }
        for (int merchant = 1; merchant <= PaymentRig.MERCHANTS; merchant++) {
            assertThat(rig.balance(PaymentRig.merchantAccount(merchant))).as("merchant after %s", message).isNotNegative();
        }
        return reply;
    }

    private static PaymentMessage next(final SplittableRandom random, final List<PaymentMessage> said) {
        final int card = 1 + random.nextInt(PaymentRig.WALLETS + 1);
        final long amount = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(random.nextInt(5) == 0 ? 400_000 : 20_000);
        final PaymentMessage earlier = said.isEmpty() ? PaymentMessage.purchase(card, amount)
            : said.get(Math.max(0, said.size() - 1 - random.nextInt(60)));
        switch (random.nextInt(16)) {
            case 0:
                return earlier;
            case 1:
                return earlier.repeat();
            case 2:
            case 3:
                return PaymentMessage.reversal(earlier);
            case 4:
                return PaymentMessage.reversal(earlier).remaining(random.nextInt(5_000)).advice();
            case 5:
                return PaymentMessage.authorise(card, amount);
            case 6:
                return earlier.operation == PaymentOperation.AUTHORISE ? earlier.next().amount(amount / 4).of(earlier)
                    : PaymentMessage.authorise(card, amount);
            case 7:
                return PaymentMessage.completion(earlier, amount);
            case 8:
                return PaymentMessage.completion(earlier, amount / 3).moreToFollow();
            case 9:
                return PaymentMessage.refund(card, amount / 2).of(earlier).token(earlier.tokenHi, earlier.tokenLo);
            case 10:
                return random.nextBoolean() ? PaymentMessage.topUp(card, amount) : PaymentMessage.topUp(card, amount).advice();
            case 11:
                return PaymentMessage.transfer(card, 1 + random.nextInt(PaymentRig.WALLETS), amount);
            case 12:
                return random.nextBoolean() ? PaymentMessage.cashOut(card, amount) : PaymentMessage.cashback(card, amount, amount / 3).advice();
            case 13:
                return PaymentMessage.purchase(card, amount).partialApproval(10).pin(random.nextInt(5) == 0 ? PinState.WRONG : PinState.RIGHT);
            case 14:
                return PaymentMessage.bill(card, PaymentRig.BILLER, amount);
            default:
                return PaymentMessage.purchase(card, amount);
        }
    }
}
