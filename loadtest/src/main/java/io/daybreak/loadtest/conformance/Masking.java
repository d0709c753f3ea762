package io.daybreak.loadtest.conformance;

import io.daybreak.iso8583.text.Iso8583Message;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a report may show of a message: of a card its first six and last four digits, of tracks, PINs and dates only their length. */
final class Masking {
    private static final Pattern CARD = Pattern.compile("\\d{13,19}");
    private static final int FIRST = 6;
    private static final int LAST = 4;

    private Masking() {
    }

    static String mti(final int mti) {
        return String.format(Locale.ROOT, "%04d", mti);
    }

    static Map<Integer, String> fields(final Iso8583Message message) {
        final Map<Integer, String> shown = new TreeMap<>();
        message.fields().forEach((field, value) -> shown.put(field, text(field, value)));
        return shown;
    }

    static String text(final int field, final String value) {
        if (value == null) {
            return "absent";
        }
        switch (field) {
            case 14:
            case 35:
            case 36:
            case 45:
            case 52:
            case 55:
                return "[" + value.length() + "]";
            case 2:
            case 102:
            case 103:
            case 44:
            case 48:
                return cards(value);
            default:
                return value;
        }
    }

    /** Digits as long as a card's are covered, wherever they stand. */
    static String cards(final String text) {
        final Matcher matcher = CARD.matcher(text);
        final StringBuilder shown = new StringBuilder();
        while (matcher.find()) {
            final String digits = matcher.group();
            matcher.appendReplacement(shown, digits.substring(0, FIRST) + "*".repeat(digits.length() - FIRST - LAST)
                + digits.substring(digits.length() - LAST));
        }
        matcher.appendTail(shown);
        return shown.toString();
    }
}
