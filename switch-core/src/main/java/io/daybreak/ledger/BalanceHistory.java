package io.daybreak.ledger;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * The balances after each change of the accounts that are flagged so; memory keeps the newest {@code historyRetained}
 * records of all of them together.
 * <pre>
 *    0 sequence    8 timestamp   16 debits posted   24 debits pending   32 credits posted   40 credits pending
 *   48 older record of the account, plus one                           56 slot
 * </pre>
 * Ledger thread only.
 */
public final class BalanceHistory implements Stateful {
    private static final int RECORD_BYTES = 64;
    private static final int SEQUENCE = 0;
    private static final int TIMESTAMP = 8;
    private static final int DEBITS_POSTED = 16;
    private static final int DEBITS_PENDING = 24;
    private static final int CREDITS_POSTED = 32;
    private static final int CREDITS_PENDING = 40;
    private static final int OLDER = 48;
    private static final int SLOT = 56;

    private final RecordLog log;
    private final AccountTable accounts;

    public BalanceHistory(final SlabAllocator allocator, final UndoLog undo, final AccountTable accounts) {
        this.log = new RecordLog(allocator, undo, RECORD_BYTES);
        this.accounts = accounts;
    }

    /** Sets how many records are kept. */
    public void configure(final long retained) {
        log.configure(retained);
    }

    void append(final long account, final long sequence, final long timestampNs) {
        final int slot = AccountTable.slot(account);
        final long record = log.nextAddress();
        UnsafeApi.putLong(record + SEQUENCE, sequence);
        UnsafeApi.putLong(record + TIMESTAMP, timestampNs);
        UnsafeApi.putLong(record + DEBITS_POSTED, AccountTable.debitsPosted(account));
        UnsafeApi.putLong(record + DEBITS_PENDING, AccountTable.debitsPending(account));
        UnsafeApi.putLong(record + CREDITS_POSTED, AccountTable.creditsPosted(account));
        UnsafeApi.putLong(record + CREDITS_PENDING, AccountTable.creditsPending(account));
        UnsafeApi.putLong(record + OLDER, accounts.newestHistory(slot));
        UnsafeApi.putLong(record + SLOT, slot);
        accounts.setNewestHistory(slot, log.append() + 1);
    }

    /** True if the record at a place is in memory. */
    public boolean holds(final long place) {
        return log.holds(place);
    }

    /** Address of a record in memory. */
    public long address(final long place) {
        return log.address(place);
    }

    /** Sequence of the oldest record in memory; 0 if nothing was ever forgotten. */
    public long beginSequence() {
        return log.begin() == 0 ? 0 : sequence(log.address(log.begin()));
    }

    @Override
    public void image(final StateImage image) {
        log.image(image);
    }

    void trim() {
        log.trim();
    }

    public long digest() {
        return log.digest();
    }

    public long computeDigest() {
        return log.computeDigest();
    }

    void mark() {
        log.mark();
    }

    void rollback() {
        log.rollback();
    }

    public static long sequence(final long record) {
        return UnsafeApi.getLong(record + SEQUENCE);
    }

    public static long timestampNs(final long record) {
        return UnsafeApi.getLong(record + TIMESTAMP);
    }

    public static long debitsPosted(final long record) {
        return UnsafeApi.getLong(record + DEBITS_POSTED);
    }

    public static long debitsPending(final long record) {
        return UnsafeApi.getLong(record + DEBITS_PENDING);
    }

    public static long creditsPosted(final long record) {
        return UnsafeApi.getLong(record + CREDITS_POSTED);
    }

    public static long creditsPending(final long record) {
        return UnsafeApi.getLong(record + CREDITS_PENDING);
    }

    /** Place, plus one, of the record before this one; 0 if there is none. */
    public static long older(final long record) {
        return UnsafeApi.getLong(record + OLDER);
    }

    /** Slot of the account. */
    public static int slot(final long record) {
        return (int) UnsafeApi.getLong(record + SLOT);
    }
}
