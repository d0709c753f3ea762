package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Map;

/**
 * What a run over ISO 8583 found, as {@link RunResult} does for the native protocol. Counts are of messages: completions, reversals,
 * refunds and repeats count beside the payments that they follow.
 *
 * @param throughputPerSecond approved answers that arrived within the measured part, by its length
 * @param followUps           of the whole run, of the messages
 * @param refusedByCode       by DE 39
 * @param requestBytes        of a 0200, with its frame
 * @param spentByCard         of the whole run, minor units: approved less given back, by PAN; for whoever compares books
 */
public record IsoRunResult(IsoSettings settings, double throughputPerSecond, Histogram latency, Histogram sendLag, long offered,
                           long accepted, long followUps, Map<String, Long> refusedByCode, long unsent, long unknown,
                           List<String> errors, double cpuNsPerMessage, RunResult.Proof proof, List<String> proofText,
                           int requestBytes, Map<String, Long> spentByCard) {
    /** Messages refused, of all codes. */
    public long refused() {
        return refusedByCode.values().stream().mapToLong(Long::longValue).sum();
    }
}
