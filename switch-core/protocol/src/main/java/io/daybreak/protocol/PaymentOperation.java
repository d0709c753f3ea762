package io.daybreak.protocol;

/** What a payment message asks for; the link finds it from message type and processing code. Bit {@code 1 << n} in masks. */
public final class PaymentOperation {
    /** The processing code is not in the link's table. */
    public static final int UNKNOWN = 0;
    /** Wallet to merchant, fee from merchant to fee account. */
    public static final int PURCHASE = 1;
    /** A hold from wallet to merchant; also an increment, if the message names an original. */
    public static final int AUTHORISE = 2;
    /** Captures from a hold. */
    public static final int COMPLETION = 3;
    /** Wallet to the acquirer's settlement account. */
    public static final int CASH_OUT = 4;
    /** Merchant to wallet. */
    public static final int REFUND = 5;
    /** The acquirer's settlement account to wallet. */
    public static final int TOP_UP = 6;
    /** Wallet to wallet. */
    public static final int TRANSFER = 7;
    /** Wallet to biller. */
    public static final int BILL = 8;
    /** Balance enquiry; moves nothing and is not remembered. */
    public static final int BALANCE = 9;
    /** Purchase with cash handed out by the merchant: two legs. */
    public static final int CASHBACK = 10;
    /** Undoes an original in full or in part. */
    public static final int REVERSAL = 11;
    /** 0302. */
    public static final int FILE_UPDATE = 12;
    /** 0500 and 0520. */
    public static final int RECONCILIATION = 13;

    /** Number of operations, and of bits in a mask. */
    public static final int COUNT = 14;

    private PaymentOperation() {
    }
}
