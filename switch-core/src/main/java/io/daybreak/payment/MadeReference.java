package io.daybreak.payment;

/**
 * The retrieval reference that the switch makes for a payment that came without one: YDDDHH of the command time and the last six digits of the
 * sequence, as the characters of DE 37. Pure functions.
 */
public final class MadeReference {
    private static final int TAIL = 1_000_000;
    private static final int TAIL_DIGITS = 4;
    private static final int HEAD_DIGITS = 8;

    private MadeReference() {
    }

    private static long number(final long nowNs, final long sequence) {
        return UtcTime.yearDayHour(nowNs) * (long) TAIL + sequence % TAIL;
    }

    /** First eight characters, as a word of the schema's text. */
    public static long head(final long nowNs, final long sequence) {
        long number = number(nowNs, sequence) / 10_000;
        long head = 0;
        for (int i = 0; i < HEAD_DIGITS; i++) {
            head = head << Byte.SIZE | '0' + number % 10;
            number /= 10;
        }
        return head;
    }

    /** Last four. */
    public static int tail(final long sequence) {
        long number = sequence % TAIL;
        int tail = 0;
        for (int i = 0; i < TAIL_DIGITS; i++) {
            tail = tail << Byte.SIZE | (int) ('0' + number % 10);
            number /= 10;
        }
        return tail;
    }
}
