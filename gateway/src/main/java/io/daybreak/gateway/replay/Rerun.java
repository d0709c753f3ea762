package io.daybreak.gateway.replay;

import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.machine.StateMachine;
import io.daybreak.machine.StateView;
import io.daybreak.pipeline.Replayer;
import io.daybreak.port.EffectEmitter;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Executes a journal again, entry by entry, and proves each step as recovery does: same results, same sequences, same digests. A
 * {@link Watcher} looks on, from outside: the state machine does not know of it. One thread.
 */
final class Rerun implements AutoCloseable, ReplayTarget {
    private static final int FLAGS = TransferDecoder.flagsEncodingOffset();

    private final PublishedJournal journal;
    private final HugeSlabAllocator slabs = new HugeSlabAllocator(1);
    private final StateMachine machine = new StateMachine(slabs);
    private final StateView view = machine.view();
    private final Replayer replayer = new Replayer(machine);
    private Watcher watcher;

    private long nextSequence;
    private long timestampNs;
    private final ExpandableArrayBuffer members = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer memberResults = new ExpandableArrayBuffer();
    private int memberCount;

    private Rerun(final PublishedJournal journal) {
        this.journal = journal;
    }

    /** Opens a journal where it begins. */
    static Rerun open(final Path dataDirectory) throws IOException {
        return new Rerun(PublishedJournal.open(dataDirectory));
    }

    /** From the next entry on, null: nobody. */
    void watch(final Watcher newWatcher) {
        watcher = newWatcher;
        machine.emitTo(newWatcher == null ? EffectEmitter.NONE : newWatcher::onEffect);
    }

    /** Executes the next entry; false at the end of what is published. */
    boolean next() throws IOException {
        if (!journal.next()) {
            return false;
        }
        journal.replay(watcher == null ? replayer : this);
        return true;
    }

    /** The state at work. */
    StateMachine machine() {
        return machine;
    }

    StateView view() {
        return view;
    }

    PublishedJournal journal() {
        return journal;
    }

    Replayer replayer() {
        return replayer;
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long entryNs) {
        watcher.beforeEntry(firstSequence, entryNs);
        replayer.onEntry(firstSequence, count, entryNs);
        nextSequence = firstSequence;
        timestampNs = entryNs;
        watcher.afterDeadlines(firstSequence - 1, entryNs);
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                          final int result) {
        watcher.beforeCommand(nextSequence, timestampNs, templateId, participantId, command, offset, length);
        replayer.onCommand(templateId, participantId, command, offset, length, result);
        final boolean linked = templateId == TransferDecoder.TEMPLATE_ID && length == TransferDecoder.BLOCK_LENGTH
            && (command.getShort(offset + FLAGS, ByteOrder.LITTLE_ENDIAN) & TransferFlags.LINKED) != 0;
        if (linked || memberCount > 0) {
            members.putBytes(memberCount * length, command, offset, length);
            memberResults.putInt(memberCount * Integer.BYTES, result);
            memberCount++;
            if (!linked) {
                afterChain(participantId);
            }
        } else {
            watcher.afterCommand(nextSequence, timestampNs, templateId, participantId, command, offset, length, result);
        }
        nextSequence++;
    }

    private void afterChain(final int participantId) {
        final long first = nextSequence - memberCount + 1;
        for (int i = 0; i < memberCount; i++) {
            watcher.afterCommand(first + i, timestampNs, TransferDecoder.TEMPLATE_ID, participantId, members,
                i * TransferDecoder.BLOCK_LENGTH, TransferDecoder.BLOCK_LENGTH, memberResults.getInt(i * Integer.BYTES));
        }
        memberCount = 0;
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        replayer.onEntryEnd(stateDigest);
        watcher.afterEntry(nextSequence - 1, timestampNs);
    }

    @Override
    public void close() throws IOException {
        journal.close();
        slabs.close();
    }
}
