package io.daybreak.journal.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

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
        final NewestSnapshot found = find(directory, target, position -> {
            if (position.entryNumber() > lastEntry) {
                messages.add("snapshot " + directory.path(position.sequence()) + " is passed over: it holds what is to be cut, behind entry " + lastEntry);
                return false;
            }
            return true;
        }, messages);
        return found != null ? found : new NewestSnapshot(null, SnapshotPosition.BEGIN, target.fromBegin());
    }

    /**
     * Finds and reads the newest that is good and wanted.
     *
     * @param isWanted whether one that stands there is
     * @param messages takes a sentence for each wanted snapshot that is passed over
     * @return null if there is none; the target was not asked for anything then that it has to keep
     */
    public static NewestSnapshot find(final SnapshotDirectory directory, final RecoveryTarget target, final Predicate<SnapshotPosition> isWanted,
                                      final List<String> messages) throws IOException {
        for (final Path path : directory.list()) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                if (SnapshotDirectory.sequence(path) != file.position().sequence()) {
                    throw new SnapshotDamagedException(path, "it stands behind sequence " + file.position().sequence() + ", not the one in its name", null);
                }
                if (!isWanted.test(file.position())) {
                    continue;
                }
                final ReplayTarget behind = target.fromSnapshot(file.image());
                file.finish();
                return new NewestSnapshot(path, file.position(), behind);
            } catch (final StateFormatException e) {
                messages.add("snapshot " + path + " is passed over: " + e.getMessage());
            } catch (final SnapshotDamagedException e) {
                messages.add(e.getMessage() + "; it is passed over");
            } catch (final NoSuchFileException e) {
                // Let go of by a maker since the directory was listed.
                messages.add("snapshot " + path + " is gone");
            } catch (final UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return null;
    }
}
