package io.daybreak.loadtest.issuer;

import io.daybreak.iso8583.codec.MessageIndex;

/**
 * The fields of a message by which rules and books go, read once. Points into the index. Event loop thread only.
 */
final class IncomingMessage {
    private static final int MAX_CARD_DIGITS = 18;
    private static final long TRACES = 1_000_000L;
    private static final int CLASS = 100;
    private static final int FUNCTION = 10;
    private static final long REST_MASK = 0xFFFF_FFFF_0000_0000L;

    private final MessageIndex index;
    private int mti;
    private long amountMinor;
    private long card;
    private long processing;
    private boolean hasTerminal;

    IncomingMessage(final MessageIndex index) {
        this.index = index;
    }

    /**
     * Reads the message that the index stands on.
     *
     * @param isTerminalOfIdentity the sender's trace numbers are unique by terminal only
     */
    void read(final boolean isTerminalOfIdentity) {
        hasTerminal = isTerminalOfIdentity;
        mti = index.mti();
        amountMinor = Math.max(0, index.number(4));
        processing = Math.max(0, index.number(3));
        card = index.length(2) <= MAX_CARD_DIGITS ? Math.max(0, index.number(2)) : index.number(2, 1, MAX_CARD_DIGITS);
    }

    int mti() {
        return mti;
    }

    int messageClass() {
        return mti / CLASS % FUNCTION;
    }

    int function() {
        return mti / FUNCTION % FUNCTION;
    }

    boolean isRepeat() {
        return mti % 2 == 1;
    }

    boolean isAdvice() {
        return function() == 2;
    }

    long amountMinor() {
        return amountMinor;
    }

    /** The PAN; of one of 19 digits the last 18. */
    long card() {
        return card;
    }

    /** First two digits of DE 3. */
    int operation() {
        return (int) (processing / 10_000);
    }

    /** DE 7 (12 in 1993) and 11, by which the sender tells its messages apart. */
    long identity() {
        final long time = index.dialect().version() == 1993 ? index.number(12) : index.number(7);
        return withTerminal(Math.max(0, time) * TRACES + Math.max(0, index.number(11)));
    }

    private long withTerminal(final long identity) {
        return hasTerminal ? mix(mix(identity) ^ index.word(41, 0)) : identity;
    }

    long reference() {
        return index.word(37, 0);
    }

    /** The last four characters of DE 37, and DE 3 below them. */
    long referenceRest() {
        return index.word(37, 8) & REST_MASK | processing;
    }

    boolean startsWith(final int field, final byte[] prefix) {
        if (prefix.length == 0) {
            return true;
        }
        if (index.length(field) < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (index.charAt(field, i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** Equal for messages that mean one payment; never 0. */
    long paymentKey() {
        long key = mix(index.word(37, 0));
        key = mix(key ^ index.word(37, 8));
        key = mix(key ^ index.word(41, 0));
        key = mix(key ^ card);
        key = mix(key ^ processing * FUNCTION + messageClass());
        if (isAdvice()) {
            key = mix(key ^ amountMinor * 2 + 1);
            key = mix(key ^ index.word(90, 4) ^ index.word(38, 0));
        }
        return key == 0 ? 1 : key;
    }

    /** Equal for reversals of one original in the same way; never 0. */
    long reversalKey() {
        long key = mix(originalIdentity() ^ 0x5555_5555_5555_5555L);
        key = mix(key ^ Math.max(0, remainsMinor()));
        return key == 0 ? 1 : key;
    }

    /** DE 11 and 7 of the original that DE 90 (56) names; -1 if there is none. */
    long originalIdentity() {
        if (index.has(90)) {
            return withTerminal(index.number(90, 10, 10) * TRACES + index.number(90, 4, 6));
        }
        return index.has(56) && index.length(56) >= 22
            ? withTerminal(index.number(56, 10, 12) * TRACES + index.number(56, 4, 6)) : -1;
    }

    /** What a partial reversal leaves; 0: nothing. */
    long remainsMinor() {
        if (index.has(95)) {
            long remains = 0;
            for (int i = 0; i < 12; i++) {
                remains = remains * 10 + Math.max(0, index.digitAt(95, i));
            }
            return remains;
        }
        return index.dialect().version() == 1993 && index.number(24) == 401 ? amountMinor : 0;
    }

    private static long mix(final long value) {
        final long mixed = (value ^ value >>> 32) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ mixed >>> 29;
    }
}
