package io.daybreak.protocol;

/** How the card or wallet was presented, from DE 22 and 25 by the link's table. Bit {@code 1 << n} in masks. */
public final class PaymentChannel {
    /** In tiers: all channels together. In a payment: not known. */
    public static final int ALL = 0;
    /** DE 22 = 05x. */
    public static final int CHIP = 1;
    /** DE 22 = 07x. */
    public static final int CONTACTLESS = 2;
    /** DE 22 = 03x. */
    public static final int QR = 3;
    /** DE 22 = 81x, or DE 25 = 59. */
    public static final int E_COMMERCE = 4;
    /** DE 22 = 02x, 90x. */
    public static final int MAGNETIC_STRIPE = 5;
    /** DE 22 = 01x and what no row names. */
    public static final int MANUAL = 6;

    /** Number of channels, {@link #ALL} among them. */
    public static final int COUNT = 7;

    private PaymentChannel() {
    }
}
