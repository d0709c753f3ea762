package io.daybreak.routing;

/** DE 7 of what we send: MMDDhhmmss, UTC, as a number. */
final class TransmissionTime {
    private static final int SECONDS_PER_DAY = 86_400;

    private TransmissionTime() {
    }

    /** DE 7 of a second since 1970, which must not be before it. */
    static int ofEpochSecond(final long epochSecond) {
        final int day = (int) (epochSecond / SECONDS_PER_DAY);
        final int second = (int) (epochSecond % SECONDS_PER_DAY);
        final int monthAndDay = monthAndDay(day);
        return monthAndDay * 1_000_000 + second / 3_600 * 10_000 + second / 60 % 60 * 100 + second % 60;
    }

    /** Month times 100 plus day of a day since 1970. Years are taken to begin in March, so that the leap day comes last. */
    private static int monthAndDay(final int epochDay) {
        final int shifted = epochDay + 719_468;
        final int dayOfEra = shifted % 146_097;
        final int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        final int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        final int month = (5 * dayOfYear + 2) / 153;
        final int day = dayOfYear - (153 * month + 2) / 5 + 1;
        return (month < 10 ? month + 3 : month - 9) * 100 + day;
    }
}
