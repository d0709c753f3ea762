package io.daybreak.journal.format;

import java.nio.ByteOrder;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Packs the commands of an entry into its payload, reversibly and without allocation.
 * <p>
 * Rule: docs/journal-format.md, "Payload". A transfer (template 100, 96 bytes) is taken apart: a byte of flags says which fields follow,
 * what repeats the transfer before is left out, integers are varints (seven bits a byte, low first), an id's 48 bits of
 * milliseconds become the zigzag difference from the entry's time, and its 80 other bits stay as they are. Everything
 * else, and a transfer of another length or with reserved bits, is stored as its difference from the last command of its
 * template ({@link SparseBody}), or as it lies where it is short.
 * <pre>
 *   transfer   flags (1)  [what changed (1), then ledger, code, flags, participant, result as far as changed: varints]
 *              id: time difference (varint), 10 bytes   [debit account]  [credit account]  amount
 *              [pending id, like the id]  [user data 16]  [user data varint]  [time-out varint]
 *   raw        0x80 (1)  template, participant, result, length (varints)  bytes
 *   sparse     0x81 (1)  template, participant, result, length (varints)  difference
 * </pre>
 * Not thread safe; one per entry being made. {@link CommandUnpacker} is its twin and keeps the same context.
 */
public final class CommandPacker {
    /** Template of a transfer as it lies in the ring. */
    public static final int TRANSFER_TEMPLATE_ID = 100;
    /** Bytes of a transfer. */
    public static final int TRANSFER_LENGTH = 96;
    /** No transfer takes more bytes than this when packed. */
    public static final int MAX_PACKED_TRANSFER = 144;
    /** What any other command takes beside its bytes, at most. */
    public static final int MAX_RAW_OVERHEAD = 1 + 4 * 5;

    static final int RAW = 0x80;
    static final int SPARSE = 0x81;
    static final int CONTEXT = 1;
    static final int PENDING_ID = 1 << 1;
    static final int USER_DATA_128 = 1 << 2;
    static final int USER_DATA_64 = 1 << 3;
    static final int TIMEOUT = 1 << 4;
    static final int SAME_DEBIT = 1 << 5;
    static final int SAME_CREDIT = 1 << 6;

    static final int LEDGER_CHANGED = 1;
    static final int CODE_CHANGED = 1 << 1;
    static final int FLAGS_CHANGED = 1 << 2;
    static final int PARTICIPANT_CHANGED = 1 << 3;
    static final int RESULT_CHANGED = 1 << 4;

    static final int ID_HI = 0;
    static final int ID_LO = 8;
    static final int DEBIT_ACCOUNT = 16;
    static final int CREDIT_ACCOUNT = 24;
    static final int AMOUNT = 32;
    static final int PENDING_ID_HI = 40;
    static final int PENDING_ID_LO = 48;
    static final int USER_DATA_128_HI = 56;
    static final int USER_DATA_128_LO = 64;
    static final int USER_DATA_64_OFFSET = 72;
    static final int TIMEOUT_MS = 80;
    static final int LEDGER = 84;
    static final int CODE = 88;
    static final int FLAGS = 90;
    static final int RESERVED = 92;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final SparseBody sparse = new SparseBody();
    private long entryTimeMs;
    private long debitAccountId;
    private long creditAccountId;
    private int ledger;
    private int codeAndFlags;
    private int participantId;
    private int result;

    /** Forgets the entry before. */
    public void beginEntry(final long timestampNs) {
        entryTimeMs = timestampNs / 1_000_000L;
        sparse.beginEntry();
        debitAccountId = 0;
        creditAccountId = 0;
        ledger = 0;
        codeAndFlags = 0;
        participantId = 0;
        result = 0;
    }

    /** Bytes that the command may take at most. */
    public static int maxLength(final int length) {
        return Math.max(MAX_PACKED_TRANSFER, MAX_RAW_OVERHEAD + (SparseBody.fits(length) ? SparseBody.maxPackedLength(length) : length));
    }

    /**
     * Packs one command.
     *
     * @param target address of at least {@link #maxLength} writable bytes
     * @return address behind the last byte written
     */
    public long pack(final long target, final int templateId, final int participant, final DirectBuffer command, final int offset,
                     final int length, final int outcome) {
        if (templateId == TRANSFER_TEMPLATE_ID && length == TRANSFER_LENGTH && command.getInt(offset + RESERVED, ORDER) == 0) {
            return packTransfer(target, participant, command, offset, outcome);
        }
        return packOther(target, templateId, participant, command, offset, length, outcome);
    }

