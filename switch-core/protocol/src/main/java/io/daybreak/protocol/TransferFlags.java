package io.daybreak.protocol;

/** Bits of a transfer's {@code flags}. Meaning and allowed combinations: docs/native-protocol.md, "Transfers". */
public final class TransferFlags {
    /** Succeeds or fails together with the next transfer of the request; the last member of a chain has it clear. */
    public static final int LINKED = 1;
    /** Makes a hold: the amount is reserved on both accounts until it is posted, voided or expired. */
    public static final int PENDING = 1 << 1;
    /** Posts a hold, wholly or in part. */
    public static final int POST = 1 << 2;
    /** Releases a hold, wholly (amount 0) or in part. */
    public static final int VOID = 1 << 3;
    /** Moves at most what the debit account has. */
    public static final int BALANCING_DEBIT = 1 << 4;
    /** Moves at most what the credit account still owes. */
    public static final int BALANCING_CREDIT = 1 << 5;
    /** Closes the debit account; with PENDING only, and undone when the hold is voided or expires. */
    public static final int CLOSING_DEBIT = 1 << 6;
    /** Closes the credit account; as above. */
    public static final int CLOSING_CREDIT = 1 << 7;
    /** With POST: this is the last post, the rest of the hold is released. */
    public static final int FINAL = 1 << 8;
    /** Increases a hold by the amount. */
    public static final int INCREASE = 1 << 9;
    /** Extends a hold: its time-out starts anew, {@code timeoutMs} from this command. */
    public static final int EXTEND = 1 << 10;
    /** Only in answers: the switch itself wrote this record when the hold expired. */
    public static final int EXPIRY = 1 << 15;

    /** All that a request may carry. */
    public static final int REQUEST_MASK = (1 << 11) - 1;
    /** Set by any of these: the transfer works on an existing hold named by {@code pendingId}. */
    public static final int ON_HOLD_MASK = POST | VOID | INCREASE | EXTEND;
    /** {@code amountMinor} of a POST, or of a balancing transfer: as much as there is. */
    public static final long AMOUNT_ALL = -1L;

    private TransferFlags() {
    }
}
