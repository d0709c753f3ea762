package io.daybreak.protocol;

/** State of a card. */
public final class CardStatus {
    /** In use. */
    public static final int ACTIVE = 1;
    /** Reported lost. */
    public static final int LOST = 2;
    /** Reported stolen. */
    public static final int STOLEN = 3;
    /** As if never put. */
    public static final int REMOVED = 4;

    /** Bit of a card's flags: it is on the negative file. */
    public static final int NEGATIVE_FILE = 1;

    private CardStatus() {
    }
}
