package io.daybreak.gateway.replay;

import io.daybreak.journal.DamagedJournalException;
import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.pipeline.ReplayMismatchException;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Proves the snapshots of a journal beside its verification: each file is whole, stands behind an entry of this very journal, and holds the state that the
 * journal says for there; and the newest one with the rest of the journal gives the journal's last digest, as the next start will find. One thread;
 * memory of one state, when that of the verification is given back.
 */
final class SnapshotAudit {
    private final Path data;
    private final SnapshotDirectory directory;
    private final Map<Long, Path> files = new TreeMap<>();
    private final Map<Long, SnapshotPosition> expected = new TreeMap<>();
    private final Map<Path, String> damage = new TreeMap<>();
    private SnapshotPosition start = SnapshotPosition.BEGIN;
    private Verifier.Head head;
    private int good;

    /** Takes what is there now; what is made later is not looked at. */
    SnapshotAudit(final Path data) throws IOException {
        this.data = data;
        this.directory = new SnapshotDirectory(data);
        for (final Path path : directory.list()) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                if (SnapshotDirectory.sequence(path) != file.position().sequence()) {
                    damage.put(path, "it stands behind sequence " + file.position().sequence() + ", not the one in its name");
                } else {
                    files.put(file.position().entryNumber(), path);
                    expected.put(file.position().entryNumber(), file.position());
                }
            } catch (final SnapshotDamagedException ex) {
                damage.put(path, ex.getMessage());
            } catch (final NoSuchFileException ex) {
                continue;
            }
        }
    }

    /** The verification begins here: what stands before it or there is compared with nothing but itself. */
    void begin(final SnapshotPosition position) {
        start = position;
    }

    /** An entry was proven: a snapshot that stands behind it must say the same of it. */
    void onEntry(final Verifier.Head proven) {
        head = proven;
        final SnapshotPosition position = expected.get(proven.entry());
        if (position != null && (position.sequence() != proven.sequence() || position.stateDigest() != proven.stateDigest()
            || position.timestampNs() != proven.timestampNs() || !Arrays.equals(position.chainHash(), proven.chainHash()))) {
            damage.put(files.get(proven.entry()), "it stands behind an entry " + proven.entry() + " that is not this journal's");
        }
    }

    /** Looks at the files, when the journal has been gone over. */
    void run(final Verifier verifier) throws IOException {
        final long newest = files.isEmpty() ? 0 : ((TreeMap<Long, Path>) files).lastKey();
        for (final Map.Entry<Long, Path> each : files.entrySet()) {
            final Path path = each.getValue();
            if (!damage.containsKey(path)) {
                try {
                    final String found = state(expected.get(each.getKey()), each.getKey() == newest);
                    if (found == null) {
                        good++;
                    } else {
                        damage.put(path, found);
                    }
                } catch (final SnapshotDamagedException ex) {
                    damage.put(path, ex.getMessage());
                } catch (final NoSuchFileException ex) {
                    // A maker has let go of it.
                    continue;
                }
            }
        }
        damage.forEach((path, text) -> verifier.find(SnapshotDirectory.sequence(path), path.toString(), text));
    }

    private String state(final SnapshotPosition position, final boolean isNewest) throws IOException {
        SnapshotFile.verify(directory.path(position.sequence()));
        if (head != null && position.entryNumber() > head.entry() && position.entryNumber() != start.entryNumber()) {
            return "it stands behind entry " + position.entryNumber() + ", but the journal ends with entry " + head.entry();
        }
        try (Rerun rerun = Rerun.openAt(data, position)) {
            if (rerun == null) {
                return "it cannot be read by this version";
            }
            if (rerun.machine().computeDigest() != position.stateDigest() || rerun.machine().digest() != position.stateDigest()) {
                return "the digest of its tables is not the one that the journal has for sequence " + position.sequence();
            }
            rerun.machine().checkConservation();
            while (isNewest && head != null && rerun.journal().entryNumber() < head.entry() && rerun.next()) {
                continue;
            }
            if (isNewest && head != null && (rerun.machine().digest() != head.stateDigest() || rerun.machine().computeDigest() != head.stateDigest())) {
                return "with the rest of the journal it does not give the state of sequence " + head.sequence();
            }
        } catch (final DamagedJournalException | ReplayMismatchException | IllegalStateException ex) {
            return "with the rest of the journal it does not give its state: " + ex.getMessage();
        } catch (final ReleasedJournalException ex) {
            // It is older than the files that are kept: nothing goes on from it, and nothing is wrong with it.
            return null;
        }
        return null;
    }

    /** Snapshots without a finding. */
    int good() {
        return good;
    }
}
