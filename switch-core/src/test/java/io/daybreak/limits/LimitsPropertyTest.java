package io.daybreak.limits;

import io.daybreak.calendar.Zones;
import io.daybreak.card.Wallets;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.UndoLog;
import io.daybreak.model.RecordCommand;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.PutTierEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import static io.daybreak.model.RecordCommand.NO_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Limits held against a model that remembers every payment and adds up those of the local day, month and year, by the
 * platform's zones: borders of days, changes of the clock, payments given back in full and in part, on the day and later.
 */
class LimitsPropertyTest {
    private static final long SEED = 86;
    private static final int ZONE = 5;
    private static final Instant START = Instant.parse("2026-09-20T00:00:00Z");
    private static final int QR = PaymentChannel.QR;

    private final Wallets wallets;
    private final Tiers tiers;
    private final Zones zones;
    private final Limits limits;
    private int wallet;

    LimitsPropertyTest() {
        final CollectedSlabs allocator = new CollectedSlabs();
        final UndoLog undo = new UndoLog();
        wallets = new Wallets(allocator, undo);
        tiers = new Tiers(allocator, undo);
        zones = new Zones(allocator, undo);
        limits = new Limits(allocator, undo, wallets, tiers, zones);
        wallets.configure(1_024);
        tiers.configure(Tiers.CAPACITY);
        zones.configure(Zones.MAX_ID);
        limits.configure(1_024);
    }

    private void tier(final int channel, final Consumer<PutTierEncoder> change) {
        tiers.put(RecordCommand.TIER, channel, new UnsafeBuffer(RecordCommand.tier(channel, change).body()), 0);
    }

    private void zone(final int id, final ZoneId zone) {
        zones.put(id, new UnsafeBuffer(RecordCommand.zone(id, zone, START, RecordCommand.unchanged()).body()), 0);
    }

    private void wallet(final int zoneId, final int tierId) {
        wallets.put(RecordCommand.WALLET, new UnsafeBuffer(RecordCommand.wallet(e -> e.zoneId(zoneId).tierId(tierId)).body()), 0, 0);
        wallet = wallets.find(RecordCommand.WALLET);
    }

