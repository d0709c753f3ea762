package io.daybreak.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.daybreak.loadtest.rig.Latencies;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RunTraceTest {
    private static final long SECOND = 1_000_000_000L;

    private static Histogram of(final long... ns) {
        final Histogram histogram = Latencies.newHistogram();
        for (final long value : ns) {
            histogram.recordValue(value);
        }
        return histogram;
    }

    @Test
    void shouldPutWhatIsLeftOverAtTheEndIntoTheLastSecond() {
        final RunTrace trace = new RunTrace();
        trace.onCounts(0, SECOND, 3, 3, 0, of(20_000, 20_000, 5_000_000));
        trace.onCounts(SECOND, 2 * SECOND, 2, 2, 1, of(30_000, 40_000));
        trace.onCounts(2 * SECOND, 2 * SECOND + SECOND / 10, 0, 1, 0, of(900_000_000));
        final ObjectNode json = new ObjectMapper().createObjectNode();
        trace.writeTo(json);
        assertThat(json.path("series").path("from_s").toString()).isEqualTo("[0.0,1.0]");
        assertThat(json.path("series").path("to_s").toString()).isEqualTo("[1.0,2.1]");
        assertThat(json.path("series").path("accepted").toString()).isEqualTo("[3,2]");
        assertThat(json.path("series").path("refused").toString()).isEqualTo("[0,1]");
        // The slow answers that came last are not lost.
        assertThat(json.path("series").path("max_us").get(1).asDouble()).isBetween(899_000.0, 901_000.0);
        // 20 us is step 13 of ten a decade, 5 ms step 36.
        assertThat(json.path("series").path("spread").path("step_and_count").get(0).toString()).isEqualTo("[13,2,36,1]");
    }
}
