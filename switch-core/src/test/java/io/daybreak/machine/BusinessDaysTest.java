package io.daybreak.machine;

import io.daybreak.model.Answer;
import io.daybreak.model.RecordCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DayOpenedDecoder;
import io.daybreak.protocol.codec.PutDayGroupDecoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import static io.daybreak.machine.Town.A;
import static io.daybreak.machine.Town.B;
import static io.daybreak.machine.Town.OPERATOR;
import static io.daybreak.machine.Town.PAYER;
import static io.daybreak.machine.Town.SYSTEM;
import static io.daybreak.model.RecordCommand.INSTITUTION;
import static io.daybreak.model.RecordCommand.cutOver;
import static io.daybreak.model.RecordCommand.dayGroup;
import static io.daybreak.model.RecordCommand.institution;
import static io.daybreak.model.RecordCommand.zone;
import static org.assertj.core.api.Assertions.assertThat;

/** Business dates: opened by the schedule as deadlines, by the operator and by peers; in order, and never back. */
class BusinessDaysTest {
    private static final long DAY_NS = 86_400_000_000_000L;
    private static final int ZONE = 4;

    /** What was told to the links: dates and groups. */
    private final List<String> told = new ArrayList<>();

    private Town town() {
        final Town town = RecordRulesTest.settled();
        town.rig.machine.emitTo((templateId, effect, offset, length) -> {
            assertThat(templateId).isEqualTo(DayOpenedDecoder.TEMPLATE_ID);
            assertThat(length).isEqualTo(DayOpenedDecoder.BLOCK_LENGTH);
            final DayOpenedDecoder opened = new DayOpenedDecoder().wrap(effect, offset, length, DayOpenedDecoder.SCHEMA_VERSION);
            told.add(opened.date() + " in " + opened.dayGroup());
        });
        return town;
    }

    private static long ns(final String instant) {
        return ns(Instant.parse(instant));
    }

