package io.daybreak.protocol;

/** Bits of an outcome's {@code outcomeFlags}, and the small enumerations of query answers. */
public final class OutcomeFlags {
    /** The id was known: this is its first outcome, and nothing was done now. */
    public static final int REPEATED = 1;
    /** The answer comes later, as an effect. */
    public static final int DEFERRED = 1 << 1;
    /** Answered and not decided: an enquiry takes no sequence and is not journaled. */
    public static final int NOT_JOURNALED = 1 << 2;

    /** TransferLookup: nothing is known of this id. */
    public static final int LOOKUP_UNKNOWN = 0;
    /** TransferLookup: applied, and its record is in memory. */
    public static final int LOOKUP_APPLIED = 1;
    /** TransferLookup: refused; {@code result} says why. */
    public static final int LOOKUP_REFUSED = 2;
    /** TransferLookup: applied; its record is no longer in memory, id, amount, sequence and time are. */
    public static final int LOOKUP_APPLIED_RECORD_FORGOTTEN = 3;
    /** TransferLookup: behind the watermark, the outcome is not in memory. */
    public static final int LOOKUP_EXPIRED = 4;

    /** HoldState: the transfer is not a hold. */
    public static final int HOLD_NONE = 0;
    /** HoldState: open. */
    public static final int HOLD_OPEN = 1;
    /** HoldState: used up or closed by a post. */
    public static final int HOLD_POSTED = 2;
    /** HoldState: closed by a void. */
    public static final int HOLD_VOIDED = 3;
    /** HoldState: expired. */
    public static final int HOLD_EXPIRED = 4;

    private OutcomeFlags() {
    }
}
