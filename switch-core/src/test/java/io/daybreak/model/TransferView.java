package io.daybreak.model;

/** What a look-up of a transfer, or a page of an account's transfers, shows. */
public record TransferView(Id id, long debitAccountId, long creditAccountId, long amountMinor, Id pendingId, Id userData128,
                           long userData64, long sequence, long timestampNs, long timeoutMs, long ledger, int code, int flags,
                           int result, int lookup, int holdState, long participantId) {
}
