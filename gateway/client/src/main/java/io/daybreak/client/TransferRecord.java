package io.daybreak.client;

/**
 * A transfer as looked up.
 *
 * @param lookup        what is known of the id
 * @param result        first result of this id, if it is known
 * @param amountMinor   what was moved or held
 * @param sequence      of its decision
 * @param timestampNs   of its decision, Unix nanoseconds
 * @param holdState     what became of it if it is a hold
 * @param participantId whose it is
 */
public record TransferRecord(TransferId id, Lookup lookup, int result, long debitAccountId, long creditAccountId, long amountMinor,
                             TransferId pendingId, long userData128Hi, long userData128Lo, long userData64, long sequence,
                             long timestampNs, long timeoutMs, int ledger, int code, int flags, HoldState holdState,
                             int participantId) {
    /** What the switch knows of an id. The order is that of the numbers on the wire. */
    public enum Lookup {
        /** Nothing is known. */
        UNKNOWN,
        /** Applied, and the record is here. */
        APPLIED,
        /** Refused; the result says why. */
        REFUSED,
        /** Applied; only amount, sequence and time are still in memory. */
        APPLIED_RECORD_FORGOTTEN,
        /** Behind the watermark: the outcome is not in memory. */
        EXPIRED;

        private static final Lookup[] VALUES = values();

        static Lookup of(final int number) {
            if (number >= VALUES.length) {
                throw new IllegalArgumentException("look-up word " + number + " is newer than this client");
            }
            return VALUES[number];
        }

        /** True if the transfer was applied, with or without its record. */
        public boolean isApplied() {
            return this == APPLIED || this == APPLIED_RECORD_FORGOTTEN;
        }
    }

    /** State of a hold. The order is that of the numbers on the wire. */
    public enum HoldState {
        /** Not a hold. */
        NONE,
        /** Open. */
        OPEN,
        /** Used up or closed by a post. */
        POSTED,
        /** Closed by a void. */
        VOIDED,
        /** Expired. */
        EXPIRED;

        private static final HoldState[] VALUES = values();

        static HoldState of(final int number) {
            if (number >= VALUES.length) {
                throw new IllegalArgumentException("hold state " + number + " is newer than this client");
            }
            return VALUES[number];
        }
    }
}
