package io.daybreak.payment;

import io.daybreak.payment.PaymentRig.Reconciled;
import io.daybreak.payment.PaymentRig.Sums;
import io.daybreak.protocol.InstitutionRights;
import io.daybreak.protocol.ReconciliationFields;
import io.daybreak.protocol.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static io.daybreak.payment.PaymentMessage.purchase;
import static io.daybreak.payment.PaymentMessage.refund;
import static io.daybreak.payment.PaymentMessage.reversal;
import static io.daybreak.payment.PaymentRig.HOUR_MS;
import static org.assertj.core.api.Assertions.assertThat;

/** docs/iso8583.md, chapters 15 and 16: business date, totals, 0500 and 0520. */
final class ReconciliationTest {
    private static final int ALL = (1 << 9) - 1;
    private static final int TODAY = 1_123;
    private static final int TOMORROW = 1_124;

    private final PaymentRig rig = PaymentRig.town();

    @AfterEach
    void shouldReplayToTheSameDigest() {
        rig.replay();
        PaymentRig.closeAll();
    }

    private PaymentMessage said(final PaymentMessage message) {
        final PaymentMessage stamped = rig.stamp(message);
        assertThat(Result.name(rig.send(stamped).result())).isEqualTo("OK");
        return stamped;
    }

    private static void assertInBalance(final Reconciled reconciled, final Sums expected) {
        assertThat(reconciled.sums()).isEqualTo(expected);
        assertThat(Result.name(reconciled.result())).isEqualTo("OK");
        assertThat(reconciled.settlementCode()).isEqualTo(1);
    }

    @Test
    void shouldCloseThePeriodInBalanceAndBeginANewOne() {
        said(purchase(1, 10_000));
        final PaymentMessage back = said(purchase(2, 4_000));
        said(reversal(back).remaining(1_000));
        said(refund(1, 500));
        final Sums sums = new Sums(1, 500, 0, 0, 2, 14_000, 1, 3_000, 500 + 3_000 - 14_000);
        final Reconciled first = rig.reconcile(500, 1, 0, ALL, sums);
        assertInBalance(first, sums);
        assertThat(first.mti()).isEqualTo(510);
        assertThat(first.date()).isEqualTo(20_261_123);
        assertInBalance(rig.reconcile(520, 2, TODAY, ALL, Sums.NONE), Sums.NONE);
        said(purchase(1, 100));
        assertInBalance(rig.reconcile(500, 3, TODAY, 0, Sums.NONE), new Sums(0, 0, 0, 0, 1, 100, 0, 0, -100));
        assertThat(rig.dayTotals(0)).isEqualTo(new Sums(1, 500, 0, 0, 3, 14_100, 1, 3_000, -10_600));
    }

    @Test
    void shouldTellOurTotalsAndCloseThePeriodOutOfBalance() {
        said(purchase(1, 10_000));
        final Reconciled wrong = rig.reconcile(500, 1, 0, ReconciliationFields.DEBIT_AMOUNT, Sums.NONE);
        assertThat(Result.name(wrong.result())).isEqualTo("OUT_OF_BALANCE");
        assertThat(wrong.settlementCode()).isEqualTo(2);
        assertThat(wrong.sums().debitAmount()).isEqualTo(10_000);
        assertInBalance(rig.reconcile(500, 2, 0, ALL, Sums.NONE), Sums.NONE);
    }

    @Test
    void shouldCompareOnlyWhatWasSent() {
        said(purchase(1, 10_000));
        final Sums countsOnly = new Sums(0, 99, 0, 99, 1, 99, 0, 99, 99);
        assertThat(rig.reconcile(500, 1, 0, ReconciliationFields.DEBIT_COUNT | ReconciliationFields.CREDIT_COUNT, countsOnly).result())
            .isZero();
    }

