package io.daybreak.machine;

import com.sun.management.ThreadMXBean;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.model.AccountCommand;
import io.daybreak.model.Command;
import io.daybreak.model.ConfigureCommand;
import io.daybreak.model.ParticipantCommand;
import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

import static org.assertj.core.api.Assertions.assertThat;

/** In steady state the machine allocates nothing on the heap: the thread's own counter of allocated bytes stands still. */
class NoAllocationTest {
    private static final int ACCOUNTS = 1_000;
    private static final int CHAIN = 4;
    private static final int ROUND = 10;
    private static final int ROUNDS = 100_000;
    /** A whole generation of everything that grows by slabs: ids, records, histories are forgotten again and again. */
    private static final int WARM_UP_ROUNDS = 60_000;
    /** What the measurement itself, and the virtual machine, may allocate on this thread. */
    private static final long TOLERANCE_BYTES = 16 * 1024;

    private final StateMachine machine = new StateMachine(new CollectedSlabs());
    private final MutableDirectBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 12));
    private final TransferEncoder encoder = new TransferEncoder();
    private final Outcome outcome = new Outcome();
    private final Outcome[] chainOutcomes = new Outcome[CHAIN];
    private long nowNs = Town.START_NS;
    private long number;
    private long refused;

    @Test
    void shouldAllocateNothingInSteadyState() {
        prepare();
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            round(i);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        final long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round(i);
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes allocated over " + ROUNDS * (long) ROUND + " transfers").isLessThan(TOLERANCE_BYTES);
        assertThat(refused).as("refused transfers, one in every round").isEqualTo(ROUNDS + WARM_UP_ROUNDS);
        machine.checkConservation();
        assertThat(machine.computeDigest()).isEqualTo(machine.digest());
    }

    private void prepare() {
        for (int i = 0; i < CHAIN; i++) {
            chainOutcomes[i] = new Outcome();
        }
        machine.beginEntry(nowNs);
        apply(Participants.SYSTEM, ConfigureCommand.roomy().idCapacity(1 << 18).idGuaranteedWindowMs(100)
            .transfersRetained(1 << 16).historyRetained(1 << 16));
        apply(Participants.SYSTEM, ParticipantCommand.operator(1, "OPERATOR").idCapacity(1 << 18));
        for (int i = 1; i <= ACCOUNTS; i++) {
            apply(1, AccountCommand.account(i).flags(i % 10 == 0 ? AccountFlags.HISTORY : 0));
        }
        apply(1, AccountCommand.account(ACCOUNTS + 1).flags(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS));
    }

    private void apply(final int participant, final Command command) {
        final int length = command.encode(buffer, 0);
        machine.apply(command.templateId(), participant, buffer, 0, length, outcome);
        assertThat(outcome.result).isZero();
    }

    /** Ten transfers: plain, hold, increase, post, a hold that expires, a chain of four, one refused, and a repeat. */
    private void round(final int round) {
        nowNs += 1_000_000;
        machine.beginEntry(nowNs);
        final long debit = 1 + round * 7L % ACCOUNTS;
        final long credit = 1 + (round * 7L + 1 + round % 17) % ACCOUNTS;
        transfer(0, debit, credit, 10, 0, 0, 0);
        apply(Result.OK);
        final long plain = number;
        transfer(0, debit, credit, 10, 0, TransferFlags.PENDING, 1_000);
        apply(Result.OK);
        final long hold = number;
        transfer(0, 0, 0, 5, hold, TransferFlags.INCREASE, 0);
        apply(Result.OK);
        transfer(0, 0, 0, 15, hold, TransferFlags.POST, 0);
        apply(Result.OK);
        transfer(0, debit, credit, 10, 0, TransferFlags.PENDING, 3);
        apply(Result.OK);
        machine.applyChainBegin(1, CHAIN);
        for (int i = 0; i < CHAIN; i++) {
            transfer(i * TransferEncoder.BLOCK_LENGTH, debit, credit, 1, 0, i < CHAIN - 1 ? TransferFlags.LINKED : 0, 0);
            machine.applyChainMember(buffer, i * TransferEncoder.BLOCK_LENGTH, chainOutcomes[i]);
        }
        machine.applyChainEnd();
        transfer(0, ACCOUNTS + 1, credit, 10, 0, 0, 0);
        apply(Result.EXCEEDS_CREDITS);
        refused++;
        final long last = number;
        number = plain - 1;
        transfer(0, debit, credit, 10, 0, 0, 0);
        apply(Result.OK);
        number = last;
    }

    private void apply(final int expected) {
        machine.apply(TransferDecoder.TEMPLATE_ID, 1, buffer, 0, TransferEncoder.BLOCK_LENGTH, outcome);
        if (outcome.result != expected) {
            throw new AssertionError(Result.name(outcome.result) + " instead of " + Result.name(expected));
        }
    }

    private void transfer(final int offset, final long debit, final long credit, final long amount, final long pending,
                          final int flags, final long timeoutMs) {
        number++;
        encoder.wrap(buffer, offset);
        encoder.id().hi(nowNs / 1_000_000 << 16).lo(number);
        encoder.debitAccountId(debit).creditAccountId(credit).amountMinor(amount);
        encoder.pendingId().hi(pending == 0 ? 0 : nowNs / 1_000_000 << 16).lo(pending);
        encoder.userData128().hi(0).lo(0);
        encoder.userData64(0).timeoutMs(timeoutMs).ledger(pending == 0 ? 1 : 0).code(pending == 0 ? 1 : 0).flags(flags).reserved(0);
    }
}
