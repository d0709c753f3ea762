package io.daybreak.gateway.index;

import io.daybreak.journal.ReleasedJournalException;
import io.daybreak.journal.directory.DurableFiles;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.replay.Position;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The index of a journal, in the directory {@code index} of the data directory: whole segments on the device, and the rest, which is read from the journal when
 * it is needed. Rule: docs/replay.md, "Index".
 * <p>
 * Bounds: on the device 8 bytes a key, one or two keys a payment; in memory one segment. Not thread safe; one writer at a time, readers beside it.
 */
public final class JournalIndex {
    /** Commands of a segment. */
    public static final int SEGMENT = 1 << 18;
    private static final String SALT_FILE = "salt";

    private final Path data;
    private final Path directory;
    private final int segmentCommands;
    private final Merkle.Salts salts;
    private final List<Segment> segments = new ArrayList<>();
    private long first;

    /** Makes the bytes of a command's record, which a receipt shows. */
    public interface RecordMaker {
        byte[] record(long sequence, long timestampNs, int templateId, int participantId, DirectBuffer command, int offset, int length, int result);
    }

    private JournalIndex(final Path data, final int segmentCommands, final byte[] salt) throws IOException {
        this.data = data;
        this.directory = directory(data);
        this.segmentCommands = segmentCommands;
        this.salts = new Merkle.Salts(salt);
        first = firstSegment(directory);
        while (Files.exists(Segment.path(directory, first + segments.size()))) {
            segments.add(Segment.open(directory, first + segments.size(), segmentCommands));
        }
    }

