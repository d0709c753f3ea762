package io.daybreak.journal;

import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.daybreak.journal.append.EntryQueue;
import io.daybreak.journal.append.QueueAppender;
import io.daybreak.journal.cipher.Keyring;
import io.daybreak.journal.format.CommitGroup;

/**
 * Settings of the journal. Set what differs from the defaults, then {@link #conclude()}, which checks everything once;
 * afterwards nothing changes. Sizes are bytes.
 */
public final class JournalContext {
    /** Default of {@link #ringBytes(int)}. */
    public static final int DEFAULT_RING_BYTES = 32 << 20;
    /** Default of {@link #maxEntryBytes(int)}. */
    public static final int DEFAULT_MAX_ENTRY_BYTES = 1 << 20;
    /** Default of {@link #groupBytes(int)}. */
    public static final int DEFAULT_GROUP_BYTES = 512 << 10;
    /** Default of {@link #commitLogBytes(long)}. */
    public static final long DEFAULT_COMMIT_LOG_BYTES = 64L << 20;
    /** Default of {@link #rollBytes(long)}. */
    public static final long DEFAULT_ROLL_BYTES = 1L << 30;
    /** Default of {@link #mappedBytes(int)}. */
    public static final int DEFAULT_MAPPED_BYTES = 64 << 20;
    /** Default of {@link #flushBytes(long)}. */
    public static final long DEFAULT_FLUSH_BYTES = 8L << 20;
    /** Default of {@link #flushIntervalMs(long)}. */
    public static final long DEFAULT_FLUSH_INTERVAL_MS = 100;

    private Path directory;
    private DurabilityMode durability = DurabilityMode.DISK;
    private LongSupplier clock = JournalContext::wallNs;
    private RecoveryProgress progress = RecoveryProgress.NONE;
    private long epoch = 1;
    private int ringBytes = DEFAULT_RING_BYTES;
    private int maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES;
    private int groupBytes = DEFAULT_GROUP_BYTES;
    private long commitLogBytes = DEFAULT_COMMIT_LOG_BYTES;
    private long rollBytes = DEFAULT_ROLL_BYTES;
    private int mappedBytes = DEFAULT_MAPPED_BYTES;
    private long flushBytes = DEFAULT_FLUSH_BYTES;
    private long flushIntervalMs = DEFAULT_FLUSH_INTERVAL_MS;
    private boolean following;
    private CommitGate gate;
    private EntryQueue.Opener queues = QueueAppender::new;
    private boolean stepped;
    private Keyring keys = Keyring.ofProcess();
    private boolean concluded;

    private static long wallNs() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    /** Data directory. Required. */
    public JournalContext directory(final Path value) {
        change();
        directory = value;
        return this;
    }

    /** What an acknowledged command survives. */
    public JournalContext durability(final DurabilityMode value) {
        change();
        durability = value;
        return this;
    }

    /** The pipeline clock, Unix nanoseconds; Chronicle's housekeeping is stamped with it. Any thread. */
    public JournalContext clock(final LongSupplier value) {
        change();
        clock = value;
        return this;
    }

    /** This node keeps the journal of another one: entries come sealed, and recovery applies only what is known to be acknowledged. */
    public JournalContext following(final boolean value) {
        change();
        following = value;
        return this;
    }

    /** What must be waited for beside the own device; null if nothing. */
    public JournalContext gate(final CommitGate value) {
        change();
        gate = value;
        return this;
    }

    /** Fencing number that entries carry, at least; what the directory knows counts if it is greater. */
    /** Who hears how far recovery has come. */
    public JournalContext progress(final RecoveryProgress value) {
        change();
        progress = value;
        return this;
    }

    /** Fencing number that entries carry. */
    public JournalContext epoch(final long value) {
        change();
        epoch = value;
        return this;
    }

    /**
     * Ring between ledger and durability thread: how far the first may be ahead of the second, 16 MiB to 1 GiB by default, at least four of
     * the largest entries; a power of two. At the bound the ledger thread waits, which is counted.
     */
    public JournalContext ringBytes(final int value) {
        change();
        ringBytes = value;
        return this;
    }

    /** Largest entry. The caller ends an entry before; a command that would pass the bound is a defect and is thrown. */
    public JournalContext maxEntryBytes(final int value) {
        change();
        maxEntryBytes = value;
        return this;
    }

    /** Most that one synced write of the commit log takes; raised to what the largest entry needs. */
    public JournalContext groupBytes(final int value) {
        change();
        groupBytes = value;
        return this;
    }

    /** Size of each of the two files of the commit log. When both are full the durability thread waits for the queue, which is counted. */
    public JournalContext commitLogBytes(final long value) {
        change();
        commitLogBytes = value;
        return this;
    }

