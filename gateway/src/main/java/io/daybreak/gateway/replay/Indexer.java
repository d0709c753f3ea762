package io.daybreak.gateway.replay;

import io.daybreak.gateway.index.JournalIndex;
import io.daybreak.journal.DataDirectoryInUseException;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableFiles;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builds the index of a journal. */
public final class Indexer {
    private Indexer() {
    }

    /** Goes on building; what is there already is not read again. Returns what was done. */
    public static Map<String, Object> update(final Path data, final boolean isRebuild) throws IOException {
        if (!Files.isDirectory(DataDirectory.names(data).queue())) {
            throw new NoSuchFileException(DataDirectory.names(data).queue().toString(), null, "there is no journal");
        }
        final Path lockFile = data.resolve("index").resolve("lock");
        DurableFiles.createDirectory(lockFile.getParent());
        DurableFiles.createFile(lockFile);
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new DataDirectoryInUseException(lockFile.getParent(), "another builder of the index");
            }
            return updateLocked(data, isRebuild);
        }
    }

    private static Map<String, Object> updateLocked(final Path data, final boolean isRebuild) throws IOException {
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
