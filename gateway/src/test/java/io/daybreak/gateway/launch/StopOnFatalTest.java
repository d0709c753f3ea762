package io.daybreak.gateway.launch;

import io.daybreak.pipeline.FatalHandler.Reason;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The last thing that a switch does. */
class StopOnFatalTest {
    private final List<Integer> halts = new ArrayList<>();
    private final StopOnFatal handler = new StopOnFatal(halts::add);

    @Test
    void shouldHaltOnceWithTheCodeOfTheReason() {
        handler.onFatal(Reason.JOURNAL_FAILED, "durability stage", new IllegalStateException("no sync"));
        handler.onFatal(Reason.DEFECT, "a consequence", null);
        assertThat(halts).containsExactly(ExitCode.JOURNAL_FAILED.code());
    }

    @Test
    void shouldHaltAlthoughThereAreNoWordsForTheCause() {
        final Error speechless = new OutOfMemoryError() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no words");
            }
        };
        assertThatThrownBy(() -> handler.onFatal(Reason.DEFECT, "ledger stage", speechless)).hasMessage("no words");
        assertThat(halts).containsExactly(ExitCode.DEFECT.code());
    }
}
