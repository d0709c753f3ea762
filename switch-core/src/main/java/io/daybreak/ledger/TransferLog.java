package io.daybreak.ledger;

import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * What memory keeps of applied transfers: the newest {@code transfersRetained}, each linked to the one before it of
 * its debit and of its credit account.
 * <pre>
 *    0 id (16)                 16 pending id (16)        32 user data 128 (16)     48 user data 64
 *   56 amount                  64 sequence               72 timestamp              80 debit slot (4), credit slot (4)
 *   88 older of debit account  96 older of credit account                         104 time-out (4), participant (4)
 *  112 code (2), flags (2), hold state (4)              120 zero
 * </pre>
 * Places of older transfers are kept plus one; 0 is none. Ledger thread only.
 */
public final class TransferLog implements Stateful {
    private static final int RECORD_BYTES = 128;
    private static final int ID_HI = 0;
    private static final int ID_LO = 8;
    private static final int PENDING_ID_HI = 16;
    private static final int PENDING_ID_LO = 24;
    private static final int USER_DATA_HI = 32;
    private static final int USER_DATA_LO = 40;
    private static final int USER_DATA_64 = 48;
    private static final int AMOUNT = 56;
    private static final int SEQUENCE = 64;
    private static final int TIMESTAMP = 72;
    private static final int DEBIT_SLOT = 80;
    private static final int CREDIT_SLOT = 84;
    private static final int OLDER_OF_DEBIT = 88;
    private static final int OLDER_OF_CREDIT = 96;
    private static final int TIMEOUT = 104;
    private static final int PARTICIPANT = 108;
    private static final int CODE = 112;
    private static final int FLAGS = 114;
    private static final int HOLD_STATE = 116;
    private static final int SPARE = 120;

    private final RecordLog log;
    private final UndoLog undo;
    private final AccountTable accounts;

    public TransferLog(final SlabAllocator allocator, final UndoLog undo, final AccountTable accounts) {
        this.log = new RecordLog(allocator, undo, RECORD_BYTES);
        this.undo = undo;
        this.accounts = accounts;
    }

    /** Sets how many transfers are kept. */
    public void configure(final long retained) {
        log.configure(retained);
    }

    /** Appends a transfer and makes it the newest of both accounts, whose lines are given. Returns its place. */
    long append(final long idHi, final long idLo, final long pendingIdHi, final long pendingIdLo, final long userDataHi,
                final long userDataLo, final long userData64, final long amount, final long sequence, final long timestampNs,
                final long debit, final long credit, final int timeoutMs, final int participantId, final int code,
                final int flags, final int holdState) {
        final long record = log.nextAddress();
        UnsafeApi.putLong(record + ID_HI, idHi);
        UnsafeApi.putLong(record + ID_LO, idLo);
        UnsafeApi.putLong(record + PENDING_ID_HI, pendingIdHi);
        UnsafeApi.putLong(record + PENDING_ID_LO, pendingIdLo);
        UnsafeApi.putLong(record + USER_DATA_HI, userDataHi);
        UnsafeApi.putLong(record + USER_DATA_LO, userDataLo);
        UnsafeApi.putLong(record + USER_DATA_64, userData64);
        UnsafeApi.putLong(record + AMOUNT, amount);
        UnsafeApi.putLong(record + SEQUENCE, sequence);
        UnsafeApi.putLong(record + TIMESTAMP, timestampNs);
        UnsafeApi.putInt(record + DEBIT_SLOT, AccountTable.slot(debit));
        UnsafeApi.putInt(record + CREDIT_SLOT, AccountTable.slot(credit));
        UnsafeApi.putLong(record + OLDER_OF_DEBIT, AccountTable.newestTransfer(debit));
        UnsafeApi.putLong(record + OLDER_OF_CREDIT, AccountTable.newestTransfer(credit));
        UnsafeApi.putInt(record + TIMEOUT, timeoutMs);
        UnsafeApi.putInt(record + PARTICIPANT, participantId);
        UnsafeApi.putShort(record + CODE, (short) code);
        UnsafeApi.putShort(record + FLAGS, (short) flags);
        UnsafeApi.putInt(record + HOLD_STATE, holdState);
        UnsafeApi.putLong(record + SPARE, 0);
        final long place = log.append();
        accounts.setNewestTransfer(debit, place + 1);
        accounts.setNewestTransfer(credit, place + 1);
        return place;
    }

