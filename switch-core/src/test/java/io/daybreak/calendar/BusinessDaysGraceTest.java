package io.daybreak.calendar;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.memory.UndoLog;
import io.daybreak.model.RecordCommand;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What payments ask of a group: the open date, the date before, and until when it takes totals. */
class BusinessDaysGraceTest {
    private static final long NOW = 1_795_413_600_000_000_000L;

    @Test
    void shouldKeepTheDateBeforeOpenForItsGrace() {
        final CollectedSlabs allocator = new CollectedSlabs();
        final BusinessDays days = new BusinessDays(allocator, new UndoLog(), new Zones(allocator, new UndoLog()));
        days.configure(BusinessDays.MAX_ID);
        days.put(1, new UnsafeBuffer(RecordCommand.dayGroup(e -> e.graceMs(60_000).firstDate(2026_11_20)).body()), 0, NOW);
        assertThat(days.openDate(1)).isEqualTo(2026_11_20);
        assertThat(days.previousDate(1)).isZero();
        assertThat(days.previousClosesNs(1)).isZero();
        days.cutOver(1, 2026_11_23, NOW);
        assertThat(days.openDate(1)).isEqualTo(2026_11_23);
        assertThat(days.previousDate(1)).isEqualTo(2026_11_20);
        assertThat(days.previousClosesNs(1)).isEqualTo(NOW + 60_000_000_000L);
        days.put(1, new UnsafeBuffer(RecordCommand.dayGroup(e -> e.graceMs(1)).body()), 0, NOW);
        assertThat(days.previousClosesNs(1)).as("grace that has begun").isEqualTo(NOW + 60_000_000_000L);
        assertThat(days.openDate(1)).isEqualTo(2026_11_23);
        assertThat(days.computeDigest()).isEqualTo(days.digest());
    }
}
