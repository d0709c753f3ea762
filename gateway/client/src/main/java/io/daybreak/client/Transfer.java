package io.daybreak.client;

import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferEncoder;

import java.util.Objects;

/**
 * A transfer to be submitted. Immutable: sending the same value again is asking again. What fields mean and which must be
 * zero: docs/native-protocol.md, "Transfers"; the switch checks, this class does not.
 *
 * @param id              from {@link DaybreakClient#nextId()}
 * @param debitAccountId  0 with POST, VOID, INCREASE, EXTEND: that of the hold
 * @param creditAccountId likewise
 * @param amountMinor     minor units; {@link TransferFlags#AMOUNT_ALL} where the flags allow
 * @param pendingId       the hold that POST, VOID, INCREASE, EXTEND work on, else {@link TransferId#NONE}
 * @param userData128Hi   upper half of 128 bits for the sender
 * @param userData128Lo   lower half
 * @param userData64      64 bits for the sender
 * @param timeoutMs       of a hold, 0 to 2^32-1
 * @param ledger          0 on a hold: that of the hold
 * @param code            likewise; 0 to 65,535
 * @param flags           bits of {@link TransferFlags}
 */
public record Transfer(TransferId id, long debitAccountId, long creditAccountId, long amountMinor, TransferId pendingId,
                       long userData128Hi, long userData128Lo, long userData64, long timeoutMs, int ledger, int code, int flags) {
    private static final long MAX_UINT32 = 0xFFFF_FFFFL;
    private static final int MAX_UINT16 = 0xFFFF;

    /** Checks only what would not fit on the wire. */
    public Transfer {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(pendingId, "pendingId");
        if (timeoutMs < 0 || timeoutMs > MAX_UINT32 || code < 0 || code > MAX_UINT16 || flags < 0 || flags > MAX_UINT16) {
            throw new IllegalArgumentException("timeoutMs, code or flags do not fit: " + timeoutMs + ", " + code + ", " + flags);
        }
    }

    /** A single-phase transfer. */
    public static Transfer of(final TransferId id, final long debitAccountId, final long creditAccountId, final long amountMinor,
                              final int ledger, final int code) {
        return new Transfer(id, debitAccountId, creditAccountId, amountMinor, TransferId.NONE, 0, 0, 0, 0, ledger, code, 0);
    }

    /** A hold that expires after so long; 0: never. */
    public static Transfer hold(final TransferId id, final long debitAccountId, final long creditAccountId, final long amountMinor,
                                final int ledger, final int code, final long timeoutMs) {
        return new Transfer(id, debitAccountId, creditAccountId, amountMinor, TransferId.NONE, 0, 0, 0, timeoutMs, ledger, code,
            TransferFlags.PENDING);
    }

    /** Posts so much of a hold. */
    public static Transfer post(final TransferId id, final TransferId hold, final long amountMinor) {
        return onHold(id, hold, amountMinor, 0, TransferFlags.POST);
    }

    /** Releases a hold, wholly. */
    public static Transfer release(final TransferId id, final TransferId hold) {
        return onHold(id, hold, 0, 0, TransferFlags.VOID);
    }

    /** Increases a hold by the amount. */
    public static Transfer increase(final TransferId id, final TransferId hold, final long amountMinor) {
        return onHold(id, hold, amountMinor, 0, TransferFlags.INCREASE);
    }

    /** Lets a hold's time-out start anew. */
    public static Transfer extend(final TransferId id, final TransferId hold, final long timeoutMs) {
        return onHold(id, hold, 0, timeoutMs, TransferFlags.EXTEND);
    }

    private static Transfer onHold(final TransferId id, final TransferId hold, final long amountMinor, final long timeoutMs,
                                   final int flags) {
        return new Transfer(id, 0, 0, amountMinor, hold, 0, 0, 0, timeoutMs, 0, 0, flags);
    }

    /** The same with these flags added, for instance {@link TransferFlags#LINKED}. */
    public Transfer withFlags(final int added) {
        return new Transfer(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128Hi, userData128Lo, userData64,
            timeoutMs, ledger, code, flags | added);
    }

    /** The same with the sender's own data. */
    public Transfer withUserData(final long data128Hi, final long data128Lo, final long data64) {
        return new Transfer(id, debitAccountId, creditAccountId, amountMinor, pendingId, data128Hi, data128Lo, data64, timeoutMs,
            ledger, code, flags);
    }

    /** Writes every field. */
    void encode(final TransferEncoder encoder) {
        encoder.id().hi(id.hi()).lo(id.lo());
        encoder.debitAccountId(debitAccountId).creditAccountId(creditAccountId).amountMinor(amountMinor);
        encoder.pendingId().hi(pendingId.hi()).lo(pendingId.lo());
        encoder.userData128().hi(userData128Hi).lo(userData128Lo);
        encoder.userData64(userData64).timeoutMs(timeoutMs).ledger(ledger & MAX_UINT32).code(code).flags(flags).reserved(0);
    }
}
