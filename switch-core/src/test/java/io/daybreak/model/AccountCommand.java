package io.daybreak.model;

import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.AccountEncoder;
import org.agrona.MutableDirectBuffer;

/** Creates an account. */
public record AccountCommand(long id, Id userData128, long userData64, long ledger, int code, int flags) implements Command {
    /** An account of ledger 1, code 1, without flags. */
    public static AccountCommand account(final long id) {
        return new AccountCommand(id, Id.ZERO, 0, 1, 1, 0);
    }

    public AccountCommand id(final long value) {
        return new AccountCommand(value, userData128, userData64, ledger, code, flags);
    }

    public AccountCommand userData128(final Id value) {
        return new AccountCommand(id, value, userData64, ledger, code, flags);
    }

    public AccountCommand userData64(final long value) {
        return new AccountCommand(id, userData128, value, ledger, code, flags);
    }

    public AccountCommand ledger(final long value) {
        return new AccountCommand(id, userData128, userData64, value, code, flags);
    }

    public AccountCommand code(final int value) {
        return new AccountCommand(id, userData128, userData64, ledger, value, flags);
    }

    public AccountCommand flags(final int value) {
        return new AccountCommand(id, userData128, userData64, ledger, code, value);
    }

    @Override
    public int templateId() {
        return AccountDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        final AccountEncoder encoder = new AccountEncoder().wrap(buffer, offset);
        encoder.id(id);
        encoder.userData128().hi(userData128.hi()).lo(userData128.lo());
        encoder.userData64(userData64).ledger(ledger).code(code).flags(flags);
        return AccountEncoder.BLOCK_LENGTH;
    }
}