    /** Number of the first segment there is, 0 if there is none: the index of a journal that had lost its first files begins with a later one. */
    private static long firstSegment(final Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.matches("\\d{8,}\\" + Segment.SUFFIX))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.length() - Segment.SUFFIX.length()))).min().orElse(0);
        }
    }

    private static Path directory(final Path data) {
        return data.resolve("index");
    }

    /** Opens the index of a data directory, or returns null if there is none. */
    public static JournalIndex open(final Path data) throws IOException {
        return open(data, SEGMENT);
    }

    static JournalIndex open(final Path data, final int segmentCommands) throws IOException {
        final Path file = directory(data).resolve(SALT_FILE);
        return Files.exists(file) ? new JournalIndex(data, segmentCommands, readSalt(file)) : null;
    }

    private static byte[] readSalt(final Path file) throws IOException {
        try {
            final String[] words = Files.readString(file, StandardCharsets.ISO_8859_1).split("[ \n]", -1);
            final byte[] salt = HexFormat.of().parseHex(words[0]);
            if (salt.length == Merkle.HASH_BYTES && words.length == 3 && words[1].equals(check(salt)) && words[2].isEmpty()) {
                return salt;
            }
        } catch (final IllegalArgumentException ex) {
            throw new IndexDamagedException(file);
        }
        throw new IndexDamagedException(file);
    }

    /** Tells a changed key from the right one; nothing can be learned of the key from it. */
    private static String check(final byte[] salt) {
        return HexFormat.of().formatHex(Merkle.leaf(salt, new byte[0])).substring(0, 8);
    }

    /** Opens the index, made with a key for salts if there is none. */
    public static JournalIndex create(final Path data) throws IOException {
        return create(data, SEGMENT);
    }

    static JournalIndex create(final Path data, final int segmentCommands) throws IOException {
        final Path directory = directory(data);
        final Path file = directory.resolve(SALT_FILE);
        if (!Files.exists(file)) {
            DurableFiles.createDirectory(directory);
            final byte[] salt = new byte[Merkle.HASH_BYTES];
            new SecureRandom().nextBytes(salt);
            final Path fresh = directory.resolve("salt.tmp");
            Files.deleteIfExists(fresh);
            DurableFiles.createFile(fresh);
            Files.writeString(fresh, HexFormat.of().formatHex(salt) + " " + check(salt) + "\n");
            DurableFiles.replace(fresh, file);
        }
        return open(data, segmentCommands);
    }

    /** Deletes the segments; the key of the salts stays, so that receipts stay good. */
    public static void delete(final Path data) throws IOException {
        for (long number = firstSegment(directory(data)); Files.deleteIfExists(Segment.path(directory(data), number)); number++) {
            continue;
        }
    }

    /** Last sequence that a segment on the device covers. */
    public long sequence() {
        return (first + segments.size()) * segmentCommands;
    }

    /** True if it begins with the first sequence: what it does not find, with the rest of the journal, was never decided. */
    public boolean isWhole() {
        return first == 0;
    }

    // ---- Building ----

    /**
     * Adds segments for what the journal holds by now.
     *
     * @return segments that were added
     */
    public int update(final RecordMaker records, final LongConsumer progress) throws IOException {
        final int before = segments.size();
        if (segments.isEmpty()) {
            final SnapshotPosition oldest = KeptJournal.of(data).oldest();
            first = oldest == null ? 0 : (oldest.sequence() + segmentCommands - 1) / segmentCommands;
        }
        final Builder builder = new Builder(records);
        try (PublishedJournal journal = openBehindSegments()) {
            while (journal.next()) {
                builder.position = journal.position();
                if (builder.position == null) {
                    // Only in the commit log so far: it has no place yet.
                    break;
                }
                journal.replay(builder);
                builder.writeWhole();
                progress.accept(journal.lastSequence());
            }
        }
        return segments.size() - before;
    }

    /** At the last entry that segments speak of; at the oldest that is kept if there are none. */
    private PublishedJournal openBehindSegments() throws IOException {
        return segments.isEmpty() ? KeptJournal.of(data).open(position -> false) : PublishedJournal.open(data, end());
    }

    private Position end() {
        return segments.get(segments.size() - 1).place(segmentCommands / Leaves.BLOCK);
    }

    /** Takes commands and fills the segment at work; what goes beyond it waits until that is written. */
    private final class Builder implements ReplayTarget {
        private final RecordMaker records;
        private final Keys keys = new Keys();
        private Position position;
        private long sequence;
        private long timestampNs;
        private long next = JournalIndex.this.sequence() + 1;
        private List<Position> places = new ArrayList<>();
        private Leaves leaves = new Leaves();
        private long[] packed = new long[2 * segmentCommands];
        private int keyCount;
        private Pending pending;

        /** A whole segment that is to be written when its entry is through. */
        private record Pending(long number, List<Position> places, List<byte[]> roots, long[] packed, int keyCount) {
        }

        Builder(final RecordMaker records) {
            this.records = records;
        }

        @Override
        public void onEntry(final long firstSequence, final int count, final long entryNs) {
            sequence = firstSequence;
            timestampNs = entryNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            if (sequence >= next) {
                final int place = (int) (sequence - next);
                if (place % Leaves.BLOCK == 0) {
                    places.add(position);
                }
                keys.of(sequence, timestampNs, templateId, command, offset);
                for (int i = 0; i < keys.count(); i++) {
                    packed[keyCount++] = keys.key(i) & -(long) segmentCommands | place;
                }
                leaves.add(Merkle.leaf(salts.of(sequence),
                    records.record(sequence, timestampNs, templateId, participantId, command, offset, length, result)));
                if (place == segmentCommands - 1) {
                    whole();
                }
            }
            sequence++;
        }

        private void whole() {
            if (pending != null) {
                throw new IllegalStateException("an entry is larger than a segment");
            }
            places.add(position);
            pending = new Pending((next - 1) / segmentCommands, places, leaves.blocks(), packed, keyCount);
            next += segmentCommands;
            places = new ArrayList<>();
            leaves = new Leaves();
            packed = new long[2 * segmentCommands];
            keyCount = 0;
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Nothing is executed.
        }

        private void writeWhole() throws IOException {
            if (pending != null) {
                Segment.write(directory, pending.number, segmentCommands, pending.places, pending.roots, pending.packed, pending.keyCount);
                segments.add(Segment.open(directory, pending.number, segmentCommands));
                pending = null;
            }
        }
    }

    // ---- Looking up ----

    /** Sequences whose commands may have this key, in order, up to the end of the journal. */
    public TreeSet<Long> find(final long key) throws IOException {
        final TreeSet<Long> found = new TreeSet<>();
        final List<Integer> places = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            places.clear();
            segments.get(i).find(key, places);
            for (final int place : places) {
                found.add((first + i) * segmentCommands + place + 1);
            }
        }
        final Keys keys = new Keys();
        final Reader rest = (sequence, timestampNs, templateId, participantId, command, offset, length, result) -> {
            keys.of(sequence, timestampNs, templateId, command, offset);
            for (int i = 0; i < keys.count(); i++) {
                if (keys.key(i) == key) {
                    found.add(sequence);
                }
            }
        };
        read(sequence() + 1, Long.MAX_VALUE, rest);
        if (first > 0 && !segments.isEmpty()) {
            // Between the snapshot that it began with and its first segment.
            readFromOldest(first * segmentCommands, rest);
        }
        return found;
    }

    /** Takes a command of the journal. */
    public interface Reader {
        void onCommand(long sequence, long timestampNs, int templateId, int participantId, DirectBuffer command, int offset, int length, int result);
    }

    /** Reads commands from a sequence on to another, beginning at most a block before. */
    public void read(final long from, final long to, final Reader reader) throws IOException {
        final long segment = (from - 1) / segmentCommands - first;
        final Range range = new Range(from, to, reader);
        try (PublishedJournal journal = segment >= segments.size() ? openBehindSegments() : segment < 0 ? KeptJournal.of(data).open(position -> false)
            : PublishedJournal.open(data, segments.get((int) segment).place((int) ((from - 1) % segmentCommands / Leaves.BLOCK)))) {
            while (journal.lastSequence() < to && journal.next()) {
                if (journal.lastSequence() >= from) {
                    journal.replay(range);
                }
            }
        }
    }

    private void readFromOldest(final long to, final Reader reader) throws IOException {
        final Range range = new Range(1, to, reader);
        try (PublishedJournal journal = KeptJournal.of(data).open(position -> false)) {
            while (journal.lastSequence() < to && journal.next()) {
                journal.replay(range);
            }
        }
    }

    private static final class Range implements ReplayTarget {
        private final long from;
        private final long to;
        private final Reader reader;
        private long sequence;
        private long timestampNs;

        Range(final long from, final long to, final Reader reader) {
            this.from = from;
            this.to = to;
            this.reader = reader;
        }

        @Override
        public void onEntry(final long firstSequence, final int count, final long entryNs) {
            sequence = firstSequence;
            timestampNs = entryNs;
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            if (sequence >= from && sequence <= to) {
                reader.onCommand(sequence, timestampNs, templateId, participantId, command, offset, length, result);
            }
            sequence++;
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Nothing is executed.
        }
    }

    // ---- Receipts ----

    /** Leaf and way of one sequence in the tree of the first {@code leaves}. */
    public record Proof(byte[] record, byte[] salt, List<byte[]> path) {
    }

    /**
     * Proves that a command is in the tree.
     *
     * @param leaves of the tree that a statement speaks of
     */
    public Proof prove(final long sequence, final long leaves, final RecordMaker records) throws IOException {
        final int block = (int) ((sequence - 1) / Leaves.BLOCK);
        final long firstOfBlock = (long) block * Leaves.BLOCK + 1;
        final List<byte[]> ofBlock = new ArrayList<>();
        final byte[][] own = new byte[1][];
        read(firstOfBlock, Math.min(leaves, firstOfBlock + Leaves.BLOCK - 1), (at, timestampNs, templateId, participantId, command, offset, length, result) -> {
            final byte[] record = records.record(at, timestampNs, templateId, participantId, command, offset, length, result);
            if (at == sequence) {
                own[0] = record;
            }
            ofBlock.add(Merkle.leaf(salts.of(at), record));
        });
        if (ofBlock.size() < Math.min(leaves - firstOfBlock + 1, Leaves.BLOCK)) {
            throw released();
        }
        final List<byte[]> path = Merkle.path(ofBlock, (int) (sequence - firstOfBlock));
        path.addAll(Merkle.path(blocks(leaves, records), block));
        return new Proof(own[0], salts.of(sequence), path);
    }

    /**
     * Roots of the blocks of the first leaves: from the segments as far as they are whole, the rest from the journal.
     *
     * @throws ReleasedJournalException if the journal's files begin behind the segments, or these behind the first sequence
     */
    List<byte[]> blocks(final long leaves, final RecordMaker records) throws IOException {
        if (first > 0) {
            throw released();
        }
        final Leaves all = new Leaves(firstBlocks(Math.min(leaves, sequence()) / Leaves.BLOCK));
        if (all.count() < leaves) {
            read(all.count() + 1, leaves, (at, timestampNs, templateId, participantId, command, offset, length, result) -> all.add(Merkle.leaf(
                salts.of(at), records.record(at, timestampNs, templateId, participantId, command, offset, length, result))));
        }
        if (all.count() < leaves) {
            throw released();
        }
        return all.blocks();
    }

    private ReleasedJournalException released() throws IOException {
        return new ReleasedJournalException(first > 0 ? directory : data, 0, first > 0 ? first * segmentCommands + 1 : KeptJournal.of(data).firstSequence());
    }

    /** Roots of the first blocks of the tree, as the segments have them; null if they do not reach so far, or do not begin with the first. */
    List<byte[]> firstBlocks(final long count) {
        if (first > 0 || count > sequence() / Leaves.BLOCK) {
            return null;
        }
        final List<byte[]> roots = new ArrayList<>();
        for (int i = 0; roots.size() < count; i++) {
            final List<byte[]> ofSegment = segments.get(i).roots();
            roots.addAll(ofSegment.subList(0, (int) Math.min(ofSegment.size(), count - roots.size())));
        }
        return roots;
    }

    /** Makes a leaf of a command, for whoever goes over the whole journal. */
    public byte[] leaf(final long sequence, final byte[] record) {
        return Merkle.leaf(salts.of(sequence), record);
    }

    // ---- Verification ----

    /** What is wrong with the index, one line a file; empty if nothing is. */
    public static List<String> damage(final Path data) throws IOException {
        return damage(data, SEGMENT);
    }

    static List<String> damage(final Path data, final int segmentCommands) throws IOException {
        final Path directory = directory(data);
        final List<String> found = new ArrayList<>();
        if (Files.exists(directory.resolve(SALT_FILE))) {
            try {
                readSalt(directory.resolve(SALT_FILE));
            } catch (final IndexDamagedException ex) {
                found.add(directory.resolve(SALT_FILE) + ": it is no key");
            }
        }
        for (long number = firstSegment(directory); Files.exists(Segment.path(directory, number)); number++) {
            final String damage = Segment.damage(directory, number, segmentCommands);
            if (damage != null) {
                found.add(Segment.path(directory, number) + ": " + damage);
            }
        }
        return found;
    }
}
