package io.daybreak.pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.function.Consumer;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PipelineContextTest {
    @Test
    void shouldAcceptItsDefaults() {
        assertThat(new PipelineContext().conclude().toString()).contains("ring.capacity=32768").contains("entry.max-bytes=262144");
    }

    @Test
    void shouldNotChangeOnceConcluded() {
        final PipelineContext context = new PipelineContext().conclude();
        assertThatThrownBy(() -> context.reserve(1)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void shouldNameTheWrongSetting(final String name, final Consumer<PipelineContext> change) {
        final PipelineContext context = new PipelineContext();
        change.accept(context);
        assertThatThrownBy(context::conclude).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(name);
    }

    private static Object[] row(final String name, final Consumer<PipelineContext> change) {
        return new Object[]{name, change};
    }

    static Stream<Object[]> wrongSettings() {
        return Stream.of(
            row("ring.capacity", context -> context.ringCapacity(32)),
            row("ring.capacity must be a power of two", context -> context.ringCapacity(30_000)),
            row("ring.capacity", context -> context.ringCapacity(1 << 21)),
            row("ring.reserve", context -> context.reserve(0)),
            row("ring.reserve", context -> context.reserve(16_384)),
            row("ring.max-publishers", context -> context.maxPublishers(1_000)),
            row("ring.max-claim", context -> context.maxClaim(255)),
            row("ring.max-batch", context -> context.maxBatch(0)),
            row("ring.yields", context -> context.waitYields(-1)),
            row("chain.max-members", context -> context.maxChain(0)),
            row("entry.max-commands", context -> context.maxEntryCommands(255)),
            row("entry.max-bytes", context -> context.maxEntryBytes(1_000)),
            row("clock.max-step", context -> context.clockMaxStepNs(0)),
            row("clock.slew", context -> context.clockSlewPpm(1_001)),
            row("clock.max-gap", context -> context.clockMaxGapNs(1)),
            row("ticker.max-park", context -> context.tickerMaxParkMs(0)),
            row("close.timeout", context -> context.closeTimeoutMs(0)));
    }
}
