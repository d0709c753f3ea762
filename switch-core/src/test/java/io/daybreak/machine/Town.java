package io.daybreak.machine;

import io.daybreak.model.AccountActionCommand;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.AccountView;
import io.daybreak.model.Answer;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.GrantCommand;
import io.daybreak.model.Id;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.Workload;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A small settled place for rules to be tried in: participants with and without rights, an account in every condition, a
 * hold in every state. A row of a rule table takes one apart and breaks one thing.
 */
final class Town implements AutoCloseable {
    static final int SYSTEM = Participants.SYSTEM;
    static final int OPERATOR = Participants.FIRST_OPERATOR;
    /** May debit every account. */
    static final int PAYER = 2;
    /** May do nothing. */
    static final int STRANGER = 3;
    /** Had every right, and is barred. */
    static final int BARRED = 4;
    /** Made a hold, and then lost its grant. */
    static final int FALLEN = 5;
    static final int UNKNOWN_PARTICIPANT = 77;

    static final long A = 10;
    static final long B = 11;
    /** Debits must not exceed credits, and there are none. */
    static final long POOR = 12;
    /** Debits must not exceed credits, of which there are 1,000. */
    static final long RICH = 13;
    /** Credits must not exceed debits, and there are none. */
    static final long PAID = 14;
    /** Credits must not exceed debits, of which there are 1,000. */
    static final long OWED = 15;
    static final long FROZEN_DEBITS = 16;
    static final long FROZEN_CREDITS = 17;
    static final long CLOSED = 18;
    static final long EURO = 20;
    static final long EURO_TOO = 21;
    /** Debits posted are 2^63-1. */
    static final long FULL_DEBITS = 22;
    /** Credits posted are 2^63-1. */
    static final long FULL_CREDITS = 23;
    /** Debits pending are 2^63-1. */
    static final long FULL_PENDING_DEBITS = 24;
    /** Credits pending are 2^63-1. */
    static final long FULL_PENDING_CREDITS = 25;
    /** Closed by a hold that is still open. */
    static final long CLOSED_BY_HOLD = 26;
    static final long NOWHERE = 99;

    /** Of PAYER, from A to B, 100 left. */
    static final Id HOLD = number(1);
    /** Of PAYER, from A to B, 100, of which 40 have been posted. */
    static final Id HOLD_PARTLY_POSTED = number(2);
    static final Id HOLD_POSTED = number(3);
    static final Id HOLD_VOIDED = number(4);
    static final Id HOLD_EXPIRED = number(5);
    /** Of FALLEN, from A to B. */
    static final Id HOLD_OF_FALLEN = number(6);
    /** Of PAYER, its debit account is closed now. */
    static final Id HOLD_DEBIT_CLOSED = number(7);
    static final Id HOLD_CREDIT_CLOSED = number(8);
    static final Id HOLD_DEBIT_FROZEN = number(9);
    static final Id HOLD_CREDIT_FROZEN = number(10);
    /** Of PAYER, from RICH to B, 1,000: all that is there. */
    static final Id HOLD_OF_RICH = number(11);
    /** Of PAYER, from A to OWED, 1,000: all that is owed. */
    static final Id HOLD_FOR_OWED = number(12);
    /** Of PAYER, closes CLOSED_BY_HOLD, its debit account. */
    static final Id HOLD_THAT_CLOSED = number(13);
    static final Id HOLD_FULL = number(14);
    static final Id REFUSED = number(20);
    static final Id APPLIED = number(21);
    static final Id NEVER_SEEN = number(22);
    /** The id that rows use for their command. */
    static final Id NEW = number(30);

    /** An entry of the ordinary town begins here. */
    static final long START_NS = Workload.START_NS + 1_000_000_000L;
    /** Time-outs of the longest kind overflow from here. */
    static final long LATE_NS = Long.MAX_VALUE - 86_400_000_000_000L;

    final MachineRig rig = new MachineRig();
    private long nowNs;
    private long nextNumber = 1_000;

    private Town(final long startNs, final ConfigureCommand limits) {
        enter(startNs);
        ok(SYSTEM, limits);
        ok(SYSTEM, ParticipantCommand.operator(OPERATOR, "OPERATOR"));
    }

    /** Only the operator is there. */
    static Town empty(final ConfigureCommand limits) {
        return new Town(START_NS, limits);
    }

    /** Only the operator is there, limits are roomy. */
    static Town empty() {
        return empty(ConfigureCommand.roomy());
    }

    /** Everything that the constants name. */
    static Town settled() {
        return settled(START_NS);
    }

    /** Everything that the constants name, at another time. */
    static Town settled(final long startNs) {
        final Town town = new Town(startNs - 1_000_000_000, ConfigureCommand.roomy());
        town.settle(startNs);
        return town;
    }

