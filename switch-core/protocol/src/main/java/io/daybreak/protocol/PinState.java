package io.daybreak.protocol;

/** What the gateway found about DE 52. */
public final class PinState {
    /** No PIN block. */
    public static final int NONE = 0;
    /** A block came and nothing here can use it. */
    public static final int NOT_SUPPORTED = 1;
    /** Verified. */
    public static final int RIGHT = 2;
    /** Verified and wrong. */
    public static final int WRONG = 3;
    /** To be passed on unchanged where the route allows it. */
    public static final int SAME_ZONE = 4;

    private PinState() {
    }
}
