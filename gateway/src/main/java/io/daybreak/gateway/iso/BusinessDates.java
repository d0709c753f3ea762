package io.daybreak.gateway.iso;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The business dates that are open, for responses to messages that never reached the state machine, which alone decides
 * about dates. Told by the effects of the state machine; any thread. A date that is not known is 0, and is left out.
 */
final class BusinessDates {
    private static final int GROUPS = 1 << 16;
    private static final long GRACE_MS = 3_600_000L;

    private final ConcurrentMap<Integer, Integer> openByGroup = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Long> graceByGroup = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, Integer> groupByInstitution = new ConcurrentHashMap<>();

    /** A date (YYYYMMDD) was opened. Returns the one that was open before; 0 if that is not known. */
    int opened(final int dayGroup, final int date) {
        final Integer before = openByGroup.put(dayGroup & GROUPS - 1, date);
        return before == null ? 0 : before;
    }

    /** A date that is open as the state tells it; what was opened since counts more, since dates never go back. */
    void learned(final int dayGroup, final int date) {
        openByGroup.merge(dayGroup & GROUPS - 1, date, Math::max);
    }

    /** How long a group's old date still takes totals, milliseconds. */
    void graceMs(final int dayGroup, final long graceMs) {
        graceByGroup.put(dayGroup, graceMs);
    }

    /** As it was told; an hour if it was not. */
    long graceMs(final int dayGroup) {
        return graceByGroup.getOrDefault(dayGroup, GRACE_MS);
    }

    /** An institution keeps the days of a group. */
    void belongs(final long institution, final int dayGroup) {
        groupByInstitution.put(institution, dayGroup);
    }

    /** The group whose days an institution keeps; negative if that is not known. */
    int groupOf(final long institution) {
        return groupByInstitution.getOrDefault(institution, -1);
    }

    /**
     * The date (YYYYMMDD) that is open for an institution; of one that nobody has put, that of the first group. 0 if there is none. Cold
     * path: only refusals ask.
     */
    int open(final long institution) {
        final Integer group = groupByInstitution.get(institution);
        final Integer date = group == null ? openByGroup.get(firstGroup()) : openByGroup.get(group);
        return date == null ? 0 : date;
    }

    private int firstGroup() {
        return openByGroup.keySet().stream().mapToInt(Integer::intValue).min().orElse(0);
    }
}
