package io.daybreak.gateway.launch;

import io.daybreak.gateway.link.Credentials;
import io.daybreak.protocol.Limits;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Secrets in files: lines {@code CODE=64 hexadecimal digits}, {@code CODE/2=...} for key id 2, {@code #} for remarks. Such
 * a file must not be readable for others than its owner. Never prints or logs what it read.
 */
final class SecretsFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private SecretsFile() {
    }

    /** Adds all secrets of the file. */
    static void read(final Path file, final Credentials.Builder into) throws StartException {
        int number = 0;
        for (final String line : lines(file)) {
            number++;
            final String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            final int equals = text.lastIndexOf('=');
            if (equals <= 0) {
                throw wrong(file, number, "wants CODE=64 hexadecimal digits");
            }
            final String name = text.substring(0, equals).strip();
            final int slash = name.indexOf('/');
            try {
                final int keyId = slash < 0 ? Credentials.DEFAULT_KEY_ID : Integer.parseInt(name.substring(slash + 1));
                into.put(slash < 0 ? name : name.substring(0, slash), keyId, parse(text.substring(equals + 1)));
            } catch (final IllegalArgumentException ex) {
                throw wrong(file, number, "wants CODE=64 hexadecimal digits");
            }
        }
    }

    /** A file whose only contents is one secret. */
    static byte[] readKey(final Path file) throws StartException {
        try {
            return parse(String.join("", lines(file)));
        } catch (final IllegalArgumentException ex) {
            throw wrong(file, 1, "wants 64 hexadecimal digits and nothing else");
        }
    }

    /**
     * A secret from its hexadecimal digits.
     *
     * @throws IllegalArgumentException if it is none
     */
    static byte[] parse(final String hexDigits) {
        final byte[] secret = HexFormat.of().parseHex(hexDigits.strip());
        if (secret.length != Limits.SECRET_BYTES) {
            throw new IllegalArgumentException();
        }
        return secret;
    }

    /**
     * Writes the file: readable for its owner only from the first byte on, whole or not at all, and on the device when this
     * returns, so that what is journaled next never outlives the secrets that go with it.
     */
    static void write(final Path file, final Map<String, byte[]> secrets) throws IOException {
        final StringBuilder text = new StringBuilder();
        secrets.forEach((code, secret) -> text.append(code).append('=').append(HexFormat.of().formatHex(secret)).append('\n'));
        final Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createFile(unfinished);
        }
        Files.write(unfinished, text.toString().getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE, StandardOpenOption.SYNC);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static List<String> lines(final Path file) throws StartException {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                for (final PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
                    if (!OWNER_ONLY.contains(permission) && permission != PosixFilePermission.OWNER_EXECUTE) {
                        throw new StartException(ExitCode.USAGE, file + " holds secrets and others may use it: chmod 600 it");
                    }
                }
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (final IOException ex) {
            throw new StartException(ExitCode.USAGE, "cannot read the secrets in " + file + ": " + ex.getClass().getSimpleName(), ex);
        }
    }

    private static StartException wrong(final Path file, final int line, final String want) {
        return new StartException(ExitCode.USAGE, file + " line " + line + " " + want);
    }
}
