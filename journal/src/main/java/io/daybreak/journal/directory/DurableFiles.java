package io.daybreak.journal.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Creates and syncs files and directories so that their names, too, are on the device. */
public final class DurableFiles {
    private static final FileAttribute<?> OWNER_ONLY_DIRECTORY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_ONLY_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private DurableFiles() {
    }

    /** Syncs a directory: names that were created, renamed or deleted in it are on the device afterwards. */
    public static void syncDirectory(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Syncs a file's data and size. */
    public static void syncFile(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Creates the directory, for its owner only, with all missing parents, and syncs the names. */
    public static void createDirectory(final Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        final Path parent = directory.toAbsolutePath().getParent();
        createDirectory(parent);
        Files.createDirectory(directory, OWNER_ONLY_DIRECTORY);
        syncDirectory(parent);
    }

    /** Creates an empty file for its owner only, unless it is there. */
    public static void createFile(final Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, OWNER_ONLY_FILE);
        }
    }

    /** Puts a finished file in the place of another, in one step that a crash does not halve; both in one directory. */
    public static void replace(final Path finished, final Path target) throws IOException {
        syncFile(finished);
        Files.move(finished, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(target.toAbsolutePath().getParent());
    }

    /** Gives a file a second name, so that the first may be replaced; copies it where there are no links. */
    public static void keepAside(final Path file, final Path aside) throws IOException {
        createDirectory(aside.toAbsolutePath().getParent());
        try {
            Files.createLink(aside, file);
        } catch (final UnsupportedOperationException | FileSystemException e) {
            Files.copy(file, aside);
            syncFile(aside);
        }
        syncDirectory(aside.toAbsolutePath().getParent());
    }
}
