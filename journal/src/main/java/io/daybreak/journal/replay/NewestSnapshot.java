package io.daybreak.journal.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.port.RecoveryTarget;
import io.daybreak.port.ReplayTarget;
import io.daybreak.state.StateFormatException;

/**
 * The newest snapshot that is good, read into the target; one that is damaged is told and passed over.
 *
 * @param path         null if there is none: the replay begins with the first entry
 * @param position     the entry that it stands behind
 * @param replayTarget takes what follows
 */
public record NewestSnapshot(Path path, SnapshotPosition position, ReplayTarget replayTarget) {
    /**
     * Finds and reads it.
     *
     * @param lastEntry what is behind it is to be cut: a snapshot behind that is of a future that will not be
     * @param messages takes a sentence for each snapshot that is passed over
     */
    public static NewestSnapshot load(final SnapshotDirectory directory, final RecoveryTarget target, final long lastEntry,
                                      final List<String> messages) throws IOException {
        for (final Path path : directory.list()) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                if (SnapshotDirectory.sequence(path) != file.position().sequence()) {
                    throw new SnapshotDamagedException(path, "it stands behind sequence " + file.position().sequence() + ", not the one in its name", null);
                }
                if (file.position().entryNumber() > lastEntry) {
                    messages.add("snapshot " + path + " is passed over: it holds what is to be cut, behind entry " + lastEntry);
                    continue;
                }
                final ReplayTarget behind = target.fromSnapshot(file.image());
                file.finish();
                return new NewestSnapshot(path, file.position(), behind);
            } catch (final StateFormatException e) {
                messages.add("snapshot " + path + " is passed over: " + e.getMessage());
            } catch (final SnapshotDamagedException e) {
                messages.add(e.getMessage() + "; it is passed over");
            } catch (final UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return new NewestSnapshot(null, SnapshotPosition.BEGIN, target.fromBegin());
    }
}
