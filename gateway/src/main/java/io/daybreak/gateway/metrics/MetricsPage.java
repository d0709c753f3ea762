package io.daybreak.gateway.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;

/**
 * Named figures and where they are read, written as one page in the text exposition format, version 0.0.4. Families stand in the order
 * in which they were added, and the lines of a family together. Filled before it is served; then any thread may write it, one at a time.
 */
public final class MetricsPage {
    /** Media type of the page. */
    public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final class Family {
        final String type;
        final String help;
        final List<String> lines = new ArrayList<>();
        final List<LongSupplier> values = new ArrayList<>();

        Family(final String type, final String help) {
            this.type = type;
            this.help = help;
        }
    }

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final List<Runnable> preparations = new ArrayList<>();

    /** Done each time before the page is written, such as one query that answers several figures. */
    public MetricsPage before(final Runnable preparation) {
        preparations.add(preparation);
        return this;
    }

    /**
     * A figure that only grows while the process lives.
     *
     * @param labels such as {@code link="iso8583"}; empty for none
     */
    public MetricsPage counter(final String name, final String help, final String labels, final LongSupplier value) {
        return add("counter", name, help, labels, value);
    }

    /** A figure that goes up and down. */
    public MetricsPage gauge(final String name, final String help, final String labels, final LongSupplier value) {
        return add("gauge", name, help, labels, value);
    }

    /**
     * A histogram with fixed steps, cumulative on the page.
     *
     * @param labels    at least one
     * @param leastStep what lies below is told with it
     * @param steps     how many there are
     * @param upTo      greatest value of a step
     * @param count     how many values lie in a step
     * @param sum       of all values
     */
    public MetricsPage histogram(final String name, final String help, final String labels, final int leastStep, final int steps,
                                 final IntToLongFunction upTo, final IntToLongFunction count, final LongSupplier sum) {
        final Family family = families.computeIfAbsent(name, unused -> new Family("histogram", help));
        final long[] cumulative = {0};
        for (int step = leastStep; step < steps; step++) {
            final int from = step == leastStep ? 0 : step;
            final int to = step;
            family.lines.add(name + "_bucket{" + labels + ",le=\"" + (step == steps - 1 ? "+Inf" : upTo.applyAsLong(step)) + "\"} ");
            family.values.add(() -> {
                cumulative[0] = from == 0 ? 0 : cumulative[0];
                for (int i = from; i <= to; i++) {
                    cumulative[0] += count.applyAsLong(i);
                }
                return cumulative[0];
            });
        }
        family.lines.add(name + "_sum{" + labels + "} ");
        family.values.add(sum);
        family.lines.add(name + "_count{" + labels + "} ");
        family.values.add(() -> cumulative[0]);
        return this;
    }

    private MetricsPage add(final String type, final String name, final String help, final String labels, final LongSupplier value) {
        final Family family = families.computeIfAbsent(name, unused -> new Family(type, help));
        family.lines.add(labels.isEmpty() ? name + ' ' : name + '{' + labels + "} ");
        family.values.add(value);
        return this;
    }

    /** A label with its value, which must be free of quotes and backslashes. */
    static String label(final String name, final String value) {
        if (value.indexOf('"') >= 0 || value.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("a label's value with quotes: " + value);
        }
        return name + "=\"" + value + '"';
    }

    /** The whole page. One at a time: what is done before it keeps what the figures read. */
    public synchronized String write() {
        preparations.forEach(Runnable::run);
        final StringBuilder page = new StringBuilder(8_192);
        families.forEach((name, family) -> {
            page.append("# HELP ").append(name).append(' ').append(family.help).append("\n# TYPE ").append(name).append(' ').append(family.type)
                .append('\n');
            for (int i = 0; i < family.lines.size(); i++) {
                page.append(family.lines.get(i)).append(family.values.get(i).getAsLong()).append('\n');
            }
        });
        return page.toString();
    }
}
