package io.daybreak.loadtest.simulation.storage;

import io.daybreak.journal.append.EntryQueue;
import io.daybreak.journal.directory.DurableFiles;
import org.agrona.UnsafeApi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Stands in for Chronicle Queue on a simulated disk: files of the form that docs/journal-format.md, "Queue files", gives, written as through a memory map,
 * so that every store is one that a crash may cut. Its metadata is made up; nothing may depend on it.
 */
public final class SimQueue implements EntryQueue {
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int METADATA = 0x4000_0000;
    private static final int METADATA_BYTES = 256;
    /** A file grows by as much ahead of what is in it. */
    private static final int GROWTH = 16 * 1_024;

    private final SimDisk disk;
    private final Path directory;
    private final int process;
    private byte[] copy = new byte[GROWTH];
    private int number;
    private SimFile file;
    private int end;

    /** Opens a directory of a simulated file system for appending to a new file. */
    public SimQueue(final Path directory, final int number) throws IOException {
        this.disk = ((SimFileSystem) directory.getFileSystem()).disk();
        this.directory = directory;
        this.process = disk.process();
        prepareFile(number);
        roll(number);
    }

    @Override
    public void prepareFile(final int newNumber) throws IOException {
        final Path path = file(newNumber);
        Files.createFile(path);
        final SimFile fresh = disk.get(path.toString());
        final byte[] metadata = new byte[METADATA_BYTES];
        for (int i = 0; i < METADATA_BYTES; i++) {
            metadata[i] = (byte) (i * 31 + newNumber);
        }
        disk.storeInt(fresh, 0, METADATA | METADATA_BYTES, process);
        disk.store(fresh, Integer.BYTES, metadata, METADATA_BYTES, process);
        fresh.size(GROWTH);
        DurableFiles.syncFile(path);
        DurableFiles.syncDirectory(directory);
    }

    @Override
    public void roll(final int newNumber) {
        number = newNumber;
        file = disk.find(file(newNumber).toString());
        end = Integer.BYTES + METADATA_BYTES;
    }

    @Override
    public void append(final long address, final int length) {
        final int padded = length + 3 & ~3;
        if (padded > copy.length) {
            copy = new byte[padded];
        }
        for (int i = 0; i < length; i++) {
            copy[i] = UnsafeApi.getByte(address + i);
        }
        for (int i = length; i < padded; i++) {
            copy[i] = 0;
        }
        disk.storeInt(file, end, NOT_COMPLETE | length, process);
        disk.store(file, end + Integer.BYTES, copy, padded, process);
        disk.storeInt(file, end, length, process);
        end += Integer.BYTES + padded;
        if (end + Integer.BYTES > file.size()) {
            file.size((end + GROWTH) / GROWTH * GROWTH);
        }
    }

    @Override
    public Path file(final int fileNumber) {
        return directory.resolve(String.format("%08d.cq4", fileNumber));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public void close() {
        // The disk keeps what was stored.
    }
}
