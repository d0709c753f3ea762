package io.daybreak.model;

import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.MutableDirectBuffer;

import java.util.ArrayList;
import java.util.List;

/**
 * A transfer's 96 bytes as a value. Amounts and account ids are unsigned; the {@code with}-like methods return a changed
 * copy, so that a test row names only what matters to it.
 */
public record TransferCommand(Id id, long debitAccountId, long creditAccountId, long amountMinor, Id pendingId, Id userData128,
                              long userData64, long timeoutMs, long ledger, int code, int flags, long reserved)
    implements Command {

    /** A plain transfer with everything but accounts and amount filled in: ledger 1, code 1. */
    public static TransferCommand transfer(final Id id) {
        return new TransferCommand(id, 0, 0, 0, Id.ZERO, Id.ZERO, 0, 0, 1, 1, 0, 0);
    }

    /** A plain transfer. */
    public static TransferCommand transfer(final Id id, final long debit, final long credit, final long amountMinor) {
        return transfer(id).debit(debit).credit(credit).amount(amountMinor);
    }

    /** A hold without time-out. */
    public static TransferCommand hold(final Id id, final long debit, final long credit, final long amountMinor) {
        return transfer(id, debit, credit, amountMinor).flags(TransferFlags.PENDING);
    }

    /** A command on a hold, that takes accounts, ledger and code from it. */
    public static TransferCommand onHold(final Id id, final Id pendingId, final int flags, final long amountMinor) {
        return new TransferCommand(id, 0, 0, amountMinor, pendingId, Id.ZERO, 0, 0, 0, 0, flags, 0);
    }

    /** Posts a part of a hold. */
    public static TransferCommand post(final Id id, final Id pendingId, final long amountMinor) {
        return onHold(id, pendingId, TransferFlags.POST, amountMinor);
    }

    /** Releases a part of a hold; 0: all that is left. */
    public static TransferCommand release(final Id id, final Id pendingId, final long amountMinor) {
        return onHold(id, pendingId, TransferFlags.VOID, amountMinor);
    }

    /** Increases a hold. */
    public static TransferCommand increase(final Id id, final Id pendingId, final long amountMinor) {
        return onHold(id, pendingId, TransferFlags.INCREASE, amountMinor);
    }

    /** Starts a hold's time-out anew. */
    public static TransferCommand extend(final Id id, final Id pendingId, final long timeoutMs) {
        return onHold(id, pendingId, TransferFlags.EXTEND, 0).timeoutMs(timeoutMs);
    }

    /** The same members, linked into one chain. */
    public static List<TransferCommand> chain(final TransferCommand... members) {
        return chain(List.of(members));
    }

    /** The same members, linked into one chain. */
    public static List<TransferCommand> chain(final List<TransferCommand> members) {
        final List<TransferCommand> linked = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            final TransferCommand member = members.get(i);
            final boolean last = i == members.size() - 1;
            linked.add(last ? member.flags(member.flags & ~TransferFlags.LINKED) : member.plusFlags(TransferFlags.LINKED));
        }
        return linked;
    }

    public TransferCommand id(final Id value) {
        return new TransferCommand(value, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand debit(final long value) {
        return new TransferCommand(id, value, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand credit(final long value) {
        return new TransferCommand(id, debitAccountId, value, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand amount(final long value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, value, pendingId, userData128, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand pendingId(final Id value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, value, userData128, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand userData128(final Id value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, value, userData64,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand userData64(final long value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, value,
            timeoutMs, ledger, code, flags, reserved);
    }

    public TransferCommand timeoutMs(final long value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            value, ledger, code, flags, reserved);
    }

    public TransferCommand ledger(final long value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, value, code, flags, reserved);
    }

    public TransferCommand code(final int value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, value, flags, reserved);
    }

    public TransferCommand flags(final int value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, code, value, reserved);
    }

    public TransferCommand plusFlags(final int value) {
        return flags(flags | value);
    }

    public TransferCommand reserved(final long value) {
        return new TransferCommand(id, debitAccountId, creditAccountId, amountMinor, pendingId, userData128, userData64,
            timeoutMs, ledger, code, flags, value);
    }

    /** True if any of these flags is set. */
    public boolean has(final int mask) {
        return (flags & mask) != 0;
    }

    /** True if it works on an existing hold. */
    public boolean isOnHold() {
        return has(TransferFlags.ON_HOLD_MASK);
    }

    @Override
    public int templateId() {
        return TransferDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        final TransferEncoder encoder = new TransferEncoder().wrap(buffer, offset);
        encoder.id().hi(id.hi()).lo(id.lo());
        encoder.debitAccountId(debitAccountId).creditAccountId(creditAccountId).amountMinor(amountMinor);
        encoder.pendingId().hi(pendingId.hi()).lo(pendingId.lo());
        encoder.userData128().hi(userData128.hi()).lo(userData128.lo());
        encoder.userData64(userData64).timeoutMs(timeoutMs).ledger(ledger).code(code).flags(flags).reserved(reserved);
        return TransferEncoder.BLOCK_LENGTH;
    }
}
