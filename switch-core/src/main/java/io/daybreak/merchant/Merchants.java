package io.daybreak.merchant;

import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.codec.PutMerchantDecoder;
import io.daybreak.reference.ReferenceTable;
import io.daybreak.state.StateImage;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Merchants by their identifier (DE 42 and a zero byte, as two little-endian words), and billers by their number. An
 * identifier is unique over all acquirers.
 * <pre>
 *    0 identifier (16)    16 account id    24 institution    32 category, status (2 each), biller number (4)    40 0
 *   | 48 slot of the account (4)
 * </pre>
 * A merchant keeps its slot for ever. Ledger thread only.
 */
public final class Merchants extends ReferenceTable {
    private static final int ACCOUNT_ID = 16;
    private static final int INSTITUTION = 24;
    private static final int MCC = 32;
    private static final int STATUS = 34;
    private static final int BILLER_NUMBER = 36;
    private static final int ACCOUNT_SLOT = 48;
    /** In a record of the index of billers: slot of the merchant. */
    private static final int MERCHANT_SLOT = 16;

    /** From biller numbers to slots of merchants; follows from the merchants, and is not state of its own. */
    private final RecordTable billers;

    public Merchants(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutMerchantDecoder.TEMPLATE_ID, PutMerchantDecoder.BLOCK_LENGTH, 16, 64, 6, STATUS);
        this.billers = new RecordTable(allocator, undo, 32, 2);
    }

    /** Sets the capacity of merchants and of billers among them. */
    public void configureAll(final long capacity) {
        configure(capacity);
        billers.configure(capacity);
    }

    /** Slot of a merchant, or {@link #NOT_FOUND}. */
    public int find(final long first, final long second) {
        return findPresent(first, second);
    }

    /** Slot of the merchant with a biller's number, or {@link #NOT_FOUND}. */
    public int findBiller(final int number) {
        final int slot = billers.find(number & 0xFFFF_FFFFL, 0);
        return slot == RecordTable.NOT_FOUND ? NOT_FOUND : UnsafeApi.getInt(billers.address(slot) + MERCHANT_SLOT);
    }

    /**
     * Puts a merchant; the caller has checked the contents, and that no other has its biller number.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long first, final long second, final DirectBuffer command, final int offset, final int accountSlot) {
        final int existing = records.find(first, second);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        if (find(first, second) != NOT_FOUND) {
            forgetBiller(existing);
        }
        final int slot = write(first, second, command, offset);
        putBeside(slot, ACCOUNT_SLOT, accountSlot);
        if (billerNumber(slot) != 0) {
            final int biller = billers.add(billerNumber(slot) & 0xFFFF_FFFFL, 0);
            UnsafeApi.putInt(billers.address(biller) + MERCHANT_SLOT, slot);
        }
        return true;
    }

    @Override
    public boolean remove(final long first, final long second) {
        final int slot = find(first, second);
        if (slot != NOT_FOUND) {
            forgetBiller(slot);
        }
        return super.remove(first, second);
    }

    @Override
    public void image(final StateImage image) {
        super.image(image);
        billers.image(image);
    }

    private void forgetBiller(final int slot) {
        if (billerNumber(slot) != 0) {
            billers.remove(billers.find(billerNumber(slot) & 0xFFFF_FFFFL, 0));
        }
    }

    /** First eight bytes of the identifier. */
    public long merchant0(final int slot) {
        return int64(slot, 0);
    }

    /** Last eight bytes of the identifier. */
    public long merchant1(final int slot) {
        return int64(slot, 8);
    }

    /** Account that it is paid to. */
    public long accountId(final int slot) {
        return int64(slot, ACCOUNT_ID);
    }

    /** Slot of that account in the table of accounts. */
    public int accountSlot(final int slot) {
        return int32(slot, ACCOUNT_SLOT);
    }

    /** Its acquirer; 0: any. */
    public long institution(final int slot) {
        return int64(slot, INSTITUTION);
    }

    /** Merchant category code. */
    public int mcc(final int slot) {
        return uint16(slot, MCC);
    }

    /** Number of the biller; 0: it is none. */
    public int billerNumber(final int slot) {
        return int32(slot, BILLER_NUMBER);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }
}
