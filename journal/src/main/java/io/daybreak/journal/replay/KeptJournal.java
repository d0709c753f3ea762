package io.daybreak.journal.replay;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * What is there of a journal: where its files begin, and the snapshots that they go on from, the oldest first. As of one look; a maker of snapshots may
 * let go of more. Immutable.
 */
public final class KeptJournal {
    private final Path data;
    private final QueueFiles.Contents first;
    private final List<SnapshotPosition> snapshots;

    private KeptJournal(final Path data, final QueueFiles.Contents first, final List<SnapshotPosition> snapshots) {
        this.data = data;
        this.first = first;
        this.snapshots = snapshots;
    }

    /** Looks; reads the first entry of each file, and the headers of snapshots. */
    public static KeptJournal of(final Path data) throws IOException {
        final Path queue = DataDirectory.names(data).queue();
        if (!Files.isDirectory(queue)) {
            throw new NoSuchFileException(queue.toString(), null, "there is no journal");
        }
        final List<QueueFiles.Contents> files = QueueFiles.contents(queue);
        final QueueFiles.Contents first = files.isEmpty() ? null : files.get(0);
        final List<SnapshotPosition> snapshots = new ArrayList<>();
        for (final Path path : new SnapshotDirectory(data).list()) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                if (first == null || file.position().entryNumber() >= first.firstEntry() - 1) {
                    snapshots.add(file.position());
                }
            } catch (final SnapshotDamagedException | NoSuchFileException ex) {
                // Told where it would be used, and by verify.
                continue;
            }
        }
        Collections.reverse(snapshots);
        return new KeptJournal(data, first, List.copyOf(snapshots));
    }

    /** The data directory. */
    public Path data() {
        return data;
    }

    /** First sequence in the files; 0 if they hold none. */
    public long firstSequence() {
        return first == null ? 0 : first.firstSequence();
    }

    /** Its command time, Unix nanoseconds. */
    public long firstTimestampNs() {
        return first == null ? 0 : first.firstTimestampNs();
    }

    /** True if the first entry is there: nothing was released. */
    public boolean isWhole() {
        return first == null || first.firstEntry() == 1;
    }

    /** Snapshots whose header can be read and that the files go on from, the oldest first. */
    public List<SnapshotPosition> snapshots() {
        return snapshots;
    }

    /** True if the files hold what follows on it. */
    public boolean goesOnFrom(final SnapshotPosition position) {
        return first == null || position.entryNumber() >= first.firstEntry() - 1;
    }

    /** Where a reader can begin at the earliest; null if files are missing and no snapshot tells where to go on. */
    public SnapshotPosition oldest() {
        if (isWhole()) {
            return SnapshotPosition.BEGIN;
        }
        return snapshots.isEmpty() ? null : snapshots.get(0);
    }

    /** The newest place for a reader to begin at that is wanted; else the oldest, which may be null. */
    public SnapshotPosition newest(final Predicate<SnapshotPosition> isWanted) {
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            if (isWanted.test(snapshots.get(i))) {
                return snapshots.get(i);
            }
        }
        return oldest();
    }

    /** Opens a reader at the newest place that is wanted, or at the oldest there is. */
    public PublishedJournal open(final Predicate<SnapshotPosition> isWanted) throws IOException {
        final SnapshotPosition place = newest(isWanted);
        // From the begin the reader itself tells what is missing.
        return PublishedJournal.open(data, place == null ? SnapshotPosition.BEGIN : place);
    }
}
