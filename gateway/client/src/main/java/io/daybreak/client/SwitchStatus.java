package io.daybreak.client;

/** Where the state machine stands: its last sequence and time, its digest, what its tables hold. */
public record SwitchStatus(int result, long asOfSequence, long timestampNs, long digest, long accountCount, long holdCount,
                           long idCount, long transferCount, int rulesVersion) {
}
