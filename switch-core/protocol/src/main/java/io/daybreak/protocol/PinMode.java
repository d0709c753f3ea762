package io.daybreak.protocol;

/** What a route does with a PIN block. */
public final class PinMode {
    /** Answers 88. */
    public static final int REFUSE = 0;
    /** Passes DE 52 and 53 unchanged. */
    public static final int SAME_ZONE = 1;
    /** From the acquirer's zone to the issuer's, where the server has a PIN security module. */
    public static final int TRANSLATE = 2;

    private PinMode() {
    }
}
