package io.daybreak.iso8583.link;

import io.daybreak.iso8583.config.StrictConfig;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * From internal results, by name or by number, to what DE 39 says: two characters in 1987, a three-digit action code in 1993. One
 * row, {@code default}, stands for what has none. The codec does not know which results there are; the server gives their numbers
 * with {@link #words}. Immutable.
 */
public final class CodeTable {
    /** The row for results that have none. */
    public static final String DEFAULT = "default";

    private final Map<String, String> codes;

    private CodeTable(final Map<String, String> codes) {
        this.codes = codes;
    }

    static CodeTable load(final StrictConfig config, final String key, final int version) {
        final String form = version == 1987 ? "[0-9A-Z]{2}" : "[0-9]{3}";
        final Map<String, String> codes = new LinkedHashMap<>(config.table(key));
        for (final Map.Entry<String, String> row : codes.entrySet()) {
            if (!row.getKey().matches("[a-z][a-z0-9-]*|[0-9]{1,5}")) {
                config.problem(key, "has a row \"" + row.getKey() + "\"; a result is a name in lower case with hyphens, or a number up to 99999");
            }
            if (!row.getValue().matches(form)) {
                config.problem(key, "has for \"" + row.getKey() + "\" the code \"" + row.getValue() + "\", which must be "
                    + (version == 1987 ? "two characters 0-9A-Z" : "three digits"));
            }
        }
        if (!codes.containsKey(DEFAULT)) {
            config.problem(key, "must have a row \"" + DEFAULT + "\"");
        }
        return new CodeTable(codes);
    }

    /** The code of a result by name or number; the default's if it has no row. */
    public String code(final String result) {
        return codes.getOrDefault(result, codes.get(DEFAULT));
    }

    /** All rows. */
    public Map<String, String> rows() {
        return Map.copyOf(codes);
    }

    /**
     * The table for the hot path: by internal number, codes packed as {@link io.daybreak.iso8583.codec.MessageBuilder#word} takes
     * them.
     *
     * @param results  rows of the returned array
     * @param numberOf the number of a name; negative if there is no such result
     * @throws IllegalArgumentException naming every row that no result has, or that is out of range
     */
    public long[] words(final int results, final ToIntFunction<String> numberOf) {
        final long[] words = new long[results];
        java.util.Arrays.fill(words, pack(codes.get(DEFAULT)));
        final TreeSet<String> unknown = new TreeSet<>();
        for (final Map.Entry<String, String> row : codes.entrySet()) {
            if (!row.getKey().equals(DEFAULT)) {
                final boolean isNumber = Character.isDigit(row.getKey().charAt(0));
                final int number = isNumber ? Integer.parseInt(row.getKey()) : numberOf.applyAsInt(row.getKey());
                if (number < 0 || number >= results) {
                    unknown.add(row.getKey());
                } else {
                    words[number] = pack(row.getValue());
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no such results: " + String.join(", ", unknown));
        }
        return words;
    }

    /** Up to eight characters, the first in the highest byte. */
    static long pack(final String text) {
        long word = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            word = word << Byte.SIZE | (i < text.length() ? text.charAt(i) : 0);
        }
        return word;
    }

    /** Packed codes of a list, see {@link #pack}. */
    static long[] packAll(final List<String> texts) {
        return texts.stream().mapToLong(CodeTable::pack).toArray();
    }
}
