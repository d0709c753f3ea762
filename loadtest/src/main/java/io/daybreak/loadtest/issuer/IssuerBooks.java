package io.daybreak.loadtest.issuer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The issuer's own books: what it approved and gave back, by card, and every message by its outward identity (DE 11 and 7), so
 * that a message received twice is booked once and answered alike. Two identities for one payment are a violation.
 * <p>
 * Cards stand in clear, since whoever compares books needs them: these are test cards of a simulator. Amounts are minor units.
 * <p>
 * Event loop thread only. Remembers the newest {@code capacity} messages, about 130 bytes each, and counts what it forgot; sums by
 * card are never forgotten. Allocates nothing once its tables have grown.
 * <pre>
 *   entry: | identity | card | amount | given back | mti, flags | DE 37 0-7 | DE 37 8-11, DE 3 | DE 39 | DE 38 | payment key |
 * </pre>
 */
final class IssuerBooks {
    /** No entry. */
    static final long NULL_ENTRY = -1;

    /** The maps take a sum of 0 only if 0 is not what marks a missing one. */
    private static final long NULL_SUM = Long.MIN_VALUE;
    private static final int STRIDE = 10;
    private static final int IDENTITY = 0;
    private static final int CARD = 1;
    private static final int AMOUNT = 2;
    private static final int GIVEN_BACK = 3;
    private static final int META = 4;
    private static final int REFERENCE = 5;
    private static final int REFERENCE_REST = 6;
    private static final int CODE = 7;
    private static final int APPROVAL = 8;
    private static final int PAYMENT_KEY = 9;
    private static final int MTI_BITS = 16;
    private static final long CREDIT = 1L << MTI_BITS;
    private static final int MAX_VIOLATIONS = 1_000;
    private static final int INITIAL_ENTRIES = 1 << 12;
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final int capacity;
    private final Long2LongHashMap entryByIdentity = new Long2LongHashMap(NULL_ENTRY);
    private final Long2LongHashMap entryByPayment = new Long2LongHashMap(NULL_ENTRY);
    private final Long2LongHashMap debited = new Long2LongHashMap(NULL_SUM);
    private final Long2LongHashMap credited = new Long2LongHashMap(NULL_SUM);
    private final Long2LongHashMap reversed = new Long2LongHashMap(NULL_SUM);
    private final LongHashSet reversedBefore = new LongHashSet();
    private final long[] messagesByMti = new long[10_000];
    private final long[] answersByCode = new long[1 << 12];
    private final List<String> violations = new ArrayList<>();
    private final long[] violationCounts = new long[Violation.values().length];
    private long[] entries;
    private long next;
    private long forgotten;
    private long repeats;
    private long reversalsUnknown;

    /** @param capacity messages remembered; rounded up to a power of two */
    IssuerBooks(final int capacity) {
        this.capacity = Integer.highestOneBit(Math.max(capacity, INITIAL_ENTRIES) - 1) << 1;
        this.entries = new long[INITIAL_ENTRIES * STRIDE];
    }

    private int place(final long entry) {
        return (int) (entry & capacity - 1) * STRIDE;
    }

    /** The entry of a message with this identity; {@link #NULL_ENTRY} if there is none. */
    long find(final long identity) {
        return entryByIdentity.get(identity);
    }

    /** Counts a message of that type, 0 to 9999. */
    void onMessage(final int mti) {
        messagesByMti[mti]++;
    }

    void onRepeat() {
        repeats++;
    }

    /** A reversal came for a message that has not come; should it come, it is declined. */
    void onReversalUnknown(final long identity) {
        reversalsUnknown++;
        if (reversedBefore.size() < capacity) {
            reversedBefore.add(identity);
        }
    }

    /** True if the same message is meant: same card, amount, operation, and type but for its repeat digit. */
    boolean isSame(final long entry, final int mti, final long card, final long amount, final long referenceRest) {
        final int at = place(entry);
        return (int) (entries[at + META] & (1L << MTI_BITS) - 1) / 10 == mti / 10 && entries[at + CARD] == card
            && entries[at + AMOUNT] == amount && entries[at + REFERENCE_REST] == referenceRest;
    }

    long code(final long entry) {
        return entries[place(entry) + CODE];
    }

