package io.daybreak.calendar;

import org.junit.jupiter.api.Test;

import java.time.LocalDate;

import static org.assertj.core.api.Assertions.assertThat;

/** Every date that an instant in nanoseconds can have, held against the calendar of the platform. */
class DatesTest {
    private static int number(final LocalDate date) {
        return date.getYear() * 10_000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    @Test
    void shouldAgreeWithTheCalendarOnEveryDay() {
        for (LocalDate date = LocalDate.EPOCH; date.getYear() <= 2261; date = date.plusDays(1)) {
            final int number = number(date);
            assertThat(Dates.ofEpochDay(date.toEpochDay())).isEqualTo(number);
            assertThat(Dates.toEpochDay(number)).isEqualTo(date.toEpochDay());
            assertThat(Dates.isDate(number)).isTrue();
        }
        assertThat(Dates.next(2028_02_28)).isEqualTo(2028_02_29);
        assertThat(Dates.next(2100_02_28)).isEqualTo(2100_03_01);
        assertThat(Dates.next(2026_12_31)).isEqualTo(2027_01_01);
    }

    @Test
    void shouldTellWhatIsNoDate() {
        for (final long number : new long[] {0, -1, 1969_12_31, 2026_02_29, 2100_02_29, 2026_00_10, 2026_13_01, 2026_04_31, 2026_04_00, 2262_01_01,
            2026_01_32, Long.MAX_VALUE, (1L << 32) + 2026_01_01}) {
            assertThat(Dates.isDate(number)).as("%d", number).isFalse();
        }
    }
}
