package io.daybreak.protocol;

/** Bits of an account's {@code flags}, and the words of account actions. */
public final class AccountFlags {
    /** The account may not be overdrawn: debits posted and pending stay at or below credits posted. */
    public static final int DEBITS_MUST_NOT_EXCEED_CREDITS = 1;
    /** The mirror image, for accounts of the other side. */
    public static final int CREDITS_MUST_NOT_EXCEED_DEBITS = 1 << 1;
    /** Every change of balance is remembered, within {@code capacity.history}. */
    public static final int HISTORY = 1 << 2;
    /** Set by an action: no new debits. */
    public static final int FROZEN_DEBITS = 1 << 8;
    /** Set by an action: no new credits. */
    public static final int FROZEN_CREDITS = 1 << 9;
    /** Set by an action or a closing transfer: nothing but the void or expiry of holds. */
    public static final int CLOSED = 1 << 10;

    /** All that a request to create may carry. */
    public static final int REQUEST_MASK = DEBITS_MUST_NOT_EXCEED_CREDITS | CREDITS_MUST_NOT_EXCEED_DEBITS | HISTORY;

    /** Action: freeze the sides named. */
    public static final int ACTION_FREEZE = 1;
    /** Action: unfreeze the sides named. */
    public static final int ACTION_UNFREEZE = 2;
    /** Action: close for good; the account must have no holds and no balance; {@code sides} must be 0. */
    public static final int ACTION_CLOSE = 3;
    /** Side of an action: debits. */
    public static final int SIDE_DEBITS = 1;
    /** Side of an action: credits. */
    public static final int SIDE_CREDITS = 2;

    private AccountFlags() {
    }
}
