package io.daybreak.machine;

import io.daybreak.model.AccountView;
import io.daybreak.model.Answer;
import io.daybreak.model.Id;
import io.daybreak.model.NaiveLedger;
import io.daybreak.model.Step;
import io.daybreak.model.TransferCommand;
import io.daybreak.model.TransferView;
import io.daybreak.model.Workload;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Drives a state machine and the naive ledger with one workload and compares them: outcomes and the balances of the
 * accounts concerned after every step, everything that can be asked every now and then.
 */
final class Comparison implements AutoCloseable {
    private static final int PAGE = 128;
    private static final int OPERATOR = Participants.FIRST_OPERATOR;
    private static final int TRACE = 5;

    private final String name;
    private final NaiveLedger model = new NaiveLedger();
    private final MachineRig rig = new MachineRig();
    private final Workload workload;
    private final int wholeEvery;
    private final List<TransferRef> asked = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private long commands;
    private boolean restarts;
    private boolean isRestartDue;

    Comparison(final Workload.Profile profile, final long seed, final int wholeEvery) {
        name = profile + ", seed " + seed;
        this.wholeEvery = wholeEvery;
        workload = new Workload(seed, profile, model);
    }

    /** From now on the machine is replaced by one that read its image, after each comparison of everything. */
    Comparison restarting() {
        restarts = true;
        return this;
    }

    /** Runs at least that many commands. */
    void run(final long count) {
        long nextWhole = wholeEvery;
        while (commands < count) {
            step(workload.next());
            if (commands >= nextWhole) {
                nextWhole += wholeEvery;
                compareWhole();
                isRestartDue = restarts;
            }
        }
        compareWhole();
    }

    Workload workload() {
        return workload;
    }

    long digest() {
        return rig.machine.digest();
    }

    private void step(final Step step) {
        if (isRestartDue && step instanceof Step.Begin) {
            isRestartDue = false;
            rig.restartFromImage();
        }
        trace.add(step.toString());
        if (trace.size() > TRACE) {
            trace.remove(0);
        }
        final List<Answer> expected = step.applyTo(model);
        final List<Answer> actual;
        try {
            actual = step.applyTo(rig);
        } catch (final RuntimeException | AssertionError ex) {
            throw new AssertionError(where() + "\nexpected " + expected, ex);
        }
        commands += expected.size();
        if (!expected.equals(actual)) {
            assertThat(actual).as(where()).isEqualTo(expected);
        }
        if (rig.lastSequence() != model.lastSequence() || rig.machine.sweptInEntry() != model.sweptInEntry()
            || rig.machine.nextDeadlineNs() != model.nextDeadlineNs()) {
            assertThat(rig.lastSequence()).as("last sequence, " + where()).isEqualTo(model.lastSequence());
            assertThat(rig.machine.sweptInEntry()).as("swept in entry, " + where()).isEqualTo(model.sweptInEntry());
            assertThat(rig.machine.nextDeadlineNs()).as("next deadline, " + where()).isEqualTo(model.nextDeadlineNs());
        }
        compareAccounts(OPERATOR, concerned(step));
        workload.note(step, expected);
    }

    private Set<Long> concerned(final Step step) {
        final Set<Long> ids = new LinkedHashSet<>();
        if (step instanceof Step.Single single && single.command() instanceof TransferCommand transfer) {
            addConcerned(single.participantId(), transfer, ids);
        } else if (step instanceof Step.Chain chain) {
            chain.members().forEach(member -> addConcerned(chain.participantId(), member, ids));
        }
        return ids;
    }

    private void addConcerned(final int participantId, final TransferCommand transfer, final Set<Long> ids) {
        TransferCommand named = transfer;
        if (transfer.isOnHold()) {
            final TransferCommand hold = model.openHold(participantId, transfer.pendingId());
            named = hold == null ? transfer : hold;
        }
        if (ids.size() < PAGE - 1) {
            ids.add(named.debitAccountId());
            ids.add(named.creditAccountId());
        }
        asked.add(new TransferRef(participantId, transfer.id()));
        if (asked.size() > PAGE) {
            asked.remove(0);
        }
    }

