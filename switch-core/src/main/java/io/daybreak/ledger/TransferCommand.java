package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * A transfer as it was asked for, read once from its body of twelve words (layout: the message Transfer of the schema,
 * to which a test holds the offsets here). Reused; ledger thread only.
 */
public final class TransferCommand {
    /** Bytes of the body. */
    public static final int BYTES = TransferDecoder.BLOCK_LENGTH;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final long SALT_STEP = 0x9E3779B97F4A7C15L;
    private static final long SALT = 0xD1B54A32D192ED03L;
    private static final int FINGERPRINT_SHIFT = 16;
    private static final long MAX_AMOUNT = Long.MAX_VALUE;

    long idHi;
    long idLo;
    long debitAccountId;
    long creditAccountId;
    long amount;
    long pendingIdHi;
    long pendingIdLo;
    long userDataHi;
    long userDataLo;
    long userData64;
    int timeoutMs;
    int ledger;
    int code;
    int flags;
    private int reserved;
    private long fingerprint;

    /** Reads the body at {@code offset}. */
    public void wrap(final DirectBuffer buffer, final int offset) {
        idHi = buffer.getLong(offset, ORDER);
        idLo = buffer.getLong(offset + 8, ORDER);
        debitAccountId = buffer.getLong(offset + 16, ORDER);
        creditAccountId = buffer.getLong(offset + 24, ORDER);
        amount = buffer.getLong(offset + 32, ORDER);
        pendingIdHi = buffer.getLong(offset + 40, ORDER);
        pendingIdLo = buffer.getLong(offset + 48, ORDER);
        userDataHi = buffer.getLong(offset + 56, ORDER);
        userDataLo = buffer.getLong(offset + 64, ORDER);
        userData64 = buffer.getLong(offset + 72, ORDER);
        final long timeoutAndLedger = buffer.getLong(offset + 80, ORDER);
        final long rest = buffer.getLong(offset + 88, ORDER);
        timeoutMs = (int) timeoutAndLedger;
        ledger = (int) (timeoutAndLedger >>> 32);
        code = (int) rest & 0xFFFF;
        flags = (int) (rest >>> 16) & 0xFFFF;
        reserved = (int) (rest >>> 32);
        final long sum = Hashing.fold(debitAccountId ^ SALT, creditAccountId + SALT_STEP)
            + Hashing.fold(amount ^ SALT + SALT_STEP, pendingIdHi + 2 * SALT_STEP)
            + Hashing.fold(pendingIdLo ^ SALT + 2 * SALT_STEP, userDataHi + 3 * SALT_STEP)
            + Hashing.fold(userDataLo ^ SALT + 3 * SALT_STEP, userData64 + 4 * SALT_STEP)
            + Hashing.fold(timeoutAndLedger ^ SALT + 4 * SALT_STEP, rest + 5 * SALT_STEP);
        fingerprint = Hashing.mix(sum) >>> FINGERPRINT_SHIFT;
    }

    /** Upper half of the id: 48 bits of Unix milliseconds, then 16 bits of the sender's choice. */
    public long idHi() {
        return idHi;
    }

    /** Lower half of the id. */
    public long idLo() {
        return idLo;
    }

    /** 48-bit hash of everything but the id: tells a repeat from a different transfer under the same id. */
    public long fingerprint() {
        return fingerprint;
    }

    /** True if the transfer continues a chain. */
    public boolean isLinked() {
        return has(TransferFlags.LINKED);
    }

    /** True if the transfer finishes earlier work: it posts or releases a hold. */
    public boolean isFinishing() {
        return has(TransferFlags.POST | TransferFlags.VOID);
    }

    boolean has(final int flag) {
        return (flags & flag) != 0;
    }

    boolean isOnHold() {
        return (flags & TransferFlags.ON_HOLD_MASK) != 0;
    }

    /**
     * Checks what needs no state: docs/native-protocol.md, "Precedence", part A, in its order.
     *
     * @return {@link Result#OK} or the first violated rule, none of which is a decision
     */
    public int checkContents() {
        if (idHi == 0 && idLo == 0) {
            return Result.ID_MUST_NOT_BE_ZERO;
        }
        if (idHi == -1L && idLo == -1L) {
            return Result.ID_MUST_NOT_BE_MAX;
        }
        if ((flags & ~TransferFlags.REQUEST_MASK) != 0 || reserved != 0) {
            return Result.RESERVED_MUST_BE_ZERO;
        }
        return flags == 0 || flags == TransferFlags.LINKED ? checkPlain() : checkByFlags();
    }

