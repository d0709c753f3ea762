package io.daybreak.gateway.card;

import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.card.PanTokens;
import io.daybreak.iso8583.codec.MessageIndex;

/**
 * The tokens of card numbers in messages, under the current token key and under the one before. Rule: docs/iso8583.md,
 * "Card data".
 * <p>
 * Remembers the tokens of recent numbers, since an HMAC costs as much as all else of a message; by what it finds them is
 * not the number but a keyed 128-bit hash of it (SipHash-2-4), whose key is drawn at start and lies nowhere else. So no
 * number stays behind here, and who reads this memory learns no more than from the tokens themselves
 * (docs/adr/0009-remembered-tokens.md, with the figures).
 * <p>
 * One thread; allocates nothing. Memory: 64 bytes for each of {@code capacity} entries; a newer number takes an older
 * one's place.
 */
public final class Tokeniser {
    private static final int DE_PAN = 2;
    private static final int WORD = 8;
    private static final int ENTRY_WORDS = 8;

    private final PanTokens tokens;
    private final long[] entries;
    private final int mask;
    private final SipHash128 hash;

    private long hi;
    private long lo;
    private long previousHi;
    private long previousLo;
    private long hits;
    private long misses;

    /**
     * @param tokens   this thread's own
     * @param capacity tokens remembered, a power of two; 0: none
     * @param hashKey0 with {@code hashKey1}: a random key, drawn for this process
     */
    public Tokeniser(final PanTokens tokens, final int capacity, final long hashKey0, final long hashKey1) {
        if (capacity < 0 || Integer.bitCount(capacity) > 1) {
            throw new IllegalArgumentException("capacity must be 0 or a power of two: " + capacity);
        }
        this.tokens = tokens;
        entries = new long[capacity * ENTRY_WORDS];
        mask = capacity - 1;
        hash = new SipHash128(hashKey0, hashKey1);
    }

    /**
     * Finds the token of the digits at the beginning of a field.
     *
     * @return false, and tokens of zeros, if there are not 8 to 19 of them
     */
    public boolean tokenise(final MessageIndex message, final int field) {
        final int length = field == DE_PAN ? message.length(field) : digits(message, field);
        if (length < Pan.MIN_DIGITS || length > Pan.MAX_DIGITS) {
            hi = 0;
            lo = 0;
            previousHi = 0;
            previousLo = 0;
            return false;
        }
        if (entries.length == 0) {
            compute(message, field);
            return true;
        }
        hash.hash(word(message, field, 0, length), word(message, field, WORD, length), word(message, field, 2 * WORD, length));
        final long hash0 = hash.hi();
        final long hash1 = hash.lo();
        final int at = ((int) hash1 & mask) * ENTRY_WORDS;
        if (entries[at] == hash0 && entries[at + 1] == hash1) {
            hits++;
            hi = entries[at + 2];
            lo = entries[at + 3];
            previousHi = entries[at + 4];
            previousLo = entries[at + 5];
            return true;
        }
        compute(message, field);
        entries[at] = hash0;
        entries[at + 1] = hash1;
        entries[at + 2] = hi;
        entries[at + 3] = lo;
        entries[at + 4] = previousHi;
        entries[at + 5] = previousLo;
        return true;
    }

    /** Digits at the beginning of a field: of a track, those before its separator. */
    public static int digits(final MessageIndex message, final int field) {
        final int whole = message.length(field);
        int digits = 0;
        while (digits < whole && message.digitAt(field, digits) >= 0) {
            digits++;
        }
        return digits;
    }

    /** Up to eight digits; what follows the number in its field is cut off. */
    private static long word(final MessageIndex message, final int field, final int from, final int length) {
        final int count = length - from;
        if (count <= 0) {
            return 0;
        }
        final long word = message.word(field, from);
        return count >= WORD ? word : word & -1L << WORD * (WORD - count);
    }

    private void compute(final MessageIndex message, final int field) {
        misses++;
        tokens.token(message, field);
        hi = tokens.high();
        lo = tokens.low();
        tokens.previousToken(message, field);
        previousHi = tokens.high();
        previousLo = tokens.low();
    }

    /** Upper half of the last token. */
    public long hi() {
        return hi;
    }

    /** Lower half of the last token. */
    public long lo() {
        return lo;
    }

    /** Upper half of the last token under the key before; 0 where there is none. */
    public long previousHi() {
        return previousHi;
    }

    /** Lower half of the last token under the key before; 0 where there is none. */
    public long previousLo() {
        return previousLo;
    }

    /** Tokens that were remembered. */
    public long hits() {
        return hits;
    }

    /** Tokens that were computed. */
    public long misses() {
        return misses;
    }
}
