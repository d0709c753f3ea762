package io.daybreak.journal.replicate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import io.daybreak.journal.CommitGate;
import io.daybreak.journal.format.CommandUnpacker;
import io.daybreak.port.ReplayTarget;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.MemberStatusDecoder;
import org.agrona.DirectBuffer;

/**
 * Where the durability thread waits for the standbys that are in sync, and what it tells about how far the journal is.
 * <p>
 * Rule: docs/replication.md, "Durability". Who is in sync, and whether to wait, is what the journal says; it changes here by {@link #onMembership}, called by
 * the very thread that waits, between two waits. Two orders keep the journal's word true at every place: a member is waited for from before the word
 * that it is in sync is decided ({@link #expect}), so nothing behind that word is told without it; and one that does not answer is waited for, under
 * DEGRADE, until the word that it is out of sync is on the own device ({@link #leaveOut}, {@link #onDurable}).
 * <p>
 * Durability thread, but for what says otherwise.
 */
public final class StandbyGate implements CommitGate {
    private static final long PARK_NS = 1_000_000L;

    /** A member that answers wait for. */
    public static final class Member {
        private final int id;
        private volatile long entry;
        /** The journal's word that it is in sync was told; until then it is waited for ahead of it. */
        private volatile boolean isJournaled;
        /** It is to be left out as soon as that is on the own device. */
        private volatile boolean isLeaving;
        private volatile boolean isLeftOut;

        private Member(final int id) {
            this.id = id;
        }

        /** Participant. */
        public int id() {
            return id;
        }

        /** Last entry that it has acknowledged. */
        public long entry() {
            return entry;
        }
    }

    private final Runnable onProgress;
    private final CommandUnpacker unpacker = new CommandUnpacker();
    private final ReplayTarget statusFinder = new StatusFinder();
    private volatile boolean isLooking;
    private final LongSupplier nanoClock;
    private volatile Member[] required = {};
    private volatile int acknowledgement = Acknowledgement.LOCAL;
    private volatile Thread waiting;
    private volatile long waitedForEntry;
    private volatile long waitingSinceNs;
    private volatile boolean isOver;
    private volatile long appendedEntry;
    private volatile long appendedSequence;
    private volatile long committedEntry;
    private volatile long committedSequence;
    private volatile long waits;

    /** @param onProgress told when something was appended or acknowledged; durability thread, must not block */
    public StandbyGate(final Runnable onProgress) {
        this(onProgress, System::nanoTime);
    }

    /**
     * With a clock of its own, for a simulator.
     *
     * @param nanoClock monotonic; any thread
     */
    public StandbyGate(final Runnable onProgress, final LongSupplier nanoClock) {
        this.onProgress = onProgress;
        this.nanoClock = nanoClock;
    }

    /** Where the journal stands when it is opened. Before it is used. */
    public void start(final long entry, final long sequence, final long committed, final long committedSeq) {
        appendedEntry = entry;
        appendedSequence = sequence;
        committedEntry = committed;
        committedSequence = committedSeq;
    }

    /**
     * What the journal says from now on. Durability thread, or nobody's yet.
     *
     * @param inSync participants that are in sync
     */
    public synchronized void onMembership(final int newAcknowledgement, final int[] inSync) {
        final List<Member> members = new ArrayList<>();
        for (final int id : inSync) {
            Member member = find(id);
            if (member == null) {
                member = new Member(id);
            } else if (!member.isJournaled) {
                // Left out before it was in sync: that does not count for what is journaled now.
                member.isLeftOut = false;
            }
            member.isJournaled = true;
            members.add(member);
        }
        for (final Member member : required) {
            if (!member.isJournaled) {
                members.add(member);
            }
        }
        required = members.toArray(new Member[0]);
        acknowledgement = newAcknowledgement;
        look();
    }

    private synchronized void look() {
        boolean isAnyLeaving = false;
        for (final Member member : required) {
            isAnyLeaving |= member.isLeaving && !member.isLeftOut;
        }
        isLooking = isAnyLeaving;
    }

    /**
     * What a primary's recovered journal says, at its start. Who was in sync in an epoch before the one that it leads in says nothing about this one: that
     * is how a node finds it that was promoted and ended before it began its epoch, and one of those in sync may be itself.
     *
     * @param epoch that this node leads in
     */
    public void onStart(final MembershipView membership, final long epoch) {
        if (membership.epoch() < epoch) {
            onMembership(Acknowledgement.LOCAL, new int[0]);
        } else {
            onMembership(membership.acknowledgement(), membership.inSync());
        }
    }

    private Member find(final int id) {
        for (final Member member : required) {
            if (member.id == id) {
                return member;
            }
        }
        return null;
    }

    // The thread of the connections.

    /** A member has kept everything up to this entry. */
    public void onAcknowledged(final int id, final long entry) {
        final Member member = find(id);
        if (member != null && entry > member.entry) {
            member.entry = entry;
            if (waiting != null && entry >= waitedForEntry) {
                LockSupport.unpark(waiting);
            }
        }
    }

