package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Map;

/**
 * What a replay found, as {@link RunResult} does for a load of our own making.
 *
 * @param isSetUpSent what the traffic stands on was made here; else it was assumed
 * @param measuredNs  how long was measured
 * @param outcomes    beside the recorded ones
 */
public record ReplayResult(ReplaySettings settings, boolean isSetUpSent, long measuredNs, double throughputPerSecond, Histogram latency,
                           Histogram sendLag, long offered, long accepted, Map<String, Long> refusedByResult, long unsent, long unknown,
                           List<String> errors, double cpuNsPerTransfer, RunResult.Proof proof, List<String> proofText, ReplayOutcomes outcomes) {
    /** Transfers of the recording that no answer is known of, sent or not. */
    public long unanswered() {
        return settings.recording().transfers() - outcomes.same() - outcomes.different();
    }

    /** True if every transfer of the recording was decided here, for the first time, and with the recorded result. */
    public boolean isAsRecorded() {
        return outcomes.different() == 0 && outcomes.repeated() == 0 && unanswered() == 0;
    }
}
