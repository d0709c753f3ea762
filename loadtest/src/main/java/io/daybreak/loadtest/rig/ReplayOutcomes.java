package io.daybreak.loadtest.rig;

import io.daybreak.client.TransferId;
import io.daybreak.protocol.Result;
import org.agrona.collections.Int2ObjectHashMap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What transfers of a recording were answered, beside what they had been answered when they were recorded. Written by the loop, read after it has ended. */
public final class ReplayOutcomes {
    private static final int MAX_EXAMPLES = 3;
    private static final int RESULT_BITS = 16;

    private final long[] byResult = new long[1 << RESULT_BITS];
    private final Int2ObjectHashMap<Group> groups = new Int2ObjectHashMap<>();
    private long same;
    private long different;
    private long repeated;

    /**
     * Transfers whose result is another one than the recorded.
     *
     * @param recorded name of the recorded result
     * @param replayed name of the result now
     * @param examples the first of them: place in the recording, and id
     */
    public record Difference(String recorded, String replayed, long count, List<String> examples) {
    }

    private static final class Group {
        private long count;
        private final List<String> examples = new ArrayList<>();
    }

    /** @param isRepeated the switch knew the id before */
    void add(final int recorded, final int result, final boolean isRepeated, final long sequence, final long idHi, final long idLo) {
        byResult[result]++;
        repeated += isRepeated ? 1 : 0;
        if (recorded == result) {
            same++;
            return;
        }
        different++;
        final Group group = groups.computeIfAbsent(recorded << RESULT_BITS | result, key -> new Group());
        group.count++;
        if (group.examples.size() < MAX_EXAMPLES) {
            group.examples.add("sequence " + sequence + ", id " + new TransferId(idHi, idLo));
        }
    }

    /** Answered as recorded. */
    public long same() {
        return same;
    }

    /** Answered with another result. */
    public long different() {
        return different;
    }

    /** Answered with an outcome of before: the switch was not fresh. */
    public long repeated() {
        return repeated;
    }

    /** How often each result came, by name. */
    public Map<String, Long> byResult() {
        final Map<String, Long> named = new TreeMap<>();
        for (int result = 0; result < byResult.length; result++) {
            if (byResult[result] > 0) {
                named.put(Result.name(result), byResult[result]);
            }
        }
        return named;
    }

    /** The differences, the most frequent first. */
    public List<Difference> differences() {
        final List<Difference> list = new ArrayList<>();
        groups.forEach((key, group) -> list.add(new Difference(Result.name(key >>> RESULT_BITS), Result.name(key & (1 << RESULT_BITS) - 1), group.count,
            List.copyOf(group.examples))));
        list.sort(Comparator.comparingLong(Difference::count).reversed().thenComparing(Difference::recorded).thenComparing(Difference::replayed));
        return list;
    }
}