    private static long ns(final Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    /** One payment that was counted. */
    private static final class Paid {
        private final Instant at;
        private final LocalDate date;
        private final int channel;
        private long amount;
        private int payments = 1;

        private Paid(final Instant at, final LocalDate date, final int channel, final long amount) {
            this.at = at;
            this.date = date;
            this.channel = channel;
            this.amount = amount;
        }
    }

    /** A row of limits as the model has it. */
    private record Row(long payment, long day, long month, long year, int countDay, int countMonth, int countYear) {
        private int check(final List<Paid> paid, final LocalDate date, final long amount) {
            if (amount > payment) {
                return Result.LIMIT_PER_PAYMENT;
            }
            if (amount > day - sum(paid, it -> it.equals(date))) {
                return Result.LIMIT_PER_DAY;
            }
            if (amount > month - sum(paid, it -> it.withDayOfMonth(1).equals(date.withDayOfMonth(1)))) {
                return Result.LIMIT_PER_MONTH;
            }
            if (amount > year - sum(paid, it -> it.getYear() == date.getYear())) {
                return Result.LIMIT_PER_YEAR;
            }
            return count(paid, it -> it.equals(date)) >= countDay || count(paid, it -> it.withDayOfMonth(1).equals(date.withDayOfMonth(1))) >= countMonth
                || count(paid, it -> it.getYear() == date.getYear()) >= countYear ? Result.LIMIT_OF_COUNT : Result.OK;
        }

        private static long sum(final List<Paid> paid, final java.util.function.Predicate<LocalDate> when) {
            return paid.stream().filter(it -> when.test(it.date)).mapToLong(it -> it.amount).sum();
        }

        private static int count(final List<Paid> paid, final java.util.function.Predicate<LocalDate> when) {
            return paid.stream().filter(it -> when.test(it.date)).mapToInt(it -> it.payments).sum();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago"})
    void shouldAgreeWithTheSumOfAllPayments(final String zoneName) {
        final ZoneId zone = ZoneId.of(zoneName);
        zone(ZONE, zone);
        wallet(ZONE, RecordCommand.TIER);
        final Row all = new Row(900, 2_000, 12_000, 60_000, 9, 70, 500);
        final Row own = new Row(700, 1_200, 9_000, 40_000, 6, 60, 400);
        tier(PaymentChannel.ALL, e -> put(e, all));
        tier(QR, e -> put(e, own));
        final SplittableRandom random = new SplittableRandom(SEED + zoneName.hashCode());
        final List<Paid> paid = new ArrayList<>();
        Instant now = START;
        int refused = 0;
        for (int i = 0; i < 6_000; i++) {
            now = next(now, zone, random);
            final LocalDate date = now.atZone(zone).toLocalDate();
            final int channel = random.nextBoolean() ? QR : PaymentChannel.CHIP;
            final long amount = 1 + random.nextLong(random.nextInt(4) == 0 ? 1_000 : 400);
            final List<Paid> ofChannel = paid.stream().filter(it -> it.channel == QR).toList();
            final int byAll = all.check(paid, date, amount);
            final int byOwn = channel == QR ? own.check(ofChannel, date, amount) : Result.OK;
            final int expected = byAll == Result.OK ? byOwn : byOwn == Result.OK ? byAll : Math.min(byAll, byOwn);
            final String what = zoneName + ", payment " + i + " of " + amount + " at " + now + ", seed " + SEED;
            assertThat(Result.name(limits.check(wallet, channel, amount, ns(now)))).as(what).isEqualTo(Result.name(expected));
            checkMost(channel, amount, expected, now, what);
            if (expected == Result.OK || random.nextInt(10) == 0) {
                limits.reserve(wallet, channel, amount, ns(now));
                paid.add(new Paid(now, date, channel, amount));
            } else {
                refused++;
            }
            if (random.nextInt(4) == 0 && !paid.isEmpty()) {
                giveBack(paid.get(Math.max(0, paid.size() - 1 - random.nextInt(12))), random);
            }
        }
        assertThat(refused).isGreaterThan(500);
        assertThat(limits.computeDigest()).isEqualTo(limits.digest());
        assertThat(limits.usageCount()).isEqualTo(2);
    }

    private static void put(final PutTierEncoder encoder, final Row row) {
        encoder.perPaymentMinor(row.payment).perDayMinor(row.day).perMonthMinor(row.month).perYearMinor(row.year)
            .countPerDay(row.countDay).countPerMonth(row.countMonth).countPerYear(row.countYear);
    }

    /** What may be paid at most is what would be allowed, and one more would not. */
    private void checkMost(final int channel, final long amount, final int expected, final Instant now, final String what) {
        final long most = limits.mostMinor(wallet, channel, 1, ns(now));
        assertThat(most >= amount).as(what).isEqualTo(expected == Result.OK);
        assertThat(most == 0 || limits.check(wallet, channel, most, ns(now)) == Result.OK).as(what).isTrue();
        assertThat(limits.check(wallet, channel, most + 1, ns(now))).as(what).isNotEqualTo(Result.OK);
    }

    private void giveBack(final Paid payment, final SplittableRandom random) {
        final boolean whole = random.nextBoolean();
        final long amount = whole ? payment.amount : random.nextLong(payment.amount + 1);
        final int payments = whole ? payment.payments : 0;
        limits.giveBack(wallet, payment.channel, amount, payments, ns(payment.at));
        payment.amount -= amount;
        payment.payments -= payments;
    }

    /** A little later, or at the edge of the local day, or of a change of the clock, or some days later. */
    private static Instant next(final Instant now, final ZoneId zone, final SplittableRandom random) {
        final Instant midnight = now.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
        final Instant then = switch (random.nextInt(12)) {
            case 0 -> midnight.minusNanos(1);
            case 1 -> midnight;
            case 2 -> now.plus(random.nextLong(20), ChronoUnit.DAYS);
            case 3 -> zone.getRules().nextTransition(now) != null && random.nextInt(20) == 0
                ? zone.getRules().nextTransition(now).getInstant().minusSeconds(random.nextLong(7_200)) : now.plusSeconds(3_600);
            default -> now.plus(Duration.ofMinutes(random.nextLong(200)));
        };
        final Instant later = then.isAfter(now) ? then : now.plusNanos(1);
        return later.isBefore(Instant.parse("2031-01-01T00:00:00Z")) ? later : now.plusNanos(1);
    }

    @Test
    void shouldSayWhichLimitRefusedAndWhatItLeaves() {
        wallet(0, RecordCommand.TIER);
        tier(PaymentChannel.ALL, e -> e.perPaymentMinor(500).perDayMinor(1_000).perMonthMinor(1_500).perYearMinor(2_000).countPerDay(3));
        tier(QR, e -> e.perPaymentMinor(200).perDayMinor(300));
        final long now = ns(START);
        assertRefused(Result.LIMIT_PER_PAYMENT, 200, QR, limits.check(wallet, QR, 201, now));
        assertRefused(Result.LIMIT_PER_PAYMENT, 500, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 501, now));
        limits.reserve(wallet, QR, 200, now);
        assertRefused(Result.LIMIT_PER_DAY, 100, QR, limits.check(wallet, QR, 101, now));
        limits.reserve(wallet, PaymentChannel.CHIP, 500, now);
        assertRefused(Result.LIMIT_PER_DAY, 300, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 301, now));
        limits.reserve(wallet, PaymentChannel.CHIP, 100, now);
        assertRefused(Result.LIMIT_OF_COUNT, 0, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 1, now));
        assertThat(limits.check(wallet, PaymentChannel.CHIP, 1, 0, now)).as("an increment counts as none").isEqualTo(Result.OK);
        final long tomorrow = now + 86_400_000_000_000L;
        limits.reserve(wallet, PaymentChannel.CHIP, 500, tomorrow);
        assertRefused(Result.LIMIT_PER_MONTH, 200, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 201, tomorrow));
        final long nextMonth = ns(Instant.parse("2026-10-01T00:00:00Z"));
        limits.reserve(wallet, PaymentChannel.CHIP, 500, nextMonth);
        assertRefused(Result.LIMIT_PER_YEAR, 200, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 201, nextMonth));
        assertThat(limits.check(wallet, PaymentChannel.CHIP, 500, ns(Instant.parse("2027-01-01T00:00:00Z")))).isEqualTo(Result.OK);
    }

    private void assertRefused(final int expected, final long left, final int channel, final int result) {
        assertThat(Result.name(result)).isEqualTo(Result.name(expected));
        assertThat(limits.leftMinor()).isEqualTo(left);
        assertThat(limits.refusedByChannel()).isEqualTo(channel);
    }

    @Test
    void shouldHaveNoLimitsInTierZero() {
        wallet(0, 0);
        assertThat(limits.check(wallet, QR, NO_LIMIT, ns(START))).isEqualTo(Result.OK);
        limits.reserve(wallet, QR, NO_LIMIT, ns(START));
        limits.giveBack(wallet, QR, NO_LIMIT, ns(START));
        assertThat(limits.usageCount()).isZero();
        assertThat(limits.checkCeiling(wallet, NO_LIMIT)).isEqualTo(Result.OK);
        assertThat(limits.mostMinor(wallet, QR, 1, ns(START))).isEqualTo(NO_LIMIT);
    }

    /** A row without limits of periods counts nothing: the demo's wallets cost no look-up. */
    @Test
    void shouldCountOnlyWhatARowLimits() {
        wallet(0, RecordCommand.TIER);
        tier(PaymentChannel.ALL, e -> e.perPaymentMinor(500));
        limits.reserve(wallet, QR, 400, ns(START));
        assertThat(limits.usageCount()).isZero();
        final long later = ns(START) + 1;
        tier(PaymentChannel.ALL, e -> e.perDayMinor(500));
        limits.reserve(wallet, QR, 300, later);
        limits.giveBack(wallet, QR, 400, ns(START));
        assertThat(limits.check(wallet, QR, 201, later)).as("what was not counted is not given back").isEqualTo(Result.LIMIT_PER_DAY);
        assertThat(limits.check(wallet, QR, 200, later)).isEqualTo(Result.OK);
    }

    @Test
    void shouldLetNothingThroughWhereATierIsBlockedOrGone() {
        wallet(0, RecordCommand.TIER);
        tier(PaymentChannel.ALL, RecordCommand.unchanged());
        tier(QR, e -> e.status((short) RecordStatus.BLOCKED));
        assertRefused(Result.LIMIT_PER_PAYMENT, 0, QR, limits.check(wallet, QR, 1, ns(START)));
        assertThat(limits.mostMinor(wallet, QR, 1, ns(START))).isZero();
        assertThat(limits.check(wallet, PaymentChannel.CHIP, 1, ns(START))).isEqualTo(Result.OK);
        tier(PaymentChannel.ALL, e -> e.status((short) RecordStatus.BLOCKED));
        assertRefused(Result.LIMIT_PER_PAYMENT, 0, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 1, ns(START)));
        tiers.remove(RecordCommand.TIER, PaymentChannel.ALL);
        assertThat(limits.check(wallet, PaymentChannel.CHIP, 1, ns(START))).as("a row of another channel").isEqualTo(Result.OK);
        tiers.remove(RecordCommand.TIER, QR);
        assertRefused(Result.LIMIT_PER_PAYMENT, 0, PaymentChannel.ALL, limits.check(wallet, PaymentChannel.CHIP, 1, ns(START)));
    }

    @Test
    void shouldKeepBalancesBelowTheCeiling() {
        wallet(0, RecordCommand.TIER);
        tier(PaymentChannel.ALL, e -> e.balanceCeilingMinor(1_000));
        assertThat(limits.checkCeiling(wallet, 1_000)).isEqualTo(Result.OK);
        assertThat(limits.checkCeiling(wallet, 1_001)).isEqualTo(Result.BALANCE_CEILING);
        assertThat(limits.checkCeiling(wallet, -5)).isEqualTo(Result.OK);
        assertThat(limits.ceilingMinor(wallet)).isEqualTo(1_000);
    }

    /** Moving a wallet to a zone that is a day behind opens no new day. */
    @Test
    void shouldNotGoBackADayWhenTheWalletMoves() {
        zone(ZONE, ZoneId.of("Pacific/Kiritimati"));
        wallet(ZONE, RecordCommand.TIER);
        tier(PaymentChannel.ALL, e -> e.perDayMinor(500));
        final long now = ns(Instant.parse("2026-12-31T23:00:00Z"));
        limits.reserve(wallet, QR, 400, now);
        wallet(0, RecordCommand.TIER);
        assertThat(limits.check(wallet, QR, 101, now)).isEqualTo(Result.LIMIT_PER_DAY);
        limits.reserve(wallet, QR, 100, now);
        assertThat(limits.check(wallet, QR, 1, now)).isEqualTo(Result.LIMIT_PER_DAY);
        assertThat(limits.check(wallet, QR, 1, now + 2 * 3_600_000_000_000L)).as("the day that Kiritimati had begun").isEqualTo(Result.LIMIT_PER_DAY);
        assertThat(limits.check(wallet, QR, 500, now + 26 * 3_600_000_000_000L)).isEqualTo(Result.OK);
    }

    @Test
    void shouldStopSumsAtTheEndOfALong() {
        wallet(0, RecordCommand.TIER);
        tier(PaymentChannel.ALL, e -> e.perDayMinor(NO_LIMIT - 1));
        limits.reserve(wallet, QR, NO_LIMIT, ns(START));
        limits.reserve(wallet, QR, NO_LIMIT, ns(START));
        assertRefused(Result.LIMIT_PER_DAY, 0, PaymentChannel.ALL, limits.check(wallet, QR, 1, ns(START)));
    }
}
