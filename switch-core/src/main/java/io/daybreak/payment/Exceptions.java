package io.daybreak.payment;

import io.daybreak.memory.Hashing;
import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * Items that a person must settle: docs/iso8583.md, chapter 13. An item has a number, counted from 1, and is open until it is
 * resolved; resolved ones stay to be read until their room is needed, the first resolved going first.
 * <pre>
 *    0 number                  8 zero                  16 payment id             24 time                  32 amount
 *   40 institution            48 rrn (12), stan (4)                              64 reason (2), state (2), issuer (2), issuer's code (2)
 *   72 when resolved          80 note (32)                                      112 next resolved
 * </pre>
 * At most {@code capacity} items are made by acquirers' messages: what would need one more is not decided. As many again are
 * for what issuers leave behind, which nobody can send again; beyond that they are counted as lost. Ledger thread only.
 */
final class Exceptions implements Stateful {
    static final int OPEN = 1;
    static final int RESOLVED = 2;
    static final int NOTE_BYTES = 32;

    private static final int RECORD_BYTES = 128;
    private static final int HASHED_WORDS = 14;
    private static final int PAYMENT_ID = 16;
    private static final int TIMESTAMP = 24;
    private static final int AMOUNT = 32;
    private static final int INSTITUTION = 40;
    private static final int RRN_0 = 48;
    private static final int RRN_1 = 56;
    private static final int STAN = 60;
    private static final int REASON = 64;
    private static final int STATE = 66;
    private static final int ISSUER = 68;
    private static final int ISSUER_CODE = 70;
    private static final int RESOLVED_NS = 72;
    private static final int NOTE = 80;
    private static final int NEXT_RESOLVED = 112;

    private final RecordTable table;
    private long capacity;
    private long lastItemId;
    private long openCount;
    private long lostCount;
    private int firstResolved;
    private int lastResolved;

    Exceptions(final SlabAllocator allocator) {
        table = new RecordTable(allocator, new UndoLog(), RECORD_BYTES, HASHED_WORDS);
    }

    void configure(final long newCapacity) {
        capacity = newCapacity;
        table.configure(newCapacity * 2);
    }

    @Override
    public void image(final StateImage image) {
        table.image(image);
        capacity = image.word(capacity);
        lastItemId = image.word(lastItemId);
        openCount = image.word(openCount);
        lostCount = image.word(lostCount);
        firstResolved = image.number(firstResolved);
        lastResolved = image.number(lastResolved);
    }

    /** True if an acquirer's message can make no further item. */
    boolean isFull() {
        return openCount >= capacity;
    }

    /** Makes an item. {@code payment} is the address of what it is about, 0 for nothing that is remembered. */
    void add(final int reason, final long payment, final long amountMinor, final int issuerId, final int issuerCode,
             final long nowNs) {
        makeRoom();
        final int slot = table.add(lastItemId + 1, 0);
        if (slot == RecordTable.NOT_FOUND) {
            lostCount++;
            return;
        }
        lastItemId++;
        openCount++;
        final long item = table.address(slot);
        table.beforeChange(slot);
        if (payment != 0) {
            UnsafeApi.putLong(item + PAYMENT_ID, PaymentTable.paymentId(payment));
            UnsafeApi.putLong(item + INSTITUTION, PaymentTable.institution(payment));
            UnsafeApi.putLong(item + RRN_0, PaymentTable.rrn0(payment));
            UnsafeApi.putInt(item + RRN_1, PaymentTable.rrn1(payment));
            UnsafeApi.putInt(item + STAN, PaymentTable.stan(payment));
        }
        UnsafeApi.putLong(item + TIMESTAMP, nowNs);
        UnsafeApi.putLong(item + AMOUNT, amountMinor);
        UnsafeApi.putShort(item + REASON, (short) reason);
        UnsafeApi.putShort(item + STATE, (short) OPEN);
        UnsafeApi.putShort(item + ISSUER, (short) issuerId);
        UnsafeApi.putShort(item + ISSUER_CODE, (short) issuerCode);
        table.afterChange(slot);
    }

