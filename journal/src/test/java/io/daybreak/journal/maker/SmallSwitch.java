package io.daybreak.journal.maker;

import java.nio.file.Path;
import java.util.SplittableRandom;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.memory.ArenaSlabs;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.Journal;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** A state machine and its journal, as the ledger stage drives them, with traffic from a seed: what the snapshots' tests stop, cut and start again. */
final class SmallSwitch implements AutoCloseable {
    static final int ACCOUNTS = 300;
    private static final int OPERATOR = Participants.FIRST_OPERATOR;
    private static final long START_NS = 1_795_000_000_000_000_000L;
    private static final long MS = 1_000_000L;

    final ArenaSlabs slabs = new ArenaSlabs();
    final StateMachine machine;
    final RecoveredJournal recovered;
    private final Journal journal;
    private final Outcome outcome = new Outcome();
    private final UnsafeBuffer body = new UnsafeBuffer(new byte[512]);
    private final TransferEncoder transfer = new TransferEncoder();
    private SplittableRandom random;
    private long nowNs;

    SmallSwitch(final Path directory) {
        this(settings(directory));
    }

    SmallSwitch(final JournalContext context) {
        final MachineRecovery recovery = new MachineRecovery(slabs);
        recovered = JournalOpener.open(context, recovery);
        journal = recovered.journal();
        machine = recovery.machine();
        random = new SplittableRandom(machine.lastSequence());
        nowNs = Math.max(START_NS, machine.lastTimestampNs());
        if (machine.lastSequence() == 0) {
            found();
        }
    }

    static JournalContext settings(final Path directory) {
        return new JournalContext().directory(directory).durability(DurabilityMode.DISK).flushIntervalMs(1).flushBytes(64 << 10)
            .ringBytes(1 << 20).maxEntryBytes(64 << 10).groupBytes(32 << 10).commitLogBytes(1 << 20).mappedBytes(1 << 20).rollBytes(1 << 20);
    }

    private void found() {
        begin();
        new ConfigureEncoder().wrap(body, 0).correlationId(0).accountCapacity(10_000).idCapacity(1 << 20).idGuaranteedWindowMs(1_000)
            .idFutureToleranceMs(60_000).holdCapacity(1_000).transfersRetained(1_024).historyRetained(1_024).sweepLimit(100).maxChain(8);
        apply(ConfigureEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigureEncoder.BLOCK_LENGTH);
        body.setMemory(0, body.capacity(), (byte) 0);
        new PutParticipantEncoder().wrap(body, 0).idCapacity(1 << 16).participantId(OPERATOR).keyId(1)
            .roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR).participantCode("OPERATOR");
        apply(PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, PutParticipantEncoder.BLOCK_LENGTH);
        for (int id = 1; id <= ACCOUNTS; id++) {
            body.setMemory(0, body.capacity(), (byte) 0);
            new AccountEncoder().wrap(body, 0).id(id).ledger(156).code(1);
            apply(AccountEncoder.TEMPLATE_ID, OPERATOR, AccountEncoder.BLOCK_LENGTH);
        }
        end();
        journal.sync();
    }

    private void begin() {
        nowNs += 1 + random.nextInt(5) * MS;
        machine.beginEntry(nowNs);
        journal.beginEntry(machine.lastSequence() + 1, nowNs);
    }

    private void end() {
        journal.endEntry(machine.digest());
    }

    private void apply(final int templateId, final int participant, final int length) {
        machine.apply(templateId, participant, body, 0, length, outcome);
        if (Result.isDecided(outcome.result) && (outcome.flags & OutcomeFlags.REPEATED) == 0) {
            journal.add(templateId, participant, body, 0, length, outcome.result);
        }
    }

    /** Other traffic from here on. */
    SmallSwitch seed(final long seed) {
        random = new SplittableRandom(seed);
        return this;
    }

    /** Entries of some transfers each, holds among them, synced. */
    SmallSwitch entries(final int entries) {
        for (int i = 0; i < entries; i++) {
            begin();
            for (int left = 1 + random.nextInt(8); left > 0; left--) {
                body.setMemory(0, TransferEncoder.BLOCK_LENGTH, (byte) 0);
                transfer.wrap(body, 0).amountMinor(1 + random.nextInt(1_000)).debitAccountId(1 + random.nextInt(ACCOUNTS))
                    .creditAccountId(1 + random.nextInt(ACCOUNTS)).ledger(156).code(1);
                transfer.id().hi(nowNs / MS << 16).lo(random.nextLong());
                if (random.nextInt(5) == 0) {
                    transfer.flags(TransferFlags.PENDING).timeoutMs(1 + random.nextInt(200));
                }
                apply(TransferEncoder.TEMPLATE_ID, OPERATOR, TransferEncoder.BLOCK_LENGTH);
            }
            end();
            if (random.nextInt(4) == 0) {
                journal.sync();
            }
        }
        journal.sync();
        return this;
    }

    @Override
    public void close() {
        journal.close();
        slabs.close();
    }

    /** Digest and sequence after a start that may use snapshots. */
    static String stateOf(final Path directory) {
        try (SmallSwitch small = new SmallSwitch(directory)) {
            if (small.machine.computeDigest() != small.machine.digest()) {
                throw new AssertionError("tables and digest differ");
            }
            return state(small.machine);
        }
    }

    static String state(final StateMachine machine) {
        machine.checkConservation();
        return machine.lastSequence() + " " + Long.toHexString(machine.digest());
    }
}
