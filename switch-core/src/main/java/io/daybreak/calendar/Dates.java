package io.daybreak.calendar;

/**
 * Dates of the Gregorian calendar as numbers YYYYMMDD, and as days since 1970-01-01. Years 1970 to 2261: as far as epoch
 * nanoseconds reach.
 */
public final class Dates {
    /** First date. */
    public static final int FIRST = 1970_01_01;
    /** Last date. */
    public static final int LAST = 2261_12_31;

    /** Days from the first of March of the year 0 to 1970-01-01. */
    private static final long DAYS_BEFORE_1970 = 719_468;
    private static final int DAYS_OF_400_YEARS = 146_097;
    private static final int DAYS_OF_100_YEARS = 36_524;
    private static final int DAYS_OF_4_YEARS = 1_461;
    private static final int DAYS_OF_YEAR = 365;
    /** From March on, five months have 153 days, again and again. */
    private static final int DAYS_OF_FIVE_MONTHS = 153;

    private Dates() {
    }

    /** The date so many days after 1970-01-01. */
    public static int ofEpochDay(final long epochDay) {
        // Years that begin in March have their leap day at the end, so that it disturbs nothing before it.
        final long day = epochDay + DAYS_BEFORE_1970;
        final long cycle = Math.floorDiv(day, DAYS_OF_400_YEARS);
        final int ofCycle = (int) (day - cycle * DAYS_OF_400_YEARS);
        // The last day of a century, and of four years, belongs to the year before.
        final int year = (ofCycle - ofCycle / (DAYS_OF_4_YEARS - 1) + ofCycle / DAYS_OF_100_YEARS
            - ofCycle / (DAYS_OF_400_YEARS - 1)) / DAYS_OF_YEAR;
        final int ofYear = ofCycle - (DAYS_OF_YEAR * year + year / 4 - year / 100);
        final int monthFromMarch = (5 * ofYear + 2) / DAYS_OF_FIVE_MONTHS;
        final int dayOfMonth = ofYear - (DAYS_OF_FIVE_MONTHS * monthFromMarch + 2) / 5 + 1;
        final int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        final long calendarYear = cycle * 400 + year + (month <= 2 ? 1 : 0);
        return (int) (calendarYear * 10_000 + month * 100 + dayOfMonth);
    }

    /** Days from 1970-01-01 to a date. */
    public static long toEpochDay(final int date) {
        final int month = month(date);
        final int year = month <= 2 ? year(date) - 1 : year(date);
        final int monthFromMarch = month <= 2 ? month + 9 : month - 3;
        final int ofYear = (DAYS_OF_FIVE_MONTHS * monthFromMarch + 2) / 5 + day(date) - 1;
        return (long) year * DAYS_OF_YEAR + year / 4 - year / 100 + year / 400 + ofYear - DAYS_BEFORE_1970;
    }

    /** The day after a date. */
    public static int next(final int date) {
        return ofEpochDay(toEpochDay(date) + 1);
    }

    /** True if the number is a date of the calendar. */
    public static boolean isDate(final long number) {
        if (number < FIRST || number > LAST) {
            return false;
        }
        final int date = (int) number;
        return month(date) >= 1 && month(date) <= 12 && day(date) >= 1 && ofEpochDay(toEpochDay(date)) == date;
    }

    /** Year of a date. */
    public static int year(final int date) {
        return date / 10_000;
    }

    /** Month of a date, 1 to 12. */
    public static int month(final int date) {
        return date / 100 % 100;
    }

    /** Day of a date's month, from 1. */
    public static int day(final int date) {
        return date % 100;
    }
}
