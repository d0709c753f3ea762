package io.daybreak.payment;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PinState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The published order of the checks, docs/iso8583.md, chapter 7: rows in that order, each with a way to break its rule. Each rule
 * answers alone; of two neighbours broken together, and of each and every later one, the first answers.
 */
final class PaymentPrecedenceTest {
    private static final long AMOUNT = 10_000;

    /** A town and a message to be spoilt. */
    private static final class Case {
        final PaymentRig rig = PaymentRig.town();
        PaymentMessage message = rig.stamp(PaymentMessage.purchase(1, AMOUNT));
        long perPayment = PaymentRig.NO_LIMIT;
        long perDay = PaymentRig.NO_LIMIT;
        long perMonth = PaymentRig.NO_LIMIT;
        long perYear = PaymentRig.NO_LIMIT;
        int count = Integer.MAX_VALUE;
        int walletStatus = RecordStatus.ACTIVE;

        String run() {
            rig.tier(1, PaymentChannel.ALL, perPayment, perDay, perMonth, perYear, count, PaymentRig.NO_LIMIT);
            rig.wallet(1, 1, walletStatus);
            final String result = Result.name(rig.send(message).result());
            rig.close();
            return result;
        }
    }

    private record Row(int result, Consumer<Case> spoil) {
        @Override
        public String toString() {
            return Result.name(result);
        }
    }

