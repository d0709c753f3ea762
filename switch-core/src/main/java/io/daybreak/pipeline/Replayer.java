package io.daybreak.pipeline;

import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.port.ReplayTarget;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Applies a journal's entries to a state machine, as at recovery, and proves each step: the sequences are contiguous, the
 * time rises, every command gets the result that it got at first, and the digest after each entry is the one stored.
 * <p>
 * A linked chain is known by its flags: it runs from a transfer with LINKED up to the first without. Its members are
 * copied until it is whole, since the machine needs them all; at most as many as a request batch has.
 * <p>
 * Not thread safe. Emits nothing.
 */
public final class Replayer implements ReplayTarget {
    private static final int FLAGS_OFFSET = TransferDecoder.flagsEncodingOffset();
    private static final int MEMBERS_AT_START = 256;

    private final StateMachine machine;
    private final Outcome outcome = new Outcome();
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[CommandSlot.ANSWER_BYTES]);

    private UnsafeBuffer members = new UnsafeBuffer(new byte[MEMBERS_AT_START * TransferDecoder.BLOCK_LENGTH]);
    private Outcome[] memberOutcomes = newOutcomes(0, new Outcome[MEMBERS_AT_START]);
    private int[] memberResults = new int[MEMBERS_AT_START];
    private int memberCount;
    private int chainParticipantId;

    private boolean inEntry;
    private long nextSequence;
    private int expected;
    private int seen;
    private long entries;
    private long commands;

    public Replayer(final StateMachine machine) {
        this.machine = machine;
    }

    private static Outcome[] newOutcomes(final int from, final Outcome[] outcomes) {
        for (int i = from; i < outcomes.length; i++) {
            outcomes[i] = new Outcome();
        }
        return outcomes;
    }

    @Override
    public void onEntry(final long firstSequence, final int count, final long timestampNs) {
        if (inEntry) {
            throw new ReplayMismatchException(firstSequence, "an entry begins before the one before has ended");
        }
        if (firstSequence != machine.lastSequence() + 1) {
            throw new ReplayMismatchException(firstSequence, "the next sequence is " + (machine.lastSequence() + 1));
        }
        if (timestampNs <= machine.lastTimestampNs()) {
            throw new ReplayMismatchException(firstSequence, "its time " + timestampNs + " ns is not after that of the entry"
                + " before, " + machine.lastTimestampNs() + " ns");
        }
        machine.beginEntry(timestampNs);
        nextSequence = firstSequence;
        expected = count;
        seen = 0;
        inEntry = true;
    }

    @Override
    public void onCommand(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                          final int length, final int result) {
        if (!inEntry || seen == expected) {
            throw new ReplayMismatchException(nextSequence, "a command outside its entry");
        }
        seen++;
        final boolean transfer = templateId == TransferDecoder.TEMPLATE_ID && length == TransferDecoder.BLOCK_LENGTH;
        final boolean linked = transfer
            && (command.getShort(offset + FLAGS_OFFSET, ByteOrder.LITTLE_ENDIAN) & TransferFlags.LINKED) != 0;
        if (linked || memberCount > 0) {
            if (!transfer || memberCount > 0 && participantId != chainParticipantId) {
                throw new ReplayMismatchException(nextSequence + memberCount, "a chain is open before it");
            }
            chainParticipantId = participantId;
            addMember(command, offset, result);
            if (!linked) {
                applyChain();
            }
        } else if (StateMachine.isPayment(templateId)) {
            machine.applyPayment(templateId, participantId, command, offset, length, 0, 0, outcome, answer, 0);
            check(outcome, result);
        } else {
            machine.apply(templateId, participantId, command, offset, length, outcome);
            check(outcome, result);
        }
    }

    private void addMember(final DirectBuffer command, final int offset, final int result) {
        if (memberCount == memberResults.length) {
            growMembers();
        }
        members.putBytes(memberCount * TransferDecoder.BLOCK_LENGTH, command, offset, TransferDecoder.BLOCK_LENGTH);
        memberResults[memberCount++] = result;
    }

    private void growMembers() {
        if (memberCount >= Limits.MAX_BATCH) {
            throw new ReplayMismatchException(nextSequence, "a chain has more members than a request batch");
        }
        final int capacity = memberCount * 2;
        members = new UnsafeBuffer(Arrays.copyOf(members.byteArray(), capacity * TransferDecoder.BLOCK_LENGTH));
        memberResults = Arrays.copyOf(memberResults, capacity);
        memberOutcomes = newOutcomes(memberCount, Arrays.copyOf(memberOutcomes, capacity));
    }

    private void applyChain() {
        machine.applyChainBegin(chainParticipantId, memberCount);
        for (int i = 0; i < memberCount; i++) {
            machine.applyChainMember(members, i * TransferDecoder.BLOCK_LENGTH, memberOutcomes[i]);
        }
        machine.applyChainEnd();
        for (int i = 0; i < memberCount; i++) {
            check(memberOutcomes[i], memberResults[i]);
        }
        memberCount = 0;
    }

    private void check(final Outcome again, final int result) {
        if (again.result != result) {
            throw new ReplayMismatchException(nextSequence, "the journal says " + Result.name(result) + ", the rules say "
                + Result.name(again.result));
        }
        if ((again.flags & OutcomeFlags.REPEATED) != 0 || again.sequence != nextSequence) {
            throw new ReplayMismatchException(nextSequence, "the command takes no sequence, or sequence " + again.sequence);
        }
        nextSequence++;
        commands++;
    }

    @Override
    public void onEntryEnd(final long stateDigest) {
        final long lastSequence = nextSequence - 1;
        if (!inEntry || seen != expected || memberCount > 0) {
            throw new ReplayMismatchException(lastSequence, "the entry ends after " + seen + " of " + expected
                + " commands, " + memberCount + " of them in an open chain");
        }
        if (machine.digest() != stateDigest) {
            throw new ReplayMismatchException(lastSequence, String.format("the journal's digest is %016x, the state's is %016x",
                stateDigest, machine.digest()));
        }
        inEntry = false;
        entries++;
    }

    /** Entries applied and proved. */
    public long entries() {
        return entries;
    }

    /** Commands applied and proved. */
    public long commands() {
        return commands;
    }

    /** Sequence of the last command applied, 0 if none. */
    public long lastSequence() {
        return machine.lastSequence();
    }

    /** Time of the last entry applied, nanoseconds since the epoch, 0 if none. */
    public long lastTimestampNs() {
        return machine.lastTimestampNs();
    }
}
