package io.daybreak.client;

/** Limits of the state machine that Configure journals; meaning and bounds: docs/operations.md, "Settings". */
public record StateLimits(long accountCapacity, long idCapacity, long idGuaranteedWindowMs, long idFutureToleranceMs,
                          long holdCapacity, long transfersRetained, long historyRetained, long sweepLimit, long maxChain) {
}
