package io.daybreak.payment;

import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static io.daybreak.payment.PaymentMessage.authorise;
import static io.daybreak.payment.PaymentMessage.completion;
import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payments are forgotten while others that refer to them are still remembered: windows are short, time jumps, refusals are
 * many. After each command the running digest is that of the records, so nothing was written through a link into a record that is
 * free or another payment's; and of no payment more went back than had been captured, by refunds and reversals of it, its
 * completions and its increments together.
 */
final class ForgettingPropertyTest {
    private static final int STEPS = 1_500;
    private static final long HOUR_MS = PaymentRig.HOUR_MS;
    private static final int EMPTY_WALLET = 3;
    private static final long MERCHANT = PaymentRig.merchantAccount(1);

    /** All messages about one purchase or authorisation, and what the merchant has of it, its fee included. */
    private static final class Family {
        final PaymentMessage first;
        final List<PaymentMessage> members = new ArrayList<>();
        long has;

        Family(final PaymentMessage first) {
            this.first = first;
            members.add(first);
        }
    }

    private final PaymentRig rig = new PaymentRig();
    private final List<Family> families = new ArrayList<>();
    private Random random;

    @AfterEach
    void closeTown() {
        PaymentRig.closeAll();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNeitherWriteThroughLinksToForgottenPaymentsNorGiveBackTwice(final long seed) {
        random = new Random(seed);
        rig.build();
        rig.shortWindows(2_048, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS);
        rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT, PaymentRig.ALL_OPERATIONS, 31 & ~InstitutionRights.UNLINKED_REFUND);
        rig.fund(MERCHANT, 1_000_000_000);
        rig.transfer(PaymentRig.walletAccount(EMPTY_WALLET), PaymentRig.BANK, PaymentRig.OPENING_BALANCE, PaymentRig.CNY);
        rig.checksDigest = true;
        int approved = 0;
        for (int step = 0; step < STEPS; step++) {
            if (random.nextInt(30) == 0) {
                rig.advance((1 + random.nextInt(30)) * HOUR_MS);
            }
            approved += step(step) ? 1 : 0;
        }
        assertThat(approved).as("approved").isGreaterThan(STEPS / 10);
        rig.replay();
    }

    private boolean step(final int step) {
        final int kind = random.nextInt(10);
        final Family family = families.isEmpty() || kind < 3 ? begin() : families.get(Math.max(0, families.size() - 1 - random.nextInt(40)));
        final PaymentMessage message = kind < 3 || families.size() == 1 && family.members.size() == 1 ? family.first : follow(family, kind);
        final long before = rig.balance(MERCHANT) + rig.balance(PaymentRig.FEES);
        final int result = rig.send(message).result();
        family.has += rig.balance(MERCHANT) + rig.balance(PaymentRig.FEES) - before;
        assertThat(family.has).as("step " + step + ", what the merchant has of " + family.first + " after " + message + ", "
            + Result.name(result)).isNotNegative();
        return Answers.isApproval(result);
    }

    private Family begin() {
        final int card = 1 + random.nextInt(EMPTY_WALLET);
        final long amount = 100 + random.nextInt(900);
        final Family family = new Family(rig.stamp(random.nextInt(3) == 0 ? purchase(card, amount) : authorise(card, amount)));
        families.add(family);
        return family;
    }

    private PaymentMessage follow(final Family family, final int kind) {
        final PaymentMessage first = family.first;
        final PaymentMessage of = family.members.get(random.nextInt(family.members.size()));
        final long part = random.nextInt(3) == 0 ? first.amount : 1 + random.nextInt((int) first.amount);
        final PaymentMessage message;
        if (kind < 6 && first.operation == PaymentOperation.AUTHORISE) {
            final PaymentMessage taken = completion(first, part);
            // As in the dialogues: a completion has the DE 37 of its authorisation, so a refund by DE 37 means all of it.
            message = (random.nextBoolean() ? taken.moreToFollow() : taken).rrn(random.nextBoolean() ? first.rrn : "");
        } else if (kind == 6 && first.operation == PaymentOperation.AUTHORISE) {
            message = first.next().amount(part).of(first);
        } else if (kind < 8) {
            message = reversal(of);
        } else {
            final PaymentMessage back = refund(1, part).token(first.tokenHi, first.tokenLo);
            message = random.nextInt(3) == 0 ? back.rrn(of.rrn) : back.of(random.nextBoolean() ? of : first);
        }
        final PaymentMessage stamped = rig.stamp(message);
        if (stamped.operation != PaymentOperation.REVERSAL) {
            family.members.add(stamped);
        }
        return stamped;
    }
}
