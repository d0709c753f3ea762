package io.daybreak.machine;

import io.daybreak.ledger.AccountTable;
import io.daybreak.ledger.Transfers;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.AccountDecoder;
import org.agrona.DirectBuffer;

/** Creates, freezes, unfreezes and closes accounts. docs/native-protocol.md, "Accounts". Ledger thread only. */
final class AccountCommands {
    /** Not a result code: the account is there with the very contents asked for. */
    static final int ALREADY_CREATED = -1;

    private static final int BOTH_SIDES = AccountFlags.SIDE_DEBITS | AccountFlags.SIDE_CREDITS;
    private static final int BOTH_LIMITS =
        AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS;

    private final Transfers transfers;
    private final AccountTable accounts;
    private final Administration administration;
    private final AccountDecoder account = new AccountDecoder();
    private final AccountActionDecoder action = new AccountActionDecoder();
    private long createdNs;

    AccountCommands(final Transfers transfers, final Administration administration) {
        this.transfers = transfers;
        this.accounts = transfers.accounts();
        this.administration = administration;
    }

    /** Creates an account, unless it would be new and {@code refusal} is not OK. A {@link Result}, or {@link #ALREADY_CREATED}. */
    int create(final int participantId, final DirectBuffer command, final int offset, final int length, final long nowNs,
               final int refusal) {
        if (length != AccountDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        account.wrap(command, offset, AccountDecoder.BLOCK_LENGTH, AccountDecoder.SCHEMA_VERSION);
        final long id = account.id();
        final int flags = account.flags();
        final int contents = checkContents(id, flags);
        if (contents != Result.OK) {
            return contents;
        }
        final int allowed = administration.checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        final int ledger = (int) account.ledger();
        final long userDataHi = account.userData128().hi();
        final long userDataLo = account.userData128().lo();
        final long existing = accounts.find(id);
        if (existing != AccountTable.NOT_FOUND) {
            createdNs = accounts.createdNs(AccountTable.slot(existing));
            return accounts.hasContents(existing, ledger, account.code(), flags, userDataHi, userDataLo, account.userData64())
                ? ALREADY_CREATED : Result.ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS;
        }
        if (refusal != Result.OK) {
            return refusal;
        }
        if (accounts.count() >= administration.accountCapacity()) {
            return Result.ACCOUNT_CAPACITY_REACHED;
        }
        if (!transfers.hasRoomForLedger(ledger)) {
            return Result.LEDGER_CAPACITY_REACHED;
        }
        transfers.createAccount(id, ledger, account.code(), flags, userDataHi, userDataLo, account.userData64(), nowNs);
        return Result.OK;
    }

    private int checkContents(final long id, final int flags) {
        if (id == 0) {
            return Result.ID_MUST_NOT_BE_ZERO;
        }
        if (id == -1L) {
            return Result.ID_MUST_NOT_BE_MAX;
        }
        if ((flags & ~AccountFlags.REQUEST_MASK) != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        if ((flags & BOTH_LIMITS) == BOTH_LIMITS) {
            return Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE;
        }
        if (account.ledger() == 0) {
            return Result.LEDGER_MUST_NOT_BE_ZERO;
        }
        return account.code() == 0 ? Result.CODE_MUST_NOT_BE_ZERO : Result.OK;
    }

    /** Time of creation of the account that {@link #create} found. */
    long createdNs() {
        return createdNs;
    }

    /** Freezes, unfreezes or closes an account. A {@link Result}. */
    int act(final int participantId, final DirectBuffer command, final int offset, final int length) {
        if (length != AccountActionDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        action.wrap(command, offset, AccountActionDecoder.BLOCK_LENGTH, AccountActionDecoder.SCHEMA_VERSION);
        final int what = action.action();
        final int sides = action.sides();
        final boolean known = what == AccountFlags.ACTION_CLOSE ? sides == 0
            : (what == AccountFlags.ACTION_FREEZE || what == AccountFlags.ACTION_UNFREEZE)
            && sides != 0 && (sides & ~BOTH_SIDES) == 0;
        if (!known) {
            return Result.MALFORMED_COMMAND;
        }
        if (action.reserved() != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        final int allowed = administration.checkOperator(participantId);
        if (allowed != Result.OK) {
            return allowed;
        }
        final long address = accounts.find(action.accountId());
        if (address == AccountTable.NOT_FOUND) {
            return Result.ACCOUNT_NOT_FOUND;
        }
        if ((AccountTable.flags(address) & AccountFlags.CLOSED) != 0) {
            return Result.ACCOUNT_ALREADY_CLOSED;
        }
        final int frozen = ((sides & AccountFlags.SIDE_DEBITS) != 0 ? AccountFlags.FROZEN_DEBITS : 0)
            | ((sides & AccountFlags.SIDE_CREDITS) != 0 ? AccountFlags.FROZEN_CREDITS : 0);
        if (what == AccountFlags.ACTION_FREEZE) {
            accounts.changeFlags(address, frozen, 0);
        } else if (what == AccountFlags.ACTION_UNFREEZE) {
            accounts.changeFlags(address, 0, frozen);
        } else {
            return close(address);
        }
        return Result.OK;
    }

    private int close(final long address) {
        if (AccountTable.debitsPending(address) != 0 || AccountTable.creditsPending(address) != 0) {
            return Result.ACCOUNT_HAS_HOLDS;
        }
        if (AccountTable.debitsPosted(address) != AccountTable.creditsPosted(address)) {
            return Result.ACCOUNT_HAS_A_BALANCE;
        }
        accounts.changeFlags(address, AccountFlags.CLOSED, 0);
        return Result.OK;
    }
}
