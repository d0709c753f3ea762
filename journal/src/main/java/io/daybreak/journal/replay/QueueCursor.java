package io.daybreak.journal.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.daybreak.journal.RecoveryRefusedException;
import io.daybreak.journal.RecoveryRefusedException.Reason;
import io.daybreak.journal.format.EntryHeader;
import io.daybreak.journal.format.EntrySeal;
import org.agrona.UnsafeApi;

/**
 * Goes over the entries in the queue's files without Chronicle.
 * <pre>
 *   a file:  excerpt, excerpt, ..., end mark or zero bytes
 *   excerpt: int32 header: bit 31 not complete, bit 30 metadata, bits 0..29 length; then that many bytes, padded to a multiple of 4
 *   end mark: a header of bits 31 and 30 alone
 * </pre>
 * Metadata is stepped over by its length. Where the walk meets anything else it is noted as the file's irregularity, and every place behind is
 * searched for a readable entry, down to the end of the file: damage must not hide what it did not hit.
 */
final class QueueCursor implements EntryCursor {
    static final int NOT_COMPLETE = 0x8000_0000;
    static final int METADATA = 0x4000_0000;
    static final int END_MARK = NOT_COMPLETE | METADATA;
    static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int EXCERPT_HEADER = 4;
    private static final int SEARCH_STEP = 1 << 20;
    /** No setting allows a larger one. */
    private static final int LARGEST_ENTRY = 16 << 20;
    private static final Pattern NAME = Pattern.compile("(\\d{8,})\\.cq4");

    private final List<QueueFile> files;
    private final EntrySeal seal = new EntrySeal();
    private int fileIndex;
    private FileWindow window;
    private long position;
    private boolean searching;
    private boolean present;
    private long entryPosition;

    QueueCursor(final List<QueueFile> files, final int firstIndex) {
        this.files = files;
        this.fileIndex = firstIndex - 1;
    }

    /** The queue's files in the order of their numbers. */
    static List<QueueFile> list(final Path directory) throws IOException {
        final List<QueueFile> found = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (final Path path : (Iterable<Path>) paths::iterator) {
                final Matcher matcher = NAME.matcher(path.getFileName().toString());
                if (matcher.matches()) {
                    found.add(new QueueFile(path, Integer.parseInt(matcher.group(1))));
                }
            }
        }
        found.sort((a, b) -> Integer.compare(a.number, b.number));
        return found;
    }

    @Override
    public boolean advance() throws IOException {
        present = false;
        while (!present) {
            if (window == null && !openNext()) {
                return false;
            }
            if (!advanceInFile()) {
                window.close();
                window = null;
            }
        }
        return true;
    }

    private boolean openNext() throws IOException {
        if (fileIndex + 1 >= files.size()) {
            return false;
        }
        fileIndex++;
        window = new FileWindow(files.get(fileIndex).path, false);
        position = 0;
        searching = false;
        return true;
    }

    private boolean advanceInFile() throws IOException {
        final QueueFile file = files.get(fileIndex);
        while (!searching) {
            if (position + EXCERPT_HEADER > window.size()) {
                file.endPosition = position;
                return false;
            }
            window.require(position, EXCERPT_HEADER);
            final int header = UnsafeApi.getInt(window.address(position));
            if (header == 0 || header == END_MARK) {
                file.endPosition = position;
                file.hasEndMark = header == END_MARK;
                searching = true;
                // What follows the mark is its own text, "EOF" with a type byte.
                position += header == 0 ? EXCERPT_HEADER : 2 * EXCERPT_HEADER;
                break;
            }
            final int length = header & LENGTH_MASK;
            final long next = position + EXCERPT_HEADER + (length + 3 & ~3);
            if ((header & NOT_COMPLETE) != 0 || next > window.size()) {
                return search(file, header < 0 ? "an excerpt was not finished at " : "an excerpt reaches beyond the file at ");
            }
            if ((header & METADATA) == 0) {
                if (!isEntry(position + EXCERPT_HEADER, length)) {
                    return search(file, "an excerpt holds no readable entry at ");
                }
                present = true;
                entryPosition = position + EXCERPT_HEADER;
                position = next;
                return true;
            }
            position = next;
        }
        return search(file, null);
    }

    private boolean search(final QueueFile file, final String irregularity) throws IOException {
        if (irregularity != null) {
            file.irregular(irregularity + position);
            file.endPosition = position;
            searching = true;
            position += EXCERPT_HEADER;
        }
        while (position + Integer.BYTES <= window.size()) {
            final long held = position + window.require(position, SEARCH_STEP);
            long at = position;
            while (at + Integer.BYTES <= held && UnsafeApi.getInt(window.address(at)) == 0) {
                at += Integer.BYTES;
            }
            position = at;
            if (at + Integer.BYTES > held) {
                continue;
            }
            // isEntryOfAnyLength may slide the window, but the position stays good.
            if (isEntryOfAnyLength(at)) {
                file.irregular("an entry lies outside the walk at " + at);
                present = true;
                entryPosition = at;
                position = at + (EntryHeader.length(window.address(at)) + 3 & ~3);
                file.usedBytes = position;
                return true;
            }
            file.irregular("bytes follow the last excerpt at " + at);
            position += Integer.BYTES;
            file.usedBytes = position;
        }
        return false;
    }

    private boolean isEntry(final long at, final int length) throws IOException {
        window.require(at, length);
        if (EntryHeader.isUnknown(window.address(at), length) && seal.isChecksumGood(window.view(), window.index(at), window.address(at))) {
            throw new RecoveryRefusedException(Reason.UNKNOWN_FORMAT, files.get(fileIndex).path, EntryHeader.firstSequence(window.address(at)),
                "entry " + EntryHeader.entryNumber(window.address(at)) + " has format version " + EntryHeader.formatVersion(window.address(at))
                    + "; this program knows version " + EntryHeader.FORMAT_VERSION, "start the version that wrote it, or a later one");
        }
        return EntryHeader.lengthIfPlausible(window.address(at), length) == length
            && seal.isChecksumGood(window.view(), window.index(at), window.address(at));
    }

    private boolean isEntryOfAnyLength(final long at) throws IOException {
        if (UnsafeApi.getInt(window.address(at)) != EntryHeader.MAGIC || window.size() - at < EntryHeader.OVERHEAD) {
            return false;
        }
        window.require(at, EntryHeader.OVERHEAD);
        final int rest = (int) Math.min(LARGEST_ENTRY, window.size() - at);
        final int length = EntryHeader.lengthIfPlausible(window.address(at), rest);
        return length != 0 && isEntry(at, length);
    }

    @Override
    public boolean isPresent() {
        return present;
    }

    @Override
    public long address() {
        return window.address(entryPosition);
    }

    @Override
    public ByteBuffer view() {
        return window.view();
    }

    @Override
    public int index() {
        return window.index(entryPosition);
    }

    /** Where in its file the entry's excerpt begins. */
    long excerptPosition() {
        return entryPosition - EXCERPT_HEADER;
    }

    /** Index of the file in the list; -1 before the first. */
    int fileIndex() {
        return fileIndex;
    }

    @Override
    public Path file() {
        return fileIndex < 0 || files.isEmpty() ? null : files.get(fileIndex).path;
    }

    @Override
    public void close() throws IOException {
        if (window != null) {
            window.close();
            window = null;
        }
    }
}