    @Test
    void shouldGiveARepeatTheStoredAnswerAndCloseNothing() {
        said(purchase(1, 10_000));
        final int sentAt = rig.transmission();
        final Reconciled first = rig.reconcile(500, 1, sentAt, 0, 0, Sums.NONE);
        said(purchase(1, 1));
        final Reconciled again = rig.reconcile(501, 1, sentAt, 0, 0, Sums.NONE);
        assertThat(again.sums()).isEqualTo(first.sums());
        assertThat(again.mti()).isEqualTo(510);
        rig.advance(5_000);
        assertThat(rig.reconcile(501, 1, rig.transmission(), 0, 0, Sums.NONE).sums()).as("with a new DE 7").isEqualTo(first.sums());
        assertThat(Result.name(rig.reconcile(500, 1, sentAt, 0, 1, Sums.NONE).result())).isEqualTo("DUPLICATE_WITH_DIFFERENT_CONTENTS");
        assertThat(rig.reconcile(500, 2, 0, 0, Sums.NONE).sums().debitAmount()).isEqualTo(1);
    }

    /** DUP-17: a full table never forgets what is inside its window, or a repeat would close another period; nor does one acquirer fill it. */
    @Test
    void shouldRefuseMoreOfAnAcquirerThanIsRememberedRatherThanForget() {
        said(purchase(1, 10_000));
        final int sentAt = rig.transmission();
        final Reconciled first = rig.reconcile(500, 1, sentAt, 0, 0, Sums.NONE);
        for (int stan = 2; stan <= Reconciliations.MAX_OF_ONE; stan++) {
            assertThat(rig.reconcile(500, stan, sentAt, 0, 0, Sums.NONE).result()).isZero();
        }
        said(purchase(1, 1));
        assertThat(Result.name(rig.reconcile(500, 99_999, sentAt, 0, 0, Sums.NONE).result())).isEqualTo("RECORD_CAPACITY_REACHED");
        assertThat(Result.name(rig.reconcile(501, 99_998, sentAt, 0, 0, Sums.NONE).result())).isEqualTo("RECORD_CAPACITY_REACHED");
        assertThat(rig.reconcile(501, 1, sentAt, 0, 0, Sums.NONE).sums()).as("the first's answer").isEqualTo(first.sums());
        rig.advance(5_000);
        assertThat(rig.reconcile(521, 1, rig.transmission(), 0, 0, Sums.NONE).sums()).as("with a new DE 7").isEqualTo(first.sums());
        rig.advance(25 * HOUR_MS);
        assertThat(rig.reconcile(500, 99_997, 0, 0, Sums.NONE).result()).as("after the window").isZero();
        assertThat(rig.reconcile(521, 99_997, rig.transmission(), 0, 0, Sums.NONE).result()).isZero();
    }

    /** DUP-05: of several that a repeat with a new DE 7 may mean, the newest; also when the older ones are forgotten. */
    @Test
    void shouldMeanTheNewestOfSeveralByARepeatWithANewTime() {
        final int early = rig.transmission();
        rig.reconcile(500, 7, early, 0, 0, Sums.NONE);
        said(purchase(1, 10_000));
        rig.advance(20 * HOUR_MS);
        rig.reconcile(500, 7, rig.transmission(), 1_123, 0, Sums.NONE);
        said(purchase(1, 20_000));
        rig.advance(10_000);
        final Reconciled newest = rig.reconcile(500, 7, rig.transmission(), 0, 0, Sums.NONE);
        assertThat(newest.sums().debitAmount()).isEqualTo(20_000);
        rig.advance(10_000);
        assertThat(rig.reconcile(501, 7, rig.transmission(), 0, 0, Sums.NONE).sums()).isEqualTo(newest.sums());
        // The first is forgotten now.
        rig.advance(6 * HOUR_MS);
        rig.reconcile(500, 8, 0, 0, Sums.NONE);
        assertThat(rig.reconcile(501, 7, rig.transmission(), 0, 0, Sums.NONE).sums()).isEqualTo(newest.sums());
        assertThat(rig.reconcile(501, 8, rig.transmission(), 0, 0, Sums.NONE).result()).isZero();
    }

