package io.daybreak.protocol;

/** Bits of the flags of a payment in the ring. */
public final class PaymentFlags {
    /** DE 90 is there and is not all zero. */
    public static final int HAS_ORIGINAL = 1;
    /** DE 95 is there. */
    public static final int HAS_REMAINING = 1 << 1;
    /** The message or the link asks for partial approval. */
    public static final int PARTIAL_APPROVAL = 1 << 2;
    /** A completion that is not the last (DE 25 = 77 on the default link). */
    public static final int MORE_TO_FOLLOW = 1 << 3;
    /** The link wants 00, not 25, for an advice whose original is unknown. */
    public static final int NOT_FOUND_IS_OK = 1 << 4;
    /** What has happened already */
    public static final int ADVICE = 1 << 5;
    /** The MTI says repeat */
    public static final int REPEAT = 1 << 6;
    /** DE 103 is there. */
    public static final int DESTINATION_IS_PRESENT = 1 << 7;
    /** The gateway no longer has what a full message needs. */
    public static final int ISSUER_DATA_LEFT_OUT = 1 << 8;
    /** DE 90 has the wrong form; the gateway answers 30 itself unless told otherwise. */
    public static final int ORIGINAL_IS_INVALID = 1 << 9;
    /** The card came from track 2. */
    public static final int HAS_TRACK = 1 << 10;
    /** Asks for what nobody offers: instalments, currency conversion at the terminal. Refused as if it were not granted. */
    public static final int NOT_OFFERED = 1 << 11;
    /** The amount of a reversal is compared with its original's, as the partial reversals of 1993 want it. */
    public static final int AMOUNT_IS_THE_ORIGINALS = 1 << 12;

    private PaymentFlags() {
    }
}
