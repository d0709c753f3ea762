package io.daybreak.model;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.AccountActionEncoder;
import org.agrona.MutableDirectBuffer;

/** Freezes, unfreezes or closes an account. */
public record AccountActionCommand(long accountId, int action, int sides, long reserved) implements Command {
    public static AccountActionCommand freeze(final long accountId, final int sides) {
        return new AccountActionCommand(accountId, AccountFlags.ACTION_FREEZE, sides, 0);
    }

    public static AccountActionCommand unfreeze(final long accountId, final int sides) {
        return new AccountActionCommand(accountId, AccountFlags.ACTION_UNFREEZE, sides, 0);
    }

    public static AccountActionCommand close(final long accountId) {
        return new AccountActionCommand(accountId, AccountFlags.ACTION_CLOSE, 0, 0);
    }

    @Override
    public int templateId() {
        return AccountActionDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        new AccountActionEncoder().wrap(buffer, offset).accountId(accountId).action(action).sides(sides).reserved(reserved);
        return AccountActionEncoder.BLOCK_LENGTH;
    }
}