    private static final List<Row> ROWS = List.of(
        new Row(Result.INSTITUTION_NOT_FOUND, c -> c.message = c.message.institution(4_711)),
        new Row(Result.NOT_GRANTED, c -> c.message = c.message.institution(PaymentRig.OTHER_ACQUIRER)),
        new Row(Result.TRANSMISSION_TIME_IN_THE_FUTURE,
            c -> c.message = c.message.transmission(PaymentRig.transmission(c.rig.nowNs() + 700_000_000_000L))),
        new Row(Result.DUPLICATE_WITH_DIFFERENT_CONTENTS, c -> {
            // As an advice, which is taken and remembered however old it is.
            c.rig.send(c.message.processingCode(99).advice());
        }),
        new Row(Result.REQUEST_BEFORE_THE_WINDOW,
            c -> c.message = c.message.transmission(PaymentRig.transmission(c.rig.nowNs() - 25 * 3_600 * 1_000_000_000L))),
        new Row(Result.REVERSED_BEFORE, c -> c.rig.pay(PaymentMessage.reversal(c.message))),
        new Row(Result.MERCHANT_NOT_FOUND, c -> c.message = c.message.merchant("NOBODY")),
        new Row(Result.MERCHANT_NOT_ACTIVE, c -> c.rig.merchant(1, RecordStatus.BLOCKED)),
        new Row(Result.TERMINAL_NOT_FOUND, c -> c.message = c.message.terminal("NOWHERE")),
        new Row(Result.TERMINAL_NOT_ACTIVE, c -> c.rig.terminal("T0000001", RecordStatus.BLOCKED)),
        new Row(Result.CARD_NOT_FOUND, c -> c.message = c.message.token(1, 2)),
        new Row(Result.CARD_LOST, c -> c.rig.card(1, 3012, CardStatus.LOST, 0)),
        new Row(Result.CARD_STOLEN, c -> c.rig.card(1, 2601, CardStatus.STOLEN, 1)),
        new Row(Result.CARD_ON_NEGATIVE_FILE, c -> c.rig.card(1, 2601, CardStatus.ACTIVE, 1)),
        new Row(Result.CARD_EXPIRED, c -> c.rig.card(1, 2610, CardStatus.ACTIVE, 0)),
        new Row(Result.OPERATION_UNKNOWN, c -> c.message = c.message.as(200, PaymentOperation.UNKNOWN, 0)),
        new Row(Result.OPERATION_NOT_GRANTED, c -> c.rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT,
            PaymentRig.ALL_OPERATIONS & ~(1L << PaymentOperation.PURCHASE), 0)),
        new Row(Result.OPERATION_NOT_GRANTED, c -> c.message = c.message.flag(PaymentFlags.NOT_OFFERED)),
        new Row(Result.CURRENCY_DIFFERS, c -> c.message = c.message.currency(PaymentRig.USD)),
        new Row(Result.AMOUNT_INVALID, c -> c.message = c.message.amount(0)),
        new Row(Result.PIN_NOT_SUPPORTED, c -> c.message = c.message.pin(PinState.NOT_SUPPORTED)),
        new Row(Result.PIN_TRIES_EXCEEDED, c -> {
            for (int i = 0; i < 3; i++) {
                c.rig.pay(PaymentMessage.purchase(1, 1).pin(PinState.WRONG));
            }
            c.message = c.message.pin(PinState.WRONG);
        }),
        new Row(Result.PIN_WRONG, c -> c.message = c.message.pin(PinState.WRONG)),
        new Row(Result.LIMIT_PER_PAYMENT, c -> c.perPayment = AMOUNT - 1),
        new Row(Result.LIMIT_PER_DAY, c -> c.perDay = AMOUNT - 1),
        new Row(Result.LIMIT_PER_MONTH, c -> c.perMonth = AMOUNT - 1),
        new Row(Result.LIMIT_PER_YEAR, c -> c.perYear = AMOUNT - 1),
        new Row(Result.LIMIT_OF_COUNT, c -> c.count = 0),
        new Row(Result.WALLET_NOT_ACTIVE,
            c -> c.rig.accountAction(PaymentRig.walletAccount(1), AccountFlags.ACTION_FREEZE, AccountFlags.SIDE_DEBITS)),
        new Row(Result.INSUFFICIENT_FUNDS,
            c -> c.rig.transfer(PaymentRig.walletAccount(1), PaymentRig.BANK, PaymentRig.OPENING_BALANCE - AMOUNT + 1, PaymentRig.CNY)));

    @TestFactory
    Stream<DynamicTest> shouldAnswerEachRuleAlone() {
        return ROWS.stream().map(row -> DynamicTest.dynamicTest(row.toString(), () -> {
            final Case broken = new Case();
            row.spoil.accept(broken);
            assertThat(broken.run()).isEqualTo(row.toString());
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerTheFirstOfTwoNeighbours() {
        final List<int[]> pairs = new ArrayList<>();
        IntStream.range(0, ROWS.size() - 1).forEach(i -> pairs.add(new int[] {i, i + 1}));
        return pairs.stream().map(pair -> DynamicTest.dynamicTest(ROWS.get(pair[0]) + " before " + ROWS.get(pair[1]), () -> {
            final Case broken = new Case();
            // The later rule is broken first: what the earlier one changes wins where both change the same. A duplicate is one of
            // the message as it will be.
            ROWS.get(pair[1]).spoil.accept(broken);
            ROWS.get(pair[0]).spoil.accept(broken);
            assertThat(broken.run()).isEqualTo(ROWS.get(pair[0]).toString());
        }));
    }

    @TestFactory
    Stream<DynamicTest> shouldLeaveNoTraceOfAPinThatWasNotReached() {
        return Stream.of(CardStatus.LOST, CardStatus.STOLEN).map(status -> DynamicTest.dynamicTest("status " + status, () -> {
            final PaymentRig rig = PaymentRig.town();
            rig.card(1, 3012, status, 0);
            for (int i = 0; i < 5; i++) {
                rig.pay(PaymentMessage.purchase(1, 1).pin(PinState.WRONG));
            }
            rig.card(1, 3012, CardStatus.ACTIVE, 0);
            assertThat(Result.name(rig.pay(PaymentMessage.purchase(1, 100).pin(PinState.RIGHT)).result())).isEqualTo("OK");
            rig.close();
        }));
    }
}