    /** Notes what became of a hold, if its record is still in memory. */
    void setHoldState(final long place, final int holdState) {
        if (log.holds(place)) {
            log.beforeChange(place);
            final long record = log.address(place);
            undo.save(record + CODE, 1);
            UnsafeApi.putInt(record + HOLD_STATE, holdState);
            log.afterChange(place);
        }
    }

    /**
     * Place of the applied transfer with this identity and sequence, or -1 if it is no longer in memory. Sequences
     * never fall along the log, so it is found by halving.
     */
    public long find(final long sequence, final int participantId, final long idHi, final long idLo) {
        long low = log.begin();
        long high = log.end();
        while (low < high) {
            final long middle = low + high >>> 1;
            if (sequence(log.address(middle)) < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (long place = low; place < log.end() && sequence(log.address(place)) == sequence; place++) {
            final long record = log.address(place);
            if (idHi(record) == idHi && idLo(record) == idLo && participantId(record) == participantId
                && (flags(record) & TransferFlags.EXPIRY) == 0) {
                return place;
            }
        }
        return -1;
    }

    /** As {@link #find}, among the records from {@code fromPlace} on, whose sequences are not known to the asker. */
    long findFrom(final long fromPlace, final int participantId, final long idHi, final long idLo) {
        for (long place = Math.max(fromPlace, log.begin()); place < log.end(); place++) {
            final long record = log.address(place);
            if (idHi(record) == idHi && idLo(record) == idLo && participantId(record) == participantId
                && (flags(record) & TransferFlags.EXPIRY) == 0) {
                return place;
            }
        }
        return -1;
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

    /** Place that the next record will have; also the count of all records ever. */
    public long end() {
        return log.end();
    }

    /** Records in memory. */
    public long size() {
        return log.end() - log.begin();
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

    public static long idHi(final long record) {
        return UnsafeApi.getLong(record + ID_HI);
    }

    public static long idLo(final long record) {
        return UnsafeApi.getLong(record + ID_LO);
    }

    public static long pendingIdHi(final long record) {
        return UnsafeApi.getLong(record + PENDING_ID_HI);
    }

    public static long pendingIdLo(final long record) {
        return UnsafeApi.getLong(record + PENDING_ID_LO);
    }

    public static long userDataHi(final long record) {
        return UnsafeApi.getLong(record + USER_DATA_HI);
    }

    public static long userDataLo(final long record) {
        return UnsafeApi.getLong(record + USER_DATA_LO);
    }

    public static long userData64(final long record) {
        return UnsafeApi.getLong(record + USER_DATA_64);
    }

    /** What was moved, held, released or added, in minor units. */
    public static long amount(final long record) {
        return UnsafeApi.getLong(record + AMOUNT);
    }

    public static long sequence(final long record) {
        return UnsafeApi.getLong(record + SEQUENCE);
    }

    public static long timestampNs(final long record) {
        return UnsafeApi.getLong(record + TIMESTAMP);
    }

    public static int debitSlot(final long record) {
        return UnsafeApi.getInt(record + DEBIT_SLOT);
    }

    public static int creditSlot(final long record) {
        return UnsafeApi.getInt(record + CREDIT_SLOT);
    }

    /** Place, plus one, of the transfer before this one of the account in {@code slot}; 0 if there is none. */
    public static long olderOf(final long record, final int slot) {
        return UnsafeApi.getLong(record + (debitSlot(record) == slot ? OLDER_OF_DEBIT : OLDER_OF_CREDIT));
    }

    public static int timeoutMs(final long record) {
        return UnsafeApi.getInt(record + TIMEOUT);
    }

    public static int participantId(final long record) {
        return UnsafeApi.getInt(record + PARTICIPANT);
    }

    public static int code(final long record) {
        return UnsafeApi.getShort(record + CODE) & 0xFFFF;
    }

    public static int flags(final long record) {
        return UnsafeApi.getShort(record + FLAGS) & 0xFFFF;
    }

    /** One of {@link OutcomeFlags}' hold states. */
    public static int holdState(final long record) {
        return UnsafeApi.getInt(record + HOLD_STATE);
    }
}
