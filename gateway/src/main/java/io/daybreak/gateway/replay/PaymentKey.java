package io.daybreak.gateway.replay;

import java.util.HexFormat;
import java.util.Locale;

/**
 * What a person names a payment by: the 32 hexadecimal digits of a transfer id, or the retrieval reference (DE 37) of a payment over ISO 8583.
 *
 * @param isTransfer true for a transfer id
 * @param hi         upper half of the id; the first eight characters of the reference as a word
 * @param lo         lower half; the last four
 * @param text       as it is shown
 */
public record PaymentKey(boolean isTransfer, long hi, long lo, String text) {
    private static final int RRN_LENGTH = 12;
    private static final int ID_DIGITS = 32;

    /** Reads either form. */
    public static PaymentKey parse(final String text) throws ReplayException {
        final String plain = text.strip();
        if (plain.length() == ID_DIGITS && plain.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
            return new PaymentKey(true, HexFormat.fromHexDigitsToLong(plain, 0, 16), HexFormat.fromHexDigitsToLong(plain, 16, ID_DIGITS),
                plain.toLowerCase(Locale.ROOT));
        }
        if (plain.isEmpty() || plain.length() > RRN_LENGTH || !plain.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw ReplayException.usage("\"" + text + "\" is neither a transfer id (32 hexadecimal digits) nor a retrieval reference (DE 37, 12 characters)");
        }
        final String padded = String.format(Locale.ROOT, "%-12s", plain);
        long hi = 0;
        long lo = 0;
        for (int i = 0; i < RRN_LENGTH; i++) {
            if (i < Long.BYTES) {
                hi |= (long) padded.charAt(i) << i * Byte.SIZE;
            } else {
                lo |= (long) padded.charAt(i) << (i - Long.BYTES) * Byte.SIZE;
            }
        }
        return new PaymentKey(false, hi, lo, plain);
    }
}