    /** An item about a payment that is forgotten. */
    void addForgotten(final int reason, final long paymentId, final long amountMinor, final int issuerId, final int issuerCode,
                      final long nowNs) {
        final long before = lastItemId;
        add(reason, 0, amountMinor, issuerId, issuerCode, nowNs);
        if (lastItemId != before) {
            final int slot = find(lastItemId);
            table.beforeChange(slot);
            UnsafeApi.putLong(table.address(slot) + PAYMENT_ID, paymentId);
            table.afterChange(slot);
        }
    }

    private void makeRoom() {
        if (table.count() >= capacity && firstResolved != 0) {
            final int slot = firstResolved - 1;
            firstResolved = (int) UnsafeApi.getLong(table.address(slot) + NEXT_RESOLVED);
            if (firstResolved == 0) {
                lastResolved = 0;
            }
            table.remove(slot);
        }
    }

    /** Slot of an item, or {@link RecordTable#NOT_FOUND}. */
    int find(final long itemId) {
        return table.find(itemId, 0);
    }

    boolean isOpen(final int slot) {
        return UnsafeApi.getShort(table.address(slot) + STATE) == OPEN;
    }

    /** A person has settled it. The note is 32 bytes at {@code noteAddress}, read by the caller into words. */
    void resolve(final int slot, final long note0, final long note1, final long note2, final long note3, final long nowNs) {
        final long item = table.address(slot);
        table.beforeChange(slot);
        UnsafeApi.putShort(item + STATE, (short) RESOLVED);
        UnsafeApi.putLong(item + RESOLVED_NS, nowNs);
        UnsafeApi.putLong(item + NOTE, note0);
        UnsafeApi.putLong(item + NOTE + 8, note1);
        UnsafeApi.putLong(item + NOTE + 16, note2);
        UnsafeApi.putLong(item + NOTE + 24, note3);
        table.afterChange(slot);
        UnsafeApi.putLong(item + NEXT_RESOLVED, 0);
        if (lastResolved == 0) {
            firstResolved = slot + 1;
        } else {
            UnsafeApi.putLong(table.address(lastResolved - 1) + NEXT_RESOLVED, slot + 1L);
        }
        lastResolved = slot + 1;
        openCount--;
    }

    /** Number of the newest item; 0: none yet. */
    long lastItemId() {
        return lastItemId;
    }

    long openCount() {
        return openCount;
    }

    long address(final int slot) {
        return table.address(slot);
    }

    long digest() {
        return table.digest() + ownDigest();
    }

    long computeDigest() {
        return table.computeDigest() + ownDigest();
    }

    private long ownDigest() {
        return Hashing.mix(Hashing.mix(lastItemId, openCount), lostCount);
    }

    static long itemId(final long item) {
        return UnsafeApi.getLong(item);
    }

    static long paymentId(final long item) {
        return UnsafeApi.getLong(item + PAYMENT_ID);
    }

    static long timestampNs(final long item) {
        return UnsafeApi.getLong(item + TIMESTAMP);
    }

    static long amount(final long item) {
        return UnsafeApi.getLong(item + AMOUNT);
    }

    static long institution(final long item) {
        return UnsafeApi.getLong(item + INSTITUTION);
    }

    static long rrn0(final long item) {
        return UnsafeApi.getLong(item + RRN_0);
    }

    static int rrn1(final long item) {
        return UnsafeApi.getInt(item + RRN_1);
    }

    static int stan(final long item) {
        return UnsafeApi.getInt(item + STAN);
    }

    static int reason(final long item) {
        return UnsafeApi.getShort(item + REASON);
    }

    static int state(final long item) {
        return UnsafeApi.getShort(item + STATE);
    }

    static int issuerId(final long item) {
        return UnsafeApi.getShort(item + ISSUER) & 0xFFFF;
    }

    static int issuerCode(final long item) {
        return UnsafeApi.getShort(item + ISSUER_CODE) & 0xFFFF;
    }
}
