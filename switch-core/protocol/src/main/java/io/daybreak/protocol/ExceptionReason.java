package io.daybreak.protocol;

/** Why an item waits for a person. */
public final class ExceptionReason {
    /** A completion above its hold and tolerance. */
    public static final int FORCED_ABOVE_HOLD = 1;
    /** A completion after the hold expired. */
    public static final int FORCED_AFTER_EXPIRY = 2;
    /** A completion without a hold. */
    public static final int FORCED_WITHOUT_HOLD = 3;
    /** An advice for a card or wallet that is blocked. */
    public static final int FORCED_ON_BLOCKED_CARD = 4;
    /** An advice that the wallet could not pay in full. */
    public static final int FORCED_SHORT_WALLET = 5;
    /** An advice above the acquirer's cap: all of it went to its exception account. */
    public static final int FORCED_ABOVE_CAP = 6;
    /** An advice older than the window of identities. */
    public static final int ADVICE_BEFORE_WINDOW = 7;
    /** A reversal advice or completion whose original nobody knows. */
    public static final int ADVICE_WITHOUT_ORIGINAL = 8;
    /** The issuer declined an advice. */
    public static final int ISSUER_REFUSED_ADVICE = 9;
    /** The issuer answered a reversal with a code that does not end it, or was not told of a further one: the first had left. */
    public static final int ISSUER_REFUSED_REVERSAL = 10;
    /** An entry reached its age. */
    public static final int STORE_AND_FORWARD_TOO_OLD = 11;
    /** An entry was tried too often. */
    public static final int STORE_AND_FORWARD_TOO_MANY_TRIES = 12;
    /** The operator took it out. */
    public static final int GIVEN_UP_BY_OPERATOR = 13;
    /** An issuer's totals differ from ours. */
    public static final int ISSUER_TOTALS_DIFFER = 14;
    /** A reversal advice above what is left. */
    public static final int REVERSAL_EXCEEDS = 15;
    /** The key of a card's ciphertext is gone. */
    public static final int CARD_DATA_GONE = 16;
    /** An advice that no account can be found for, its merchant, terminal or currency being unknown: nothing moved. */
    public static final int ADVICE_NOT_BOOKABLE = 17;
    /** An advice for a card that nobody knows: the exception account paid. */
    public static final int FORCED_FOR_UNKNOWN_CARD = 18;

    private ExceptionReason() {
    }
}
