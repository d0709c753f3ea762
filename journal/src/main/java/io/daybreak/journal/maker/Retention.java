package io.daybreak.journal.maker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.directory.MemberPositions;
import io.daybreak.journal.replay.QueueFiles;
import io.daybreak.journal.snapshot.SnapshotDamagedException;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotFile;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.journal.snapshot.SnapshotSteps;

/**
 * Lets go of snapshots and files of the journal that are needed no more.
 * <p>
 * Rule: docs/journal-format.md, "Retention". A file of the journal goes when a setting allows it, a snapshot that was read through and found good
 * covers its last entry, no standby still needs it (within a bound), and the archive command, if there is one, has taken it. The newest snapshots stay, and the oldest one that covers what was
 * released: without it the entries that are kept could not be applied; and, where the setting asks for it, older ones at a
 * distance. Files go from the oldest on; the last two never do.
 * A crash between any two steps leaves a journal that recovers. Not thread safe.
 */
final class Retention {
    private static final int FILES_IN_USE = 2;
    private static final long ARCHIVE_LIMIT_MINUTES = 60;

    private final SnapshotContext context;
    private final SnapshotDirectory directory;
    private final SnapshotSteps steps;
    private final List<String> messages;

    Retention(final SnapshotContext context, final SnapshotSteps steps, final List<String> messages) {
        this.context = context;
        this.directory = new SnapshotDirectory(context.dataDirectory());
        this.steps = steps;
        this.messages = messages;
    }

    /** Releases files, then snapshots. Returns the files of the journal that went. */
    List<Path> run(final SnapshotPosition newest) throws IOException {
        final Path queue = context.dataDirectory().resolve("journal").resolve("queue");
        final List<QueueFiles.Contents> files = QueueFiles.contents(queue);
        final List<Path> released = new ArrayList<>();
        int allowed = allowed(files, newest.timestampNs());
        while (allowed > 0 && files.get(allowed - 1).lastEntry() > newest.entryNumber()) {
            allowed--;
        }
        allowed = keptForMembers(files, allowed);
        if (allowed > 0 && isCovered(files.get(allowed - 1).lastEntry())) {
            for (int i = 0; i < allowed && archive(files.get(i).path()); i++) {
                steps.before("release");
                Files.delete(files.get(i).path());
                released.add(files.get(i).path());
            }
            if (!released.isEmpty()) {
                steps.before("sync queue directory");
                DurableFiles.syncDirectory(queue);
            }
        }
        final long firstEntry = files.size() == released.size() ? newest.entryNumber() + 1 : files.get(released.size()).firstEntry();
        prune(firstEntry);
        return released;
    }

    /** How many files, from the oldest on, the settings let go. */
    private int allowed(final List<QueueFiles.Contents> files, final long nowNs) throws IOException {
        long behind = 0;
        int allowed = 0;
        for (int i = files.size() - 1; i >= 0; i--) {
            final QueueFiles.Contents file = files.get(i);
            final boolean bySize = context.retentionBytes() > 0 && behind >= context.retentionBytes();
            final boolean byAge = context.retentionMs() > 0
                && nowNs - file.lastTimestampNs() > TimeUnit.MILLISECONDS.toNanos(context.retentionMs());
            if (allowed == 0 && (bySize || byAge) && i < files.size() - FILES_IN_USE) {
                allowed = i + 1;
            }
            behind += Files.size(file.path());
        }
        return allowed;
    }

    /** Keeps what a member has not acknowledged, as far as that is bounded; one that is further behind gets a snapshot. */
    private int keptForMembers(final List<QueueFiles.Contents> files, final int allowed) throws IOException {
        long needed = Long.MAX_VALUE;
        int slowest = 0;
        for (final Map.Entry<Integer, Long> member : MemberPositions.read(DataDirectory.names(context.dataDirectory()).members()).entrySet()) {
            if (member.getValue() < needed) {
                needed = member.getValue();
                slowest = member.getKey();
            }
        }
        int kept = allowed;
        while (kept > 0 && files.get(kept - 1).lastEntry() > needed) {
            kept--;
        }
        long bytes = 0;
        int bounded = files.size();
        while (bounded > kept && bytes + Files.size(files.get(bounded - 1).path()) <= context.memberBytes()) {
            bounded--;
            bytes += Files.size(files.get(bounded).path());
        }
        if (Math.min(bounded, allowed) > kept) {
            messages.add("ALARM: node " + slowest + " is further behind than replication.keep-bytes: what it needs of the journal is released, and it will"
                + " begin with a snapshot");
        }
        return Math.min(bounded, allowed);
    }

    /** True if a snapshot that stands behind the entry is good: read through, just now. */
    private boolean isCovered(final long entry) throws IOException {
        for (final Path path : directory.list()) {
            try {
                if (SnapshotFile.verify(path).entryNumber() >= entry) {
                    return true;
                }
            } catch (final SnapshotDamagedException e) {
                messages.add(e.getMessage());
            }
        }
        return false;
    }

    private boolean archive(final Path file) throws IOException {
        if (context.archiveCommand().isEmpty()) {
            return true;
        }
        steps.before("archive");
        final Process process = new ProcessBuilder("/bin/sh", "-c", context.archiveCommand() + " \"$1\"", "archive", file.toString())
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            if (!process.waitFor(ARCHIVE_LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                messages.add("the archive command took longer than an hour for " + file + "; the file stays");
                return false;
            }
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        }
        if (process.exitValue() != 0) {
            messages.add("the archive command ended with " + process.exitValue() + " for " + file + "; the file stays");
            return false;
        }
        return true;
    }

    /** Keeps the newest snapshots that can be read, and the oldest that the first retained entry continues. */
    private void prune(final long firstEntry) throws IOException {
        final List<Path> good = new ArrayList<>();
        final List<Path> all = directory.list();
        Path base = null;
        for (final Path path : all) {
            try (SnapshotFile file = SnapshotFile.open(path)) {
                good.add(path);
                if (firstEntry > 1 && file.position().entryNumber() >= firstEntry - 1) {
                    base = path;
                }
            } catch (final SnapshotDamagedException e) {
                messages.add(e.getMessage());
            }
        }
        final Set<Path> apart = apart(good, firstEntry);
        boolean isChanged = false;
        for (final Path path : all) {
            final int place = good.indexOf(path);
            // A damaged one stays until as many good ones as are wanted are newer: someone may want to look at it.
            final boolean isNewest = place >= 0 ? place < context.keep() : good.size() < context.keep();
            if (!isNewest && !path.equals(base) && !apart.contains(path)) {
                steps.before("prune");
                Files.delete(path);
                isChanged = true;
            }
        }
        if (isChanged) {
            DurableFiles.syncDirectory(directory.root());
        }
    }

    /** From the oldest on, those that are far enough from the one kept before: places for the tools to begin at. What the files do not go on from is none. */
    private Set<Path> apart(final List<Path> newestFirst, final long firstEntry) throws IOException {
        final Set<Path> kept = new HashSet<>();
        long last = 0;
        for (int i = newestFirst.size() - 1; i >= 0 && context.apart() > 0; i--) {
            final Path path = newestFirst.get(i);
            final long sequence = SnapshotDirectory.sequence(path);
            try (SnapshotFile file = SnapshotFile.open(path)) {
                if (sequence - last >= context.apart() && file.position().entryNumber() >= firstEntry - 1) {
                    kept.add(path);
                    last = sequence;
                }
            }
        }
        return kept;
    }
}
