package io.daybreak.protocol;

/** Where a payment stands. */
public final class PaymentState {
    /** No money moved. */
    public static final int DECLINED = 1;
    /** A hold stands. */
    public static final int AUTHORISED = 2;
    /** Money moved. */
    public static final int POSTED = 3;
    /** With its issuer. */
    public static final int AWAITING_ISSUER = 4;
    /** Undone in full. */
    public static final int REVERSED = 5;
    /** The hold fell due. */
    public static final int EXPIRED = 6;
    /** The hold is used up or released. */
    public static final int COMPLETED = 7;
    /** An advice that became an item. */
    public static final int ITEM = 8;
    /** A reversal that waits for an original to refuse. */
    public static final int REVERSAL_BEFORE_ORIGINAL = 9;

    private PaymentState() {
    }
}
