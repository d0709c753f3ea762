package io.daybreak.gateway;

import io.daybreak.port.Journal;
import org.agrona.DirectBuffer;

import java.util.concurrent.locks.LockSupport;

/** A journal that keeps nothing, and whose sync a test can hold up, so that no answer goes out. */
public final class GatedJournal implements Journal {
    private int entryCommands;
    private long firstSequence;
    private volatile long appended;
    private volatile long durable;
    private volatile boolean isHeldUp;
    private volatile boolean isClosed;

    /** Sync waits from now on, or goes on. */
    public void holdUp(final boolean newIsHeldUp) {
        isHeldUp = newIsHeldUp;
    }

    /** True once closed. */
    public boolean isClosed() {
        return isClosed;
    }

    @Override
    public void beginEntry(final long sequence, final long timestampNs) {
        firstSequence = sequence;
        entryCommands = 0;
    }

    @Override
    public void add(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length, final int result) {
        entryCommands++;
    }

    @Override
    public int entryBytes() {
        return entryCommands * 64;
    }

    @Override
    public int entryCommands() {
        return entryCommands;
    }

    @Override
    public void endEntry(final long stateDigest) {
        appended = firstSequence + entryCommands - 1;
    }

    @Override
    public long sync() {
        while (isHeldUp) {
            LockSupport.parkNanos(100_000);
        }
        durable = appended;
        return durable;
    }

    @Override
    public long durableSequence() {
        return durable;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