    @Test
    void shouldTakeTheOldDateForAGraceWindowAndThenNoMore() {
        said(purchase(1, 10_000));
        rig.advance(12 * HOUR_MS);
        assertThat(rig.pay(purchase(1, 7)).settlementDate()).isEqualTo(20_261_124);
        assertThat(rig.reconcile(500, 1, TODAY, 0, Sums.NONE).sums().debitAmount()).isEqualTo(10_000);
        assertThat(rig.reconcile(500, 2, TOMORROW, 0, Sums.NONE).sums().debitAmount()).isEqualTo(7);
        assertThat(Result.name(rig.reconcile(500, 3, 1_125, 0, Sums.NONE).result())).isEqualTo("BUSINESS_DATE_CLOSED");
        rig.advance(HOUR_MS);
        assertThat(Result.name(rig.reconcile(500, 4, TODAY, 0, Sums.NONE).result())).isEqualTo("BUSINESS_DATE_CLOSED");
        assertThat(rig.reconcile(500, 5, 0, 0, Sums.NONE).date()).isEqualTo(20_261_124);
    }

    @Test
    void shouldCountAReversalOnItsOwnDay() {
        final PaymentMessage sold = said(purchase(1, 10_000));
        assertThat(rig.cutOver(20_261_124)).isZero();
        final PaymentRig.Reply undo = rig.pay(reversal(sold));
        assertThat(undo.settlementDate()).isEqualTo(20_261_124);
        assertThat(rig.dayTotals(20_261_123)).isEqualTo(new Sums(0, 0, 0, 0, 1, 10_000, 0, 0, -10_000));
        assertThat(rig.dayTotals(20_261_124)).isEqualTo(new Sums(0, 0, 0, 0, 0, 0, 1, 10_000, 10_000));
    }

    /** FMT-20, REC-03: of the place in the order that the first message took, so that its repeats get the same. */
    @Test
    void shouldMakeAReferenceForTotalsThatCameWithoutOne() {
        said(purchase(1, 10_000));
        final int sentAt = rig.transmission();
        final Reconciled first = rig.reconcile(500, 1, sentAt, 0, "", 0, 0, Sums.NONE);
        assertThat(first.rrn()).isEqualTo(String.format("632712%06d", rig.machine.lastSequence()));
        rig.advance(HOUR_MS);
        said(purchase(1, 1));
        assertThat(rig.reconcile(501, 1, sentAt, 0, "", 0, 0, Sums.NONE).rrn()).as("its repeat").isEqualTo(first.rrn());
        final Reconciled closed = rig.reconcile(500, 2, rig.transmission(), 0, "", 1_001, 0, Sums.NONE);
        assertThat(Result.name(closed.result())).isEqualTo("BUSINESS_DATE_CLOSED");
        assertThat(closed.rrn()).as("refused, but decided").matches("632713\\d{6}").isNotEqualTo(first.rrn());
        assertThat(Result.name(rig.reconcile(500, 1, sentAt, 0, "", 0, 1, Sums.NONE).result())).isEqualTo("DUPLICATE_WITH_DIFFERENT_CONTENTS");
        assertThat(rig.reconcile(500, 1, sentAt, 0, "", 0, 1, Sums.NONE).rrn()).as("never decided").isEmpty();
        assertThat(rig.reconcile(500, 3, rig.transmission(), 0, "ACQUIRERS-37", 0, 0, Sums.NONE).rrn()).isEqualTo("ACQUIRERS-37");
    }

    /** 93-06: the year of DE 12. */
    @Test
    void shouldTakeTotalsOfTheirYearOnly() {
        final int sentAt = rig.transmission();
        assertThat(Result.name(rig.reconcile(520, 1, sentAt, 2025, "R", 0, 0, Sums.NONE).result())).isEqualTo("REQUEST_BEFORE_THE_WINDOW");
        assertThat(Result.name(rig.reconcile(520, 1, sentAt, 2027, "R", 0, 0, Sums.NONE).result())).isEqualTo("TRANSMISSION_TIME_IN_THE_FUTURE");
        assertThat(rig.reconcile(520, 1, sentAt, 2026, "R", 0, 0, Sums.NONE).result()).isZero();
    }

