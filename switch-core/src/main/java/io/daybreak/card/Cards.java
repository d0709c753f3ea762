package io.daybreak.card;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.codec.PutCardDecoder;
import io.daybreak.reference.ReferenceTable;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * Cards by their tokens.
 * <pre>
 *    0 token (16)    16 wallet id    24 BIN (4), key, expiry (2 each)    32 status, flags (2 each), 0 (4)
 *   40 wrong PINs (4), 0 (4)    | 48 slot of the wallet (4)
 * </pre>
 * A card's slot is good for the command only: a removed card leaves it to another, and so does one that gets the token
 * of a new key. Ledger thread only.
 */
public final class Cards extends ReferenceTable {
    private static final int WALLET_ID = 16;
    private static final int BIN = 24;
    private static final int TOKEN_KEY_ID = 28;
    private static final int EXPIRY = 30;
    private static final int STATUS = 32;
    private static final int FLAGS = 34;
    private static final int PIN_TRIES = 40;
    private static final int WALLET_SLOT = 48;

    public Cards(final SlabAllocator allocator, final UndoLog undo) {
        super(allocator, undo, PutCardDecoder.TEMPLATE_ID, PutCardDecoder.BLOCK_LENGTH, 16, 64, 6, DROPS_REMOVED);
    }

    /** Slot of a card, or {@link #NOT_FOUND}. */
    public int find(final long tokenHi, final long tokenLo) {
        return records.find(tokenHi, tokenLo);
    }

    /** Address of the word that {@link #find} reads first, to read ahead. */
    public long bucket(final long tokenHi, final long tokenLo) {
        return records.bucket(tokenHi, tokenLo);
    }

    /**
     * Puts a card; the caller has checked the contents. Wrong PINs are forgotten when the status changes, and only then:
     * the same contents change nothing.
     *
     * @return false if it was there with these very contents
     */
    public boolean put(final long tokenHi, final long tokenLo, final DirectBuffer command, final int offset, final int walletSlot) {
        final int existing = records.find(tokenHi, tokenLo);
        if (existing != NOT_FOUND && hasContents(existing, command, offset)) {
            return false;
        }
        final int before = existing == NOT_FOUND ? CardStatus.ACTIVE : status(existing);
        final int slot = write(tokenHi, tokenLo, command, offset);
        if (before != status(slot)) {
            setPinTries(slot, 0);
        }
        putBeside(slot, WALLET_SLOT, walletSlot);
        return true;
    }

    /** Upper half of the token. */
    public long tokenHi(final int slot) {
        return int64(slot, 0);
    }

    /** Lower half of the token. */
    public long tokenLo(final int slot) {
        return int64(slot, 8);
    }

    /** Wallet that the card draws on. */
    public long walletId(final int slot) {
        return int64(slot, WALLET_ID);
    }

    /** Slot of that wallet in the table of wallets; it may have been removed since. */
    public int walletSlot(final int slot) {
        return int32(slot, WALLET_SLOT);
    }

    /** First eight digits of the card's number. */
    public int bin(final int slot) {
        return int32(slot, BIN);
    }

    /** Key that its token was made with. */
    public int tokenKeyId(final int slot) {
        return uint16(slot, TOKEN_KEY_ID);
    }

    /** YYMM; the card is good to the end of that month in its wallet's zone. */
    public int expiry(final int slot) {
        return uint16(slot, EXPIRY);
    }

    @Override
    public int status(final int slot) {
        return uint16(slot, STATUS);
    }

    /** True if the card is on the negative file. */
    public boolean isOnNegativeFile(final int slot) {
        return (uint16(slot, FLAGS) & CardStatus.NEGATIVE_FILE) != 0;
    }

    /** Puts the card on the negative file or takes it off. */
    public void setNegativeFile(final int slot, final boolean listed) {
        final int flags = uint16(slot, FLAGS);
        records.beforeChange(slot);
        UnsafeApi.putShort(records.address(slot) + FLAGS,
            (short) (listed ? flags | CardStatus.NEGATIVE_FILE : flags & ~CardStatus.NEGATIVE_FILE));
        records.afterChange(slot);
    }

    /**
     * Puts an issuer's card on the negative file: a record without a wallet, which stands for nothing else. The caller has checked that
     * there is room.
     */
    public void listRouted(final long tokenHi, final long tokenLo, final int bin) {
        final int slot = records.add(tokenHi, tokenLo);
        records.beforeChange(slot);
        final long record = records.address(slot);
        UnsafeApi.putInt(record + BIN, bin);
        UnsafeApi.putShort(record + STATUS, (short) CardStatus.ACTIVE);
        UnsafeApi.putShort(record + FLAGS, (short) CardStatus.NEGATIVE_FILE);
        records.afterChange(slot);
        putBeside(slot, WALLET_SLOT, NOT_FOUND);
    }

    /** True if the record only says that an issuer's card is on the negative file. */
    public boolean isRouted(final int slot) {
        return walletId(slot) == 0;
    }

    /** Issuers' cards are not administered: nobody could put them again. */
    @Override
    public int encode(final int slot, final MutableDirectBuffer buffer, final int offset) {
        return records.isUsed(slot) && isRouted(slot) ? 0 : super.encode(slot, buffer, offset);
    }

    /** Wrong PINs since the last right one. */
    public int pinTries(final int slot) {
        return int32(slot, PIN_TRIES);
    }

    /** Sets the wrong PINs. */
    public void setPinTries(final int slot, final int tries) {
        records.beforeChange(slot);
        UnsafeApi.putInt(records.address(slot) + PIN_TRIES, tries);
        records.afterChange(slot);
    }

    /**
     * Gives the card the token of another key. If a card with that token is there already, that one stands and nothing
     * changes.
     *
     * @return slot of the card under its new token; the old slot is free
     */
    public int retoken(final int slot, final long tokenHi, final long tokenLo, final int tokenKeyId) {
        final int known = records.find(tokenHi, tokenLo);
        if (known != NOT_FOUND) {
            return known;
        }
        final long from = records.address(slot);
        final long walletId = UnsafeApi.getLong(from + WALLET_ID);
        final long binAndKey = UnsafeApi.getLong(from + BIN);
        final long statusAndFlags = UnsafeApi.getLong(from + STATUS);
        final long tries = UnsafeApi.getLong(from + PIN_TRIES);
        final int walletSlot = walletSlot(slot);
        records.remove(slot);
        final int added = records.add(tokenHi, tokenLo);
        records.beforeChange(added);
        final long to = records.address(added);
        UnsafeApi.putLong(to + WALLET_ID, walletId);
        UnsafeApi.putLong(to + BIN, binAndKey);
        UnsafeApi.putShort(to + TOKEN_KEY_ID, (short) tokenKeyId);
        UnsafeApi.putLong(to + STATUS, statusAndFlags);
        UnsafeApi.putLong(to + PIN_TRIES, tries);
        records.afterChange(added);
        putBeside(added, WALLET_SLOT, walletSlot);
        return added;
    }
}
