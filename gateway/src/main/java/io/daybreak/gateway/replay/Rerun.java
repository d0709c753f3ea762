package io.daybreak.gateway.replay;

import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.journal.replay.KeptJournal;
import io.daybreak.journal.replay.NewestSnapshot;
import io.daybreak.journal.replay.PublishedJournal;
import io.daybreak.journal.snapshot.SnapshotDirectory;
import io.daybreak.journal.snapshot.SnapshotPosition;
import io.daybreak.machine.StateMachine;
import io.daybreak.machine.StateView;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.EffectEmitter;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Executes a journal again, entry by entry, and proves each step as recovery does: same results, same sequences, same digests. A
 * {@link Watcher} looks on, from outside: the state machine does not know of it. One thread.
 * <p>
 * Begins with the newest good snapshot before what is asked for, or with the first entry; each costs what lies between, so the time of an answer does not
 * grow with the journal. What lies before the oldest snapshot of a journal whose first files were released cannot be made again, and is refused.
 */
final class Rerun implements AutoCloseable, ReplayTarget {
    private static final Logger LOG = LoggerFactory.getLogger(Rerun.class);
    private static final int FLAGS = TransferDecoder.flagsEncodingOffset();

    private final Path data;
    private final HugeSlabAllocator slabs = new HugeSlabAllocator(1);
    private final PublishedJournal journal;
    private final StateMachine machine;
    private final StateView view;
    private final ReplayTarget replayer;
    private final SnapshotPosition start;
    private Watcher watcher;
    private boolean isOpen;

    private long nextSequence;
    private long timestampNs;
    private final ExpandableArrayBuffer members = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer memberResults = new ExpandableArrayBuffer();
    private int memberCount;

    private Rerun(final Path data, final Predicate<SnapshotPosition> isWanted, final boolean mayBegin) throws IOException, NothingBefore {
        this.data = data;
        try {
            final MachineRecovery recovery = new MachineRecovery(slabs);
            final List<String> messages = new ArrayList<>();
            final NewestSnapshot found = NewestSnapshot.find(new SnapshotDirectory(data), recovery, isWanted, messages);
            messages.forEach(LOG::warn);
            if (found == null && !mayBegin) {
                throw new NothingBefore();
            }
            start = found == null ? SnapshotPosition.BEGIN : found.position();
            replayer = found == null ? recovery.fromBegin() : found.replayTarget();
            machine = recovery.machine();
            view = machine.view();
            journal = PublishedJournal.open(data, start);
            isOpen = true;
        } finally {
            if (!isOpen) {
                slabs.close();
            }
        }
    }

    /** No snapshot fits, and the journal's begin is gone. */
    private static final class NothingBefore extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Opens a journal where it begins, or, where its first files were released, at the oldest snapshot that those which are kept go on from. */
    static Rerun open(final Path data) throws IOException, ReplayException {
        final KeptJournal kept = KeptJournal.of(data);
        for (final SnapshotPosition oldest : kept.isWhole() ? List.<SnapshotPosition>of() : kept.snapshots()) {
            try {
                return new Rerun(data, oldest::equals, false);
            } catch (final NothingBefore ex) {
                LOG.warn("the oldest snapshot cannot be used; trying the next one");
            }
        }
        return begin(kept, "there is no good snapshot to begin with");
    }

    /** Opens a journal at the newest good snapshot before a sequence or time, or where it begins. */
    static Rerun openBefore(final Path data, final Moment moment) throws IOException, ReplayException {
        final KeptJournal kept = KeptJournal.of(data);
        try {
            return new Rerun(data, position -> kept.goesOnFrom(position)
                && (moment.isSequence() ? position.sequence() < moment.sequence() : position.timestampNs() < moment.ns()), false);
        } catch (final NothingBefore ex) {
            return begin(kept, moment + " is before what is kept");
        }
    }

    private static Rerun begin(final KeptJournal kept, final String refusal) throws IOException, ReplayException {
        if (!kept.isWhole()) {
            throw new ReplayException(ReplayException.Reason.NOT_FOUND, refusal + ": " + tell(kept));
        }
        try {
            return new Rerun(kept.data(), position -> false, true);
        } catch (final NothingBefore ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Where a journal begins, for a refusal. */
    static String tell(final KeptJournal kept) {
        final SnapshotPosition oldest = kept.oldest();
        return "the journal's files begin with sequence " + kept.firstSequence() + ", " + Moment.text(kept.firstTimestampNs())
            + ", what was before has been released" + (oldest == null ? ", and there is no snapshot"
            : ", and the oldest snapshot stands behind sequence " + oldest.sequence() + ", " + Moment.text(oldest.timestampNs()));
    }

    /** Likewise at one snapshot; null if it cannot be used. */
    static Rerun openAt(final Path data, final SnapshotPosition position) throws IOException {
        try {
            return new Rerun(data, position::equals, false);
        } catch (final NothingBefore ex) {
            return null;
        }
    }

    Path data() {
        return data;
    }

    /** The snapshot that it began with; {@link SnapshotPosition#BEGIN} if none. */
    SnapshotPosition start() {
        return start;
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

    /** False once it is closed. */
    boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        isOpen = false;
        journal.close();
        slabs.close();
    }
}
