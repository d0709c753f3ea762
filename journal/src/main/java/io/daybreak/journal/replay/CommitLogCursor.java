package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

import io.daybreak.journal.append.CommitLog;
import io.daybreak.journal.directory.DataDirectory;
import io.daybreak.journal.format.CommitGroup;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongArrayList;

/**
 * Goes over the entries in the commit log's two files.
 * <p>
 * Rule: docs/journal-format.md, "Commit log". Every block is looked at, past the page cache where that is possible. Only groups of a
 * file's newest generation count; what lies behind them is of an earlier lap, and the queue was synced past it before the file was recycled.
 * The file with the lower generation comes first. Files of any size are read, so that the setting may change between two runs.
 */
final class CommitLogCursor implements EntryCursor {
    private final Path[] paths = new Path[2];
    private final FileWindow[] windows = new FileWindow[2];
    private final LongArrayList[] positions = {new LongArrayList(), new LongArrayList()};
    private final long[] generations = new long[2];
    private final int[] unreadableGroups = new int[2];
    /** Place and generation, as far as it can be read, of each of them. */
    private final LongArrayList[] unreadablePlaces = {new LongArrayList(), new LongArrayList()};
    private final long[] lastPlaces = new long[2];
    private final CRC32C crc32c = new CRC32C();
    private final EntrySeal seal = new EntrySeal();

    private int order;
    private int next;
    private boolean present;
    private long position;

    /** Scans both files. */
    CommitLogCursor(final DataDirectory directory) throws IOException {
        for (int i = 0; i < 2; i++) {
            paths[i] = directory.commitLog(i);
            if (Files.exists(paths[i])) {
                windows[i] = new FileWindow(paths[i], true);
                scan(i);
            }
        }
    }

    private void scan(final int file) throws IOException {
        final FileWindow window = windows[file];
        long at = 0;
        while (at + CommitGroup.LENGTH <= window.size()) {
            window.require(at, CommitGroup.LENGTH);
            long after = at + CommitGroup.PLACE_UNIT;
            if (UnsafeApi.getInt(window.address(at)) == CommitGroup.MAGIC) {
                if (isReadable(window, at)) {
                    final long generation = CommitGroup.generation(window.address(at));
                    final int length = CommitGroup.LENGTH + CommitGroup.entriesLength(window.address(at));
                    if (generation > generations[file]) {
                        generations[file] = generation;
                        positions[file].clear();
                    }
                    if (generation == generations[file]) {
                        lastPlaces[file] = at;
                        addEntries(file, at);
                    }
                    after = at + (length + CommitGroup.PLACE_UNIT - 1) / CommitGroup.PLACE_UNIT * (long) CommitGroup.PLACE_UNIT;
                } else {
                    unreadableGroups[file]++;
                    unreadablePlaces[file].addLong(at);
                    unreadablePlaces[file].addLong(CommitGroup.generation(window.address(at)));
                }
            }
            at = after;
        }
    }

    private boolean isReadable(final FileWindow window, final long at) throws IOException {
        if (!CommitGroup.isPlausible(window.address(at), window.size() - at, at)) {
            return false;
        }
        final int entriesLength = CommitGroup.entriesLength(window.address(at));
        window.require(at, CommitGroup.LENGTH + entriesLength);
        final int stored = UnsafeApi.getInt(window.address(at) + CommitGroup.CHECKSUM_OFFSET);
        return stored == CommitLog.checksum(crc32c, window.view(), window.index(at), entriesLength);
    }

    private void addEntries(final int file, final long group) {
        final long address = windows[file].address(group);
        final int count = CommitGroup.entryCount(address);
        int offset = CommitGroup.LENGTH;
        for (int i = 0; i < count; i++) {
            positions[file].addLong(group + offset + CommitGroup.ENTRY_PREFIX);
            offset += CommitGroup.ENTRY_PREFIX + (UnsafeApi.getInt(address + offset) + 3 & ~3);
        }
    }

    /** Highest generation in either file; 0 if there is none. */
    long generation() {
        return Math.max(generations[0], generations[1]);
    }

    /** Groups that begin like one and cannot be read: a torn write, an earlier lap, or damage. */
    int unreadableGroups() {
        return unreadableGroups[0] + unreadableGroups[1];
    }

    /**
     * Where a group of the newest lap cannot be read, as file and place; null if there is none. What an earlier lap left torn does not count,
     * nor does a torn write at the very end that says it is older.
     */
    String damagedGroup() {
        for (int file = 0; file < 2; file++) {
            for (int i = 0; i < unreadablePlaces[file].size(); i += 2) {
                final long at = unreadablePlaces[file].getLong(i);
                if (at < lastPlaces[file] || Long.compareUnsigned(unreadablePlaces[file].getLong(i + 1), generations[file]) >= 0) {
                    return paths[file] + ": the group at " + at + " cannot be read";
                }
            }
        }
        return null;
    }

    @Override
    public boolean advance() throws IOException {
        present = false;
        while (order < 2) {
            final int file = fileInOrder();
            if (next < positions[file].size()) {
                position = positions[file].getLong(next++);
                final FileWindow window = windows[file];
                window.require(position, EntryHeader.LENGTH);
                window.require(position, EntryHeader.length(window.address(position)));
                // The group's checksum covers it; its own is looked at all the same, as every reader of an entry does.
                present = seal.isChecksumGood(window.view(), window.index(position), window.address(position));
                if (present) {
                    return true;
                }
                continue;
            }
            order++;
            next = 0;
        }
        return false;
    }

    private int fileInOrder() {
        final int first = generations[0] <= generations[1] ? 0 : 1;
        return order == 0 ? first : first ^ 1;
    }

    @Override
    public boolean isPresent() {
        return present;
    }

    @Override
    public long address() {
        return windows[fileInOrder()].address(position);
    }

    @Override
    public ByteBuffer view() {
        return windows[fileInOrder()].view();
    }

    @Override
    public int index() {
        return windows[fileInOrder()].index(position);
    }

    @Override
    public Path file() {
        return paths[order < 2 ? fileInOrder() : 0];
    }

    @Override
    public void close() throws IOException {
        for (final FileWindow window : windows) {
            if (window != null) {
                window.close();
            }
        }
    }
}
