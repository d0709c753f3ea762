package io.daybreak.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

class StageTraceTest {
    /** Every stage: so many of at most a microsecond, and so many of at most a millisecond. */
    private static Map<String, Double> page(final long shortOnes, final long longOnes) {
        final StringBuilder page = new StringBuilder("# TYPE daybreak_stage_ns histogram\n");
        for (final String stage : StageTrace.STAGES) {
            final String label = "{stage=\"" + stage + '"';
            page.append("daybreak_stage_ns_bucket").append(label).append(",le=\"1000\"} ").append(shortOnes).append('\n')
                .append("daybreak_stage_ns_bucket").append(label).append(",le=\"1000000\"} ").append(shortOnes + longOnes).append('\n')
                .append("daybreak_stage_ns_bucket").append(label).append(",le=\"+Inf\"} ").append(shortOnes + longOnes).append('\n')
                .append("daybreak_stage_ns_sum").append(label).append("} ").append(shortOnes * 1_000 + longOnes * 1_000_000).append('\n')
                .append("daybreak_stage_ns_count").append(label).append("} ").append(shortOnes + longOnes).append('\n');
        }
        return SwitchFigures.parse(page.toString());
    }

    @Test
    void shouldTellMeansBySecondAndPercentilesOfTheWhole() {
        final ObjectNode json = new ObjectMapper().createObjectNode();
        // What came before the run does not count: a million long ones would be most of it.
        StageTrace.write(json, List.of(page(0, 1_000_000), page(100, 1_000_000), page(980, 1_000_020)));
        assertThat(json.path("stages").path("mean_us").path("sync").get(0).asDouble()).isEqualTo(1);
        assertThat(json.path("stages").path("mean_us").path("sync").get(1).asDouble()).isEqualTo((880 + 20_000) / 900.0, org.assertj.core.data.Offset.offset(0.01));
        final ObjectNode whole = (ObjectNode) json.path("stages").path("whole").path("apply");
        assertThat(whole.path("samples").asLong()).isEqualTo(1_000);
        assertThat(whole.path("p90_us").asDouble()).isEqualTo(1);
        assertThat(whole.path("p99_us").asDouble()).isEqualTo(1_000);
    }

    @Test
    void shouldSayNothingOfASwitchThatDoesNotTimeThem() {
        final ObjectNode json = new ObjectMapper().createObjectNode();
        StageTrace.write(json, List.of(new HashMap<>(), new HashMap<>()));
        assertThat(json.has("stages")).isFalse();
    }
}
