package io.daybreak.model;

import io.daybreak.protocol.Participants;
import io.daybreak.protocol.codec.PutGrantDecoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.RemoveGrantDecoder;
import io.daybreak.protocol.codec.RemoveGrantEncoder;
import org.agrona.MutableDirectBuffer;

/** Puts or removes a grant. */
public record GrantCommand(boolean remove, long participantId, int kind, long fromValue, long toValue, long ledger, int rights,
                           long reserved) implements Command {
    public static GrantCommand grantAccount(final long participantId, final long accountId, final int rights) {
        return new GrantCommand(false, participantId, Participants.GRANT_ACCOUNT, accountId, 0, 0, rights, 0);
    }

    public static GrantCommand grantRange(final long participantId, final long from, final long to, final int rights) {
        return new GrantCommand(false, participantId, Participants.GRANT_RANGE, from, to, 0, rights, 0);
    }

    public static GrantCommand grantCode(final long participantId, final int code, final int rights) {
        return new GrantCommand(false, participantId, Participants.GRANT_CODE, code, 0, 0, rights, 0);
    }

    public GrantCommand ledger(final long value) {
        return new GrantCommand(remove, participantId, kind, fromValue, toValue, value, rights, reserved);
    }

    public GrantCommand participantId(final long value) {
        return new GrantCommand(remove, value, kind, fromValue, toValue, ledger, rights, reserved);
    }

    public GrantCommand kind(final int value) {
        return new GrantCommand(remove, participantId, value, fromValue, toValue, ledger, rights, reserved);
    }

    public GrantCommand rights(final int value) {
        return new GrantCommand(remove, participantId, kind, fromValue, toValue, ledger, value, reserved);
    }

    public GrantCommand reserved(final long value) {
        return new GrantCommand(remove, participantId, kind, fromValue, toValue, ledger, rights, value);
    }

    public GrantCommand values(final long from, final long to) {
        return new GrantCommand(remove, participantId, kind, from, to, ledger, rights, reserved);
    }

    /** The command that takes this grant back. */
    public GrantCommand removal() {
        return new GrantCommand(true, participantId, kind, fromValue, toValue, ledger, rights, reserved);
    }

    /** The command that puts this grant. */
    public GrantCommand put() {
        return new GrantCommand(false, participantId, kind, fromValue, toValue, ledger, rights, reserved);
    }

    @Override
    public int templateId() {
        return remove ? RemoveGrantDecoder.TEMPLATE_ID : PutGrantDecoder.TEMPLATE_ID;
    }

    @Override
    public int encode(final MutableDirectBuffer buffer, final int offset) {
        if (remove) {
            new RemoveGrantEncoder().wrap(buffer, offset).correlationId(1).fromValue(fromValue).toValue(toValue)
                .participantId(participantId).ledger(ledger).kind(kind).rights(rights).reserved(reserved);
            return RemoveGrantEncoder.BLOCK_LENGTH;
        }
        new PutGrantEncoder().wrap(buffer, offset).correlationId(1).fromValue(fromValue).toValue(toValue)
            .participantId(participantId).ledger(ledger).kind(kind).rights(rights).reserved(reserved);
        return PutGrantEncoder.BLOCK_LENGTH;
    }
}
