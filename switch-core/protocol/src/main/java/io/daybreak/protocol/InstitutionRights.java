package io.daybreak.protocol;

/** Bits of what an institution may do besides its operations. */
public final class InstitutionRights {
    /** 0302. */
    public static final int FILE_UPDATE = 1;
    /** Refunds without an original. */
    public static final int UNLINKED_REFUND = 1 << 1;
    /** Its 0800/201 opens the next business date. */
    public static final int CUT_OVER = 1 << 2;
    /** 0500 and 0520. */
    public static final int RECONCILE = 1 << 3;
    /** Advices beyond what the wallet has. */
    public static final int FORCE_POST = 1 << 4;

    private InstitutionRights() {
    }
}
