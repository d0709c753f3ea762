package io.daybreak.protocol;

/** Bits of the totals that a reconciliation message had; only these are compared. */
public final class ReconciliationFields {
    /** DE 74. */
    public static final int CREDIT_COUNT = 1;
    /** DE 75. */
    public static final int CREDIT_REVERSAL_COUNT = 1 << 1;
    /** DE 76. */
    public static final int DEBIT_COUNT = 1 << 2;
    /** DE 77. */
    public static final int DEBIT_REVERSAL_COUNT = 1 << 3;
    /** DE 86. */
    public static final int CREDIT_AMOUNT = 1 << 4;
    /** DE 87. */
    public static final int CREDIT_REVERSAL_AMOUNT = 1 << 5;
    /** DE 88. */
    public static final int DEBIT_AMOUNT = 1 << 6;
    /** DE 89. */
    public static final int DEBIT_REVERSAL_AMOUNT = 1 << 7;
    /** DE 97. */
    public static final int NET_AMOUNT = 1 << 8;

    private ReconciliationFields() {
    }
}
