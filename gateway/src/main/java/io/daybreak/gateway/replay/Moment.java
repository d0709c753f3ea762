package io.daybreak.gateway.replay;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A place in the journal as a person names it: a time of ISO 8601 with its zone, or a sequence.
 *
 * @param ns       Unix nanoseconds; {@link Long#MIN_VALUE} if a sequence is meant
 * @param sequence of the last command that counts; 0 if a time is meant
 */
public record Moment(long ns, long sequence) {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSXXX");

    /** Reads {@code 2026-11-23T14:05:00Z}, {@code 2026-11-23T14:05:00+08:00} or {@code 123456}. */
    public static Moment parse(final String text) throws ReplayException {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty() && text.length() < 19) {
            return new Moment(Long.MIN_VALUE, Long.parseLong(text));
        }
        return new Moment(parseTime(text), 0);
    }

    /** Reads a time with its zone; Unix nanoseconds. */
    public static long parseTime(final String text) throws ReplayException {
        try {
            final Instant instant = OffsetDateTime.parse(text).toInstant();
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), NS_PER_SECOND), instant.getNano());
        } catch (final DateTimeException | ArithmeticException ex) {
            throw ReplayException.usage("\"" + text + "\" is no time with a zone, such as 2026-11-23T14:05:00Z or 2026-11-23T22:05:00.5+08:00");
        }
    }

    /** True if a sequence is meant. */
    public boolean isSequence() {
        return ns == Long.MIN_VALUE;
    }

    /** A time in microseconds, UTC. */
    public static String text(final long ns) {
        return text(ns, ZoneOffset.UTC);
    }

    /** A time in microseconds, in a zone. */
    public static String text(final long ns, final ZoneId zone) {
        return FORM.format(Instant.ofEpochSecond(Math.floorDiv(ns, NS_PER_SECOND), Math.floorMod(ns, NS_PER_SECOND)).atZone(zone));
    }

    @Override
    public String toString() {
        return isSequence() ? "sequence " + sequence : text(ns);
    }
}
