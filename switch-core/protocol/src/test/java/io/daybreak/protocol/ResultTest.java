package io.daybreak.protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The families of results, which even unknown numbers belong to. */
final class ResultTest {
    @ParameterizedTest
    @CsvSource({
        "0, true", "1, false", "37, false", "63, false", "64, true", "92, true", "128, true", "65535, true"})
    void shouldTellFamiliesByNumberAlone(final int result, final boolean decided) {
        assertThat(Result.isDecided(result)).isEqualTo(decided);
    }

    @Test
    void shouldNameResultsAndSurviveUnknownOnes() {
        assertThat(Result.name(Result.EXCEEDS_CREDITS)).isEqualTo("EXCEEDS_CREDITS");
        assertThat(Result.name(0)).isEqualTo("OK");
        assertThat(Result.name(999)).isEqualTo("RESULT_999");
    }

    @Test
    void shouldFindLinkErrorsByTheirNumber() {
        for (final LinkError error : LinkError.values()) {
            assertThat(LinkError.of(error.code())).isSameAs(error);
        }
        assertThat(LinkError.of(999)).isNull();
    }
}
