package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.AccountFlags;
import org.agrona.UnsafeApi;

/**
 * The accounts. What a transfer reads and writes of an account lies in one cache line:
 * <pre>
 *    0 id              8 debits posted     16 debits pending    24 credits posted    32 credits pending
 *   40 ledger (4)     44 code (2), flags (2)                    48 newest transfer   56 newest history record
 * </pre>
 * the rest (user data, time of creation) in a record of its own. The last two words of the line are places in the
 * transfer log and the balance history, plus one; 0 is none.
 * <p>
 * Amounts are minor units from 0 to 2^63 - 1. Ledger thread only. Holds at most {@code accountCapacity} accounts.
 * <p>
 * The digest of the table is linear in the balances: each account weighs its four sums with odd factors that follow
 * from its id. So a posting costs one multiplication, and the sum can be computed afresh in any order.
 */
public final class AccountTable {
    /** No such account. */
    public static final int NOT_FOUND = AccountIndex.NOT_FOUND;

    static final int DEBITS_POSTED = 8;
    static final int DEBITS_PENDING = 16;
    static final int CREDITS_POSTED = 24;
    static final int CREDITS_PENDING = 32;
    static final int NEWEST_TRANSFER = 48;
    static final int NEWEST_HISTORY = 56;

    private static final int ID = 0;
    private static final int LEDGER = 40;
    private static final int CODE = 44;
    private static final int FLAGS = 46;
    private static final int HOT_BYTES = 64;
    private static final int COLD_BYTES = 32;
    private static final int USER_DATA_HI = 0;
    private static final int USER_DATA_LO = 8;
    private static final int USER_DATA_64 = 16;
    private static final int CREATED_NS = 24;

    private static final long WEIGHT_DEBITS_POSTED = 0x8CB92BA72F3D8DD7L;
    private static final long WEIGHT_DEBITS_PENDING = 0xD6E8FEB86659FD93L;
    private static final long WEIGHT_CREDITS_POSTED = 0xA5A5D2C1F8B5E46BL;
    private static final long WEIGHT_CREDITS_PENDING = 0xC2B2AE3D27D4EB4FL;

    private final RecordSlabs hot;
    private final RecordSlabs cold;
    private final AccountIndex index;
    private final UndoLog undo;
    private int count;
    private long digest;
    private long markedDigest;

    public AccountTable(final SlabAllocator allocator, final UndoLog undo) {
        this.hot = new RecordSlabs(allocator, HOT_BYTES);
        this.cold = new RecordSlabs(allocator, COLD_BYTES);
        this.index = new AccountIndex(allocator, slot -> UnsafeApi.getLong(hot.address(slot)));
        this.undo = undo;
    }

    /** Accounts in the table. */
    public int count() {
        return count;
    }

    /** Slot of an account, or {@link #NOT_FOUND}. */
    public int find(final long id) {
        return index.find(id, AccountIndex.hash(id));
    }

    /** Reads the index line that {@link #find} will need. */
    public long touchIndex(final long id) {
        return index.touch(AccountIndex.hash(id));
    }

    /** Reads the line of the account that probably has this id. */
    public long touch(final long id) {
        final int slot = index.findByTag(AccountIndex.hash(id));
        return slot == NOT_FOUND ? 0 : UnsafeApi.getLong(hot.address(slot));
    }

    /** Address of the account's line; valid for ever. */
    public long address(final int slot) {
        return hot.address(slot);
    }

    /** Takes memory for accounts ahead of need. */
    public void reserve(final int accounts) {
        hot.ensureCapacity(accounts);
        cold.ensureCapacity(accounts);
    }

    /** Adds an account that is not there, with all balances zero. */
    public int add(final long id, final int ledger, final int code, final int flags, final long userDataHi,
                   final long userDataLo, final long userData64, final long createdNs) {
        final int slot = count;
        hot.ensureCapacity(slot + 1L);
        cold.ensureCapacity(slot + 1L);
        final long address = hot.address(slot);
        UnsafeApi.putLong(address + ID, id);
        UnsafeApi.putInt(address + LEDGER, ledger);
        UnsafeApi.putShort(address + CODE, (short) code);
        UnsafeApi.putShort(address + FLAGS, (short) flags);
        final long coldAddress = cold.address(slot);
        UnsafeApi.putLong(coldAddress + USER_DATA_HI, userDataHi);
        UnsafeApi.putLong(coldAddress + USER_DATA_LO, userDataLo);
        UnsafeApi.putLong(coldAddress + USER_DATA_64, userData64);
        UnsafeApi.putLong(coldAddress + CREATED_NS, createdNs);
        index.add(AccountIndex.hash(id), slot);
        count++;
        digest += fixedHash(slot) + flagsHash(id, flags);
        return slot;
    }

    /** True if an account was created with these contents; frozen and closed do not count. */
    public boolean hasContents(final int slot, final int ledger, final int code, final int flags, final long userDataHi,
                               final long userDataLo, final long userData64) {
        final long address = hot.address(slot);
        final long coldAddress = cold.address(slot);
        return ledger(address) == ledger && code(address) == code && (flags(address) & AccountFlags.REQUEST_MASK) == flags
            && UnsafeApi.getLong(coldAddress + USER_DATA_HI) == userDataHi
            && UnsafeApi.getLong(coldAddress + USER_DATA_LO) == userDataLo
            && UnsafeApi.getLong(coldAddress + USER_DATA_64) == userData64;
    }