    private void compareAccounts(final int participantId, final Set<Long> ids) {
        if (ids.isEmpty() || model.participantCount() == 0) {
            return;
        }
        final List<AccountView> actual = rig.lookupAccounts(participantId, ids);
        final List<AccountView> expected = ids.stream().map(id -> model.account(participantId, id)).toList();
        compareLists(actual, expected, "accounts");
    }

    /** Shows the first difference only: the lists are long. */
    private <T> void compareLists(final List<T> actual, final List<T> expected, final String what) {
        if (!actual.equals(expected)) {
            for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
                assertThat(actual.get(i)).as(what + ", place " + i + ", " + where()).isEqualTo(expected.get(i));
            }
            assertThat(actual.size()).as("size of " + what + ", " + where()).isEqualTo(expected.size());
        }
    }

    private void compareWhole() {
        rig.machine.checkConservation();
        assertThat(rig.machine.computeDigest()).as("digest, " + where()).isEqualTo(rig.machine.digest());
        final List<Long> ids = model.accountIds().stream().sorted(Long::compareUnsigned).toList();
        for (int i = 0; i < ids.size(); i += PAGE) {
            final Set<Long> page = new LinkedHashSet<>(ids.subList(i, Math.min(ids.size(), i + PAGE)));
            for (final int participant : new int[] {OPERATOR, 2, 3, 4, 6, 7}) {
                compareAccounts(participant, page);
            }
        }
        for (final int participant : new int[] {OPERATOR, 2, 3, 4, 7}) {
            compareTransfers(participant);
        }
        for (int i = 0; i < ids.size(); i += 1 + ids.size() / 20) {
            final long id = ids.get(i);
            compareLists(rig.accountTransfers(OPERATOR, id, 1 + i % PAGE), model.accountTransfers(id), "transfers of account " + id);
            compareLists(rig.accountHistory(OPERATOR, id, 1 + i % PAGE), model.accountHistory(id), "history of account " + id);
        }
        for (final long ledger : new long[] {1, 2, 1_000, 77}) {
            assertThat(rig.totals(OPERATOR, ledger)).as("totals of ledger " + ledger).isEqualTo(model.totals(ledger));
        }
        final MachineRig.Status status = rig.status(OPERATOR);
        assertThat(List.of(status.accountCount(), status.holdCount(), status.idCount(), status.transferCount()))
            .as("counts of accounts, holds, ids, transfers, " + where())
            .isEqualTo(List.of((long) model.accountCount(), (long) model.openHoldCount(), (long) model.rememberedCount(),
                (long) model.recordCount()));
    }

    private void compareTransfers(final int participant) {
        final List<Id> ids = asked.stream().filter(ref -> ref.participantId == participant).map(TransferRef::id).distinct()
            .toList();
        if (ids.isEmpty()) {
            return;
        }
        final List<TransferView> actual = rig.lookupTransfers(participant, 0, ids).transfers();
        for (int i = 0; i < ids.size(); i++) {
            final TransferView expected = model.transfer(participant, ids.get(i));
            if (expected.lookup() == OutcomeFlags.LOOKUP_APPLIED) {
                assertThat(actual.get(i)).as("transfer, " + where()).isEqualTo(expected);
            } else {
                assertThat(Arrays.asList(actual.get(i).id(), actual.get(i).lookup(), actual.get(i).result()))
                    .as("transfer's id, state, result, " + where())
                    .isEqualTo(Arrays.asList(expected.id(), expected.lookup(), expected.result()));
            }
        }
    }

    private String where() {
        return name + ", after " + commands + " commands; last steps:\n" + String.join("\n", trace) + "\n";
    }

    @Override
    public void close() {
        rig.close();
    }

    private record TransferRef(int participantId, Id id) {
    }
}
