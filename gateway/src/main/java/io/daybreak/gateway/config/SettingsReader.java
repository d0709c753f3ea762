package io.daybreak.gateway.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigMemorySize;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads values with their limits out of a configuration and collects what is wrong instead of stopping at the first.
 * Where a value is wrong, the lower limit (or an empty text) is returned, so that reading can go on.
 */
final class SettingsReader {
    private final Config config;
    private final List<String> problems = new ArrayList<>();

    SettingsReader(final Config config) {
        this.config = config;
    }

    List<String> problems() {
        return problems;
    }

    void problem(final String text) {
        problems.add(text);
    }

    int integer(final String path, final int min, final int max) {
        return (int) whole(path, min, max);
    }

    long whole(final String path, final long min, final long max) {
        return within(path, read(path, () -> config.getLong(path), min), min, max, "");
    }

    /** Bytes. */
    long size(final String path, final long min, final long max) {
        return within(path, read(path, () -> sizeOf(path), min), min, max, " bytes");
    }

    /** Milliseconds. */
    int milliseconds(final String path, final Duration min, final Duration max) {
        return (int) milliseconds64(path, min, max);
    }

    /** Milliseconds, where the limit is beyond 24 days. */
    long milliseconds64(final String path, final Duration min, final Duration max) {
        return within(path, read(path, () -> config.getDuration(path).toMillis(), min.toMillis()), min.toMillis(), max.toMillis(), " ms");
    }

    boolean flag(final String path) {
        return read(path, () -> config.getBoolean(path), false);
    }

    String text(final String path) {
        return read(path, () -> config.getString(path), "");
    }

    String oneOf(final String path, final String... allowed) {
        final String value = text(path);
        for (final String candidate : allowed) {
            if (candidate.equals(value)) {
                return value;
            }
        }
        problem(path + " must be one of " + String.join(", ", allowed) + ": " + value + from(path));
        return allowed[0];
    }

    private long sizeOf(final String path) {
        final ConfigMemorySize size = config.getMemorySize(path);
        return size.toBytes();
    }

    private long within(final String path, final long value, final long min, final long max, final String unit) {
        if (value < min || value > max) {
            problem(path + " must be from " + min + " to " + max + unit + ": " + value + from(path));
            return min;
        }
        return value;
    }

    private <T> T read(final String path, final Supplier<T> value, final T instead) {
        try {
            return value.get();
        } catch (final ConfigException ex) {
            problem(path + ": " + ex.getMessage());
        } catch (final ArithmeticException ex) {
            problem(path + ": out of range");
        }
        return instead;
    }

    private String from(final String path) {
        return " (" + config.getValue(path).origin().description() + ")";
    }
}
