package io.daybreak.iso8583.card;

import io.daybreak.iso8583.codec.MessageIndex;

/**
 * The card number of a message, read where it lies: DE 2, or else DE 35 up to its separator. docs/iso8583-wire.md, "Card numbers".
 * Stateless; nothing is allocated.
 */
public final class Pan {
    /** The shortest number that is taken for one. */
    public static final int MIN_DIGITS = 8;
    /** The longest number. */
    public static final int MAX_DIGITS = 19;
    /** Shown in front. */
    public static final int SHOWN_FIRST = 6;
    /** Shown at the end. */
    public static final int SHOWN_LAST = 4;

    private static final int DE_PAN = 2;
    private static final int DE_TRACK_2 = 35;
    /** Fewer than four hidden digits hide nothing. */
    private static final int MIN_HIDDEN = 4;
    /** The shortest number that is looked for where none should be. */
    private static final int MIN_TRACK_DIGITS = 13;
    private static final int TRACK_EXPIRY_DIGITS = 4;

    private Pan() {
    }

    /** The field that gives the number: 2, else 35, else 0 if there is neither. */
    public static int field(final MessageIndex message) {
        if (message.has(DE_PAN)) {
            return DE_PAN;
        }
        return message.has(DE_TRACK_2) ? DE_TRACK_2 : 0;
    }

    /** Digits of the number: 0 if there is none; what is before the separator if it is a track's. */
    public static int length(final MessageIndex message) {
        final int field = field(message);
        return field == 0 ? 0 : length(message, field);
    }

    /** Digits at the beginning of a field. */
    static int length(final MessageIndex message, final int field) {
        final int whole = message.length(field);
        int digits = 0;
        while (digits < whole && message.digitAt(field, digits) >= 0) {
            digits++;
        }
        return digits;
    }

