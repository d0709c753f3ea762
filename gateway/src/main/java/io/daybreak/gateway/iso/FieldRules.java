package io.daybreak.gateway.iso;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one route does with each field that the switch does not make itself: pass it, drop it, or set it to a value of the
 * configuration; to the issuer by kind of message, and back. Rule: docs/iso8583.md, "What an issuer sees". Immutable, any
 * thread.
 */
final class FieldRules {
    /** 0100, 0200. */
    static final int REQUEST = 0;
    /** 0120, 0220. */
    static final int ADVICE = 1;
    /** Back to the acquirer. */
    static final int ANSWER = 2;

    private static final int KINDS = 3;
    private static final int MAX_FIELD = 128;
    private static final long PASSED = MessageKind.fields(5, 6, 9, 10, 12, 13, 14, 16, 18, 22, 23, 25, 26, 41, 42, 43, 48, 49, 50, 51, 54, 55, 60, 61,
        62, 63);
    /** The switch makes these, or they are never anybody's to pass. */
    private static final long FIXED_LOW = MessageKind.fields(1, 2, 3, 4, 7, 11, 15, 24, 30, 32, 33, 37, 38, 39, 52, 53, 56, 64);
    private static final long FIXED_HIGH = MessageKind.high(65, 70, 90, 95, 128);
    private static final long TRACKS = MessageKind.fields(35, 36, 45);

    private final long[] low;
    private final long[] high;
    /** By kind and field; null: none is set. */
    private final byte[][][] values;

    private FieldRules(final long[] low, final long[] high, final byte[][][] values) {
        this.low = low;
        this.high = high;
        this.values = values;
    }

    /** The table of the specification. */
    static FieldRules defaults() {
        return new FieldRules(new long[] {PASSED | MessageKind.fields(35), PASSED, MessageKind.fields(44, 48, 54, 55, 62, 63)},
            new long[] {MessageKind.high(103), 0, 0}, new byte[KINDS][][]);
    }

    /**
     * The tables of all routes: 0 stands for those without rows of their own.
     *
     * @throws IllegalArgumentException with the rows that cannot be
     */
    static Map<Integer, FieldRules> of(final List<IssuerSettings.Fields> settings) {
        final Map<Integer, FieldRules> rules = new HashMap<>();
        rules.put(0, defaults());
        for (final IssuerSettings.Fields fields : settings) {
            if (fields.routeId() == 0) {
                rules.put(0, defaults().with(fields));
            }
        }
        for (final IssuerSettings.Fields fields : settings) {
            if (fields.routeId() != 0) {
                rules.put(fields.routeId(), rules.get(0).with(fields));
            }
        }
        return Map.copyOf(rules);
    }

    private FieldRules with(final IssuerSettings.Fields fields) {
        final FieldRules changed = new FieldRules(low.clone(), high.clone(),
            Arrays.stream(values).map(kind -> kind == null ? null : kind.clone()).toArray(byte[][][]::new));
        fields.request().forEach((field, action) -> changed.change(REQUEST, field, action));
        fields.advice().forEach((field, action) -> changed.change(ADVICE, field, action));
        fields.answer().forEach((field, action) -> changed.change(ANSWER, field, action));
        return changed;
    }

    private void change(final int kind, final int field, final String action) {
        if (field < 2 || field > MAX_FIELD || isIn(field, FIXED_LOW, FIXED_HIGH)) {
            throw new IllegalArgumentException("iso8583.issuers: field " + field + " is not a route's to change");
        }
        if (kind != REQUEST && isIn(field, TRACKS, 0) && !"drop".equals(action)) {
            throw new IllegalArgumentException("iso8583.issuers: field " + field + " goes with requests only");
        }
        final boolean isSet = action.startsWith("set ");
        if (!isSet && !"pass".equals(action) && !"drop".equals(action) || isSet && kind == ANSWER) {
            throw new IllegalArgumentException("iso8583.issuers: field " + field + " wants pass, drop or set VALUE (the last not in answers): " + action);
        }
        final long bit = Long.MIN_VALUE >>> (field - 1 & 63);
        final long[] half = field <= 64 ? low : high;
        half[kind] = "drop".equals(action) ? half[kind] & ~bit : half[kind] | bit;
        if (values[kind] == null) {
            values[kind] = new byte[MAX_FIELD + 1][];
        }
        values[kind][field] = isSet ? action.substring("set ".length()).getBytes(StandardCharsets.US_ASCII) : null;
    }

    private static boolean isIn(final int field, final long lowFields, final long highFields) {
        return (field <= 64 ? lowFields : highFields) << (field - 1 & 63) < 0;
    }

    /** Fields 1 to 64 that are passed or set. */
    long low(final int kind) {
        return low[kind];
    }

    /** Fields 65 to 128 that are passed or set. */
    long high(final int kind) {
        return high[kind];
    }

    /** Whether any field is set to a value. */
    boolean hasValues(final int kind) {
        return values[kind] != null;
    }

    /** What a field is set to; null: it is passed. */
    byte[] value(final int kind, final int field) {
        return values[kind] == null ? null : values[kind][field];
    }
}
