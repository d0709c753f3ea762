package io.daybreak.journal.maker;

import java.nio.file.Path;
import java.util.List;

import io.daybreak.journal.snapshot.SnapshotPosition;

/**
 * What the maker did.
 *
 * @param snapshot      the newest snapshot: the one that was made, or the one that was there; null if the journal is empty
 * @param position      the entry that it stands behind
 * @param isNew         whether it was made now
 * @param replayed      commands that were applied for it
 * @param bytes         its size
 * @param durationMs    of all of it
 * @param stateBytes    memory that the second copy of the state took
 * @param releasedFiles files of the journal that were released
 * @param messages      sentences for the operator, in order
 */
public record SnapshotResult(Path snapshot, SnapshotPosition position, boolean isNew, long replayed, long bytes, long durationMs, long stateBytes,
                             List<Path> releasedFiles, List<String> messages) {
}