    /** Answers wait for this member from now on: it is about to be journaled as in sync. */
    public synchronized void expect(final int id) {
        if (find(id) == null) {
            final Member[] members = Arrays.copyOf(required, required.length + 1);
            members[required.length] = new Member(id);
            required = members;
        }
    }

    /** That came to nothing: it was not journaled. */
    public synchronized void unexpect(final int id) {
        final Member member = find(id);
        if (member != null && !member.isJournaled) {
            required = Arrays.stream(required).filter(other -> other != member).toArray(Member[]::new);
            LockSupport.unpark(waiting);
        }
    }

    /**
     * With another rule than WAIT: answers wait for this member only until the word that it is out of sync, which the caller now has journaled, is on
     * the own device. False if they must wait for the member itself.
     */
    public synchronized boolean leaveOut(final int id) {
        final Member member = find(id);
        if (member == null || acknowledgement == Acknowledgement.WAIT) {
            return false;
        }
        if (member.isJournaled) {
            member.isLeaving = true;
            look();
        } else {
            member.isLeftOut = true;
            LockSupport.unpark(waiting);
        }
        return true;
    }

    /** Members that answers wait for, or would. */
    public Member[] required() {
        return required;
    }

    /** One of {@link Acknowledgement}. */
    public int acknowledgement() {
        return acknowledgement;
    }

    /** Nanoseconds that answers have waited by now; 0 if none does. Monotonic clock. */
    public long waitedNs() {
        final long since = waitingSinceNs;
        return since == 0 ? 0 : nanoClock.getAsLong() - since;
    }

    /** Nothing is acknowledged any more: who waits is told so by an exception. Any thread; final. */
    public void end() {
        isOver = true;
        LockSupport.unpark(waiting);
    }

    /** Last entry in the queue. Any thread. */
    public long appendedEntry() {
        return appendedEntry;
    }

    /** Its last sequence. Any thread. */
    public long appendedSequence() {
        return appendedSequence;
    }

    /** Last entry that may be told. Any thread. */
    public long committedEntry() {
        return committedEntry;
    }

    /** Its last sequence. Any thread. */
    public long committedSequence() {
        return committedSequence;
    }

    /** Times that answers had to wait for a standby after the own device was done. Any thread. */
    public long waits() {
        return waits;
    }

    // Durability thread.

    @Override
    public void onAppended(final long entry, final long sequence) {
        appendedSequence = sequence;
        appendedEntry = entry;
        onProgress.run();
    }

    @Override
    public boolean isLooking() {
        return isLooking;
    }

    @Override
    public void onDurable(final long address) {
        unpacker.replay(address, statusFinder);
    }

    @Override
    public boolean await(final long entry) {
        if (tryPass(entry)) {
            return true;
        }
        waitedForEntry = entry;
        waiting = Thread.currentThread();
        try {
            if (!isAcknowledged(entry)) {
                LockSupport.parkNanos(this, PARK_NS);
            }
        } finally {
            waiting = null;
        }
        final boolean isDone = isAcknowledged(entry);
        if (isDone) {
            waitingSinceNs = 0;
        }
        return isDone;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    public boolean tryPass(final long entry) {
        if (isAcknowledged(entry)) {
            waitingSinceNs = 0;
            return true;
        }
        if (waitingSinceNs == 0) {
            waits++;
            waitingSinceNs = nanoClock.getAsLong();
        }
        return false;
    }

    private boolean isAcknowledged(final long entry) {
        if (isOver) {
            throw new IllegalStateException("this node acknowledges nothing any more");
        }
        if (acknowledgement == Acknowledgement.LOCAL) {
            return true;
        }
        for (final Member member : required) {
            if (member.entry < entry && !member.isLeftOut) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void onCommitted(final long entry, final long sequence) {
        committedSequence = sequence;
        committedEntry = entry;
        onProgress.run();
    }

    /** Finds the word that a member is out of sync. */
    private final class StatusFinder implements ReplayTarget {
        private final MemberStatusDecoder status = new MemberStatusDecoder();

        @Override
        public void onEntry(final long firstSequence, final int count, final long timestampNs) {
            // Only commands matter.
        }

        @Override
        public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length,
                              final int result) {
            if (templateId == MemberStatusDecoder.TEMPLATE_ID && result == Result.OK) {
                status.wrap(command, offset, MemberStatusDecoder.BLOCK_LENGTH, MemberStatusDecoder.SCHEMA_VERSION);
                final Member member = status.inSync() == 0 ? find((int) status.participantId()) : null;
                if (member != null && member.isLeaving) {
                    member.isLeftOut = true;
                    look();
                }
            }
        }

        @Override
        public void onEntryEnd(final long stateDigest) {
            // Nothing to compare it with here.
        }
    }
}
