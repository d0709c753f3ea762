package io.daybreak.model;

import java.math.BigInteger;

/** An open hold of the naive ledger. Never changed: whatever happens to it makes a new one. */
record NaiveHold(Key key, TransferCommand contents, BigInteger left, long deadlineNs, long sequence) {
    /** Deadline of a hold that never expires. */
    static final long NEVER = Long.MAX_VALUE;

    NaiveHold withLeft(final BigInteger newLeft) {
        return new NaiveHold(key, contents, newLeft, deadlineNs, sequence);
    }

    NaiveHold withDeadline(final long newDeadlineNs) {
        return new NaiveHold(key, contents, left, newDeadlineNs, sequence);
    }

    Due due() {
        return new Due(deadlineNs, sequence);
    }

    boolean expires() {
        return deadlineNs != NEVER;
    }

    /** Identity of a transfer: ids belong to their participant. */
    record Key(int participantId, Id id) {
    }

    /** Place in the total order of deadlines. */
    record Due(long deadlineNs, long sequence) implements Comparable<Due> {
        @Override
        public int compareTo(final Due other) {
            final int byDeadline = Long.compare(deadlineNs, other.deadlineNs);
            return byDeadline != 0 ? byDeadline : Long.compare(sequence, other.sequence);
        }
    }
}
