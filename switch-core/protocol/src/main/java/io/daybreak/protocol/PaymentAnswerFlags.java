package io.daybreak.protocol;

/** Bits of the flags of a payment's answer. */
public final class PaymentAnswerFlags {
    /** DE 54 is told: ledger and available balance. */
    public static final int HAS_BALANCES = 1;
    /** DE 4 differs from the request's: partial approval, or the first answer's. */
    public static final int HAS_AMOUNT = 1 << 1;
    /** Field or limit of the refusal is told. */
    public static final int HAS_DETAIL = 1 << 2;
    /** DE 54, amount type 40. */
    public static final int HAS_CASHBACK = 1 << 3;
    /** The first answer once more. */
    public static final int REPEATED = 1 << 4;
    /** What the route's table passes back is taken from the issuer's response. */
    public static final int PASS_ISSUER_FIELDS = 1 << 5;

    private PaymentAnswerFlags() {
    }
}
