package io.daybreak.gateway.replay;

import io.daybreak.ledger.LedgerView;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened to one payment, step by step, as it was executed again. */
public final class Story {
    /**
     * A value that a decision saw.
     *
     * @param name      of what
     * @param parts     by name: amounts, numbers, texts
     * @param isDecided true for the value that the result is about
     */
    record Value(String name, Map<String, Object> parts, boolean isDecided) {
        Map<String, Object> toMap() {
            final Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", name);
            map.putAll(parts);
            if (isDecided) {
                map.put("decided", true);
            }
            return map;
        }
    }

    /** One step: a command that concerns the payment, or a deadline that fell due. */
    static final class Step {
        long sequence;
        long timestampNs;
        String what;
        Map<String, Object> fields = Map.of();
        String result;
        String responseCode = "";
        List<String> rules = List.of();
        final List<Value> values = new ArrayList<>();
        final List<LedgerView.Leg> legs = new ArrayList<>();
        final List<String> sent = new ArrayList<>();
        final List<String> became = new ArrayList<>();

        Map<String, Object> toMap() {
            final Map<String, Object> map = new LinkedHashMap<>();
            map.put("sequence", sequence);
            map.put("time", Moment.text(timestampNs));
            map.put("what", what);
            map.put("fields", fields);
            if (result != null) {
                map.put("result", result);
                if (!responseCode.isEmpty()) {
                    map.put("response-code", responseCode);
                }
                map.put("rules", rules);
            }
            map.put("saw", values.stream().map(Value::toMap).toList());
            map.put("legs", legs.stream().map(Story::leg).toList());
            map.put("became", became);
            map.put("sent", sent);
            return map;
        }
    }

    final String id;
    final List<Step> steps = new ArrayList<>();
    long readTo;
    boolean isOpen;

    Story(final String id) {
        this.id = id;
    }

    static Map<String, Object> leg(final LedgerView.Leg leg) {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", kind(leg));
        map.put("debit", leg.debitAccountId());
        map.put("credit", leg.creditAccountId());
        map.put("amount", new Amount(leg.amountMinor(), leg.ledger()));
        return map;
    }

    private static String kind(final LedgerView.Leg leg) {
        final String flags = Commands.flags(leg.flags());
        return flags.contains("expiry") ? "release, expired" : flags.contains("pending") ? "hold" : flags.contains("post") ? "capture"
            : flags.contains("void") ? "release" : flags.contains("increase") ? "increase of hold" : flags.contains("extend") ? "extension of hold"
            : "post";
    }

    /** All of it, for a program. */
    public Map<String, Object> toMap() {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("read-to-sequence", readTo);
        map.put("open", isOpen);
        map.put("steps", steps.stream().map(Step::toMap).toList());
        return map;
    }

    /** All of it, for a person. */
    public String toText() {
        final StringBuilder text = new StringBuilder();
        text.append(id).append(isOpen ? "  (still open at sequence " + readTo + ")" : "").append('\n');
        for (final Step step : steps) {
            text.append('\n').append(Moment.text(step.timestampNs)).append("  sequence ").append(step.sequence).append("  ").append(step.what);
            text.append('\n');
            if (!step.fields.isEmpty()) {
                line(text, "asked", fields(step.fields));
            }
            if (step.result != null) {
                line(text, "result", step.result + (step.responseCode.isEmpty() ? "" : "  DE 39 = " + step.responseCode)
                    + (step.rules.isEmpty() ? "" : "  rule " + String.join(", ", step.rules)));
            }
            final int width = step.values.stream().mapToInt(value -> value.name().length()).max().orElse(0);
            String label = "saw";
            for (final Value value : step.values) {
                line(text, label, (value.isDecided() ? "> " : "  ") + value.name() + " ".repeat(width - value.name().length() + 2)
                    + fields(value.parts()));
                label = "";
            }
            label = "moved";
            for (final LedgerView.Leg leg : step.legs) {
                line(text, label, "  " + Amounts.text(leg.amountMinor(), leg.ledger()) + "  " + leg.debitAccountId() + " -> " + leg.creditAccountId()
                    + "  " + kind(leg));
                label = "";
            }
            if (step.legs.isEmpty() && step.result != null) {
                line(text, "moved", "  nothing");
            }
            step.became.forEach(became -> line(text, "now", "  " + became));
            step.sent.forEach(sent -> line(text, "sent", "  " + sent));
        }
        return text.toString();
    }

    private static void line(final StringBuilder text, final String label, final String value) {
        text.append(String.format("  %-7s %s%n", label, value).stripTrailing()).append('\n');
    }

    private static String fields(final Map<String, Object> fields) {
        final StringBuilder text = new StringBuilder();
        fields.forEach((name, value) -> text.append(text.length() == 0 ? "" : "  ").append(name).append(' ').append(value));
        return text.toString();
    }
}