    long approval(final long entry) {
        return entries[place(entry) + APPROVAL];
    }

    /** The entry that came first with this key of the payment; {@link #NULL_ENTRY}. */
    long findPayment(final long paymentKey) {
        return entryByPayment.get(paymentKey);
    }

    long identity(final long entry) {
        return entries[place(entry) + IDENTITY];
    }

    /** True if a reversal came for this identity before it came itself. */
    boolean wasReversedBefore(final long identity) {
        return reversedBefore.contains(identity);
    }

    /** What of an approved amount has not been given back. */
    long stands(final long entry) {
        final int at = place(entry);
        return entries[at + AMOUNT] - entries[at + GIVEN_BACK];
    }

    /**
     * Remembers a new message; the oldest is forgotten if there are too many.
     *
     * @param paymentKey 0: not looked for by it
     * @return its entry
     */
    long add(final long identity, final int mti, final boolean isCredit, final long card, final long amount, final long reference,
             final long referenceRest, final long paymentKey) {
        final long entry = next++;
        if (entry >= capacity) {
            forget(entry - capacity);
        }
        final int at = place(entry);
        if (at >= entries.length) {
            entries = java.util.Arrays.copyOf(entries, Math.min(entries.length * 2, capacity * STRIDE));
        }
        entries[at + IDENTITY] = identity;
        entries[at + CARD] = card;
        entries[at + AMOUNT] = amount;
        entries[at + GIVEN_BACK] = 0;
        entries[at + META] = mti | (isCredit ? CREDIT : 0);
        entries[at + REFERENCE] = reference;
        entries[at + REFERENCE_REST] = referenceRest;
        entries[at + CODE] = 0;
        entries[at + APPROVAL] = 0;
        entries[at + PAYMENT_KEY] = paymentKey;
        entryByIdentity.put(identity, entry);
        if (paymentKey != 0 && !entryByPayment.containsKey(paymentKey)) {
            entryByPayment.put(paymentKey, entry);
        }
        return entry;
    }

    private void forget(final long entry) {
        final int at = place(entry);
        forgotten++;
        if (entryByIdentity.get(entries[at + IDENTITY]) == entry) {
            entryByIdentity.remove(entries[at + IDENTITY]);
        }
        if (entryByPayment.get(entries[at + PAYMENT_KEY]) == entry) {
            entryByPayment.remove(entries[at + PAYMENT_KEY]);
        }
    }

    /** Books what was decided. @param approvedMinor what of the amount was approved; 0 for a decline and what moves nothing */
    void decide(final long entry, final long code, final long approval, final long approvedMinor) {
        final int at = place(entry);
        entries[at + CODE] = code;
        entries[at + APPROVAL] = approval;
        entries[at + GIVEN_BACK] = entries[at + AMOUNT] - approvedMinor;
        if (approvedMinor > 0) {
            add((entries[at + META] & CREDIT) != 0 ? credited : debited, entries[at + CARD], approvedMinor);
        }
    }

    /**
     * Gives back.
     *
     * @param remainsMinor of the original's amount; 0: all is given back
     * @return minor units that moved
     */
    long reverse(final long original, final long remainsMinor) {
        final int at = place(original);
        final long left = entries[at + AMOUNT] - entries[at + GIVEN_BACK];
        final long back = Math.max(0, left - remainsMinor);
        entries[at + GIVEN_BACK] += back;
        if (back > 0) {
            add((entries[at + META] & CREDIT) != 0 ? credited : reversed, entries[at + CARD],
                (entries[at + META] & CREDIT) != 0 ? -back : back);
        }
        return back;
    }

    private static void add(final Long2LongHashMap sums, final long card, final long amount) {
        sums.put(card, sums.getOrDefault(card, 0) + amount);
    }

    /** Counts an answer. @param code two or three characters in the highest bytes */
    void onAnswer(final long code) {
        answersByCode[codeIndex(code)]++;
    }

    private static int codeIndex(final long code) {
        final int a = (int) (code >>> 56) - '0';
        final int b = (int) (code >>> 48 & 0xFF) - '0';
        final int c = (code >>> 40 & 0xFF) == 0 ? 15 : (int) (code >>> 40 & 0xFF) - '0';
        return (a & 15) << 8 | (b & 15) << 4 | c & 15;
    }

