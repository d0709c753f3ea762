package io.daybreak.routing;

import io.daybreak.memory.RecordTable;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.state.StateImage;
import io.daybreak.state.Stateful;
import org.agrona.UnsafeApi;

/**
 * What was approved for issuers that did not answer, by card and UTC day: sums and counts against the route's limits.
 * <pre>
 *   0 token (16)   16 sum of the day   24 day since 1970 (4), count (4)   32 used before (4), used after (4)   56 the table's own
 * </pre>
 * Cards lie in the order in which they were last used; those of days gone by are forgotten from the old end, a few
 * with each use. When the table is full of today's cards, stand-in takes no further card. Ledger thread only.
 */
final class StandIn implements Stateful {
    private static final int NONE = -1;
    private static final long NS_PER_DAY = 86_400_000_000_000L;
    private static final int FORGOTTEN_AT_ONCE = 4;
    private static final int SUM = 16;
    private static final int DAY = 24;
    private static final int COUNT = 28;
    private static final int OLDER = 32;
    private static final int YOUNGER = 36;
    private static final int HASHED_WORDS = 4;
    private static final int RECORD_BYTES = 64;
    private static final long NEVER =
        1L << PaymentOperation.CASH_OUT | 1L << PaymentOperation.REFUND | 1L << PaymentOperation.BALANCE;

    private final RecordTable cards;
    private int oldest = NONE;
    private int youngest = NONE;

    StandIn(final SlabAllocator allocator, final UndoLog undo) {
        this.cards = new RecordTable(allocator, undo, RECORD_BYTES, HASHED_WORDS);
    }

    void configure(final long capacity) {
        cards.configure(capacity);
    }

    boolean isAllowed(final Route route, final int operation, final int channel, final int mcc, final long amountMinor,
                      final long tokenHi, final long tokenLo, final long nowNs) {
        if ((NEVER & 1L << operation) != 0 || amountMinor < 0 || !route.standsInFor(operation, channel, mcc, amountMinor)
            || (tokenHi | tokenLo) == 0) {
            return false;
        }
        final int day = (int) (nowNs / NS_PER_DAY);
        final int slot = cards.find(tokenHi, tokenLo);
        final boolean known = slot != RecordTable.NOT_FOUND && UnsafeApi.getInt(cards.address(slot) + DAY) == day;
        final long sum = known ? UnsafeApi.getLong(cards.address(slot) + SUM) : 0;
        final int count = known ? UnsafeApi.getInt(cards.address(slot) + COUNT) : 0;
        return (slot != RecordTable.NOT_FOUND || hasRoom(day)) && count < route.standInDayCount
            && amountMinor <= route.standInDayMinor - sum;
    }

    private boolean hasRoom(final int day) {
        return !cards.isFull() || UnsafeApi.getInt(cards.address(oldest) + DAY) < day;
    }

    void count(final long amountMinor, final long tokenHi, final long tokenLo, final long nowNs) {
        final int day = (int) (nowNs / NS_PER_DAY);
        int slot = cards.find(tokenHi, tokenLo);
        if (slot == RecordTable.NOT_FOUND) {
            for (int i = 0; i < FORGOTTEN_AT_ONCE && oldest != NONE && UnsafeApi.getInt(cards.address(oldest) + DAY) < day; i++) {
                final int forgotten = oldest;
                unlink(forgotten);
                cards.remove(forgotten);
            }
            slot = cards.add(tokenHi, tokenLo);
        } else {
            unlink(slot);
        }
        link(slot);
        cards.beforeChange(slot);
        final long card = cards.address(slot);
        final boolean today = UnsafeApi.getInt(card + DAY) == day;
        UnsafeApi.putLong(card + SUM, (today ? UnsafeApi.getLong(card + SUM) : 0) + amountMinor);
        UnsafeApi.putInt(card + COUNT, (today ? UnsafeApi.getInt(card + COUNT) : 0) + 1);
        UnsafeApi.putInt(card + DAY, day);
        cards.afterChange(slot);
    }

    private void link(final int slot) {
        final long card = cards.address(slot);
        UnsafeApi.putInt(card + OLDER, youngest);
        UnsafeApi.putInt(card + YOUNGER, NONE);
        if (youngest == NONE) {
            oldest = slot;
        } else {
            UnsafeApi.putInt(cards.address(youngest) + YOUNGER, slot);
        }
        youngest = slot;
    }

    private void unlink(final int slot) {
        final int older = UnsafeApi.getInt(cards.address(slot) + OLDER);
        final int younger = UnsafeApi.getInt(cards.address(slot) + YOUNGER);
        if (older == NONE) {
            oldest = younger;
        } else {
            UnsafeApi.putInt(cards.address(older) + YOUNGER, younger);
        }
        if (younger == NONE) {
            youngest = older;
        } else {
            UnsafeApi.putInt(cards.address(younger) + OLDER, older);
        }
    }

    @Override
    public void image(final StateImage image) {
        cards.image(image);
        oldest = image.number(oldest);
        youngest = image.number(youngest);
    }

    int count() {
        return cards.count();
    }

    long digest() {
        return cards.digest();
    }

    long computeDigest() {
        return cards.computeDigest();
    }
}