    private void settle(final long startNs) {
        people();
        for (final long id : List.of(A, B, FROZEN_DEBITS, FROZEN_CREDITS, CLOSED, FULL_DEBITS, FULL_CREDITS,
            FULL_PENDING_DEBITS, FULL_PENDING_CREDITS, CLOSED_BY_HOLD)) {
            ok(OPERATOR, AccountCommand.account(id));
        }
        ok(OPERATOR, AccountCommand.account(POOR).flags(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS));
        ok(OPERATOR, AccountCommand.account(RICH).flags(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS));
        ok(OPERATOR, AccountCommand.account(PAID).flags(AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS));
        ok(OPERATOR, AccountCommand.account(OWED).flags(AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS));
        ok(OPERATOR, AccountCommand.account(EURO).ledger(2));
        ok(OPERATOR, AccountCommand.account(EURO_TOO).ledger(2));
        ok(PAYER, TransferCommand.transfer(freshId(), B, RICH, 1_000));
        ok(PAYER, TransferCommand.transfer(freshId(), OWED, B, 1_000));
        ok(PAYER, TransferCommand.transfer(freshId(), FULL_DEBITS, FULL_CREDITS, Long.MAX_VALUE));
        ok(PAYER, TransferCommand.transfer(APPLIED, A, B, 7));
        hold(PAYER, HOLD, A, B, 100);
        hold(PAYER, HOLD_PARTLY_POSTED, A, B, 100);
        ok(PAYER, TransferCommand.post(freshId(), HOLD_PARTLY_POSTED, 40));
        hold(PAYER, HOLD_POSTED, A, B, 100);
        ok(PAYER, TransferCommand.post(freshId(), HOLD_POSTED, 100));
        hold(PAYER, HOLD_VOIDED, A, B, 100);
        ok(PAYER, TransferCommand.release(freshId(), HOLD_VOIDED, 0));
        ok(PAYER, TransferCommand.hold(HOLD_EXPIRED, A, B, 100).timeoutMs(1));
        hold(FALLEN, HOLD_OF_FALLEN, A, B, 100);
        ok(OPERATOR, GrantCommand.grantRange(FALLEN, 1, 1_000, Participants.RIGHT_DEBIT).removal());
        hold(PAYER, HOLD_DEBIT_CLOSED, CLOSED, B, 100);
        hold(PAYER, HOLD_CREDIT_CLOSED, A, CLOSED, 100);
        hold(PAYER, HOLD_DEBIT_FROZEN, FROZEN_DEBITS, B, 100);
        hold(PAYER, HOLD_CREDIT_FROZEN, A, FROZEN_CREDITS, 100);
        ok(PAYER, TransferCommand.hold(HOLD_THAT_CLOSED, CLOSED_BY_HOLD, B, 100).plusFlags(TransferFlags.CLOSING_DEBIT));
        // Closed for good by the post of a closing hold, the only way to close an account that has other holds.
        final Id closing = freshId();
        ok(PAYER, TransferCommand.hold(closing, CLOSED, B, 1).plusFlags(TransferFlags.CLOSING_DEBIT));
        ok(PAYER, TransferCommand.post(freshId(), closing, 1));
        hold(PAYER, HOLD_FULL, FULL_PENDING_DEBITS, FULL_PENDING_CREDITS, Long.MAX_VALUE);
        ok(OPERATOR, AccountActionCommand.freeze(FROZEN_DEBITS, AccountFlags.SIDE_DEBITS));
        ok(OPERATOR, AccountActionCommand.freeze(FROZEN_CREDITS, AccountFlags.SIDE_CREDITS));
        assertThat(rig.apply(PAYER, TransferCommand.transfer(REFUSED, POOR, B, 1)).result()).isEqualTo(Result.EXCEEDS_CREDITS);
        enter(startNs);
    }

    /** The participants that the constants name. */
    Town people() {
        ok(OPERATOR, ParticipantCommand.participant(PAYER, "PAYER"));
        ok(OPERATOR, ParticipantCommand.participant(STRANGER, "STRANGER"));
        ok(OPERATOR, ParticipantCommand.participant(BARRED, "BARRED").roles(0));
        ok(OPERATOR, ParticipantCommand.participant(FALLEN, "FALLEN"));
        for (final int participant : new int[] {PAYER, BARRED, FALLEN}) {
            ok(OPERATOR, GrantCommand.grantRange(participant, 1, 1_000, Participants.RIGHT_DEBIT));
        }
        return this;
    }

    /** Accounts of ledger 1 without flags. */
    Town accounts(final long... ids) {
        for (final long id : ids) {
            ok(OPERATOR, AccountCommand.account(id));
        }
        return this;
    }

    private void hold(final int participantId, final Id id, final long debit, final long credit, final long amountMinor) {
        ok(participantId, TransferCommand.hold(id, debit, credit, amountMinor));
    }

    /** The same id in every town. */
    static Id number(final long number) {
        return Id.at(Workload.START_NS / 1_000_000, number);
    }

    /** An id that no one has used. */
    Id freshId() {
        return number(nextNumber++);
    }

    long nowNs() {
        return nowNs;
    }

    /** Begins an entry at that command time. */
    void enter(final long timestampNs) {
        nowNs = timestampNs;
        rig.beginEntry(timestampNs);
    }

    /** Begins an entry so much later. */
    void laterMs(final long ms) {
        enter(nowNs + ms * 1_000_000);
    }

    Answer apply(final int participantId, final Command command) {
        return rig.apply(participantId, command);
    }

    /** Applies what must succeed. */
    Answer ok(final int participantId, final Command command) {
        final Answer answer = rig.apply(participantId, command);
        assertThat(Result.name(answer.result())).as(command.toString()).isEqualTo("OK");
        return answer;
    }

    /** Applies what must end with that code. */
    Answer gives(final int result, final int participantId, final Command command) {
        final Answer answer = rig.apply(participantId, command);
        assertThat(Result.name(answer.result())).as(command.toString()).isEqualTo(Result.name(result));
        return answer;
    }

    /** Debits posted, debits pending, credits posted, credits pending. */
    List<Long> balances(final long accountId) {
        final AccountView view = rig.account(accountId);
        assertThat(view.lookup()).isZero();
        return List.of(view.debitsPosted(), view.debitsPending(), view.creditsPosted(), view.creditsPending());
    }

    boolean isClosed(final long accountId) {
        return (rig.account(accountId).flags() & AccountFlags.CLOSED) != 0;
    }

    /** What must hold at the end of every test. */
    void checkInvariants() {
        rig.machine.checkConservation();
        assertThat(rig.machine.computeDigest()).as("digest computed afresh").isEqualTo(rig.machine.digest());
    }

    @Override
    public void close() {
        checkInvariants();
        rig.close();
    }
}
