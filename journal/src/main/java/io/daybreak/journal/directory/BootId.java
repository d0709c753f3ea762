package io.daybreak.journal.directory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names the run of the operating system, so that a start can tell the death of a process from the loss of power.
 * Where the system names none it is zero, which equals any other zero: the stricter reading, that memory survived.
 */
record BootId(long hi, long lo) {
    private static final String FILE = "/proc/sys/kernel/random/boot_id";

    /** Of the machine whose file system holds the given file: a simulated one has a system of its own. */
    static BootId current(final Path file) {
        try {
            final UUID id = UUID.fromString(Files.readString(file.getFileSystem().getPath(FILE), StandardCharsets.US_ASCII).strip());
            return new BootId(id.getMostSignificantBits(), id.getLeastSignificantBits());
        } catch (final IOException | IllegalArgumentException e) {
            return new BootId(0, 0);
        }
    }
}
