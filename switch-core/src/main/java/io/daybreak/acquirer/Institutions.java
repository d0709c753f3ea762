package io.daybreak.acquirer;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PutInstitutionDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;

/**
 * Acquiring institutions (DE 32).
 * <pre>
 *    0 institution, 0 (16)    16 settlement account    24 exception account    32 operations    40 cap of forced postings
 *   48 limit of funding a refund    56 limit of a refund without an original    64 participant, rights (4 each)
 *   72 day group, status, currency, 0 (2 each)    | 80 slots of the settlement and the exception account (4 each)
 * </pre>
 * At most {@link #CAPACITY}; an institution keeps its slot for ever. Amounts are minor units. Ledger thread only.
 */
public final class Institutions extends ReferenceTable {
    /** Most institutions. */
    public static final int CAPACITY = 4_096;
    /** Largest number: eleven digits. */
    public static final long MAX_NUMBER = 99_999_999_999L;

    private static final int SETTLEMENT_ACCOUNT_ID = 16;
    private static final int EXCEPTION_ACCOUNT_ID = 24;
    private static final int OPERATIONS = 32;
    private static final int FORCE_POST_CAP = 40;
    private static final int REFUND_FUNDING_LIMIT = 48;
    private static final int UNLINKED_REFUND_LIMIT = 56;
    private static final int PARTICIPANT_ID = 64;
    private static final int RIGHTS = 68;
    private static final int DAY_GROUP = 72;
    private static final int STATUS = 74;
    private static final int CURRENCY = 76;
    private static final int SETTLEMENT_SLOT = 80;
    private static final int EXCEPTION_SLOT = 84;

    public Institutions(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutInstitutionDecoder.TEMPLATE_ID, PutInstitutionDecoder.BLOCK_LENGTH, 8, 128, 10, STATUS);
    }

    /** Slot of an institution, or {@link #NOT_FOUND}. */
    public int find(final long institution) {
        return findPresent(institution, 0);
    }

    /**
     * Puts an institution; the caller has checked the contents.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long institution, final DirectBuffer command, final int offset, final int settlementSlot,
                       final int exceptionSlot) {
        final int existing = records.find(institution, 0);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        final int slot = write(institution, 0, command, offset);
        putBeside(slot, SETTLEMENT_SLOT, settlementSlot);
        putBeside(slot, EXCEPTION_SLOT, exceptionSlot);
        return true;
    }

    /** DE 32 as a number. */
    public long institution(final int slot) {
        return int64(slot, 0);
    }

    /** Participant that speaks for it. */
    public int participantId(final int slot) {
        return int32(slot, PARTICIPANT_ID);
    }

    /** Account that its net position lies on. */
    public long settlementAccountId(final int slot) {
        return int64(slot, SETTLEMENT_ACCOUNT_ID);
    }

    /** Slot of that account in the table of accounts. */
    public int settlementSlot(final int slot) {
        return int32(slot, SETTLEMENT_SLOT);
    }

    /** Account that pays what a forced posting cannot get from the wallet. */
    public long exceptionAccountId(final int slot) {
        return int64(slot, EXCEPTION_ACCOUNT_ID);
    }

    /** Slot of that account in the table of accounts. */
    public int exceptionSlot(final int slot) {
        return int32(slot, EXCEPTION_SLOT);
    }

    /** Bits of {@link io.daybreak.protocol.PaymentOperation}, {@code 1 << n}. */
    public long operations(final int slot) {
        return int64(slot, OPERATIONS);
    }

    /** Bits of {@link io.daybreak.protocol.InstitutionRights}. */
    public int rights(final int slot) {
        return int32(slot, RIGHTS);
    }

    /** Most of one advice that may be forced on a wallet. */
    public long forcePostCapMinor(final int slot) {
        return int64(slot, FORCE_POST_CAP);
    }

    /** Most that one refund may take from the settlement account where the merchant is short. */
    public long refundFundingLimitMinor(final int slot) {
        return int64(slot, REFUND_FUNDING_LIMIT);
    }

    /** Most of one refund without an original. */
    public long unlinkedRefundLimitMinor(final int slot) {
        return int64(slot, UNLINKED_REFUND_LIMIT);
    }

    /** Business-day group. */
    public int dayGroup(final int slot) {
        return uint16(slot, DAY_GROUP);
    }

    /** ISO 4217 number of the settlement account's currency. */
    public int currency(final int slot) {
        return uint16(slot, CURRENCY);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
