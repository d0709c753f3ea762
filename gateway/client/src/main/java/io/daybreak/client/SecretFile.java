package io.daybreak.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Secrets of participants: a file of lines {@code CODE=hex64} (empty lines and lines that begin with {@code #} are
 * skipped), readable by its owner alone; or one secret in the environment.
 * <p>
 * A file that its group or others may read is refused: a secret that others can read is none. Where the file system
 * knows no such permissions the check is left out. Messages name file and line, never a secret.
 */
public final class SecretFile {
    /** Environment variable that holds one secret as 64 hexadecimal digits. */
    public static final String ENVIRONMENT_VARIABLE = "DAYBREAK_SECRET";

    private static final long MAX_FILE_BYTES = 1 << 20;
    private static final Set<PosixFilePermission> OWNER_ONLY = Collections.unmodifiableSet(EnumSet.of(
        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private SecretFile() {
    }

    /**
     * Reads all secrets of a file.
     *
     * @return secrets of 32 bytes by participant's code, in the order of the file
     * @throws IOException with a message for the operator: missing, readable by others, too large, a line not understood
     */
    public static Map<String, byte[]> read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "no secrets file there");
        }
        if (Files.getFileStore(file).supportsFileAttributeView("posix")
            && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
            throw new IOException(file + ": a secrets file must be accessible to its owner alone; run: chmod 600 " + file);
        }
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + ": larger than any secrets file (" + MAX_FILE_BYTES + " bytes)");
        }
        final Map<String, byte[]> secrets = new LinkedHashMap<>();
        final List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).strip();
            if (!line.isEmpty() && line.charAt(0) != '#') {
                readLine(file, i + 1, line, secrets);
            }
        }
        return secrets;
    }

    private static void readLine(final Path file, final int number, final String line, final Map<String, byte[]> secrets)
        throws IOException {
        // Hexadecimal digits contain no '=', a code may.
        final int split = line.lastIndexOf('=');
        final String code = split < 0 ? "" : line.substring(0, split).strip();
        if (!Credentials.isCode(code)) {
            throw new IOException(file + ", line " + number + ": expected CODE=secret in 64 hexadecimal digits");
        }
        final byte[] secret;
        try {
            secret = Credentials.parseHex(line.substring(split + 1));
        } catch (final IllegalArgumentException ex) {
            throw new IOException(file + ", line " + number + ": " + ex.getMessage());
        }
        if (secrets.putIfAbsent(code, secret) != null) {
            throw new IOException(file + ", line " + number + ": a second secret for " + code);
        }
    }

    /**
     * Credentials of one participant from a file.
     *
     * @throws IOException as {@link #read(Path)}, and if the file has no line for the participant
     */
    public static Credentials credentials(final Path file, final String participantCode) throws IOException {
        final byte[] secret = read(file).get(participantCode);
        if (secret == null) {
            throw new IOException(file + ": no secret for participant " + participantCode);
        }
        return new Credentials(participantCode, secret);
    }

    /**
     * Credentials in the order of a command line: the file named, else the environment, else the default file.
     *
     * @param named       file named by the caller, or null
     * @param environment as {@link System#getenv()}
     * @param defaultFile where a secret lies if nothing was said
     * @throws IOException as {@link #credentials(Path, String)}
     */
    public static Credentials find(final String participantCode, final Path named, final Map<String, String> environment,
                                   final Path defaultFile) throws IOException {
        if (named != null) {
            return credentials(named, participantCode);
        }
        final String hex = environment.get(ENVIRONMENT_VARIABLE);
        if (hex == null || hex.isBlank()) {
            return credentials(defaultFile, participantCode);
        }
        try {
            return Credentials.ofHex(participantCode, hex);
        } catch (final IllegalArgumentException ex) {
            throw new IOException(ENVIRONMENT_VARIABLE + ": " + ex.getMessage());
        }
    }
}