    /** Size at which the queue goes on with its next file. */
    public JournalContext rollBytes(final long value) {
        change();
        rollBytes = value;
        return this;
    }

    /** Bytes of the queue that Chronicle maps at a time; files grow by as much, without blocks behind it until they are used. */
    public JournalContext mappedBytes(final int value) {
        change();
        mappedBytes = value;
        return this;
    }

    /** The flusher syncs the queue when so much is appended and not synced; or earlier, when the commit log has no free file left. */
    public JournalContext flushBytes(final long value) {
        change();
        flushBytes = value;
        return this;
    }

    /** The flusher syncs the queue at the latest so long after an append. */
    public JournalContext flushIntervalMs(final long value) {
        change();
        flushIntervalMs = value;
        return this;
    }

    /** Makes the queue that entries are appended to; Chronicle's unless a simulator brings its own. */
    public JournalContext queues(final EntryQueue.Opener value) {
        change();
        queues = value;
        return this;
    }

    /** What payloads are encrypted with and opened; the process's ring unless another one is named. */
    public JournalContext keys(final Keyring value) {
        change();
        keys = value;
        return this;
    }

    /**
     * Without threads of its own, for a simulator in one thread: {@code RecoveredJournal.flush} is called instead of the flusher thread, and
     * where a thread would wait for another the work is done at once, or it is a defect of the caller's order.
     */
    public JournalContext stepped(final boolean value) {
        change();
        stepped = value;
        return this;
    }

    /**
     * Checks all settings; they are final afterwards.
     *
     * @throws IllegalArgumentException naming the setting, its value and its limits
     */
    public JournalContext conclude() {
        if (concluded) {
            return this;
        }
        if (directory == null) {
            throw new IllegalArgumentException("the journal needs a data directory");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("the journal's format needs a little-endian machine");
        }
        limit("journal.max-entry-bytes", maxEntryBytes, 64 << 10, 8 << 20);
        limit("journal.ring-bytes", ringBytes, 4L * maxEntryBytes, 1 << 30);
        if (Integer.bitCount(ringBytes) != 1) {
            throw new IllegalArgumentException("journal.ring-bytes is " + ringBytes + ", but must be a power of two");
        }
        limit("journal.group-bytes", groupBytes, 4 << 10, 16 << 20);
        groupBytes = Math.max(groupBytes, CommitGroup.LENGTH + CommitGroup.ENTRY_PREFIX + maxEntryBytes + 3);
        limit("journal.commit-log-bytes", commitLogBytes, 2L * groupBytes, 1L << 30);
        limit("journal.mapped-bytes", mappedBytes, Math.max(1 << 20, 8L * maxEntryBytes), 1 << 30);
        limit("journal.roll-bytes", rollBytes, stepped ? 64 << 10 : 1 << 20, 1L << 40);
        limit("journal.flush-bytes", flushBytes, 64 << 10, 1L << 30);
        limit("journal.flush-interval-ms", flushIntervalMs, 1, 60_000);
        concluded = true;
        return this;
    }

    private static void limit(final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", but must lie between " + least + " and " + most);
        }
    }

    private void change() {
        if (concluded) {
            throw new IllegalStateException("the journal's settings are concluded");
        }
    }

    /** Data directory. */
    public Path directory() {
        return directory;
    }

    /** What an acknowledged command survives. */
    public DurabilityMode durability() {
        return durability;
    }

    /** The pipeline clock. */
    public LongSupplier clock() {
        return clock;
    }

    /** Who hears how far recovery has come. */
    public RecoveryProgress progress() {
        return progress;
    }

    /** Fencing number. */
    public long epoch() {
        return epoch;
    }

    /** Whether the journal is another node's. */
    public boolean following() {
        return following;
    }

    /** What must be waited for; null if nothing. */
    public CommitGate gate() {
        return gate;
    }

    /** Ring between the two threads. */
    public int ringBytes() {
        return ringBytes;
    }

    /** Largest entry. */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }

    /** Largest group of the commit log. */
    public int groupBytes() {
        return groupBytes;
    }

    /** Size of each file of the commit log. */
    public long commitLogBytes() {
        return commitLogBytes;
    }

    /** Size at which the queue rolls. */
    public long rollBytes() {
        return rollBytes;
    }

    /** What Chronicle maps at a time. */
    public int mappedBytes() {
        return mappedBytes;
    }

    /** What may be unsynced before the flusher moves. */
    public long flushBytes() {
        return flushBytes;
    }

    /** Makes the queue. */
    public EntryQueue.Opener queues() {
        return queues;
    }

    /** Whether it runs without threads of its own. */
    public boolean isStepped() {
        return stepped;
    }

    /** What encrypts and opens. */
    public Keyring keys() {
        return keys;
    }

    /** How long it may be unsynced. */
    public long flushIntervalMs() {
        return flushIntervalMs;
    }

}
