package io.daybreak.loadtest.conformance;

import java.util.List;

/**
 * How a case ended.
 *
 * @param reason      why it failed or was skipped; empty if it passed
 * @param steps       what was sent, expected and got, the last 200 of them; masked
 * @param durationMs  of the whole case
 */
public record CaseResult(ConformanceCase subject, Outcome outcome, String reason, List<Step> steps, long durationMs) {
    /** How. */
    public enum Outcome {
        /** Everything held. */
        PASSED,
        /** Something did not. */
        FAILED,
        /** It could not be run here. */
        SKIPPED
    }
}