    @Test
    void shouldNeedTheRight() {
        rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT, PaymentRig.ALL_OPERATIONS, InstitutionRights.FILE_UPDATE);
        assertThat(Result.name(rig.reconcile(500, 1, 0, 0, Sums.NONE).result())).isEqualTo("OPERATION_NOT_GRANTED");
    }

    @Test
    void shouldPutACardOnTheNegativeFileAndTakeItOff() {
        assertThat(rig.updateFile(1, 1)).isZero();
        final long sequence = rig.machine.lastSequence();
        assertThat(rig.updateFile(1, 1)).as("again").isZero();
        assertThat(rig.machine.lastSequence()).as("nothing to journal").isEqualTo(sequence);
        assertThat(Result.name(rig.pay(purchase(1, 1)).result())).isEqualTo("CARD_ON_NEGATIVE_FILE");
        assertThat(rig.updateFile(1, 3)).isZero();
        assertThat(rig.updateFile(1, 3)).isZero();
        said(purchase(1, 1));
        assertThat(Result.name(rig.updateFile(4_711, 1))).isEqualTo("CARD_NOT_FOUND");
        rig.institution(PaymentRig.ACQUIRER, PaymentRig.PARTICIPANT, PaymentRig.ALL_OPERATIONS, 0);
        assertThat(Result.name(rig.updateFile(1, 1))).isEqualTo("OPERATION_NOT_GRANTED");
    }

    /** The totals of every day, and of every period, against sums that are made from the answers alone. */
    @Test
    void shouldAddUpLikeASumOfTheAnswers() {
        final long seed = Long.getLong("daybreak.seed", 20_261_123L);
        final SplittableRandom random = new SplittableRandom(seed);
        final long[] day = new long[8];
        final long[] period = new long[8];
        final List<PaymentMessage> sold = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            if (i == 700) {
                rig.cutOver(0);
                java.util.Arrays.fill(day, 0);
                java.util.Arrays.fill(period, 0);
            }
            step(random, sold, day, period);
            if (i % 97 == 0) {
                final Sums expected = sums(period);
                assertThat(rig.reconcile(500, 900_000 + i, 0, ALL, expected).sums()).as("seed %d, step %d", seed, i).isEqualTo(expected);
                java.util.Arrays.fill(period, 0);
            }
            assertThat(rig.dayTotals(0)).as("seed %d, step %d", seed, i).isEqualTo(sums(day));
        }
    }

    private void step(final SplittableRandom random, final List<PaymentMessage> sold, final long[] day, final long[] period) {
        final int wallet = 1 + random.nextInt(PaymentRig.WALLETS);
        final long amount = 1 + random.nextInt(20_000);
        final PaymentMessage original = sold.isEmpty() ? null : sold.get(random.nextInt(sold.size()));
        final int dice = random.nextInt(10);
        if (dice < 3 && original != null) {
            final long remaining = random.nextInt(3) == 0 ? 0 : random.nextInt(10_000);
            final long before = rig.record(original.rrn).reversed();
            rig.pay(reversal(original).remaining(remaining));
            final long back = rig.record(original.rrn).reversed() - before;
            add(back > 0, original.operation == 6 || original.operation == 5 ? 1 : 3, back, day, period);
        } else if (dice == 3) {
            final PaymentMessage message = rig.stamp(PaymentMessage.topUp(wallet, amount));
            pay(message, sold, 0, amount, day, period);
        } else if (dice == 4) {
            pay(rig.stamp(PaymentMessage.transfer(wallet, 1 + wallet % PaymentRig.WALLETS, amount)), sold, 2, amount, day, period);
        } else if (dice == 5) {
            rig.pay(PaymentMessage.authorise(wallet, amount));
        } else if (dice == 6) {
            rig.pay(purchase(wallet, 0));
        } else {
            pay(rig.stamp(purchase(wallet, amount)), sold, 2, amount, day, period);
        }
    }

    private void pay(final PaymentMessage message, final List<PaymentMessage> sold, final int kind, final long amount, final long[] day,
                     final long[] period) {
        if (rig.send(message).result() == Result.OK) {
            add(true, kind, amount, day, period);
            sold.add(message);
            rig.send(message.repeat());
        }
    }

    private static void add(final boolean counts, final int kind, final long amount, final long[] day, final long[] period) {
        for (final long[] sums : counts ? new long[][] {day, period} : new long[0][]) {
            sums[2 * kind]++;
            sums[2 * kind + 1] += amount;
        }
    }

    private static Sums sums(final long[] s) {
        return new Sums(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[1] + s[7] - s[5] - s[3]);
    }
}
