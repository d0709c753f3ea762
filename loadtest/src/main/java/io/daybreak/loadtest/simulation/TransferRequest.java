package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.MutableDirectBuffer;

/** A request of a native participant: one transfer, or a linked chain. What was told about it stands beside each member. */
final class TransferRequest {
    /** Actor that sent it. */
    final int sender;
    final int participantId;
    final int number;
    final Member[] members;
    int tries;

    TransferRequest(final int sender, final int participantId, final int number, final Member... members) {
        this.sender = sender;
        this.participantId = participantId;
        this.number = number;
        this.members = members;
    }

    /** One transfer. */
    static final class Member {
        final long hi;
        final long lo;
        final long debit;
        final long credit;
        final long amount;
        final int flags;
        final int timeoutMs;
        /** The hold that it works on; null if it works on none. */
        final Member hold;
        /** The first thing that was told; null before. */
        Told told;

        Member(final long hi, final long lo, final long debit, final long credit, final long amount, final int flags, final int timeoutMs,
               final Member hold) {
            this.hi = hi;
            this.lo = lo;
            this.debit = debit;
            this.credit = credit;
            this.amount = amount;
            this.flags = flags;
            this.timeoutMs = timeoutMs;
            this.hold = hold;
        }

        void encode(final TransferEncoder encoder, final MutableDirectBuffer buffer) {
            buffer.setMemory(0, TransferEncoder.BLOCK_LENGTH, (byte) 0);
            encoder.wrap(buffer, 0).debitAccountId(hold == null ? debit : 0).creditAccountId(hold == null ? credit : 0).amountMinor(amount)
                .timeoutMs(timeoutMs).ledger(hold == null ? Town.LEDGER : 0).code(hold == null ? 1 : 0).flags(flags);
            encoder.id().hi(hi).lo(lo);
            if (hold != null) {
                encoder.pendingId().hi(hold.hi).lo(hold.lo);
            }
        }

        @Override
        public String toString() {
            return String.format("%016x%016x %d>%d %d flags %x", hi, lo, debit, credit, amount, flags & ~TransferFlags.LINKED);
        }
    }

    /** Whether everything about it is told. */
    boolean isTold() {
        for (final Member member : members) {
            if (member.told == null) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return members.length == 1 ? members[0].toString() : "chain of " + members.length + ", first " + members[0];
    }
}
