package io.daybreak.payment;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

/** FMT-18: DE 7 has no year, and means the date nearest to now; over the end of a year, and for a day that few years have. */
final class UtcTimeTest {
    private static long ns(final String instant) {
        return Instant.parse(instant).getEpochSecond() * UtcTime.NS_PER_SECOND;
    }

    @ParameterizedTest
    @CsvSource({
        "1123103000, 2026-11-23T10:30:01Z, 2026-11-23T10:30:00Z",
        "1231235959, 2027-01-01T00:00:01Z, 2026-12-31T23:59:59Z",
        "0101000001, 2026-12-31T23:59:59Z, 2027-01-01T00:00:01Z",
        "0229120000, 2028-02-29T12:00:05Z, 2028-02-29T12:00:00Z",
        "0229120000, 2028-12-31T00:00:00Z, 2028-02-29T12:00:00Z",
        "0229120000, 2026-11-23T10:00:00Z, 2028-02-29T12:00:00Z",
        "0229120000, 2025-02-28T10:00:00Z, 2024-02-29T12:00:00Z",
        "0229120000, 2100-02-28T10:00:00Z, 2096-02-29T12:00:00Z",
        "0229120000, 2101-02-28T10:00:00Z, 2104-02-29T12:00:00Z"})
    void shouldMeanTheDateNearestToNow(final String transmission, final String now, final String meant) {
        assertThat(UtcTime.nearest(Integer.parseInt(transmission), ns(now))).isEqualTo(ns(meant));
    }

    @ParameterizedTest
    @CsvSource({"0230120000", "0001120000", "1301120000", "0431120000", "1123240000", "1123106000", "1123100060"})
    void shouldMeanNothingByADateThatNoYearHas(final String transmission) {
        assertThat(UtcTime.nearest(Integer.parseInt(transmission), ns("2028-02-29T12:00:00Z"))).isEqualTo(UtcTime.NO_TIME);
    }
}
