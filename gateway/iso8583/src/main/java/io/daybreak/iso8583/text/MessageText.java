package io.daybreak.iso8583.text;

import io.daybreak.iso8583.card.Pan;
import io.daybreak.iso8583.codec.ErrorReason;
import io.daybreak.iso8583.codec.MessageIndex;
import io.daybreak.iso8583.dialect.Dialect;

import java.nio.charset.StandardCharsets;

/**
 * A message as people may see it. A card number shows its first six and last four digits; of every other field that the dialect
 * calls sensitive (tracks, PIN block, chip data, expiry, private data) only the length is shown, and of what could not be read
 * only the error. A field that the dialect does not call sensitive but that holds 13 digits or more in a row may be a card number
 * where none belongs; those digits are masked as well, except in the fields of digits that are always long. docs/iso8583-wire.md,
 * "Card numbers".
 * <p>
 * Stateless; allocates.
 */
public final class MessageText {
    private static final int DE_PAN = 2;
    private static final int DE_BITMAP = 1;
    private static final int LONGEST_PLAIN = 12;

    private MessageText() {
    }

    /** One line: {@code 0200 2=990001******1234 3=000000 4=000000010000 52=[8]}. */
    public static String line(final MessageIndex message) {
        return text(message, " ", false);
    }

    /** A line for each field, with its name. */
    public static String dump(final MessageIndex message) {
        return text(message, System.lineSeparator() + "  ", true);
    }

    private static String text(final MessageIndex message, final String between, final boolean hasNames) {
        final StringBuilder text = new StringBuilder();
        text.append(message.mti() == MessageIndex.NULL_MTI ? "????" : mti(message.mti()));
        for (int field = DE_BITMAP + 1; field <= Dialect.MAX_FIELD; field++) {
            if (message.has(field)) {
                text.append(between).append(field).append('=').append(value(message, field));
                if (hasNames) {
                    text.append("    ").append(message.dialect().field(field).name());
                }
            }
        }
        if (message.errorReason() != ErrorReason.NONE) {
            text.append(between).append("error=").append(message.errorReason()).append(" in field ").append(message.errorField());
        }
        return text.toString();
    }

    /** A message type with four digits. */
    public static String mti(final int mti) {
        return String.valueOf(10_000 + mti).substring(1);
    }

    /**
     * A field's value as people may see it; "absent" if it is not there.
     *
     * @param field 2 to 128
     */
    public static String value(final MessageIndex message, final int field) {
        if (!message.has(field)) {
            return "absent";
        }
        if (field == DE_PAN) {
            final byte[] masked = new byte[Math.max(Pan.MAX_DIGITS, message.length(field))];
            return new String(masked, 0, Pan.mask(message, DE_PAN, masked, 0), StandardCharsets.US_ASCII);
        }
        if (message.dialect().field(field).isSensitive()) {
            return "[" + message.length(field) + ']';
        }
        final byte[] characters = new byte[message.charLength(field)];
        message.chars(field, characters, 0);
        switch (message.dialect().field(field).content()) {
            case AN, ANS -> maskLongNumbers(characters);
            default -> {
                // Digits of a fixed meaning, and bytes.
            }
        }
        return new String(characters, StandardCharsets.US_ASCII);
    }

    private static void maskLongNumbers(final byte[] characters) {
        int run = 0;
        for (int i = 0; i <= characters.length; i++) {
            if (i < characters.length && characters[i] >= '0' && characters[i] <= '9') {
                run++;
                continue;
            }
            // The retrieval reference and DE 54's entries have 12 digits; a card number that is masked here has 13 or more.
            if (run > LONGEST_PLAIN) {
                for (int j = i - run + Pan.SHOWN_FIRST; j < i - Pan.SHOWN_LAST; j++) {
                    characters[j] = '*';
                }
            }
            run = 0;
        }
    }
}
