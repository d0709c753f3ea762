package io.daybreak.pipeline;

import io.daybreak.port.Journal;
import io.daybreak.port.ReplayTarget;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** A journal in memory that keeps all entries, and that a test can hold up or break. */
final class MemoryJournal implements Journal {
    static final class Command {
        final int templateId;
        final int participantId;
        final byte[] body;
        final int result;

        Command(final int templateId, final int participantId, final byte[] body, final int result) {
            this.templateId = templateId;
            this.participantId = participantId;
            this.body = body;
            this.result = result;
        }
    }

    static final class Entry {
        final long firstSequence;
        final long timestampNs;
        final List<Command> commands = new ArrayList<>();
        int bytes = 64;
        long digest;

        Entry(final long firstSequence, final long timestampNs) {
            this.firstSequence = firstSequence;
            this.timestampNs = timestampNs;
        }

        long lastSequence() {
            return firstSequence + commands.size() - 1;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Semaphore syncGate = new Semaphore(0);
    private final Semaphore appendGate = new Semaphore(0);
    private final boolean keeping;
    private Entry open;
    private long appendedSequence;
    private volatile boolean syncGated;
    private volatile boolean appendGated;
    private volatile boolean inAppend;
    private volatile boolean inSync;
    private volatile long durableSequence;
    private volatile long syncs;
    private volatile RuntimeException appendFault;
    private volatile RuntimeException syncFault;

    MemoryJournal() {
        this(true);
    }

    /** @param keeping false: only counts, for tests with too many commands to keep */
    MemoryJournal(final boolean keeping) {
        this.keeping = keeping;
    }

    void failAppends(final RuntimeException fault) {
        appendFault = fault;
    }

    void failSyncs(final RuntimeException fault) {
        syncFault = fault;
    }

    /** From now on each sync waits for the gate. */
    void gateSyncs() {
        syncGated = true;
    }

    void openGate() {
        syncGated = false;
        syncGate.release(1);
    }

    /** From now on each entry waits before it begins, as it does when the journal has no room. */
    void gateAppends() {
        appendGated = true;
    }

    void openAppendGate() {
        appendGated = false;
        appendGate.release(1);
    }

    boolean isInAppend() {
        return inAppend;
    }

    boolean isInSync() {
        return inSync;
    }

    long syncs() {
        return syncs;
    }

    synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }

    synchronized int entryCount() {
        return entries.size();
    }

    synchronized void replay(final ReplayTarget target) {
        for (final Entry entry : entries) {
            target.onEntry(entry.firstSequence, entry.commands.size(), entry.timestampNs);
            for (final Command command : entry.commands) {
                final UnsafeBuffer body = new UnsafeBuffer(command.body.clone());
                target.onCommand(command.templateId, command.participantId, body, 0, command.body.length, command.result);
                // The bytes are valid during the call only; a target that kept them would see these.
                body.setMemory(0, command.body.length, (byte) -1);
            }
            target.onEntryEnd(entry.digest);
        }
    }

    @Override
    public void beginEntry(final long firstSequence, final long timestampNs) {
        if (open != null) {
            throw new IllegalStateException("an entry is open");
        }
        inAppend = true;
        if (appendGated) {
            appendGate.acquireUninterruptibly();
        }
        inAppend = false;
        open = new Entry(firstSequence, timestampNs);
    }

    @Override
    public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                    final int length, final int result) {
        if (appendFault != null) {
            throw appendFault;
        }
        final byte[] body = new byte[length];
        command.getBytes(offset, body);
        open.commands.add(new Command(templateId, participantId, body, result));
        open.bytes += length + 12;
    }

    @Override
    public int entryBytes() {
        return open.bytes;
    }

    @Override
    public int entryCommands() {
        return open.commands.size();
    }

    @Override
    public synchronized void endEntry(final long stateDigest) {
        open.digest = stateDigest;
        appendedSequence = open.lastSequence();
        if (keeping) {
            entries.add(open);
        }
        open = null;
    }

    @Override
    public long sync() {
        final long covered;
        synchronized (this) {
            covered = appendedSequence;
        }
        inSync = true;
        if (syncGated) {
            syncGate.acquireUninterruptibly();
        }
        inSync = false;
        if (syncFault != null) {
            throw syncFault;
        }
        durableSequence = covered;
        syncs++;
        return covered;
    }

    @Override
    public long durableSequence() {
        return durableSequence;
    }

    @Override
    public void close() {
        // Nothing to give back.
    }
}