    private static String codeText(final int index) {
        return "" + (index >> 8) + (index >> 4 & 15) + ((index & 15) == 15 ? "" : String.valueOf(index & 15));
    }

    /** Notes what must not happen; the first 1,000 with their words, all by their number. */
    void violation(final Violation kind, final String words) {
        violationCounts[kind.ordinal()]++;
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(kind + ": " + words);
        }
    }

    long violationCount() {
        long sum = 0;
        for (final long count : violationCounts) {
            sum += count;
        }
        return sum;
    }

    /** Approved less given back, of purchases and the like; minor units. */
    long netDebited(final long card) {
        return debited.getOrDefault(card, 0) - reversed.getOrDefault(card, 0);
    }

    /** Messages of this type so far. */
    long messages(final int mti) {
        return messagesByMti[mti];
    }

    /** All of it. @param detail how many of the newest messages to list one by one */
    ObjectNode toJson(final int detail) {
        final ObjectNode json = MAPPER.createObjectNode();
        final ObjectNode received = json.putObject("messages");
        for (int mti = 0; mti < messagesByMti.length; mti++) {
            if (messagesByMti[mti] > 0) {
                received.put(String.format(Locale.ROOT, "%04d", mti), messagesByMti[mti]);
            }
        }
        final ObjectNode answered = json.putObject("answers");
        for (int code = 0; code < answersByCode.length; code++) {
            if (answersByCode[code] > 0) {
                answered.put(codeText(code), answersByCode[code]);
            }
        }
        json.put("repeats", repeats);
        json.put("reversals_of_unknown", reversalsUnknown);
        json.put("forgotten", forgotten);
        json.put("violation_count", violationCount());
        violations.forEach(json.putArray("violations")::add);
        final ObjectNode cards = json.putObject("cards");
        final TreeMap<Long, ObjectNode> sorted = new TreeMap<>();
        debited.forEachLong((card, sum) -> card(sorted, card).put("debited", sum));
        credited.forEachLong((card, sum) -> card(sorted, card).put("credited", sum));
        reversed.forEachLong((card, sum) -> card(sorted, card).put("reversed", sum));
        sorted.forEach((card, node) -> {
            node.put("net", node.path("debited").asLong() - node.path("reversed").asLong() - node.path("credited").asLong());
            cards.set(String.format(Locale.ROOT, "%016d", card), node);
        });
        if (detail > 0) {
            final ArrayNode list = json.putArray("newest");
            for (long entry = Math.max(Math.max(0, next - capacity), next - detail); entry < next; entry++) {
                list(list.addObject(), place(entry));
            }
        }
        return json;
    }

    private static ObjectNode card(final Map<Long, ObjectNode> cards, final long card) {
        return cards.computeIfAbsent(card, key -> MAPPER.createObjectNode());
    }

    private void list(final ObjectNode node, final int at) {
        node.put("mti", String.format(Locale.ROOT, "%04d", entries[at + META] & (1L << MTI_BITS) - 1));
        node.put("trace", String.format(Locale.ROOT, "%06d", entries[at + IDENTITY] % 1_000_000));
        node.put("time", String.format(Locale.ROOT, "%010d", entries[at + IDENTITY] / 1_000_000));
        node.put("card", String.format(Locale.ROOT, "%016d", entries[at + CARD]));
        node.put("reference", text(entries[at + REFERENCE]) + text(entries[at + REFERENCE_REST] & 0xFFFF_FFFF_0000_0000L));
        node.put("amount", entries[at + AMOUNT]);
        node.put("stands", entries[at + AMOUNT] - entries[at + GIVEN_BACK]);
        node.put("code", text(entries[at + CODE]));
        node.put("approval", text(entries[at + APPROVAL]));
    }

    private static String text(final long word) {
        final StringBuilder text = new StringBuilder();
        for (int shift = 56; shift >= 0 && (word >>> shift & 0xFF) != 0; shift -= 8) {
            text.append((char) (word >>> shift & 0xFF));
        }
        return text.toString();
    }

    /** Writes the file anew; a reader sees the old one or the whole new one. */
    void write(final Path file, final int detail) throws IOException {
        final Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, MAPPER.writeValueAsString(toJson(detail)) + "\n", StandardCharsets.UTF_8);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
