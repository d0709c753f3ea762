package io.daybreak.gateway.key;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys in a file of lines, in the order in which they came into use:
 * <pre>
 *   token - 1 = 64 hexadecimal digits           the last one is current, the one before it previous
 *   link  iso8583-mac 1 = hexadecimal digits    wraps the keys of that link
 *   mac   iso8583-mac KEY00001 = hexadecimal digits, wrapped under the link's key (AES key wrap)
 *   data  - 20261123 = hexadecimal digits       card data of that day
 *   data  starts starts = 8 hexadecimal digits  how often this file's switch was started
 *   journal - 1 = 64 hexadecimal digits         the journal's payloads and snapshots; the last one encrypts
 * </pre>
 * The file must not be readable for others than its owner. Every change is written whole, on the device before the call
 * returns, and takes the old file's place in one step; so a crash leaves the one or the other. The old file's bytes are written
 * over before a change counts as done; a device or file system that keeps old blocks all the same must be encrypted itself.
 * Rule: docs/iso8583.md, "MAC and keys"; docs/operations.md, "Keys".
 * <p>
 * Any thread. Never prints or logs what it read.
 */
public final class KeyFile {
    /** Name of a key that belongs to no link. */
    public static final String NO_NAME = "-";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Pattern LINE = Pattern.compile("(\\w+)\\s+([\\w.-]+)\\s+([\\w.-]+)\\s*=\\s*([0-9A-Fa-f]+)");
    private static final int MAX_KEYS = 4_096;

    private final Path path;
    private final List<Entry> entries = new ArrayList<>();

    /** What a key is for. */
    public enum Purpose {
        /** Card tokens. */
        TOKEN,
        /** Wraps a link's other keys. */
        LINK,
        /** MACs of a link; wrapped. */
        MAC,
        /** Card data of routed payments. */
        DATA,
        /** Payloads of the journal and snapshots. */
        JOURNAL
    }

    /**
     * One key.
     *
     * @param purpose what it is for
     * @param name    the link's name, or {@link #NO_NAME}
     * @param id      among those of its purpose and name
     * @param value   the key, or its wrapped form
     */
    public record Entry(Purpose purpose, String name, String id, byte[] value) {
        @Override
        public String toString() {
            return purpose + " " + name + " " + id;
        }
    }

    private KeyFile(final Path path) {
        this.path = path;
    }

