package io.daybreak.loadtest.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened: a hash over all of it, by which two runs are compared, and the last of it in words. One thread. Words are made when they are asked
 * for, so that a run does not pay for them.
 */
final class Trace {
    private static final int KEPT = 256;

    private final Object[] whats = new Object[KEPT];
    private final String[] notes = new String[KEPT];
    private final Actor[] actors = new Actor[KEPT];
    private final int[] kinds = new int[KEPT];
    private final long[] numbers = new long[KEPT];
    private final long[] times = new long[KEPT];
    private long steps;
    private long lines;
    private long hash = 0x9E37_79B9_7F4A_7C15L;

    void event(final long timeNs, final int actorIndex, final Actor actor, final int kind, final long number, final Object what) {
        steps++;
        mix(timeNs);
        mix((long) actorIndex << 32 | kind);
        mix(number);
        final int at = next(timeNs);
        actors[at] = actor;
        kinds[at] = kind;
        numbers[at] = number;
        whats[at] = what;
        notes[at] = null;
    }

    /** Something that is no event: a fault, a start, a finding. */
    void note(final long timeNs, final String text) {
        mix(text.hashCode());
        final int at = next(timeNs);
        notes[at] = text;
        whats[at] = null;
    }

    private int next(final long timeNs) {
        final int at = (int) (lines++ % KEPT);
        times[at] = timeNs;
        return at;
    }

    void mix(final long value) {
        hash = (hash ^ value) * 0xBF58_476D_1CE4_E5B9L;
        hash ^= hash >>> 29;
    }

    long hash() {
        return hash;
    }

    /** Events so far. */
    long steps() {
        return steps;
    }

    /** The last lines, oldest first; times are seconds since the begin of the world. */
    List<String> last(final int count, final long beginNs) {
        final List<String> text = new ArrayList<>();
        for (long line = Math.max(0, lines - Math.min(count, KEPT)); line < lines; line++) {
            final int at = (int) (line % KEPT);
            final String when = String.format("%14.6f s  ", (times[at] - beginNs) / 1e9);
            if (notes[at] != null) {
                text.add(when + "** " + notes[at]);
            } else {
                text.add(when + actors[at].name() + ": " + actors[at].nameOf(kinds[at]) + " " + numbers[at]
                    + (whats[at] == null ? "" : "  " + whats[at]));
            }
        }
        return text;
    }
}
