package io.daybreak.protocol;

/** What a key is for. */
public final class KeyPurpose {
    /** Card tokens. */
    public static final int TOKEN = 1;
    /** Card data of routed payments, a new one each day. */
    public static final int CARD_DATA = 2;
    /** Wraps the keys of a link. */
    public static final int LINK = 3;
    /** MACs of a link. */
    public static final int MAC = 4;

    private KeyPurpose() {
    }
}
