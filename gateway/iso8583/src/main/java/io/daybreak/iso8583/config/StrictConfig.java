package io.daybreak.iso8583.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A section of a configuration, read key by key. Problems are collected over the whole tree of sections, so that one run
 * tells all of them; a value that is wrong reads as its fallback, so that reading can go on. {@link #conclude()} throws
 * what was found, and every key that nobody asked for. Not thread safe; start-up only.
 */
public final class StrictConfig {
    private final Config config;
    private final String path;
    private final List<String> problems;
    private final Set<String> known = new HashSet<>();
    private final List<StrictConfig> sections = new ArrayList<>();

    private StrictConfig(final Config config, final String path, final List<String> problems) {
        this.config = config;
        this.path = path;
        this.problems = problems;
    }

    /**
     * The root of a tree.
     *
     * @param config resolved
     */
    public static StrictConfig of(final Config config) {
        return new StrictConfig(config, "", new ArrayList<>());
    }

    /** The path of a key of this section, as problems name it. */
    public String pathOf(final String key) {
        return path.isEmpty() ? key : path + '.' + key;
    }

    /** Adds a problem with a key of this section. */
    public void problem(final String key, final String text) {
        problems.add(pathOf(key) + ": " + text);
    }

    /** Whether the key is there. Marks it as known. */
    public boolean has(final String key) {
        known.add(key);
        return config.hasPath(ConfigUtil.joinPath(key));
    }

    /** A section; an empty one if the key is absent. */
    public StrictConfig section(final String key) {
        Config found = com.typesafe.config.ConfigFactory.empty();
        if (has(key)) {
            if (config.getValue(ConfigUtil.joinPath(key)).valueType() == ConfigValueType.OBJECT) {
                found = config.getConfig(ConfigUtil.joinPath(key));
            } else {
                problem(key, "must be a section { ... }");
            }
        }
        final StrictConfig section = new StrictConfig(found, pathOf(key), problems);
        sections.add(section);
        return section;
    }

    /** The raw section, for what is read by someone else; empty if absent. */
    public Config raw(final String key) {
        return has(key) && config.getValue(ConfigUtil.joinPath(key)).valueType() == ConfigValueType.OBJECT
            ? config.getConfig(ConfigUtil.joinPath(key)) : com.typesafe.config.ConfigFactory.empty();
    }

    /** The keys of this section in an order that does not depend on chance. */
    public Set<String> keys() {
        final ConfigObject root = config.root();
        return new TreeSet<>(root.keySet());
    }

    /** A text; the fallback if absent, a problem if absent and the fallback is null. */
    public String text(final String key, final String fallback) {
        return value(key, fallback, "must be a text", config::getString);
    }

    /** A whole number between limits, both allowed. */
    public long number(final String key, final Long fallback, final long min, final long max) {
        final String allowed = "must be a whole number from " + min + " to " + max;
        final Long value = value(key, fallback, allowed, config::getLong);
        if (value == null) {
            return min;
        }
        if (value < min || value > max) {
            problem(key, allowed + ", not " + value);
            return fallback == null ? min : fallback;
        }
        return value;
    }

    /** A duration between limits, in milliseconds. */
    public long milliseconds(final String key, final long fallback, final long min, final long max) {
        final String allowed = "must be a duration from " + min + " ms to " + max + " ms, such as 30s";
        final Long value = value(key, fallback, allowed, name -> config.getDuration(name).toMillis());
        if (value == null || value < min || value > max) {
            problem(key, allowed);
            return fallback;
        }
        return value;
    }

    /** True or false. */
    public boolean flag(final String key, final Boolean fallback) {
        final Boolean value = value(key, fallback, "must be true or false", config::getBoolean);
        return value != null && value;
    }

    /** One of an enumeration's names, written in lower case with hyphens. */
    public <E extends Enum<E>> E oneOf(final String key, final Class<E> type, final E fallback) {
        final E first = type.getEnumConstants()[0];
        final String text = text(key, fallback == null ? null : nameOf(fallback));
        if (text == null) {
            return first;
        }
        final E found = find(type, text);
        if (found == null) {
            problem(key, "is \"" + text + "\", but must be one of " + names(type));
        }
        return found == null ? first : found;
    }

    /** A list of texts; the fallback if absent. */
    public List<String> texts(final String key, final List<String> fallback) {
        final List<String> value = value(key, fallback, "must be a list of texts", config::getStringList);
        return value == null ? List.of() : List.copyOf(value);
    }

    /** A section of texts by key, in order of keys; empty if absent. */
    public Map<String, String> table(final String key) {
        final Map<String, String> table = new LinkedHashMap<>();
        final StrictConfig section = section(key);
        for (final String name : section.keys()) {
            table.put(name, section.text(name, ""));
        }
        return table;
    }

    /** Throws if anything was wrong, here or in any section of the same tree. Call it on the root, after everything was read. */
    public void conclude() {
        addUnknown();
        if (!problems.isEmpty()) {
            throw new ConfigProblems(problems);
        }
    }

    /** Adds problems that were found by a reader of its own. */
    public void addAll(final String key, final List<String> found) {
        found.forEach(text -> problems.add(pathOf(key) + '.' + text));
    }

    /** How an enumeration's constant is written in a file. */
    public static String nameOf(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant with that name in a file, or null. */
    public static <E extends Enum<E>> E find(final Class<E> type, final String text) {
        for (final E constant : type.getEnumConstants()) {
            if (nameOf(constant).equals(text)) {
                return constant;
            }
        }
        return null;
    }

    /** All names of an enumeration as a file may have them. */
    public static <E extends Enum<E>> String names(final Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(StrictConfig::nameOf).collect(Collectors.joining(", "));
    }

    private void addUnknown() {
        for (final String key : keys()) {
            if (!known.contains(key)) {
                problems.add(pathOf(key) + ": is not known here"
                    + (known.isEmpty() ? "" : "; allowed are " + String.join(", ", new TreeSet<>(known))));
            }
        }
        sections.forEach(StrictConfig::addUnknown);
    }

    private <T> T value(final String key, final T fallback, final String allowed, final Function<String, T> read) {
        if (!has(key)) {
            if (fallback == null) {
                problem(key, "is missing; it " + allowed);
            }
            return fallback;
        }
        try {
            return read.apply(ConfigUtil.joinPath(key));
        } catch (final ConfigException ex) {
            problem(key, allowed);
            return fallback;
        }
    }
}