    private long packTransfer(final long target, final int participant, final DirectBuffer command, final int offset, final int outcome) {
        final long pendingHi = command.getLong(offset + PENDING_ID_HI, ORDER);
        final long pendingLo = command.getLong(offset + PENDING_ID_LO, ORDER);
        final long userHi = command.getLong(offset + USER_DATA_128_HI, ORDER);
        final long userLo = command.getLong(offset + USER_DATA_128_LO, ORDER);
        final long user64 = command.getLong(offset + USER_DATA_64_OFFSET, ORDER);
        final int timeoutMs = command.getInt(offset + TIMEOUT_MS, ORDER);
        final int newLedger = command.getInt(offset + LEDGER, ORDER);
        final int newCodeAndFlags = command.getInt(offset + CODE, ORDER);
        final long debit = command.getLong(offset + DEBIT_ACCOUNT, ORDER);
        final long credit = command.getLong(offset + CREDIT_ACCOUNT, ORDER);

        int flags = 0;
        long at = target + 1;
        if (newLedger != ledger || newCodeAndFlags != codeAndFlags || participant != participantId || outcome != result) {
            flags |= CONTEXT;
            at = packContext(at, newLedger, newCodeAndFlags, participant, outcome);
        }
        at = putId(at, command.getLong(offset + ID_HI, ORDER), command.getLong(offset + ID_LO, ORDER));
        if (debit == debitAccountId) {
            flags |= SAME_DEBIT;
        } else {
            debitAccountId = debit;
            at = putVarint(at, debit);
        }
        if (credit == creditAccountId) {
            flags |= SAME_CREDIT;
        } else {
            creditAccountId = credit;
            at = putVarint(at, credit);
        }
        at = putVarint(at, command.getLong(offset + AMOUNT, ORDER));
        if ((pendingHi | pendingLo) != 0) {
            flags |= PENDING_ID;
            at = putId(at, pendingHi, pendingLo);
        }
        if ((userHi | userLo) != 0) {
            flags |= USER_DATA_128;
            UnsafeApi.putLong(at, userHi);
            UnsafeApi.putLong(at + Long.BYTES, userLo);
            at += 2 * Long.BYTES;
        }
        if (user64 != 0) {
            flags |= USER_DATA_64;
            at = putVarint(at, user64);
        }
        if (timeoutMs != 0) {
            flags |= TIMEOUT;
            at = putVarint(at, timeoutMs & 0xFFFF_FFFFL);
        }
        UnsafeApi.putByte(target, (byte) flags);
        return at;
    }

    private long packContext(final long target, final int newLedger, final int newCodeAndFlags, final int participant, final int outcome) {
        int changed = 0;
        long at = target + 1;
        if (newLedger != ledger) {
            changed |= LEDGER_CHANGED;
            ledger = newLedger;
            at = putVarint(at, newLedger & 0xFFFF_FFFFL);
        }
        if (((newCodeAndFlags ^ codeAndFlags) & 0xFFFF) != 0) {
            changed |= CODE_CHANGED;
            at = putVarint(at, newCodeAndFlags & 0xFFFFL);
        }
        if ((newCodeAndFlags ^ codeAndFlags) >>> 16 != 0) {
            changed |= FLAGS_CHANGED;
            at = putVarint(at, newCodeAndFlags >>> 16);
        }
        codeAndFlags = newCodeAndFlags;
        if (participant != participantId) {
            changed |= PARTICIPANT_CHANGED;
            participantId = participant;
            at = putVarint(at, participant & 0xFFFF_FFFFL);
        }
        if (outcome != result) {
            changed |= RESULT_CHANGED;
            result = outcome;
            at = putVarint(at, outcome & 0xFFFF_FFFFL);
        }
        UnsafeApi.putByte(target, (byte) changed);
        return at;
    }

    private long putId(final long target, final long hi, final long lo) {
        final long difference = (hi >>> 16) - entryTimeMs;
        final long at = putVarint(target, difference << 1 ^ difference >> 63);
        UnsafeApi.putShort(at, (short) hi);
        UnsafeApi.putLong(at + Short.BYTES, lo);
        return at + Short.BYTES + Long.BYTES;
    }

    private long packOther(final long target, final int templateId, final int participant, final DirectBuffer command,
                           final int offset, final int length, final int outcome) {
        final boolean isSparse = SparseBody.fits(length);
        UnsafeApi.putByte(target, (byte) (isSparse ? SPARSE : RAW));
        long at = putVarint(target + 1, templateId & 0xFFFF_FFFFL);
        at = putVarint(at, participant & 0xFFFF_FFFFL);
        at = putVarint(at, outcome & 0xFFFF_FFFFL);
        at = putVarint(at, length);
        if (isSparse) {
            return sparse.pack(at, templateId, command, offset, length);
        }
        for (int i = 0; i < length; i++) {
            UnsafeApi.putByte(at + i, command.getByte(offset + i));
        }
        return at + length;
    }

    private static long putVarint(final long target, final long value) {
        long rest = value;
        long at = target;
        while ((rest & ~0x7FL) != 0) {
            UnsafeApi.putByte(at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        UnsafeApi.putByte(at++, (byte) rest);
        return at;
    }
}
