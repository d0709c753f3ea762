package io.daybreak.loadtest.recording;

import io.daybreak.journal.cipher.JournalKey;
import io.daybreak.journal.cipher.Keyring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of an encrypted journal, as the server's tools take them: lines {@code journal - ID = 64 hexadecimal digits} of a key file, or of the environment.
 * Other lines of a key file are nobody's business here. Never prints what it read. Static.
 */
public final class JournalKeys {
    /** Environment variable with the lines, which semicolons may separate. */
    public static final String VARIABLE = "DAYBREAK_JOURNAL_KEYS";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Pattern LINE = Pattern.compile("journal\\s+-\\s+(\\d{1,9})\\s*=\\s*([0-9A-Fa-f]{64})");

    private JournalKeys() {
    }

    /**
     * Gives them to whatever reads a journal in this process.
     *
     * @param file null: those of the environment, if there are any
     * @throws RecordingException if they cannot be read
     */
    public static void use(final Path file, final Map<String, String> environment) throws RecordingException {
        final String text = file == null ? environment.getOrDefault(VARIABLE, "") : read(file);
        final String origin = file == null ? VARIABLE : file.toString();
        final List<JournalKey> keys = new ArrayList<>();
        for (final String line : text.split("[;\n]")) {
            final Matcher matcher = LINE.matcher(line.strip());
            if (matcher.matches()) {
                keys.add(new JournalKey(Integer.parseInt(matcher.group(1)), HexFormat.of().parseHex(matcher.group(2))));
            } else if (line.strip().startsWith("journal")) {
                throw new RecordingException(origin + ": a key of the journal is \"journal - 1 = 64 hexadecimal digits\"");
            }
        }
        if (keys.isEmpty() && !text.isBlank()) {
            throw new RecordingException(origin + " has no key of the journal: a line \"journal - 1 = 64 hexadecimal digits\"");
        }
        try {
            Keyring.useForProcess(Keyring.of(keys, false));
        } catch (final IllegalArgumentException ex) {
            throw new RecordingException(origin + ": " + ex.getMessage());
        }
    }

    private static String read(final Path file) throws RecordingException {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix") && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                throw new RecordingException(file + " holds keys and others may use it: chmod 600 it");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (final IOException ex) {
            throw new RecordingException("cannot read the keys in " + file + ": " + ex.getClass().getSimpleName());
        }
    }
}