    private static long ns(final Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    private static int number(final LocalDate date) {
        return date.getYear() * 10_000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    /** The open date, as the records tell it. */
    private static int openDate(final Town town, final int group) {
        for (final RecordCommand record : town.rig.reference(PutDayGroupDecoder.TEMPLATE_ID)) {
            final PutDayGroupDecoder decoder = new PutDayGroupDecoder().wrap(new UnsafeBuffer(record.body()), 0, record.body().length,
                PutDayGroupDecoder.SCHEMA_VERSION);
            if (decoder.dayGroup() == group) {
                return (int) decoder.firstDate();
            }
        }
        throw new AssertionError("no group " + group);
    }

    private static Consumer<PutDayGroupEncoder> group(final int id, final int zone, final int minute, final int firstDate) {
        return e -> e.dayGroup(id).zoneId(zone).cutOverMinute(minute).firstDate(firstDate);
    }

    @Test
    void shouldOpenTheNextDateAtMidnightAndTellIt() {
        try (Town town = town()) {
            final int today = openDate(town, RecordCommand.DAY_GROUP);
            final long midnight = (town.nowNs() / DAY_NS + 1) * DAY_NS;
            assertThat(today).isEqualTo(number(LocalDate.ofEpochDay(town.nowNs() / DAY_NS)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(midnight);
            town.enter(midnight - 1);
            assertThat(town.rig.machine.sweptInEntry()).isZero();
            town.enter(midnight);
            assertThat(town.rig.machine.sweptInEntry()).isOne();
            final int next = number(LocalDate.ofEpochDay(midnight / DAY_NS));
            assertThat(openDate(town, RecordCommand.DAY_GROUP)).isEqualTo(next);
            assertThat(told).containsExactly(next + " in 1");
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(midnight + DAY_NS);
        }
    }

    /** Local minutes that come twice, or never, and a cut-over in the evening, which opens the date of the day after. */
    @ParameterizedTest
    @CsvSource({"UTC, 0", "UTC, 719", "UTC, 720", "UTC, 1439", "Europe/Paris, 150", "Europe/Paris, 0", "America/New_York, 90", "America/New_York, 1380",
        "Australia/Lord_Howe, 120", "Asia/Shanghai, 0", "America/Santiago, 0"})
    void shouldCutOverAtTheLocalMinuteThroughChangesOfTheClock(final String zoneName, final int minute) {
        final ZoneId zone = ZoneId.of(zoneName);
        final Instant start = Instant.ofEpochSecond(Town.START_NS / 1_000_000_000L);
        try (Town town = town()) {
            town.ok(OPERATOR, zone(ZONE, zone, start, RecordCommand.unchanged()));
            town.ok(OPERATOR, dayGroup(e -> e.status(RecordStatus.REMOVED)));
            town.ok(OPERATOR, dayGroup(group(2, ZONE, minute, 0)));
            LocalDate open = LocalDate.ofInstant(start, zone);
            open = minute < 720 ? firstInstant(open, minute, zone).isAfter(start) ? open.minusDays(1) : open
                : firstInstant(open, minute, zone).isAfter(start) ? open : open.plusDays(1);
            assertThat(openDate(town, 2)).isEqualTo(number(open));
            for (int i = 0; i < 700; i++) {
                open = open.plusDays(1);
                final long due = ns(firstInstant(minute < 720 ? open : open.minusDays(1), minute, zone));
                assertThat(town.rig.machine.nextDeadlineNs()).as("%s opens in %s at minute %d", open, zone, minute).isEqualTo(due);
                town.enter(due);
                assertThat(openDate(town, 2)).isEqualTo(number(open));
            }
            assertThat(told).hasSize(700);
        }
    }

    private static Instant firstInstant(final LocalDate date, final int minute, final ZoneId zone) {
        final var local = date.atTime(LocalTime.MIN.plusMinutes(minute));
        final var change = zone.getRules().getTransition(local);
        return change != null && change.isGap() ? change.getInstant() : local.toInstant(zone.getRules().getValidOffsets(local).get(0));
    }

    /** After a stop of weeks the days are opened one by one, those of two groups in the order of their instants. */
    @Test
    void shouldCatchUpDayByDay() {
        try (Town town = town()) {
            final LocalDate today = LocalDate.ofEpochDay(town.nowNs() / DAY_NS);
            town.ok(OPERATOR, dayGroup(group(2, 0, 60, number(today))));
            town.enter(ns(today.plusDays(20) + "T12:00:00Z"));
            final List<String> expected = new ArrayList<>();
            for (int day = 1; day <= 20; day++) {
                expected.add(number(today.plusDays(day)) + " in 1");
                expected.add(number(today.plusDays(day)) + " in 2");
            }
            assertThat(told).containsExactlyElementsOf(expected);
            assertThat(town.rig.machine.sweptInEntry()).isEqualTo(40);
        }
    }

    /** A stop of years, or a clock that was wrong: what is sequenced next has the date of now, in every group, at bounded cost. */
    @Test
    void shouldSkipToTheDateOfNowBehindAThousandDays() {
        try (Town town = town()) {
            final LocalDate today = LocalDate.ofEpochDay(town.nowNs() / DAY_NS);
            town.ok(OPERATOR, dayGroup(group(2, 0, 60, number(today))));
            town.ok(OPERATOR, dayGroup(group(3, 0, 1_380, number(today.plusDays(1)))));
            final LocalDate then = today.plusDays(4_000);
            town.enter(ns(then + "T23:30:00Z"));
            assertThat(openDate(town, RecordCommand.DAY_GROUP)).isEqualTo(number(then));
            assertThat(openDate(town, 2)).isEqualTo(number(then));
            assertThat(openDate(town, 3)).isEqualTo(number(then.plusDays(1)));
            assertThat(told).hasSizeLessThan(3_000);
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(ns(then.plusDays(1) + "T00:00:00Z"));
        }
    }

    /** The limit of a sweep cuts the days as it cuts other deadlines; a tick goes on. */
    @Test
    void shouldOpenAllDaysThatAreDueWhateverTheLimitOfAnEntry() {
        try (Town town = town()) {
            town.ok(SYSTEM, io.daybreak.model.ConfigureCommand.roomy().sweepLimit(3));
            town.enter(town.nowNs() + 8 * DAY_NS);
            // A payment's date must not depend on how much else fell due.
            assertThat(told).hasSize(8);
        }
    }

    /** Of deadlines at one instant holds fall first, then business days, those of the lowest group first. */
    @Test
    void shouldOrderDeadlinesOfOneInstant() {
        try (Town town = town().accounts(A, B)) {
            final long midnight = (town.nowNs() / DAY_NS + 1) * DAY_NS;
            town.ok(OPERATOR, dayGroup(group(7, 0, 0, 0)));
            town.ok(OPERATOR, dayGroup(group(3, 0, 0, 0)));
            town.enter(midnight - 1_000_000);
            town.ok(PAYER, TransferCommand.hold(town.freshId(), A, B, 100).timeoutMs(1));
            final List<Long> pendingWhenTold = new ArrayList<>();
            town.rig.machine.emitTo((templateId, effect, offset, length) -> {
                told.add(effect.getInt(offset) + " in " + effect.getShort(offset + 4));
                pendingWhenTold.add(town.balances(A).get(1));
            });
            town.enter(midnight);
            final int date = number(LocalDate.ofEpochDay(midnight / DAY_NS));
            assertThat(told).containsExactly(date + " in 1", date + " in 3", date + " in 7");
            assertThat(pendingWhenTold).containsExactly(0L, 0L, 0L);
        }
    }

    @Test
    void shouldOpenADateByTheOperatorsCommand() {
        try (Town town = town()) {
            final int today = openDate(town, 1);
            final LocalDate date = LocalDate.ofEpochDay(town.nowNs() / DAY_NS);
            town.ok(OPERATOR, cutOver(RecordCommand.unchanged()));
            assertThat(openDate(town, 1)).isEqualTo(number(date.plusDays(1)));
            // The schedule does not open it again at midnight.
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(ns(date.plusDays(2) + "T00:00:00Z"));
            assertThat(town.ok(OPERATOR, cutOver(e -> e.newDate(number(date.plusDays(1))))).isRepeated()).as("the open date").isTrue();
            town.gives(Result.BUSINESS_DATE_WOULD_GO_BACK, OPERATOR, cutOver(e -> e.newDate(today)));
            // A weekend is skipped: what was Friday's is followed by Monday.
            town.ok(OPERATOR, cutOver(e -> e.newDate(number(date.plusDays(4)))));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(ns(date.plusDays(5) + "T00:00:00Z"));
            town.gives(Result.RECORD_INVALID, OPERATOR, cutOver(e -> e.newDate(number(date.plusDays(4 + 32)))));
            town.ok(OPERATOR, cutOver(e -> e.newDate(number(date.plusDays(4 + 31)))));
            assertThat(told).hasSize(3);
        }
    }

    @Test
    void shouldOpenADateByAPeersNotice() {
        try (Town town = town()) {
            final LocalDate date = LocalDate.ofEpochDay(town.nowNs() / DAY_NS);
            final RecordCommand notice = cutOver(e -> e.institution(INSTITUTION).newDate(number(date.plusDays(1))));
            town.ok(PAYER, notice);
            final Answer again = town.ok(PAYER, notice);
            assertThat(again.isRepeated()).isTrue();
            assertThat(openDate(town, 1)).isEqualTo(number(date.plusDays(1)));
            for (final int days : new int[] {0, 3, 32, 400}) {
                town.gives(Result.BUSINESS_DATE_WOULD_GO_BACK, PAYER, cutOver(e -> e.institution(INSTITUTION).newDate(number(date.plusDays(days)))));
            }
            town.ok(OPERATOR, dayGroup(group(2, 0, 0, 0)));
            town.gives(Result.NOT_GRANTED, PAYER, cutOver(e -> e.institution(INSTITUTION).dayGroup(2).newDate(number(date.plusDays(2)))));
            town.ok(OPERATOR, institution(e -> e.rights(0)));
            town.gives(Result.NOT_GRANTED, PAYER, cutOver(e -> e.institution(INSTITUTION).newDate(number(date.plusDays(2)))));
            town.ok(OPERATOR, institution(e -> e.status(RecordStatus.BLOCKED)));
            town.gives(Result.NOT_GRANTED, PAYER, cutOver(e -> e.institution(INSTITUTION).newDate(number(date.plusDays(2)))));
            town.ok(OPERATOR, institution(RecordCommand.unchanged()));
            town.ok(SYSTEM, cutOver(e -> e.institution(INSTITUTION).newDate(number(date.plusDays(2)))));
            assertThat(told).containsExactly(number(date.plusDays(1)) + " in 1", number(date.plusDays(2)) + " in 1");
        }
    }

    /** Command only, blocked and removed groups have no schedule; a first date in the past is caught up with. */
    @Test
    void shouldFollowTheScheduleThatAGroupHasNow() {
        try (Town town = town()) {
            final LocalDate date = LocalDate.ofEpochDay(town.nowNs() / DAY_NS);
            town.ok(OPERATOR, dayGroup(e -> e.cutOverMinute(65_535)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
            town.ok(OPERATOR, dayGroup(e -> e.cutOverMinute(30)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(ns(date.plusDays(1) + "T00:30:00Z"));
            town.ok(OPERATOR, zone(e -> e.offsetMinutes((short) 60)));
            town.ok(OPERATOR, dayGroup(e -> e.cutOverMinute(30).zoneId(RecordCommand.ZONE)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(ns(date + "T23:30:00Z"));
            town.ok(OPERATOR, zone(e -> e.offsetMinutes((short) -60)));
            assertThat(town.rig.machine.nextDeadlineNs()).as("the zone was put anew").isEqualTo(ns(date.plusDays(1) + "T01:30:00Z"));
            town.ok(OPERATOR, dayGroup(e -> e.status(RecordStatus.BLOCKED)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
            town.ok(OPERATOR, dayGroup(e -> e.status(RecordStatus.REMOVED)));
            assertThat(town.rig.machine.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
            town.ok(OPERATOR, dayGroup(group(2, 0, 0, number(date.minusDays(3)))));
            assertThat(told).isEmpty();
            town.laterMs(1);
            assertThat(told).containsExactly(number(date.minusDays(2)) + " in 2", number(date.minusDays(1)) + " in 2", number(date) + " in 2");
            assertThat(town.ok(OPERATOR, dayGroup(group(2, 0, 0, number(date.minusDays(30))))).isRepeated())
                .as("the first date of a group that is there").isTrue();
        }
    }
}
