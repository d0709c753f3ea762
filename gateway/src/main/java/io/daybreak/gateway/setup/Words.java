package io.daybreak.gateway.setup;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Words of a set-up file for the constants of the protocol: NEGATIVE_FILE is {@code negative-file}. Static. */
final class Words {
    private Words() {
    }

    /** Words and numbers of a class's constants, but for those left out. */
    static Map<String, Long> of(final Class<?> constants, final String... leftOut) {
        final Map<String, Long> words = new LinkedHashMap<>();
        try {
            for (final Field field : constants.getDeclaredFields()) {
                if (Modifier.isPublic(field.getModifiers()) && field.getType() == int.class && !java.util.List.of(leftOut).contains(field.getName())) {
                    words.put(field.getName().toLowerCase(Locale.ROOT).replace('_', '-'), (long) field.getInt(null));
                }
            }
        } catch (final IllegalAccessException ex) {
            throw new IllegalStateException(ex);
        }
        return words;
    }

    /** The same words with bits {@code 1 << number}. */
    static Map<String, Long> bits(final Map<String, Long> numbers) {
        final Map<String, Long> words = new LinkedHashMap<>();
        numbers.forEach((word, number) -> words.put(word, 1L << number));
        return words;
    }
}
