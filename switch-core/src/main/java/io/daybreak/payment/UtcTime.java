package io.daybreak.payment;

/**
 * Dates and times of ISO 8583 from command time, in whole numbers; the proleptic Gregorian calendar in UTC. Pure, allocates
 * nothing.
 */
final class UtcTime {
    /** DE 7 that names no moment: month, day, hour, minute or second out of range. */
    static final long NO_TIME = Long.MIN_VALUE;

    static final long NS_PER_SECOND = 1_000_000_000L;
    /** The last year of the century that a year of two digits means. */
    static final int MAX_YEAR = 2_099;
    static final long NS_PER_MS = 1_000_000L;

    private static final int YEARS_BETWEEN_LEAP_DAYS = 8;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final long NS_PER_DAY = SECONDS_PER_DAY * NS_PER_SECOND;

    private UtcTime() {
    }

    /**
     * The moment that DE 7 means: it has no year, so the nearest to now.
     *
     * @param transmission MMDDhhmmss as a number
     * @return epoch nanoseconds, or {@link #NO_TIME}
     */
    static long nearest(final int transmission, final long nowNs) {
        final int month = transmission / 100_000_000;
        final int day = transmission / 1_000_000 % 100;
        final int hour = transmission / 10_000 % 100;
        final int minute = transmission / 100 % 100;
        final int second = transmission % 100;
        if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) {
            return NO_TIME;
        }
        final int year = year(Math.floorDiv(nowNs, NS_PER_DAY));
        final long inDay = (hour * 3_600L + minute * 60 + second) * NS_PER_SECOND;
        long best = NO_TIME;
        // 29 February is up to eight years away: 1900 and 2100 have none.
        final int years = month == 2 && day == 29 ? YEARS_BETWEEN_LEAP_DAYS : 1;
        for (int candidate = year - years; candidate <= year + years; candidate++) {
            if (day <= daysOf(candidate, month)) {
                final long moment = epochDay(candidate, month, day) * NS_PER_DAY + inDay;
                if (best == NO_TIME || Math.abs(moment - nowNs) < Math.abs(best - nowNs)) {
                    best = moment;
                }
            }
        }
        return best;
    }

    /**
     * The moment that a message names, with its year if it tells one.
     *
     * @param toldYear such as 2026; 0: none, as {@link #nearest}
     */
    static long moment(final int toldYear, final int transmission, final long nowNs) {
        final long near = nearest(transmission, nowNs);
        if (toldYear == 0 || near == NO_TIME) {
            return near;
        }
        final int month = transmission / 100_000_000;
        final int day = transmission / 1_000_000 % 100;
        // The time of day is the same in every year.
        return day > daysOf(toldYear, month) ? NO_TIME : epochDay(toldYear, month, day) * NS_PER_DAY + Math.floorMod(near, NS_PER_DAY);
    }

    /** The year of a moment, such as 2026. */
    static int yearOf(final long ns) {
        return year(Math.floorDiv(ns, NS_PER_DAY));
    }

    /** The date of a moment as YYYYMMDD. */
    static int date(final long ns) {
        final long epochDay = Math.floorDiv(ns, NS_PER_DAY);
        final int year = year(epochDay);
        final int inYear = (int) (epochDay - epochDay(year, 1, 1));
        int month = 1;
        int left = inYear;
        while (left >= daysOf(year, month)) {
            left -= daysOf(year, month);
            month++;
        }
        return year * 10_000 + month * 100 + left + 1;
    }

    /** YDDDHH of a moment: last digit of the year, day of the year, hour. */
    static int yearDayHour(final long ns) {
        final long epochDay = Math.floorDiv(ns, NS_PER_DAY);
        final int year = year(epochDay);
        final int dayOfYear = (int) (epochDay - epochDay(year, 1, 1)) + 1;
        final int hour = (int) (Math.floorMod(ns, NS_PER_DAY) / (3_600 * NS_PER_SECOND));
        return year % 10 * 100_000 + dayOfYear * 100 + hour;
    }

    private static int daysOf(final int year, final int month) {
        if (month == 2) {
            return isLeap(year) ? 29 : 28;
        }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }

    private static boolean isLeap(final int year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    private static int year(final long epochDay) {
        int year = 1970 + (int) Math.floorDiv(epochDay * 400, 146_097L);
        while (epochDay(year, 1, 1) > epochDay) {
            year--;
        }
        while (epochDay(year + 1, 1, 1) <= epochDay) {
            year++;
        }
        return year;
    }

    /** Days since 1970-01-01. The year is taken to begin in March, so that the leap day is its last. */
    private static long epochDay(final int year, final int month, final int day) {
        final long shifted = month > 2 ? year : year - 1L;
        final long era = Math.floorDiv(shifted, 400L);
        final long yearOfEra = shifted - era * 400;
        final long dayOfYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }
}
