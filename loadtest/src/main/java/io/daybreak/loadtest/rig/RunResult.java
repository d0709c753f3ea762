package io.daybreak.loadtest.rig;

import org.HdrHistogram.Histogram;

import java.util.List;
import java.util.Map;

/**
 * What a run found. Counts are of transfers whose intended time lies in the measured part; the proof is about all of them,
 * the warm-up included.
 *
 * @param throughputPerSecond accepted answers that arrived within the measured part, by its length
 * @param latency             nanoseconds from the intended time to the answer, accepted or refused
 * @param sendLag             nanoseconds from the intended time to the encoding; empty in a closed loop
 * @param offered             transfers that were due (in a closed loop: that were sent)
 * @param refusedByResult     by the name of the result code
 * @param unsent              of the offered, those that could not be sent until the end of the drain time
 * @param unknown             sent in the whole run and never answered
 * @param errors              broken connections and answers that fit no request, one line each
 * @param cpuNsPerTransfer    CPU time of the rig's threads by answered transfer, kernel included
 * @param proof               how it ended
 * @param proofText           what to say about it, one line each
 */
public record RunResult(RigSettings settings, double throughputPerSecond, Histogram latency, Histogram sendLag, long offered,
                        long accepted, Map<String, Long> refusedByResult, long unsent, long unknown, List<String> errors,
                        double cpuNsPerTransfer, Proof proof, List<String> proofText) {
    /** Outcome of the proof. */
    public enum Proof {
        /** Every account changed by exactly what was acknowledged. */
        PROVED,
        /** At least one did not. */
        DIFFERENT,
        /** Accounts could not be read, or transfers not told. */
        INCOMPLETE,
        /** Not asked for. */
        SKIPPED
    }

    /** Transfers refused, of all codes. */
    public long refused() {
        return refusedByResult.values().stream().mapToLong(Long::longValue).sum();
    }
}
