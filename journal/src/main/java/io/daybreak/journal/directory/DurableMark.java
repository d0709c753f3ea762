package io.daybreak.journal.directory;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The small mapped file that tells followers how far they may go, and the next start what must be there.
 * <p>
 * Rule: docs/journal-format.md, "Durable mark". Three kinds of statement, each true when it was made:
 * <ul>
 * <li><i>published</i>: acknowledged in the mode that runs; the limit of followers; survives the process;</li>
 * <li><i>device</i>: on the device, in the commit log or in the queue; survives the loss of power;</li>
 * <li><i>queue synced</i>: on the device in the queue itself; the commit log below it is needed no more.</li>
 * </ul>
 * Each kind has its writer (the first two the durability thread, the third the flusher) and two slots of 64 bytes that
 * take turns, each with a check word, so that a torn or half-written slot leaves the one before. The page reaches the device when the
 * kernel likes: after a loss of power the mark may be old, never wrong. The boot id tells whether the memory that "published" relied on
 * is still there.
 */
public final class DurableMark implements AutoCloseable {
    /** Bytes of the file. */
    public static final int LENGTH = 4096;

    private static final long MAGIC = 0x314B_524D_4A42_44L; // the letters DBJMRK1, little endian
    private static final int MAGIC_OFFSET = 0;
    private static final int PUBLISHED_SLOTS = 512;
    private static final int SYNCED_SLOTS = 1024;
    private static final int SLOT_LENGTH = 64;

    private static final int TURN = 0;
    private static final int INCARNATION = 8;
    private static final int BOOT_HI = 16;
    private static final int BOOT_LO = 24;
    private static final int FIRST_VALUE = 32;
    private static final int SECOND_VALUE = 40;
    private static final int THIRD_VALUE = 48;
    private static final int CHECK = 56;

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;
    private final BootId bootId;
    private long incarnation;
    private long publishedTurn;
    private long syncedTurn;

    private DurableMark(final MappedByteBuffer mapped, final BootId bootId) {
        this.mapped = mapped;
        this.buffer = new UnsafeBuffer(mapped);
        this.bootId = bootId;
    }

    /** What a mark said when it was read. All zero if it said nothing readable. */
    public record Statement(long publishedSequence, long publishedEntry, long deviceSequence, long syncedSequence, long syncedEntry,
                            boolean isOfThisBoot) {
        /** Nothing is known. */
        public static final Statement NONE = new Statement(0, 0, 0, 0, 0, true);
    }

