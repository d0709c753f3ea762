package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builds the index of a journal. */
public final class Indexer {
    private Indexer() {
    }

    /** Goes on building; what is there already is not read again. Returns what was done. */
    public static Map<String, Object> update(final Path data, final boolean isRebuild) throws IOException {
        if (isRebuild) {
            JournalIndex.delete(data);
        }
        final JournalIndex index = JournalIndex.create(data);
        final long[] last = {index.sequence()};
        final int added = index.update(new Commands()::record, sequence -> last[0] = sequence);
        final Map<String, Object> report = new LinkedHashMap<>();
        report.put("segments-added", added);
        report.put("indexed-to-sequence", index.sequence());
        report.put("journal-to-sequence", last[0]);
        return report;
    }
}
