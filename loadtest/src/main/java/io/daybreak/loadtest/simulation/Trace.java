package io.daybreak.loadtest.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What happened: a hash over all of it, by which two runs are compared, and the last of it in words. One thread. Words are made when they are asked
 * for, so that a run does not pay for them.
 */
final class Trace {
    private static final int KEPT = 1_024;
    private static final int KEPT_FAULTS = 40;

    private final Object[] whats = new Object[KEPT];
    private final String[] notes = new String[KEPT];
    private final Actor[] actors = new Actor[KEPT];
    private final int[] kinds = new int[KEPT];
    private final long[] numbers = new long[KEPT];
    private final long[] times = new long[KEPT];
    private final ArrayDeque<String> faults = new ArrayDeque<>();
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
        if (faults.size() == KEPT_FAULTS) {
            faults.removeFirst();
        }
        faults.addLast(when(timeNs) + "** " + text);
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

    private static String when(final long timeNs) {
        return String.format("%14.6f s  ", (timeNs - World.BEGIN_NS) / 1e9);
    }

    /** The last notes, then the last lines, oldest first; turns and timers that say nothing are left out. Times count from the world's begin. */
    List<String> last(final int count) {
        final List<String> text = new ArrayList<>();
        for (long line = lines - 1; line >= Math.max(0, lines - KEPT) && text.size() < count; line--) {
            final int at = (int) (line % KEPT);
            if (notes[at] != null) {
                text.add(when(times[at]) + "** " + notes[at]);
            } else if (whats[at] != null) {
                text.add(when(times[at]) + actors[at].name() + ": " + actors[at].nameOf(kinds[at]) + " " + numbers[at] + "  " + whats[at]);
            }
        }
        Collections.reverse(text);
        text.add(0, "...");
        text.addAll(0, faults);
        return text;
    }
}
