package io.daybreak.loadtest.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybreak.loadtest.conformance.CaseResult.Outcome;
import io.daybreak.loadtest.conformance.ModelSwitch.Defect;
import io.daybreak.loadtest.link.SimLink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The cases against a model of the switch that obeys the specification, and against ones with defects that they have to find. */
@Timeout(120)
class ConformanceTest {
    private static List<CaseResult> run(final String link, final Defect defect, final String... only) throws Exception {
        final SimLink profile = SimLink.load(link);
        try (ModelSwitch model = new ModelSwitch(profile, defect)) {
            return Conformance.run(new ConformanceSettings("127.0.0.1", model.port(), profile, "00100001", 101, 200, Set.of(only), -1,
                profile, Duration.ofSeconds(7), true), subject -> {
                }, result -> {
                });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo-ascii", "demo-bcd", "demo-mac"})
    void shouldPassAgainstASwitchThatObeysTheSpecification(final String link) throws Exception {
        final List<CaseResult> results = run(link, Defect.NONE);
        assertThat(results.stream().filter(result -> result.outcome() == Outcome.FAILED)
            .map(result -> result.subject().id() + ": " + result.reason())).isEmpty();
        assertThat(results.stream().filter(result -> result.outcome() == Outcome.PASSED).count()).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"NO_DUPLICATE_CHECK,duplicate-same", "REVERSAL_TWICE,reversal-full", "NEW_APPROVAL_ON_REPEAT,duplicate-repeat",
        "PARTIAL_REVERSAL_IN_FULL,reversal-partial", "LATE_ORIGINAL_BOOKED,reversal-first", "TOTALS_WRONG,totals-in-balance"})
    void shouldFindADefectThatIsPlantedInTheSwitch(final Defect defect, final String finder) throws Exception {
        final List<CaseResult> results = run("demo-ascii", defect, finder);
        assertThat(results).singleElement().satisfies(result -> assertThat(result.outcome()).isEqualTo(Outcome.FAILED));
    }

    @Test
    void shouldHaveACaseForEveryRuleThatAnAcquirerOrIssuerCanTest() throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.exists(root.resolve("docs/iso8583-rules.csv"))) {
            root = root.getParent();
        }
        assertThat(root).as("docs/iso8583-rules.csv, in a directory above").isNotNull();
        final Set<String> all = new HashSet<>();
        final Set<String> missing = new TreeSet<>();
        for (final String line : Files.readAllLines(root.resolve("docs/iso8583-rules.csv"))) {
            final String[] columns = line.split(",", 3);
            all.add(columns[0]);
            if ("A".equals(columns[1]) || "I".equals(columns[1])) {
                missing.add(columns[0]);
            }
        }
        final Set<String> ids = new HashSet<>();
        for (final ConformanceCase subject : Conformance.cases()) {
            assertThat(ids.add(subject.id())).as("case " + subject.id() + " is there once").isTrue();
            assertThat(all).as("rules of " + subject.id()).containsAll(subject.rules());
            missing.removeAll(subject.rules());
        }
        assertThat(missing).as("rules without a case").isEmpty();
    }

    @Test
    void shouldShowNoCardNumber() throws Exception {
        for (final CaseResult result : run("demo-ascii", Defect.NONE, "operation-transfer", "format-track")) {
            for (final Step step : result.steps()) {
                assertThat(step.text() + step.fields().values()).doesNotContainPattern("990001\\d{10}").doesNotContain("=3012");
            }
        }
    }
}