    private int checkPlain() {
        if (pendingIdHi != 0 || pendingIdLo != 0) {
            return Result.PENDING_ID_MUST_BE_ZERO;
        }
        if (timeoutMs != 0) {
            return Result.TIMEOUT_MUST_BE_ZERO;
        }
        final int result = checkBothAccounts();
        if (result != Result.OK) {
            return result;
        }
        if (amount < 0) {
            return Result.AMOUNT_OUT_OF_RANGE;
        }
        return amount == 0 ? Result.AMOUNT_MUST_NOT_BE_ZERO : checkLedgerAndCode();
    }

    private int checkByFlags() {
        if (!flagsFitTogether()) {
            return Result.FLAGS_ARE_MUTUALLY_EXCLUSIVE;
        }
        final boolean onHold = isOnHold();
        if (!onHold) {
            if (pendingIdHi != 0 || pendingIdLo != 0) {
                return Result.PENDING_ID_MUST_BE_ZERO;
            }
        } else if (pendingIdHi == 0 && pendingIdLo == 0 || pendingIdHi == -1L && pendingIdLo == -1L) {
            return Result.PENDING_ID_MUST_NOT_BE_ZERO;
        } else if (pendingIdHi == idHi && pendingIdLo == idLo) {
            return Result.PENDING_ID_MUST_BE_DIFFERENT;
        }
        if (timeoutMs != 0 && !has(TransferFlags.PENDING | TransferFlags.EXTEND)) {
            return Result.TIMEOUT_MUST_BE_ZERO;
        }
        if (timeoutMs == 0 && has(TransferFlags.EXTEND)) {
            return Result.TIMEOUT_MUST_NOT_BE_ZERO;
        }
        if (!onHold) {
            final int result = checkBothAccounts();
            if (result != Result.OK) {
                return result;
            }
        } else if (debitAccountId != 0 && debitAccountId == creditAccountId) {
            return Result.ACCOUNTS_MUST_BE_DIFFERENT;
        }
        final int result = checkAmount();
        return result != Result.OK || onHold ? result : checkLedgerAndCode();
    }

    private boolean flagsFitTogether() {
        final int phase = flags & (TransferFlags.PENDING | TransferFlags.POST | TransferFlags.VOID);
        final int change = flags & (TransferFlags.INCREASE | TransferFlags.EXTEND);
        return (phase & phase - 1) == 0
            && (phase == 0 || change == 0)
            && (!has(TransferFlags.FINAL) || has(TransferFlags.POST))
            && (!has(TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT) || !isOnHold())
            && (!has(TransferFlags.CLOSING_DEBIT | TransferFlags.CLOSING_CREDIT) || has(TransferFlags.PENDING));
    }

    private int checkBothAccounts() {
        if (debitAccountId == 0) {
            return Result.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
        }
        if (creditAccountId == 0) {
            return Result.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
        }
        return debitAccountId == creditAccountId ? Result.ACCOUNTS_MUST_BE_DIFFERENT : Result.OK;
    }

    private int checkAmount() {
        final boolean takesAll = has(TransferFlags.POST | TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT);
        if (amount < 0 && !(takesAll && amount == TransferFlags.AMOUNT_ALL)) {
            return Result.AMOUNT_OUT_OF_RANGE;
        }
        if (has(TransferFlags.EXTEND) && !has(TransferFlags.INCREASE)) {
            return amount == 0 ? Result.OK : Result.AMOUNT_MUST_BE_ZERO;
        }
        return amount == 0 && !has(TransferFlags.VOID) ? Result.AMOUNT_MUST_NOT_BE_ZERO : Result.OK;
    }

    private int checkLedgerAndCode() {
        if (ledger == 0) {
            return Result.LEDGER_MUST_NOT_BE_ZERO;
        }
        return code == 0 ? Result.CODE_MUST_NOT_BE_ZERO : Result.OK;
    }

    /** The amount of a transfer that takes as much as there is, as an upper bound. */
    long amountOrMax() {
        return amount == TransferFlags.AMOUNT_ALL ? MAX_AMOUNT : amount;
    }
}
