package io.daybreak.loadtest.cli;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Exit codes of {@code simulate}; what it simulates is tested by its own tests. */
final class SimulateCommandTest {
    @Test
    void shouldEndWellWhenEveryPromiseIsKept() {
        assertThat(LoadTestMain.execute("simulate", "--seed", "9", "--faults", "none", "--rounds", "1", "--round-payments", "200")).isZero();
    }

    @Test
    void shouldRefuseAFaultThatIsNone() {
        assertThat(LoadTestMain.execute("simulate", "--faults", "kill,rain")).isEqualTo(ExitCode.USAGE);
    }
}
