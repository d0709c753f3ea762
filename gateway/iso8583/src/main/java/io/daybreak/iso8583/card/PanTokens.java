package io.daybreak.iso8583.card;

import io.daybreak.iso8583.codec.MessageIndex;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * Turns card numbers into tokens: the first 16 bytes of HMAC-SHA-256 over the number's ASCII digits, as two longs, big endian.
 * The same card has the same token whatever field or dialect it came in. docs/iso8583-wire.md, "Card numbers".
 * <p>
 * There may be a previous key, so that a card is found under its old token until it has been used once. Not thread safe: one per
 * thread. Nothing is allocated; work space is wiped before each method returns. Hold it as long as the keys may be used, then
 * {@link #destroy}.
 */
public final class PanTokens {
    /** The shortest key. */
    public static final int MIN_KEY_BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final HmacSha256 current;
    private final HmacSha256 previous;
    private final byte[] digits = new byte[Pan.MAX_DIGITS];
    private final byte[] result = new byte[HmacSha256.BYTES];
    private long high;
    private long low;

    /**
     * With one or two keys.
     *
     * @param current  for new tokens; its encoded form has at least 16 bytes
     * @param previous null if there is none
     */
    public PanTokens(final SecretKey current, final SecretKey previous) {
        this.current = hmac(current);
        this.previous = previous == null ? null : hmac(previous);
    }

    private static HmacSha256 hmac(final SecretKey key) {
        final byte[] encoded = key.getEncoded();
        try {
            if (encoded == null || encoded.length < MIN_KEY_BYTES) {
                throw new IllegalArgumentException("a token key has at least " + MIN_KEY_BYTES + " bytes");
            }
            return new HmacSha256(encoded);
        } finally {
            if (encoded != null) {
                Arrays.fill(encoded, (byte) 0);
            }
        }
    }

    /** Whether there is a previous key. */
    public boolean hasPrevious() {
        return previous != null;
    }

    /**
     * Makes the token of a message's card, see {@link Pan#field}. Read it with {@link #high} and {@link #low}.
     *
     * @return false, and a token of zeros, if there is no number of 8 to 19 digits
     */
    public boolean token(final MessageIndex message) {
        return token(current, message, Pan.field(message));
    }

    /** As {@link #token(MessageIndex)}, of the digits at the beginning of another field, such as DE 103. */
    public boolean token(final MessageIndex message, final int field) {
        return token(current, message, field);
    }

    /** As {@link #token(MessageIndex)}, with the previous key; also false if there is none. */
    public boolean previousToken(final MessageIndex message) {
        return token(previous, message, Pan.field(message));
    }

    /** As {@link #previousToken(MessageIndex)}, of another field. */
    public boolean previousToken(final MessageIndex message, final int field) {
        return token(previous, message, field);
    }

    /** The token of a number that is given as ASCII digits, under the current key; for administration and set-up. */
    public boolean token(final byte[] ascii, final int offset, final int length) {
        return length >= Pan.MIN_DIGITS && length <= Pan.MAX_DIGITS ? compute(current, ascii, offset, length) : clear();
    }

    private boolean token(final HmacSha256 hmac, final MessageIndex message, final int field) {
        final int length = field == 0 || hmac == null ? 0 : Pan.length(message, field);
        if (length < Pan.MIN_DIGITS || length > Pan.MAX_DIGITS) {
            return clear();
        }
        for (int i = 0; i < length; i++) {
            digits[i] = (byte) ('0' + message.digitAt(field, i));
        }
        return compute(hmac, digits, 0, length);
    }

    private boolean compute(final HmacSha256 hmac, final byte[] ascii, final int offset, final int length) {
        hmac.compute(ascii, offset, length, result);
        high = (long) LONG.get(result, 0);
        low = (long) LONG.get(result, Long.BYTES);
        Arrays.fill(digits, (byte) 0);
        Arrays.fill(result, (byte) 0);
        return true;
    }

    private boolean clear() {
        high = 0;
        low = 0;
        return false;
    }

    /** The upper half of the last token. */
    public long high() {
        return high;
    }

    /** The lower half of the last token. */
    public long low() {
        return low;
    }

    /** Wipes the keys. Nothing may be asked afterwards. */
    public void destroy() {
        current.destroy();
        if (previous != null) {
            previous.destroy();
        }
    }
}