    /** Debits posted change by {@code delta}. The caller has checked that the sum stays in range. */
    void addDebitsPosted(final long address, final long delta) {
        undo.save(address + DEBITS_POSTED, 1);
        UnsafeApi.putLong(address + DEBITS_POSTED, UnsafeApi.getLong(address + DEBITS_POSTED) + delta);
        digest += weight(id(address)) * (WEIGHT_DEBITS_POSTED * delta);
    }

    void addDebitsPending(final long address, final long delta) {
        undo.save(address + DEBITS_PENDING, 1);
        UnsafeApi.putLong(address + DEBITS_PENDING, UnsafeApi.getLong(address + DEBITS_PENDING) + delta);
        digest += weight(id(address)) * (WEIGHT_DEBITS_PENDING * delta);
    }

    void addCreditsPosted(final long address, final long delta) {
        undo.save(address + CREDITS_POSTED, 1);
        UnsafeApi.putLong(address + CREDITS_POSTED, UnsafeApi.getLong(address + CREDITS_POSTED) + delta);
        digest += weight(id(address)) * (WEIGHT_CREDITS_POSTED * delta);
    }

    void addCreditsPending(final long address, final long delta) {
        undo.save(address + CREDITS_PENDING, 1);
        UnsafeApi.putLong(address + CREDITS_PENDING, UnsafeApi.getLong(address + CREDITS_PENDING) + delta);
        digest += weight(id(address)) * (WEIGHT_CREDITS_PENDING * delta);
    }

    /** Sets and clears bits of the flags. */
    public void changeFlags(final long address, final int set, final int clear) {
        final int before = flags(address);
        final int after = before & ~clear | set;
        undo.save(address + LEDGER, 1);
        UnsafeApi.putShort(address + FLAGS, (short) after);
        final long id = id(address);
        digest += flagsHash(id, after) - flagsHash(id, before);
    }

    void setNewest(final long address, final int field, final long place) {
        undo.save(address + field, 1);
        UnsafeApi.putLong(address + field, place);
    }

    /** The account's id. */
    public static long id(final long address) {
        return UnsafeApi.getLong(address + ID);
    }

    /** The account's ledger. */
    public static int ledger(final long address) {
        return UnsafeApi.getInt(address + LEDGER);
    }

    /** The account's code. */
    public static int code(final long address) {
        return UnsafeApi.getShort(address + CODE) & 0xFFFF;
    }

    /** The account's flags, see {@link AccountFlags}. */
    public static int flags(final long address) {
        return UnsafeApi.getShort(address + FLAGS) & 0xFFFF;
    }

    /** Posted debits. */
    public static long debitsPosted(final long address) {
        return UnsafeApi.getLong(address + DEBITS_POSTED);
    }

    /** Debits held. */
    public static long debitsPending(final long address) {
        return UnsafeApi.getLong(address + DEBITS_PENDING);
    }

    /** Posted credits. */
    public static long creditsPosted(final long address) {
        return UnsafeApi.getLong(address + CREDITS_POSTED);
    }

    /** Credits held. */
    public static long creditsPending(final long address) {
        return UnsafeApi.getLong(address + CREDITS_PENDING);
    }

    /** Place of the newest transfer in the log, plus one. */
    public static long newestTransfer(final long address) {
        return UnsafeApi.getLong(address + NEWEST_TRANSFER);
    }

    /** Place of the newest record in the history, plus one. */
    public static long newestHistory(final long address) {
        return UnsafeApi.getLong(address + NEWEST_HISTORY);
    }

    /** Upper half of the 128-bit user data. */
    public long userDataHi(final int slot) {
        return UnsafeApi.getLong(cold.address(slot) + USER_DATA_HI);
    }

    /** Lower half of the 128-bit user data. */
    public long userDataLo(final int slot) {
        return UnsafeApi.getLong(cold.address(slot) + USER_DATA_LO);
    }

    /** The 64-bit user data. */
    public long userData64(final int slot) {
        return UnsafeApi.getLong(cold.address(slot) + USER_DATA_64);
    }

    /** Command time of creation in epoch nanoseconds. */
    public long createdNs(final int slot) {
        return UnsafeApi.getLong(cold.address(slot) + CREATED_NS);
    }

    /** The running digest. */
    public long digest() {
        return digest;
    }

    /** The digest, computed from the table. */
    public long computeDigest() {
        long sum = 0;
        for (int slot = 0; slot < count; slot++) {
            final long address = hot.address(slot);
            final long id = id(address);
            sum += fixedHash(slot) + flagsHash(id, flags(address))
                + weight(id) * (WEIGHT_DEBITS_POSTED * debitsPosted(address) + WEIGHT_DEBITS_PENDING * debitsPending(address)
                + WEIGHT_CREDITS_POSTED * creditsPosted(address) + WEIGHT_CREDITS_PENDING * creditsPending(address));
        }
        return sum;
    }

    /** Remembers where a chain began. */
    public void mark() {
        markedDigest = digest;
    }

    /** Goes back to the mark; the undo log has put the words back. */
    public void rollback() {
        digest = markedDigest;
    }

    private static long weight(final long id) {
        return Hashing.mix(id) | 1;
    }

    private static long flagsHash(final long id, final int flags) {
        return Hashing.mix(id, flags);
    }

    private long fixedHash(final int slot) {
        final long address = hot.address(slot);
        return Hashing.mix(id(address), UnsafeApi.getInt(address + LEDGER) * 65_536L + code(address))
            + Hashing.mix(id(address), Hashing.ofWords(cold.address(slot), COLD_BYTES / 8));
    }
}
