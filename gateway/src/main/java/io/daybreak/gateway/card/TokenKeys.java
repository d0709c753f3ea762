package io.daybreak.gateway.card;

import io.daybreak.iso8583.card.PanTokens;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * The keys under which card numbers become tokens: the current one, and the one before while cards are still known by it.
 * Immutable; any thread. Rule: docs/iso8583.md, "Card data".
 */
public final class TokenKeys {
    /** {@link #previousId} where there is no key before. */
    public static final int NO_KEY = 0;
    /** Bytes of a key, at least. */
    public static final int MIN_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] CHECKED_TEXT = "daybreak token key".getBytes(StandardCharsets.US_ASCII);

    private final int currentId;
    private final byte[] current;
    private final int previousId;
    private final byte[] previous;

    private TokenKeys(final int currentId, final byte[] current, final int previousId, final byte[] previous) {
        this.currentId = checkedId(currentId);
        this.current = checked(current);
        this.previousId = previousId;
        this.previous = previous;
    }

    /** One key. */
    public static TokenKeys of(final int id, final byte[] key) {
        return new TokenKeys(id, key, NO_KEY, null);
    }

    /** A current key, and the one before. */
    public static TokenKeys of(final int id, final byte[] key, final int previousId, final byte[] previous) {
        if (checkedId(previousId) == id) {
            throw new IllegalArgumentException("two token keys with one id");
        }
        return new TokenKeys(id, key, previousId, checked(previous));
    }

    private static int checkedId(final int id) {
        if (id < 1 || id > 0xFFFF) {
            throw new IllegalArgumentException("a token key's id is from 1 to 65535");
        }
        return id;
    }

    private static byte[] checked(final byte[] key) {
        if (key.length < MIN_BYTES) {
            throw new IllegalArgumentException("a token key has at least " + MIN_BYTES + " bytes");
        }
        return key.clone();
    }

    /** The current key's id, 1 to 65,535. */
    public int currentId() {
        return currentId;
    }

    /** The id of the key before, or {@link #NO_KEY}. */
    public int previousId() {
        return previousId;
    }

    /** Tells two keys apart without telling anything else about them. */
    public int currentCheckValue() {
        return checkValue(current);
    }

    private static int checkValue(final byte[] key) {
        try {
            final Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return ByteBuffer.wrap(mac.doFinal(CHECKED_TEXT)).getInt();
        } catch (final GeneralSecurityException ex) {
            throw new IllegalStateException("every Java has " + ALGORITHM, ex);
        }
    }

    /** What makes tokens, for one thread. */
    public PanTokens newTokens() {
        return new PanTokens(new SecretKeySpec(current, ALGORITHM), previous == null ? null : new SecretKeySpec(previous, ALGORITHM));
    }
}
