package io.daybreak.machine;

import io.daybreak.ledger.TransferCommand;
import io.daybreak.ledger.Transfers;
import io.daybreak.matching.IdMemory;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.Result;
import org.agrona.DirectBuffer;

/**
 * A linked chain: transfers that are applied together or not at all. Rule: docs/native-protocol.md, "Linked chains".
 * <p>
 * First every member is checked up to its identity, which changes nothing and may answer the chain already; then the members
 * are applied one by one on tables that can be rolled back. Only when the last of them stands are their ids remembered.
 * <p>
 * Reused for every chain. Ledger thread only; grows to the longest chain met, at most {@code maxChain} members.
 */
final class Chain {
    private final StateMachine machine;
    private final ParticipantTable participants;
    private final IdMemory ids;
    private final Transfers transfers;
    private final Administration administration;
    private TransferCommand[] members = new TransferCommand[0];
    private Outcome[] outcomes = new Outcome[0];
    private long[] amounts = new long[0];
    private int count;
    private int participantId;
    private long nowNs;
    private long nowMs;

    Chain(final StateMachine machine, final ParticipantTable participants, final IdMemory ids, final Transfers transfers,
          final Administration administration) {
        this.machine = machine;
        this.participants = participants;
        this.ids = ids;
        this.transfers = transfers;
        this.administration = administration;
    }

    /** Begins a chain of this many members; those of the chain before are forgotten. */
    void begin(final int sender, final int memberCount) {
        if (memberCount > members.length) {
            grow(memberCount);
        }
        participantId = sender;
        count = 0;
    }

    private void grow(final int memberCount) {
        members = new TransferCommand[memberCount];
        for (int i = 0; i < memberCount; i++) {
            members[i] = new TransferCommand();
        }
        outcomes = new Outcome[memberCount];
        amounts = new long[memberCount];
    }

    /** The next member, a transfer's body. Its outcome is set by {@link #apply}. */
    void add(final DirectBuffer command, final int offset, final Outcome outcome) {
        members[count].wrap(command, offset);
        outcomes[count] = outcome;
        count++;
    }

    /** Applies the members, all of them or none, and sets their outcomes. */
    void apply(final long commandNs, final long commandMs) {
        nowNs = commandNs;
        nowMs = commandMs;
        if (!administration.isConfigured()) {
            allUndecided(Result.NOT_CONFIGURED, 0, Result.NOT_CONFIGURED);
        } else if (count > administration.maxChain()) {
            allUndecided(Result.CHAIN_IS_TOO_LONG, 0, Result.CHAIN_IS_TOO_LONG);
        } else if (isNew()) {
            applyNew();
        }
        for (int i = 0; i < count; i++) {
            outcomes[i] = null;
        }
    }

    /** Checks each member up to its identity. If this answers the chain already, sets the outcomes and returns false. */
    private boolean isNew() {
        int known = 0;
        for (int i = 0; i < count; i++) {
            final TransferCommand member = members[i];
            int result = machine.checkBeforeIdentity(member, participantId);
            if (result == Result.OK) {
                final long handle = ids.find(participantId, member.idHi(), member.idLo());
                if (isThereBefore(i)) {
                    result = Result.CHAIN_REPEATS_AN_ID;
                } else if (handle == IdMemory.NOT_FOUND) {
                    result = ids.admit(participantId, member.idHi(), nowMs);
                } else if (ids.fingerprintOf(handle) == member.fingerprint()) {
                    known++;
                } else {
                    result = Result.EXISTS_WITH_DIFFERENT_CONTENTS;
                }
            }
            if (result == Result.ID_EXPIRED) {
                tellWhatIsKnown();
                return false;
            }
            if (result != Result.OK) {
                allUndecided(result, i, Result.CHAIN_MEMBER_NOT_DECIDED);
                return false;
            }
        }
        if (known == 0) {
            return isTaken();
        }
        for (int i = 0; i < count; i++) {
            final long handle = ids.find(participantId, members[i].idHi(), members[i].idLo());
            if (handle == IdMemory.NOT_FOUND) {
                machine.undecided(outcomes[i], Result.CHAIN_MEMBER_EXISTS);
            } else {
                machine.repeat(handle, members[i], outcomes[i]);
            }
        }
        return false;
    }

    /**
     * Of a chain with an expired member: it may be a repeat of one that was applied. So nobody is told that nothing was done
     * with a member that is known or may have been.
     */
    private void tellWhatIsKnown() {
        for (int i = 0; i < count; i++) {
            final TransferCommand member = members[i];
            int result = Result.CHAIN_MEMBER_NOT_DECIDED;
            if (machine.checkBeforeIdentity(member, participantId) == Result.OK) {
                final long handle = ids.find(participantId, member.idHi(), member.idLo());
                if (handle != IdMemory.NOT_FOUND) {
                    machine.repeat(handle, member, outcomes[i]);
                    continue;
                }
                if (ids.admit(participantId, member.idHi(), nowMs) == Result.ID_EXPIRED) {
                    result = Result.ID_EXPIRED;
                }
            }
            machine.undecided(outcomes[i], result);
        }
    }

    /** False, with all outcomes set, if a member of this new chain is among what is refused now, see {@link StateMachine#refuseNew}. */
    private boolean isTaken() {
        for (int i = 0; i < count; i++) {
            final int result = machine.refusalOf(members[i]);
            if (result != Result.OK) {
                allUndecided(result, i, Result.CHAIN_MEMBER_NOT_DECIDED);
                return false;
            }
        }
        return true;
    }

    private boolean isThereBefore(final int index) {
        for (int i = 0; i < index; i++) {
            if (members[i].idLo() == members[index].idLo() && members[i].idHi() == members[index].idHi()) {
                return true;
            }
        }
        return false;
    }

    private void applyNew() {
        final int participantIndex = participants.find(participantId);
        int result = Result.OK;
        int applied = 0;
        transfers.beginChain();
        while (applied < count && result == Result.OK) {
            final TransferCommand member = members[applied];
            result = transfers.decide(member, participantIndex, participantId, Result.OK, nowNs);
            if (result == Result.OK) {
                amounts[applied] = transfers.decidedAmount();
                transfers.post(member, participantId, machine.lastSequence() + 1 + applied, nowNs);
                applied++;
            }
        }
        if (result == Result.OK) {
            transfers.commitChain();
        } else {
            transfers.rollbackChain();
        }
        if (!Result.isDecided(result)) {
            allUndecided(result, applied, Result.CHAIN_MEMBER_NOT_DECIDED);
            return;
        }
        for (int i = 0; i < count; i++) {
            final TransferCommand member = members[i];
            final long sequence = machine.takeSequence();
            final int memberResult = result == Result.OK || i == applied ? result : Result.LINKED_TRANSFER_FAILED;
            final long amount = result == Result.OK ? amounts[i] : 0;
            ids.insert(participantId, member.idHi(), member.idLo(), member.fingerprint(), memberResult, sequence, nowNs,
                amount, nowMs);
            outcomes[i].set(sequence, nowNs, amount, memberResult, 0);
        }
        transfers.trim();
    }

    private void allUndecided(final int cause, final int causeIndex, final int others) {
        for (int i = 0; i < count; i++) {
            machine.undecided(outcomes[i], i == causeIndex ? cause : others);
        }
    }
}
