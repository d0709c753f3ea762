package io.daybreak.ledger;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordSlabs;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * The accounts. What a transfer reads and writes of an account lies in one cache line:
 * <pre>
 *    0 id              8 debits posted     16 debits pending    24 credits posted    32 credits pending
 *   40 ledger (4)     44 code (2), flags (2)                    48 newest transfer   56 slot (4), zero (4)
 * </pre>
 * the rest (user data, time of creation; place of the line, newest history record) in records by slot. Newest ones are
 * places in the transfer log and the balance history, plus one; 0 is none.
 * <p>
 * The line is found by the hash of the id and moves when others are added. Slots are counted in the order of creation and
 * stay: they are what other tables keep.
 * <p>
 * Amounts are minor units from 0 to 2^63 - 1. Ledger thread only. Holds at most {@code accountCapacity} accounts.
 * <p>
 * The digest of the table is linear in the balances: each account weighs its four sums with odd factors that follow
 * from its id. So a posting costs one multiplication, and the sum can be computed afresh in any order.
 */
public final class AccountTable implements Stateful {
    /** No such account. */
    public static final long NOT_FOUND = AccountLines.NOT_FOUND;

    private static final int DEBITS_POSTED = 8;
    private static final int DEBITS_PENDING = 16;
    private static final int CREDITS_POSTED = 24;
    private static final int CREDITS_PENDING = 32;
    private static final int NEWEST_TRANSFER = 48;

    private static final int ID = 0;
    private static final int LEDGER = 40;
    private static final int CODE = 44;
    private static final int FLAGS = 46;
    private static final int SLOT = 56;
    private static final int WHERE_BYTES = 16;
    private static final int LINE = 0;
    private static final int NEWEST_HISTORY = 8;
    private static final int COLD_BYTES = 32;
    private static final int USER_DATA_HI = 0;
    private static final int USER_DATA_LO = 8;
    private static final int USER_DATA_64 = 16;
    private static final int CREATED_NS = 24;

    private static final long WEIGHT_DEBITS_POSTED = 0x8CB92BA72F3D8DD7L;
    private static final long WEIGHT_DEBITS_PENDING = 0xD6E8FEB86659FD93L;
    private static final long WEIGHT_CREDITS_POSTED = 0xA5A5D2C1F8B5E46BL;
    private static final long WEIGHT_CREDITS_PENDING = 0xC2B2AE3D27D4EB4FL;

    private final AccountLines lines;
    private final RecordSlabs cold;
    /** By slot: address of the line, newest history record. */
    private final RecordSlabs where;
    private final UndoLog undo;
    private int count;
    private long digest;
    private long markedDigest;

    public AccountTable(final SlabAllocator allocator, final UndoLog undo) {
        this.lines = new AccountLines(allocator, this::onMoved);
        this.cold = new RecordSlabs(allocator, COLD_BYTES);
        this.where = new RecordSlabs(allocator, WHERE_BYTES);
        this.undo = undo;
    }

    /** Accounts in the table. */
    public int count() {
        return count;
    }

    /** Address of an account's line, or {@link #NOT_FOUND}; valid until the next {@link #add}. */
    public long find(final long id) {
        return lines.find(id, AccountLines.hash(id));
    }

    /** Address of the line that {@link #find} reads first, to read ahead; the account may lie further on, or not be. */
    public long firstLine(final long id) {
        return lines.first(AccountLines.hash(id));
    }

    /** Address of the line that {@link #find} reads after another one. */
    public static long nextLine(final long address) {
        return AccountLines.nextAddress(address);
    }

    /** Address of the line of the account in a slot; valid until the next {@link #add}. */
    public long address(final int slot) {
        return UnsafeApi.getLong(where.address(slot) + LINE);
    }

    /** Takes memory by slot for accounts ahead of need. That of the lines comes from the allocator's stock as they spread. */
    public void reserve(final int accounts) {
        cold.ensureCapacity(accounts);
        where.ensureCapacity(accounts);
    }

    private void onMoved(final long address) {
        UnsafeApi.putLong(where.address(slot(address)) + LINE, address);
    }

    /** Adds an account that is not there, with all balances zero. */
    public int add(final long id, final int ledger, final int code, final int flags, final long userDataHi,
                   final long userDataLo, final long userData64, final long createdNs) {
        final int slot = count;
        cold.ensureCapacity(slot + 1L);
        where.ensureCapacity(slot + 1L);
        final long address = lines.add(id, AccountLines.hash(id));
        UnsafeApi.putInt(address + SLOT, slot);
        onMoved(address);
        UnsafeApi.putInt(address + LEDGER, ledger);
        UnsafeApi.putShort(address + CODE, (short) code);
        UnsafeApi.putShort(address + FLAGS, (short) flags);
        final long coldAddress = cold.address(slot);
        UnsafeApi.putLong(coldAddress + USER_DATA_HI, userDataHi);
        UnsafeApi.putLong(coldAddress + USER_DATA_LO, userDataLo);
        UnsafeApi.putLong(coldAddress + USER_DATA_64, userData64);
        UnsafeApi.putLong(coldAddress + CREATED_NS, createdNs);
        count++;
        digest += fixedHash(address) + flagsHash(id, flags);
        return slot;
    }

    /** True if an account was created with these contents; frozen and closed do not count. */
    public boolean hasContents(final long address, final int ledger, final int code, final int flags, final long userDataHi,
                               final long userDataLo, final long userData64) {
        final long coldAddress = cold.address(slot(address));
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

    void setNewestTransfer(final long address, final long place) {
        undo.save(address + NEWEST_TRANSFER, 1);
        UnsafeApi.putLong(address + NEWEST_TRANSFER, place);
    }

    void setNewestHistory(final int slot, final long place) {
        final long field = where.address(slot) + NEWEST_HISTORY;
        undo.save(field, 1);
        UnsafeApi.putLong(field, place);
    }

    /** The account's slot: how many were created before it. */
    public static int slot(final long address) {
        return UnsafeApi.getInt(address + SLOT);
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
    public long newestHistory(final int slot) {
        return UnsafeApi.getLong(where.address(slot) + NEWEST_HISTORY);
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
        final long[] sum = new long[1];
        forEach(address -> {
            final long id = id(address);
            sum[0] += fixedHash(address) + flagsHash(id, flags(address))
                + weight(id) * (WEIGHT_DEBITS_POSTED * debitsPosted(address) + WEIGHT_DEBITS_PENDING * debitsPending(address)
                + WEIGHT_CREDITS_POSTED * creditsPosted(address) + WEIGHT_CREDITS_PENDING * creditsPending(address));
        });
        return sum[0];
    }

    /** Shows every account's line, in no order that means anything. */
    void forEach(final AccountLines.Visitor visitor) {
        lines.forEach(visitor);
    }

    @Override
    public void image(final StateImage image) {
        count = image.bounded(count, 0, Integer.MAX_VALUE - 1);
        digest = image.word(digest);
        cold.image(image, count);
        where.ensureCapacity(count);
        // Of a slot's two words one is an address, which holds for this process only; the lines tell it again.
        for (int slot = 0; slot < count; slot++) {
            final long field = where.address(slot) + NEWEST_HISTORY;
            UnsafeApi.putLong(field, image.word(UnsafeApi.getLong(field)));
        }
        lines.image(image);
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

    private long fixedHash(final long address) {
        return Hashing.mix(id(address), UnsafeApi.getInt(address + LEDGER) * 65_536L + code(address))
            + Hashing.mix(id(address), Hashing.ofWords(cold.address(slot(address)), COLD_BYTES / 8));
    }
}
