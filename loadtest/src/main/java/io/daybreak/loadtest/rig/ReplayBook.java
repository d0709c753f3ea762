package io.daybreak.loadtest.rig;

import io.daybreak.client.TransferId;
import io.daybreak.loadtest.recording.RecordedRequest;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.collections.Long2LongHashMap;

import java.util.HashMap;
import java.util.Map;

/**
 * What was acknowledged, by account: minor units debited and credited for good. A post is charged to the accounts of its hold, which are remembered until it is
 * used up. Written by the loop, read after it has ended.
 */
final class ReplayBook {
    private static final int DEBIT = TransferDecoder.debitAccountIdEncodingOffset();
    private static final int CREDIT = TransferDecoder.creditAccountIdEncodingOffset();
    private static final int PENDING = TransferDecoder.pendingIdEncodingOffset();

    private final Long2LongHashMap debited = new Long2LongHashMap(0);
    private final Long2LongHashMap credited = new Long2LongHashMap(0);
    private final Map<Key, Hold> holds = new HashMap<>();
    private long unattributed;

    /** Ids are those of a participant: two may use the same. */
    private record Key(int participantId, TransferId id) {
    }

    private static final class Hold {
        private final long debit;
        private final long credit;
        private long left;

        Hold(final long debit, final long credit) {
            this.debit = debit;
            this.credit = credit;
        }
    }

    private static Key key(final RecordedRequest request, final int index, final int field) {
        return new Key(request.participantId(), new TransferId(request.longAt(index, field), request.longAt(index, field + Long.BYTES)));
    }

    /** Before a request's answer, since that of a post may be the first to come. */
    void onSent(final RecordedRequest request) {
        for (int i = 0; i < request.count(); i++) {
            if ((request.flags(i) & TransferFlags.PENDING) != 0) {
                holds.put(key(request, i, 0), new Hold(request.longAt(i, DEBIT), request.longAt(i, CREDIT)));
            }
        }
    }

    /** A transfer was refused. */
    void onRefused(final RecordedRequest request, final int index) {
        if ((request.flags(index) & TransferFlags.PENDING) != 0) {
            holds.remove(key(request, index, 0));
        }
    }

    /** A transfer was applied. @param amountMinor what it moved, held, posted or released */
    void onApplied(final RecordedRequest request, final int index, final long amountMinor) {
        final int flags = request.flags(index);
        if ((flags & (TransferFlags.PENDING | TransferFlags.ON_HOLD_MASK)) == 0) {
            add(request.longAt(index, DEBIT), request.longAt(index, CREDIT), amountMinor);
            return;
        }
        final Key key = key(request, index, (flags & TransferFlags.PENDING) != 0 ? 0 : PENDING);
        final Hold hold = holds.get(key);
        if (hold == null) {
            // Made before the traffic began.
            unattributed += (flags & TransferFlags.POST) != 0 ? 1 : 0;
            return;
        }
        if ((flags & TransferFlags.POST) != 0) {
            add(hold.debit, hold.credit, amountMinor);
        }
        hold.left += (flags & (TransferFlags.POST | TransferFlags.VOID)) != 0 ? -amountMinor : (flags & TransferFlags.EXTEND) != 0
            && (flags & TransferFlags.INCREASE) == 0 ? 0 : amountMinor;
        if (hold.left == 0 || (flags & TransferFlags.FINAL) != 0) {
            holds.remove(key);
        }
    }

    private void add(final long debit, final long credit, final long amountMinor) {
        // The maps take no zero, which is how they mark what is missing.
        if (amountMinor != 0) {
            debited.put(debit, debited.get(debit) + amountMinor);
            credited.put(credit, credited.get(credit) + amountMinor);
        }
    }

    long debited(final long account) {
        return debited.get(account);
    }

    long credited(final long account) {
        return credited.get(account);
    }

    /** Posts of holds that nobody here made: on which accounts, is not known. */
    long unattributed() {
        return unattributed;
    }
}
