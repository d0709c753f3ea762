package io.daybreak.calendar;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.UndoLog;
import io.daybreak.model.RecordCommand;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** Local dates and offsets, and the first instant of a local minute, as the platform's zones have them. */
class ZonesPropertyTest {
    private static final Instant FROM = Instant.parse("2026-06-01T00:00:00Z");
    private static final long DAYS = 5 * 365;
    private static final long SEED = 88;

    private final Zones zones = new Zones(new CollectedSlabs(), new UndoLog());

    private void put(final ZoneId zone) {
        zones.configure(Zones.MAX_ID);
        zones.put(5, new UnsafeBuffer(RecordCommand.zone(5, zone, FROM, RecordCommand.unchanged()).body()), 0);
    }

    private static long ns(final Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    private static int number(final LocalDate date) {
        return date.getYear() * 10_000 + date.getMonthValue() * 100 + date.getDayOfMonth();
    }

    /** Instants at random, and those around every change of the offset and every midnight near it. */
    private static List<Instant> instants(final ZoneId zone) {
        final List<Instant> instants = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 20_000; i++) {
            instants.add(FROM.plusNanos(random.nextLong(Duration.ofDays(DAYS).toNanos())));
        }
        ZoneOffsetTransition change = zone.getRules().nextTransition(FROM);
        while (change != null && change.getInstant().isBefore(FROM.plus(Duration.ofDays(DAYS)))) {
            for (final long seconds : new long[] {-90_000, -3_601, -3_600, -1, 0, 1, 3_599, 3_600, 90_000}) {
                instants.add(change.getInstant().plusSeconds(seconds));
                final LocalDate day = change.getInstant().plusSeconds(seconds).atZone(zone).toLocalDate();
                instants.add(day.atStartOfDay(zone).toInstant());
                instants.add(day.atStartOfDay(zone).toInstant().minusNanos(1));
                // Asked right after an instant of the day before: what is remembered of that day must not reach over the change.
                instants.add(change.getInstant().plusSeconds(seconds));
                instants.add(day.plusDays(1).atStartOfDay(zone).toInstant());
            }
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return instants;
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu",
        "Pacific/Apia", "Africa/Casablanca", "America/St_Johns"})
    void shouldGiveTheLocalDateAndOffsetOfEveryInstant(final String name) {
        final ZoneId zone = ZoneId.of(name);
        put(zone);
        for (final Instant instant : instants(zone)) {
            final String what = name + " at " + instant + ", seed " + SEED;
            assertThat(zones.localDate(5, ns(instant))).as(what).isEqualTo(number(instant.atZone(zone).toLocalDate()));
            assertThat(zones.offsetSeconds(5, ns(instant))).as(what).isEqualTo(zone.getRules().getOffset(instant).getTotalSeconds());
            assertThat(zones.localDate(Zones.UTC, ns(instant))).as(what).isEqualTo(number(instant.atOffset(ZoneOffset.UTC).toLocalDate()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Shanghai", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"})
    void shouldGiveTheFirstInstantOfEveryLocalMinute(final String name) {
        final ZoneId zone = ZoneId.of(name);
        put(zone);
        final SplittableRandom random = new SplittableRandom(SEED);
        final List<LocalDateTime> minutes = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            minutes.add(LocalDateTime.ofInstant(FROM, zone).toLocalDate().plusDays(1 + random.nextLong(DAYS)).atTime(random.nextInt(24), random.nextInt(60)));
        }
        for (final Instant instant : instants(zone)) {
            minutes.add(LocalDateTime.ofInstant(instant, zone).withSecond(0).withNano(0));
        }
        for (final LocalDateTime minute : minutes) {
            final ZoneOffsetTransition change = zone.getRules().getTransition(minute);
            // Of a minute that comes twice the first; where a gap begins, or within one, the moment of the change.
            final Instant expected = change != null && change.isGap() ? change.getInstant() : minute.toInstant(zone.getRules().getValidOffsets(minute).get(0));
            assertThat(zones.firstInstant(5, number(minute.toLocalDate()), minute.getHour() * 60 + minute.getMinute())).as(name + " " + minute + ", seed " + SEED)
                .isEqualTo(ns(expected));
        }
    }
}
