package io.daybreak.gateway.architecture;

import io.daybreak.protocol.Result;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dialogues and tables of docs/iso8583.md are right in themselves: fields have their lengths, original data elements
 * name messages that stand there, totals add up, card numbers have their check digits, every result of payments is told.
 */
final class PaymentDialoguesTest {
    private static final String DOCUMENT = "docs/iso8583.md";
    private static final Pattern MESSAGE = Pattern.compile("(\\d{4}) +(>{1,2}|<{1,2}) +(.*)");
    private static final Pattern FIELD = Pattern.compile("(?<= |^)(\\d{1,3})=(\\w+)");
    private static final Pattern DEMO_PAN = Pattern.compile("\\b99000\\d{11}\\b");
    private static final Pattern RESULT = Pattern.compile("\\s+public static final int ([A-Z_]+) = (\\d+);");
    /** Lengths of the fields with fixed ones, ISO 8583:1987. */
    private static final Map<String, Integer> LENGTHS = Map.ofEntries(
        Map.entry("3", 6), Map.entry("4", 12), Map.entry("7", 10), Map.entry("11", 6), Map.entry("12", 6), Map.entry("13", 4),
        Map.entry("14", 4), Map.entry("15", 4), Map.entry("22", 3), Map.entry("25", 2), Map.entry("37", 12), Map.entry("38", 6),
        Map.entry("39", 2), Map.entry("41", 8), Map.entry("42", 15), Map.entry("49", 3), Map.entry("50", 3), Map.entry("54", 40),
        Map.entry("66", 1), Map.entry("70", 3), Map.entry("74", 10), Map.entry("75", 10), Map.entry("76", 10), Map.entry("77", 10),
        Map.entry("86", 16), Map.entry("87", 16), Map.entry("88", 16), Map.entry("89", 16), Map.entry("90", 42), Map.entry("95", 42),
        Map.entry("97", 17));
    /** Results of the native protocol end, in the first family, below this one. */
    private static final int FIRST_OF_PAYMENTS = 49;
    private static final int FIRST_OF_PAYMENTS_DECIDED = 160;

    private final SourceTree tree = SourceTree.find();
    private final List<String> document = SourceTree.lines(tree.root().resolve(DOCUMENT));
    private final List<Map<String, String>> messages = messages();

    @Test
    void shouldWriteEachFieldInItsLength() {
        final List<String> wrong = new ArrayList<>();
        for (final Map<String, String> message : messages) {
            message.forEach((field, value) -> {
                if (LENGTHS.containsKey(field) && LENGTHS.get(field) != value.length()) {
                    wrong.add(field + "=" + value);
                }
            });
        }
        assertThat(messages).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldNameOriginalsThatStandThere() {
        final Set<String> identities = new HashSet<>();
        messages.forEach(message -> identities.add(message.get("mti") + message.get("11") + message.get("7")));
        final List<String> unknown = new ArrayList<>();
        int named = 0;
        for (final Map<String, String> message : messages) {
            final String original = message.get("90");
            if (original != null) {
                named++;
                // Message type, trace number, transmission time: the first 20 digits.
                if (!identities.contains(original.substring(0, 20))) {
                    unknown.add(original);
                }
            }
        }
        assertThat(named).isPositive();
        assertThat(unknown).isEmpty();
    }

    @Test
    void shouldAddUpTheTotals() {
        int sums = 0;
        for (final Map<String, String> message : messages) {
            if (message.containsKey("97")) {
                final long net = amount(message, "86") + amount(message, "89") - amount(message, "88") - amount(message, "87");
                assertThat(message.get("97")).isEqualTo("%s%016d", net >= 0 ? "C" : "D", Math.abs(net));
                sums++;
            }
        }
        assertThat(sums).isPositive();
    }

    @Test
    void shouldGiveCardsTheirCheckDigits() {
        final List<String> wrong = new ArrayList<>();
        for (final String line : document) {
            final Matcher pan = DEMO_PAN.matcher(line);
            while (pan.find()) {
                if (!hasCheckDigit(pan.group())) {
                    wrong.add(pan.group());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void shouldTellOfEveryResultOfPayments() {
        final String text = String.join("\n", document);
        final List<String> untold = new ArrayList<>();
        for (final String line : SourceTree.lines(tree.root().resolve("switch-core/protocol/src/main/java/io/daybreak/protocol/Result.java"))) {
            final Matcher result = RESULT.matcher(line);
            if (result.matches() && isOfPayments(Integer.parseInt(result.group(2)))
                && !Pattern.compile("\\b" + result.group(1) + "\\b").matcher(text).find()) {
                untold.add(result.group(1));
            }
        }
        assertThat(untold).as("results without a row in " + DOCUMENT + ", \"Internal results\"").isEmpty();
    }

    private static boolean isOfPayments(final int result) {
        // Between the two are those of nodes; only the first of them can be the answer to a payment.
        return result >= FIRST_OF_PAYMENTS && result <= Result.NOT_PRIMARY || result >= FIRST_OF_PAYMENTS_DECIDED;
    }

    private static long amount(final Map<String, String> message, final String field) {
        return Long.parseLong(message.get(field));
    }

    private static boolean hasCheckDigit(final String pan) {
        int sum = 0;
        for (int i = 0; i < pan.length(); i++) {
            final int digit = pan.charAt(pan.length() - 1 - i) - '0';
            final int weighted = i % 2 == 0 ? digit : digit * 2;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }

    /** Messages of the dialogues; a message goes on in lines that begin with a blank. */
    private List<Map<String, String>> messages() {
        final List<Map<String, String>> found = new ArrayList<>();
        Map<String, String> message = null;
        for (final String line : document) {
            final Matcher start = MESSAGE.matcher(line);
            if (start.matches()) {
                message = new HashMap<>();
                message.put("mti", start.group(1));
                found.add(message);
            } else if (!line.startsWith(" ")) {
                message = null;
            }
            if (message != null) {
                final Matcher field = FIELD.matcher(line);
                while (field.find()) {
                    message.put(field.group(1), field.group(2));
                }
            }
        }
        return found;
    }
}