    /** Whether the number has 8 to 19 digits and, if both DE 2 and DE 35 are there, they agree. */
    public static boolean isConsistent(final MessageIndex message) {
        final int length = length(message);
        if (length < MIN_DIGITS || length > MAX_DIGITS) {
            return false;
        }
        if (!message.has(DE_PAN) || !message.has(DE_TRACK_2)) {
            return true;
        }
        if (length(message, DE_TRACK_2) != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (message.digitAt(DE_PAN, i) != message.digitAt(DE_TRACK_2, i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a field has a card number in it: that of another message, wherever it lies and also with blanks, hyphens or dots between its
     * digits, or the beginning of anybody's track 2. Of a binary field the hexadecimal digits are looked at, and its bytes as characters.
     * It takes the longer the more digits there are: for fields that are seldom sent.
     *
     * @param card the message whose number it is
     */
    public static boolean isWithin(final MessageIndex message, final int field, final MessageIndex card) {
        final int count = message.charLength(field);
        final int cardField = field(card);
        final int digits = cardField == 0 ? 0 : length(card, cardField);
        for (int from = 0; from < count; from++) {
            if (digits >= MIN_DIGITS && (startsAt(message, field, from, count, card, cardField, digits)
                || isAsciiAt(message, field, from, count, card, cardField, digits)) || isTrackAt(message, field, from, count)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsAt(final MessageIndex message, final int field, final int from, final int count, final MessageIndex card,
                                    final int cardField, final int digits) {
        int at = from;
        int found = 0;
        while (found < digits && at < count) {
            final int digit = message.digitAt(field, at);
            if (digit < 0 && (found == 0 || !isBetweenDigits(message.charAt(field, at)))) {
                return false;
            }
            if (digit >= 0) {
                if (digit != card.digitAt(cardField, found)) {
                    return false;
                }
                found++;
            }
            at++;
        }
        return found == digits;
    }

    private static boolean isBetweenDigits(final int character) {
        return character == ' ' || character == '-' || character == '.';
    }

    /** As characters within hexadecimal digits: each digit is a 3 and itself. */
    private static boolean isAsciiAt(final MessageIndex message, final int field, final int from, final int count, final MessageIndex card,
                                     final int cardField, final int digits) {
        if (2 * digits > count - from) {
            return false;
        }
        for (int i = 0; i < digits; i++) {
            if (message.digitAt(field, from + 2 * i) != 3 || message.digitAt(field, from + 2 * i + 1) != card.digitAt(cardField, i)) {
                return false;
            }
        }
        return true;
    }

    /** 13 to 19 digits with a right check digit, a separator, and an expiry date: no accident. */
    private static boolean isTrackAt(final MessageIndex message, final int field, final int from, final int count) {
        if (from > 0 && message.digitAt(field, from - 1) >= 0) {
            return false;
        }
        int end = from;
        while (end < count && end - from <= MAX_DIGITS && message.digitAt(field, end) >= 0) {
            end++;
        }
        if (end - from < MIN_TRACK_DIGITS || end - from > MAX_DIGITS || end + TRACK_EXPIRY_DIGITS >= count
            || message.charAt(field, end) != '=' && message.charAt(field, end) != 'D') {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < end - from; i++) {
            final int digit = message.digitAt(field, end - 1 - i);
            final int twice = 2 * digit;
            sum += (i & 1) == 0 ? digit : twice > 9 ? twice - 9 : twice;
        }
        for (int i = 1; i <= TRACK_EXPIRY_DIGITS; i++) {
            if (message.digitAt(field, end + i) < 0) {
                return false;
            }
        }
        return sum % 10 == 0;
    }

    /** Whether the last digit is the right check digit (ISO/IEC 7812-1, annex B). False without a number. */
    public static boolean isLuhn(final MessageIndex message) {
        final int field = field(message);
        final int length = length(message);
        int sum = 0;
        for (int i = 0; i < length; i++) {
            final int digit = message.digitAt(field, length - 1 - i);
            final int twice = 2 * digit;
            sum += (i & 1) == 0 ? digit : twice > 9 ? twice - 9 : twice;
        }
        return length > 1 && sum % 10 == 0;
    }

    /** The check digit, 0 to 9, that belongs behind these ASCII digits. */
    public static int checkDigit(final byte[] digits, final int offset, final int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            final int digit = digits[offset + length - 1 - i] - '0';
            final int twice = 2 * digit;
            sum += (i & 1) != 0 ? digit : twice > 9 ? twice - 9 : twice;
        }
        return (10 - sum % 10) % 10;
    }

    /**
     * The first digits as a number: what routes and journals may know.
     *
     * @param digits 1 to 8
     * @return {@link MessageIndex#NULL_NUMBER} if the number is shorter
     */
    public static long prefix(final MessageIndex message, final int digits) {
        if (digits < 1 || digits > MIN_DIGITS) {
            throw new IllegalArgumentException("1 to 8 digits; more would tell the card");
        }
        final int field = field(message);
        return field == 0 ? MessageIndex.NULL_NUMBER : message.number(field, 0, digits);
    }

    /**
     * Writes the number for people: first six, stars, last four. One with fewer than 14 digits is all stars.
     *
     * @param destination with room for {@link #length} from the offset on
     * @return characters written; 0 without a number
     */
    public static int mask(final MessageIndex message, final byte[] destination, final int offset) {
        final int field = field(message);
        return field == 0 ? 0 : mask(message, field, destination, offset);
    }

    /** As {@link #mask(MessageIndex, byte[], int)}, of the digits at the beginning of that field. */
    public static int mask(final MessageIndex message, final int field, final byte[] destination, final int offset) {
        final int length = length(message, field);
        final boolean isLong = length >= SHOWN_FIRST + SHOWN_LAST + MIN_HIDDEN;
        for (int i = 0; i < length; i++) {
            final boolean isShown = isLong && (i < SHOWN_FIRST || i >= length - SHOWN_LAST);
            destination[offset + i] = (byte) (isShown ? '0' + message.digitAt(field, i) : '*');
        }
        return length;
    }
}