    /** Reads the mark, if there is one. Takes no lock; may run beside the writer. */
    public static Statement read(final Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) < LENGTH) {
            return Statement.NONE;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, LENGTH);
            try {
                return read(new UnsafeBuffer(mapped), BootId.current(file));
            } finally {
                IoUtil.unmap(mapped);
            }
        }
    }

    private static Statement read(final UnsafeBuffer buffer, final BootId bootId) {
        if (buffer.getLong(MAGIC_OFFSET) != MAGIC) {
            return Statement.NONE;
        }
        final int published = newestSlot(buffer, PUBLISHED_SLOTS);
        final int synced = newestSlot(buffer, SYNCED_SLOTS);
        return new Statement(
            published == 0 ? 0 : buffer.getLong(published + FIRST_VALUE),
            published == 0 ? 0 : buffer.getLong(published + SECOND_VALUE),
            published == 0 ? 0 : buffer.getLong(published + THIRD_VALUE),
            synced == 0 ? 0 : buffer.getLong(synced + FIRST_VALUE),
            synced == 0 ? 0 : buffer.getLong(synced + SECOND_VALUE),
            published == 0 || bootId.hi() == buffer.getLong(published + BOOT_HI) && bootId.lo() == buffer.getLong(published + BOOT_LO));
    }

    /**
     * Looks at a mark as an auditor does. Beside a writer a slot may be between two states, so a finding counts only if it stays.
     *
     * @return what is wrong with it, null if nothing is
     */
    public static String damage(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        if (Files.size(file) != LENGTH) {
            return "it has " + Files.size(file) + " bytes, not " + LENGTH;
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(Files.readAllBytes(file));
        if (buffer.getLong(MAGIC_OFFSET) != MAGIC) {
            return "it does not begin like a durable mark";
        }
        for (int offset = Long.BYTES; offset < LENGTH; offset += Long.BYTES) {
            final boolean inSlots = offset >= PUBLISHED_SLOTS && offset < PUBLISHED_SLOTS + 2 * SLOT_LENGTH
                || offset >= SYNCED_SLOTS && offset < SYNCED_SLOTS + 2 * SLOT_LENGTH;
            if (!inSlots && buffer.getLong(offset) != 0) {
                return "there are bytes at " + offset + ", where nothing is written";
            }
        }
        for (final int slots : new int[] {PUBLISHED_SLOTS, SYNCED_SLOTS}) {
            for (int slot = slots; slot < slots + 2 * SLOT_LENGTH; slot += SLOT_LENGTH) {
                if (!isEmpty(buffer, slot) && buffer.getLong(slot + CHECK) != check(buffer, slot)) {
                    return "the check word of the slot at " + slot + " is wrong";
                }
            }
        }
        return null;
    }

    private static boolean isEmpty(final UnsafeBuffer buffer, final int slot) {
        for (int offset = 0; offset < SLOT_LENGTH; offset += Long.BYTES) {
            if (buffer.getLong(slot + offset) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int newestSlot(final UnsafeBuffer buffer, final int slots) {
        int newest = 0;
        long newestTurn = 0;
        for (int slot = slots; slot < slots + 2 * SLOT_LENGTH; slot += SLOT_LENGTH) {
            final long turn = buffer.getLongVolatile(slot + TURN);
            if (turn > newestTurn && buffer.getLong(slot + CHECK) == check(buffer, slot)) {
                newest = slot;
                newestTurn = turn;
            }
        }
        return newest;
    }

    /** Opens the mark for writing, creating it durably; what it says stays until it is written. */
    public static DurableMark open(final Path file) throws IOException {
        final boolean isNew = !Files.exists(file) || Files.size(file) < LENGTH;
        DurableFiles.createFile(file);
        final DurableMark mark;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            mark = new DurableMark(channel.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH), BootId.current(file));
        }
        mark.buffer.putLong(MAGIC_OFFSET, MAGIC);
        mark.publishedTurn = turn(mark.buffer, PUBLISHED_SLOTS);
        mark.syncedTurn = turn(mark.buffer, SYNCED_SLOTS);
        if (isNew) {
            mark.mapped.force();
            DurableFiles.syncFile(file);
            DurableFiles.syncDirectory(file.toAbsolutePath().getParent());
        }
        return mark;
    }

    private static long turn(final UnsafeBuffer buffer, final int slots) {
        final int newest = newestSlot(buffer, slots);
        return newest == 0 ? 0 : buffer.getLong(newest + TURN);
    }

    /** In whose name the statements are made from now on. Before either writer starts. */
    public void incarnation(final long number) {
        incarnation = number;
    }

    /** States what is acknowledged, and what of it is on the device. Durability thread. */
    public void publish(final long publishedSequence, final long publishedEntry, final long deviceSequence) {
        publishedTurn++;
        write(PUBLISHED_SLOTS, publishedTurn, publishedSequence, publishedEntry, deviceSequence);
    }

    /** States how far the queue itself is on the device. Flusher thread. */
    public void queueSynced(final long sequence, final long entryNumber) {
        syncedTurn++;
        write(SYNCED_SLOTS, syncedTurn, sequence, entryNumber, 0);
    }

    /** Puts the page itself on the device; at start and at close only. */
    public void force() {
        mapped.force();
    }

    private void write(final int slots, final long turn, final long first, final long second, final long third) {
        final int slot = slots + (int) (turn & 1) * SLOT_LENGTH;
        // A reader beside us must not take new values with an old check word for whole: spoil the slot first.
        buffer.putLong(slot + CHECK, 0);
        VarHandle.storeStoreFence();
        buffer.putLong(slot + TURN, turn);
        buffer.putLong(slot + INCARNATION, incarnation);
        buffer.putLong(slot + BOOT_HI, bootId.hi());
        buffer.putLong(slot + BOOT_LO, bootId.lo());
        buffer.putLong(slot + FIRST_VALUE, first);
        buffer.putLong(slot + SECOND_VALUE, second);
        buffer.putLong(slot + THIRD_VALUE, third);
        buffer.putLongOrdered(slot + CHECK, check(buffer, slot));
    }

    private static long check(final UnsafeBuffer buffer, final int slot) {
        long hash = MAGIC;
        for (int offset = 0; offset < CHECK; offset += Long.BYTES) {
            hash = (hash ^ buffer.getLong(slot + offset)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        return hash | 1;
    }

    @Override
    public void close() {
        mapped.force();
        IoUtil.unmap(mapped);
    }
}
