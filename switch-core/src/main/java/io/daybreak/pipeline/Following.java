package io.daybreak.pipeline;

import io.daybreak.machine.MembershipView;
import io.daybreak.machine.StateMachine;
import io.daybreak.port.EntryFeed;
import io.daybreak.protocol.Result;

import java.nio.ByteOrder;

/**
 * What the ledger stage does on a standby: applies entries of the primary's journal as far as it is told, answers queries, and refuses
 * everything else, until it is told to lead.
 * <p>
 * Rule: docs/replication.md, "What a standby does". Both orders come through the ring, as slots with templates of their own that no link knows, so
 * that a query sees a state between two entries and never within one. Ledger thread only, but for the volatile accessors.
 */
final class Following {
    /** Slot: apply up to the entry whose number stands in the command's first word. */
    static final int FOLLOW = 0xFFF0;
    /** Slot: apply up to that entry, then lead. */
    static final int LEAD = 0xFFF1;

    private final StateMachine machine;
    private final EntryFeed feed;
    private final Replayer replayer;
    private boolean isFollowing;
    private volatile long appliedEntry;
    private volatile long appliedSequence;
    private volatile long appliedTimestampNs;
    private volatile boolean hasLed;
    private volatile MembershipView membership;
    private int membershipChanges;

    /** @param feed null on a node that leads from the start */
    Following(final StateMachine machine, final EntryFeed feed) {
        this.machine = machine;
        this.feed = feed;
        isFollowing = feed != null;
        replayer = new Replayer(machine);
        if (feed != null) {
            appliedEntry = feed.lastEntry();
        }
        appliedSequence = machine.lastSequence();
        appliedTimestampNs = machine.lastTimestampNs();
        hasLed = feed == null;
        membership = machine.membership().view();
        membershipChanges = machine.membership().changes();
    }

    boolean isFollowing() {
        return isFollowing;
    }

    static boolean isOrder(final int templateId) {
        return templateId == FOLLOW || templateId == LEAD;
    }

    /** Carries out one of the two orders; true if it was the one to lead. */
    boolean obey(final CommandSlot slot) {
        if (!isFollowing) {
            return false;
        }
        final long lastEntry = slot.command.getLong(0, ByteOrder.LITTLE_ENDIAN);
        while (feed.next(lastEntry, replayer)) {
            appliedSequence = machine.lastSequence();
        }
        if (feed.lastEntry() < lastEntry) {
            throw new IllegalStateException("entry " + lastEntry + " was to be applied, and the journal ends with " + feed.lastEntry());
        }
        if (membershipChanges != machine.membership().changes()) {
            membershipChanges = machine.membership().changes();
            membership = machine.membership().view();
        }
        appliedTimestampNs = machine.lastTimestampNs();
        appliedEntry = lastEntry;
        if (slot.templateId == LEAD) {
            isFollowing = false;
            return true;
        }
        return false;
    }

    /** What a standby answers to whatever would change something. */
    void refuse(final CommandSlot slot) {
        slot.outcome.set(machine.lastSequence(), machine.lastTimestampNs(), 0, Result.NOT_PRIMARY, 0);
        if (StateMachine.isPayment(slot.templateId)) {
            slot.answer.setMemory(0, CommandSlot.ANSWER_BYTES, (byte) 0);
        }
    }

    void onLeading() {
        hasLed = true;
    }

    /** True once the ledger stage leads. Any thread. */
    boolean hasLed() {
        return hasLed;
    }

    /** What the journal said about nodes, at the start or at the last entry that was followed. Any thread. */
    MembershipView membership() {
        return membership;
    }

    /** Last entry that was applied. Any thread. */
    long appliedEntry() {
        return appliedEntry;
    }

    /** Its last sequence. Any thread. */
    long appliedSequence() {
        return appliedSequence;
    }

    /** Its time. Any thread. */
    long appliedTimestampNs() {
        return appliedTimestampNs;
    }
}
