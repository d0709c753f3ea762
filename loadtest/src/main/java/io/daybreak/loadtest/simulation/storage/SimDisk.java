package io.daybreak.loadtest.simulation.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The disk of one simulated machine.
 * <p>
 * What survives what: docs/simulation.md, "Storage". A name is durable when its directory was synced, bytes when their file was synced or when they
 * were written past the cache. {@link #killProcess} keeps all that was written; {@link #losePower} keeps what is durable and, by chance,
 * some of the rest: names in the order in which they were made, pages in any order, torn between sectors.
 * <p>
 * Faults are armed ahead and strike in the middle of an operation: a crash, an error, no space. One thread; all chance from one seed.
 */
public final class SimDisk {
    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";
    private static final long PLENTY = 1L << 40;

    /** A change of names that is not durable yet. */
    private record Renaming(String removed, String put, SimFile file) {
    }

    private final TreeMap<String, SimFile> names = new TreeMap<>();
    private final TreeMap<String, SimFile> durableNames = new TreeMap<>();
    private final List<Renaming> pending = new ArrayList<>();
    private final SplittableRandom random;
    private final boolean refusesDirect;
    private final boolean lies;
    private int process;
    private boolean crashed;
    private int operationsUntilCrash;
    private int operationsUntilError;
    private boolean full;
    private long operations;
    private long errors;

    /**
     * An empty disk.
     *
     * @param refusesDirect whether the file system has no direct I/O
     * @param lies          whether the device says too early that it has written
     */
    public SimDisk(final SplittableRandom random, final boolean refusesDirect, final boolean lies) {
        this.lies = lies;
        this.random = random;
        this.refusesDirect = refusesDirect;
        final SimFile root = new SimFile(true);
        names.put("/", root);
        durableNames.put("/", root);
        newBootId();
    }

    private SimDisk(final SimDisk other, final SplittableRandom random) {
        this.random = random;
        this.refusesDirect = other.refusesDirect;
        this.lies = other.lies;
        final Map<SimFile, SimFile> copies = new java.util.IdentityHashMap<>();
        other.names.forEach((name, file) -> names.put(name, copies.computeIfAbsent(file, SimFile::copy)));
        durableNames.putAll(names);
    }

    /** A copy of what a process would find now, with chance of its own. */
    public SimDisk copy(final long seed) {
        return new SimDisk(this, new SplittableRandom(seed));
    }

    private void newBootId() {
        final SimFile file = new SimFile(false);
        final byte[] id = new UUID(random.nextLong(), random.nextLong()).toString().getBytes(StandardCharsets.US_ASCII);
        file.write(0, id, id.length);
        file.sync();
        names.put(BOOT_ID, file);
        durableNames.put(BOOT_ID, file);
    }

    // ---- Faults ---------------------------------------------------------------------------------------------------------

    /** The process crashes within this many operations. */
    public void crashWithin(final int count) {
        operationsUntilCrash = 1 + random.nextInt(count);
    }

    /** A write or sync fails within this many operations. */
    public void failWithin(final int count) {
        operationsUntilError = 1 + random.nextInt(count);
    }

    /** Nothing is armed any more, and there is space. */
    public void calm() {
        operationsUntilCrash = 0;
        operationsUntilError = 0;
        full = false;
    }

    /** Whether files can grow. */
    public void full(final boolean value) {
        full = value;
    }

    /** True once the process has met its crash. */
    public boolean isCrashed() {
        return crashed;
    }

    /** Operations that changed something, so far. */
    public long operations() {
        return operations;
    }

    /** Errors that were given to the process. */
    public long errors() {
        return errors;
    }

    /** The process is gone; the machine runs on and keeps what was written. */
    public void killProcess() {
        for (final SimFile file : names.values()) {
            file.unmap();
        }
        nextProcess();
    }

    /** The machine stops. */
    public void losePower() {
        for (final Renaming change : pending) {
            if (random.nextInt(3) == 0) {
                break;
            }
            apply(durableNames, change);
        }
        pending.clear();
        for (final SimFile file : names.values()) {
            file.unmap();
        }
        names.clear();
        names.putAll(durableNames);
        for (final SimFile file : names.values()) {
            file.losePower(random);
        }
        newBootId();
        nextProcess();
    }

    private void nextProcess() {
        process++;
        crashed = false;
        operationsUntilCrash = 0;
        operationsUntilError = 0;
    }

    /** The process ends in good order from here: its mappings are read for the last time. */
    public void aboutToClose() {
        for (final SimFile file : names.values()) {
            file.unmap();
        }
    }

    /** The system writes something back of its own accord. */
    public void writeBack() {
        for (final SimFile file : names.values()) {
            file.writeBack(random);
        }
    }

    /** Files whose names begin like this, in order. */
    public List<String> files(final String prefix) {
        final List<String> found = new ArrayList<>();
        for (final Map.Entry<String, SimFile> entry : names.tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (!entry.getValue().directory) {
                found.add(entry.getKey());
            }
        }
        return found;
    }

    /**
     * Damages one place of a file: a bit, a sector, or a page.
     *
     * @return what was done, for people; null if the file holds nothing
     */
    public String damage(final String name) {
        final SimFile file = names.get(name);
        final int used = file.usedEnd();
        if (used == 0) {
            return null;
        }
        // Where the file ends there is what matters most.
        final int at = random.nextBoolean() ? random.nextInt(used) : used - 1 - random.nextInt(Math.min(used, 2_048));
        switch (random.nextInt(3)) {
            case 0:
                final int bit = random.nextInt(8);
                file.flip(at, bit);
                return "bit " + bit + " of byte " + at + " of " + name + " flipped";
            case 1:
                final int sector = at / SimFile.SECTOR * SimFile.SECTOR;
                file.wipe(sector, Math.min(sector + SimFile.SECTOR, file.size()));
                return "sector at " + sector + " of " + name + " wiped";
            default:
                final int page = at / SimFile.PAGE * SimFile.PAGE;
                file.wipe(page, Math.min(page + SimFile.PAGE, file.size()));
                return "page at " + page + " of " + name + " wiped";
        }
    }

    // ---- Operations of the process ----------------------------------------------------------------------------------------

    /** Number of the running process; what an earlier one left open works no more. */
    int process() {
        return process;
    }

    boolean refusesDirect() {
        return refusesDirect;
    }

    long usableBytes() {
        return full ? 0 : PLENTY;
    }

    /** Ends every operation of a process that is gone. */
    void check(final int owner) {
        if (crashed || owner != process) {
            throw new SimulatedCrash();
        }
    }

    /** Counts an operation that changes something. True: the process crashes in it. */
    private boolean crashesNow(final int owner) {
        check(owner);
        operations++;
        return operationsUntilCrash > 0 && --operationsUntilCrash == 0;
    }

    private boolean failsNow() {
        return operationsUntilError > 0 && --operationsUntilError == 0;
    }

    private SimulatedCrash crash() {
        // Now, before the process unwinds and gives its mappings back.
        for (final SimFile file : names.values()) {
            file.unmap();
        }
        crashed = true;
        return new SimulatedCrash();
    }

    private IOException error(final String message) {
        for (final SimFile file : names.values()) {
            file.unmap();
        }
        errors++;
        return new IOException(message);
    }

    SimFile find(final String name) {
        return names.get(name);
    }

    SimFile get(final String name) throws NoSuchFileException {
        final SimFile file = names.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    List<String> list(final String directory) throws NoSuchFileException {
        get(directory);
        final List<String> found = new ArrayList<>();
        final String prefix = "/".equals(directory) ? "/" : directory + "/";
        for (final String name : names.tailMap(prefix, false).keySet()) {
            if (!name.startsWith(prefix)) {
                break;
            }
            if (name.indexOf('/', prefix.length()) < 0) {
                found.add(name);
            }
        }
        return found;
    }

    SimFile create(final String name, final boolean directory) throws IOException {
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        get(parent(name));
        if (crashesNow(process)) {
            throw crash();
        }
        if (full) {
            throw error("No space left on device");
        }
        final SimFile file = new SimFile(directory);
        change(new Renaming(null, name, file));
        return file;
    }

    void delete(final String name) throws IOException {
        final SimFile file = get(name);
        if (file.directory && !list(name).isEmpty()) {
            throw new DirectoryNotEmptyException(name);
        }
        if (crashesNow(process)) {
            throw crash();
        }
        change(new Renaming(name, null, null));
    }

    void rename(final String from, final String to) throws IOException {
        final SimFile file = get(from);
        get(parent(to));
        if (crashesNow(process)) {
            throw crash();
        }
        change(new Renaming(from, to, file));
    }

    void link(final String name, final String existing) throws IOException {
        final SimFile file = get(existing);
        get(parent(name));
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        if (crashesNow(process)) {
            throw crash();
        }
        change(new Renaming(null, name, file));
    }

    private void change(final Renaming change) {
        apply(names, change);
        pending.add(change);
    }

    private static void apply(final Map<String, SimFile> target, final Renaming change) {
        if (change.removed != null) {
            target.remove(change.removed);
        }
        if (change.put != null) {
            target.put(change.put, change.file);
        }
    }

    void syncDirectory(final String directory, final int owner) throws IOException {
        if (crashesNow(owner)) {
            throw crash();
        }
        if (failsNow()) {
            throw error("Input/output error");
        }
        for (int i = 0; i < pending.size();) {
            final Renaming change = pending.get(i);
            if (isIn(directory, change.removed) || isIn(directory, change.put)) {
                apply(durableNames, change);
                pending.remove(i);
            } else {
                i++;
            }
        }
    }

    private static boolean isIn(final String directory, final String name) {
        return name != null && parent(name).equals(directory);
    }

    static String parent(final String name) {
        final int slash = name.lastIndexOf('/');
        return slash <= 0 ? "/" : name.substring(0, slash);
    }

    void write(final SimFile file, final long position, final ByteBuffer source, final boolean through, final int owner) throws IOException {
        final int at = Math.toIntExact(position);
        final int length = source.remaining();
        final boolean crashes = crashesNow(owner);
        if (full && at + length > file.size()) {
            throw error("No space left on device");
        }
        if (crashes) {
            if (through) {
                file.writeThrough(at, source, length, random);
            } else {
                file.write(at, source, random.nextInt(length + 1));
            }
            throw crash();
        }
        if (failsNow()) {
            throw error("Input/output error");
        }
        if (through && !lies) {
            file.writeThrough(at, source, length, null);
        } else {
            file.write(at, source, length);
        }
    }

    /** As through a mapping: one step of a store that may be the process's last. */
    void store(final SimFile file, final int position, final byte[] bytes, final int length, final int owner) {
        final boolean crashes = crashesNow(owner);
        if (full && position + length > file.size()) {
            error("");
            // What a store into a mapping without space behind it becomes in a Java process.
            throw new InternalError("a fault occurred in an unsafe memory access operation");
        }
        file.write(position, bytes, crashes ? random.nextInt(length + 1) : length);
        if (crashes) {
            throw crash();
        }
    }

    void storeInt(final SimFile file, final int position, final int value, final int owner) {
        check(owner);
        file.putInt(position, value);
    }

    void sync(final SimFile file, final int owner) throws IOException {
        if (crashesNow(owner)) {
            file.writeBack(random);
            throw crash();
        }
        if (failsNow()) {
            file.syncInVain(random);
            throw error("Input/output error");
        }
        if (!lies) {
            file.sync();
        }
    }

    void truncate(final SimFile file, final long size, final int owner) {
        if (crashesNow(owner)) {
            throw crash();
        }
        if (size < file.size()) {
            file.size((int) size);
        }
    }
}
