package io.daybreak.loadtest.issuer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule of a script: which messages it is for, and what happens to them. Evaluated with primitives only; {@link #matches} moves
 * its counter of messages. Event loop thread only.
 */
final class IssuerRule {
    /** What is done about a message. */
    enum Reply {
        /** Decided by the response code of the rule. */
        ANSWER,
        /** Booked by the response code, and not answered. */
        SILENT,
        /** Neither booked nor answered: as if it had never come. */
        LOST,
        /** Booked; the connection closes before the answer. */
        DISCONNECT,
        /** Booked; half of the answer is sent, then the connection closes. */
        DISCONNECT_IN_ANSWER
    }

    private static final Set<String> KEYS = Set.of("name", "mti", "amount", "amount-ends", "card", "processing", "merchant", "terminal",
        "nth", "every", "from", "times", "reply", "code", "delay", "answers", "wrong-trace", "wrong-amount", "wrong-time", "wrong-rrn",
        "no-code", "approve-amount-percent", "restart", "fields");
    private static final Pattern RANGE = Pattern.compile("(\\d{0,12})\\.\\.(\\d{0,12})|(\\d{1,12})");
    private static final int ANY = -1;
    private static final int HUNDRED = 100;
    private static final int THOUSAND = 1_000;

    final String name;
    final Reply reply;
    /** DE 39; null: 00, or 10 if the amount is cut. */
    final String code;
    /** The code is the last two digits of the amount. */
    final boolean isCodeInAmount;
    final DelayPlan delay;
    final int answers;
    final boolean isTraceWrong;
    final boolean isAmountWrong;
    final boolean isTimeWrong;
    final boolean isReferenceWrong;
    final boolean isCodeMissing;
    /** Of the amount, 100: all of it. */
    final int approvePercent;
    /** How long the listener stays away after the answer; negative: no restart. */
    final long restartNs;
    /** Fields set in the answer: numbers, and values in the same order. */
    final int[] fieldNumbers;
    final String[] fieldValues;
    private final boolean[] mtis;
    private final long amountFrom;
    private final long amountTo;
    private final long amountModulus;
    private final long amountEnd;
    private final byte[] cardPrefix;
    private final byte[] processingPrefix;
    private final byte[] merchantPrefix;
    private final byte[] terminalPrefix;
    private final long nth;
    private final long every;
    private final long from;
    private final long times;
    private long seen;
    private long used;

    /** @throws ConfigException naming the key */
    IssuerRule(final Config config) {
        for (final String key : config.root().keySet()) {
            if (!KEYS.contains(key)) {
                throw new ConfigException.BadPath(config.origin(), key, "not a key of a rule");
            }
        }
        name = config.hasPath("name") ? config.getString("name") : "";
        mtis = mtis(config);
        final long[] amounts = range(config, "amount");
        amountFrom = amounts[0];
        amountTo = amounts[1];
        final String end = config.hasPath("amount-ends") ? config.getString("amount-ends") : "";
        if (!end.matches("\\d{0,6}")) {
            throw new ConfigException.BadValue(config.origin(), "amount-ends", "up to six digits");
        }
        amountModulus = (long) Math.pow(10, end.length());
        amountEnd = end.isEmpty() ? 0 : Long.parseLong(end);
        cardPrefix = prefix(config, "card");
        processingPrefix = prefix(config, "processing");
        merchantPrefix = prefix(config, "merchant");
        terminalPrefix = prefix(config, "terminal");
        nth = number(config, "nth", ANY);
        every = number(config, "every", 1);
        from = number(config, "from", 1);
        times = number(config, "times", Long.MAX_VALUE);
        reply = config.hasPath("reply") ? reply(config) : Reply.ANSWER;
        final String codeText = config.hasPath("code") ? config.getString("code") : null;
        isCodeInAmount = "amount".equals(codeText);
        if (codeText != null && !isCodeInAmount && !codeText.matches("[0-9A-Z]{2,3}")) {
            throw new ConfigException.BadValue(config.origin(), "code", "two characters, or amount");
        }
        code = isCodeInAmount ? null : codeText;
        delay = config.hasPath("delay") ? DelayPlan.read(config, "delay") : DelayPlan.NONE;
        answers = (int) number(config, "answers", 1);
        isTraceWrong = flag(config, "wrong-trace");
        isAmountWrong = flag(config, "wrong-amount");
        isTimeWrong = flag(config, "wrong-time");
        isReferenceWrong = flag(config, "wrong-rrn");
        isCodeMissing = flag(config, "no-code");
        approvePercent = (int) number(config, "approve-amount-percent", HUNDRED);
        restartNs = config.hasPath("restart") ? config.getDuration("restart").toNanos() : -1;
        final List<String> numbers = config.hasPath("fields") ? List.copyOf(config.getConfig("fields").root().keySet()) : List.of();
        fieldNumbers = numbers.stream().mapToInt(Integer::parseInt).sorted().toArray();
        fieldValues = new String[fieldNumbers.length];
        for (int i = 0; i < fieldNumbers.length; i++) {
            fieldValues[i] = config.getString("fields." + fieldNumbers[i]);
        }
    }

    private static Reply reply(final Config config) {
        final String text = config.getString("reply");
        for (final Reply known : Reply.values()) {
            if (known.name().equalsIgnoreCase(text.replace('-', '_'))) {
                return known;
            }
        }
        throw new ConfigException.BadValue(config.origin(), "reply", "'" + text + "' is none of answer, silent, lost, disconnect, "
            + "disconnect-in-answer");
    }

    private static boolean[] mtis(final Config config) {
        if (!config.hasPath("mti")) {
            return null;
        }
        final boolean[] wanted = new boolean[THOUSAND];
        for (final String mti : config.getStringList("mti")) {
            if (!mti.matches("[0-9x]{4}")) {
                throw new ConfigException.BadValue(config.origin(), "mti", "four digits, x for any");
            }
            // The version is the link's, so three digits tell messages apart.
            final Pattern pattern = Pattern.compile(mti.substring(1).replace('x', '.'));
            for (int i = 0; i < THOUSAND; i++) {
                wanted[i] |= pattern.matcher(String.format("%03d", i)).matches();
            }
        }
        return wanted;
    }

    private static long[] range(final Config config, final String key) {
        if (!config.hasPath(key)) {
            return new long[] {0, Long.MAX_VALUE};
        }
        final Matcher matcher = RANGE.matcher(config.getString(key));
        if (!matcher.matches()) {
            throw new ConfigException.BadValue(config.origin(), key, "minor units, or a range such as 100..199, ..99 or 5000..");
        }
        if (matcher.group(3) != null) {
            return new long[] {Long.parseLong(matcher.group(3)), Long.parseLong(matcher.group(3))};
        }
        return new long[] {matcher.group(1).isEmpty() ? 0 : Long.parseLong(matcher.group(1)),
            matcher.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(matcher.group(2))};
    }

    private static byte[] prefix(final Config config, final String key) {
        return config.hasPath(key) ? config.getString(key).getBytes(java.nio.charset.StandardCharsets.US_ASCII) : new byte[0];
    }

    private static long number(final Config config, final String key, final long otherwise) {
        return config.hasPath(key) ? config.getLong(key) : otherwise;
    }

    private static boolean flag(final Config config, final String key) {
        return config.hasPath(key) && config.getBoolean(key);
    }

    /** True if this rule is for that message; counts it. */
    boolean matches(final IncomingMessage message) {
        if (mtis != null && !mtis[message.mti() % THOUSAND]) {
            return false;
        }
        final long amount = message.amountMinor();
        if (amount < amountFrom || amount > amountTo || amount % amountModulus != amountEnd) {
            return false;
        }
        if (!message.startsWith(2, cardPrefix) || !message.startsWith(3, processingPrefix) || !message.startsWith(42, merchantPrefix)
            || !message.startsWith(41, terminalPrefix)) {
            return false;
        }
        seen++;
        if (nth != ANY && seen != nth || seen < from || (seen - from) % every != 0 || used >= times) {
            return false;
        }
        used++;
        return true;
    }
}