    /** Reads a file; it may be changed afterwards. */
    public static KeyFile read(final Path path) throws KeyFileException {
        try {
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")
                && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path))) {
                throw new KeyFileException(path + " holds keys and others may use it: chmod 600 it");
            }
            final KeyFile file = new KeyFile(path);
            file.parse(path.toString(), Files.readAllLines(path, StandardCharsets.UTF_8));
            return file;
        } catch (final IOException ex) {
            throw new KeyFileException("cannot read the keys in " + path + ": " + ex.getClass().getSimpleName(), ex);
        }
    }

    /** An empty file that does not exist yet; the first {@link #add} makes it. */
    public static KeyFile create(final Path path) {
        return new KeyFile(path);
    }

    /** Keys from the environment: lines as in a file, or separated by semicolons. They cannot be added to. */
    public static KeyFile ofText(final String origin, final String text) throws KeyFileException {
        final KeyFile file = new KeyFile(null);
        file.parse(origin, Arrays.asList(text.split("[;\n]")));
        return file;
    }

    private void parse(final String origin, final List<String> lines) throws KeyFileException {
        int number = 0;
        for (final String line : lines) {
            number++;
            final String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            final Matcher matcher = LINE.matcher(text);
            if (!matcher.matches() || matcher.group(4).length() % 2 != 0) {
                throw new KeyFileException(origin + " line " + number + " wants PURPOSE NAME ID = hexadecimal digits");
            }
            final Purpose purpose;
            try {
                purpose = Purpose.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
            } catch (final IllegalArgumentException ex) {
                throw new KeyFileException(origin + " line " + number + ": a key is for token, link, mac, data or journal", ex);
            }
            final Entry entry = new Entry(purpose, matcher.group(2), matcher.group(3), HexFormat.of().parseHex(matcher.group(4)));
            if (find(purpose, entry.name, entry.id) != null) {
                throw new KeyFileException(origin + " line " + number + " repeats the key " + entry);
            }
            entries.add(entry);
        }
    }

    /** Whether keys can be added: they came from a file. */
    public boolean isWritable() {
        return path != null;
    }

    /** All keys of a purpose and name, the newest last. */
    public synchronized List<Entry> entries(final Purpose purpose, final String name) {
        return entries.stream().filter(entry -> entry.purpose == purpose && entry.name.equals(name)).toList();
    }

    /** That key, or null. */
    public synchronized Entry find(final Purpose purpose, final String name, final String id) {
        for (final Entry entry : entries) {
            if (entry.purpose == purpose && entry.name.equals(name) && entry.id.equals(id)) {
                return entry;
            }
        }
        return null;
    }

    /**
     * Adds keys as the newest; on the device when this returns. A key of the same purpose, name and id is replaced.
     *
     * @throws IOException if they could not be written; then nothing has changed
     */
    public synchronized void add(final Entry... added) throws IOException {
        final List<Entry> changed = new ArrayList<>(entries);
        for (final Entry entry : added) {
            changed.removeIf(old -> old.purpose == entry.purpose && old.name.equals(entry.name) && old.id.equals(entry.id));
            changed.add(entry);
        }
        replace(changed);
    }

    /**
     * As {@link #add}; but of the keys of its purpose and name only the newest stay, so that keys which follow each other for ever
     * leave room for the others.
     *
     * @param kept how many stay, with the added one
     * @throws IOException if it could not be written; then nothing has changed
     */
    public synchronized void addNewest(final Entry added, final int kept) throws IOException {
        final List<Entry> changed = new ArrayList<>(entries);
        changed.removeIf(old -> old.purpose == added.purpose && old.name.equals(added.name) && old.id.equals(added.id));
        changed.add(added);
        final List<Entry> same = changed.stream().filter(entry -> entry.purpose == added.purpose && entry.name.equals(added.name)).toList();
        changed.removeAll(same.subList(0, Math.max(0, same.size() - kept)));
        replace(changed);
    }

    /**
     * Destroys a key: when this returns the file no longer has it, and what it had is written over.
     *
     * @throws IOException if the file could not be written
     */
    public synchronized void remove(final Purpose purpose, final String name, final String id) throws IOException {
        final Entry entry = find(purpose, name, id);
        if (entry != null) {
            final List<Entry> changed = new ArrayList<>(entries);
            changed.remove(entry);
            replace(changed);
            Arrays.fill(entry.value, (byte) 0);
        }
    }

    private void replace(final List<Entry> changed) throws IOException {
        if (path == null) {
            throw new IOException("keys from the environment cannot be changed");
        }
        if (changed.size() > MAX_KEYS) {
            throw new IOException("more than " + MAX_KEYS + " keys");
        }
        write(changed);
        entries.clear();
        entries.addAll(changed);
    }

    /** Readable for its owner only from the first byte on, and whole or not at all. */
    private void write(final List<Entry> changed) throws IOException {
        final StringBuilder text = new StringBuilder("# Keys of a Daybreak switch. Whoever reads this file can make tokens and MACs.\n");
        for (final Entry entry : changed) {
            text.append(entry.purpose.name().toLowerCase(Locale.ROOT)).append(' ').append(entry.name).append(' ').append(entry.id)
                .append(" = ").append(HexFormat.of().formatHex(entry.value)).append('\n');
        }
        final Path unfinished = path.resolveSibling(path.getFileName() + ".new");
        if (Files.exists(unfinished)) {
            // A crash left it behind, with keys.
            try (FileChannel left = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                overwrite(left);
            }
            Files.delete(unfinished);
        }
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createFile(unfinished);
        }
        Files.write(unfinished, text.toString().getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        // Opened before it loses its name: what it holds is written over once the new file stands in its place.
        try (FileChannel old = Files.exists(path) ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE) : null) {
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
            if (old != null) {
                overwrite(old);
            }
        }
    }

    private static void overwrite(final FileChannel file) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate((int) file.size());
        while (zeros.hasRemaining()) {
            file.write(zeros, zeros.position());
        }
        file.force(true);
    }
}
