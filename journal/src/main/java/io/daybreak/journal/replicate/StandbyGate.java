package io.daybreak.journal.replicate;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import io.daybreak.journal.CommitGate;
import io.daybreak.machine.MembershipView;
import io.daybreak.protocol.Acknowledgement;

/**
 * Where the durability thread waits for the standbys that are in sync, and what it tells about how far the journal is.
 * <p>
 * Rule: docs/replication.md, "Durability". Who is in sync, and whether to wait, is what the journal says; it changes here by {@link #onMembership}, called by
 * the very thread that waits, between two waits: so the first answer behind the journaled word already waits for a new member. With
 * DEGRADE a member that does not answer in time is left out at once by {@link #leaveOut}, and journaled so afterwards; a promotion under that rule
 * needs more than the member's own word for this very reason.
 * <p>
 * Durability thread, but for what says otherwise.
 */
public final class StandbyGate implements CommitGate {
    private static final long PARK_NS = 1_000_000L;

    /** A member that answers wait for. */
    public static final class Member {
        private final int id;
        private volatile long entry;
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
    public void onMembership(final int newAcknowledgement, final int[] inSync) {
        final Member[] members = new Member[inSync.length];
        for (int i = 0; i < inSync.length; i++) {
            members[i] = find(inSync[i]);
            if (members[i] == null) {
                members[i] = new Member(inSync[i]);
            }
        }
        required = members;
        acknowledgement = newAcknowledgement;
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

    /** With another rule than WAIT: answers wait for this member no longer. False if they must. */
    public boolean leaveOut(final int id) {
        final Member member = find(id);
        if (member == null || acknowledgement == Acknowledgement.WAIT) {
            return false;
        }
        member.isLeftOut = true;
        LockSupport.unpark(waiting);
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
    public void await(final long entry, final long sequence) {
        if (tryPass(entry)) {
            return;
        }
        waiting = Thread.currentThread();
        try {
            while (!isAcknowledged(entry)) {
                LockSupport.parkNanos(this, PARK_NS);
            }
        } finally {
            waiting = null;
            waitingSinceNs = 0;
        }
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
            waitedForEntry = entry;
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
}
