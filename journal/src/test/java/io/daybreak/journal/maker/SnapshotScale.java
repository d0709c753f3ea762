package io.daybreak.journal.maker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import io.daybreak.journal.DurabilityMode;
import io.daybreak.journal.JournalContext;
import io.daybreak.journal.JournalOpener;
import io.daybreak.journal.RecoveredJournal;
import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.pipeline.MachineCopy;
import io.daybreak.pipeline.MachineRecovery;
import io.daybreak.port.Journal;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Snapshots and starts at scale, by hand: {@code fill DIR ACCOUNTS TRANSFERS}, {@code snapshot DIR}, {@code start DIR}. Prints what each took;
 * docs/benchmarks.md has the figures.
 */
final class SnapshotScale {
    private static final int OPERATOR = Participants.FIRST_OPERATOR;
    private static final int ENTRY = 512;
    private static final int ACCOUNTS_PER_ENTRY = 2_048;
    private static final long START_NS = 1_795_000_000_000_000_000L;
    private static final long MS = 1_000_000L;

    private SnapshotScale() {
    }

    public static void main(final String... arguments) throws Exception {
        final Path directory = Path.of(arguments[1]);
        final long startNs = System.nanoTime();
        switch (arguments[0]) {
            case "fill" -> fill(directory, Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]));
            case "snapshot" -> {
                final SnapshotResult result = new SnapshotMaker(SnapshotContext.of(directory), MachineCopy::new).run();
                System.out.println("snapshot: " + result.bytes() + " bytes, " + result.replayed() + " applied, state " + result.stateBytes());
            }
            default -> start(directory);
        }
        System.out.println(arguments[0] + ": " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) + " ms");
        System.exit(0);
    }

    private static JournalContext settings(final Path directory) {
        return new JournalContext().directory(directory).durability(DurabilityMode.PROCESS);
    }

    private static void start(final Path directory) throws Exception {
        final MachineRecovery recovery = new MachineRecovery(new HugeSlabAllocator(16));
        final RecoveredJournal recovered = JournalOpener.open(settings(directory), recovery);
        final long checkNs = System.nanoTime();
        recovery.machine().checkConservation();
        System.out.println("sequence " + recovered.report().lastSequence() + ", snapshot " + recovered.report().snapshotSequence() + ", replayed "
            + recovered.report().replayedCommands() + ", recovery " + recovered.report().durationMs() + " ms, conservation "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - checkNs) + " ms");
        recovered.journal().close();
    }

    private static void fill(final Path directory, final int accounts, final long transfers) throws Exception {
        final MachineRecovery recovery = new MachineRecovery(new HugeSlabAllocator(64));
        final RecoveredJournal recovered = JournalOpener.open(settings(directory), recovery);
        final StateMachine machine = recovery.machine();
        final Journal journal = recovered.journal();
        final UnsafeBuffer body = new UnsafeBuffer(new byte[512]);
        final Outcome outcome = new Outcome();
        final SplittableRandom random = new SplittableRandom(machine.lastSequence());
        long nowNs = Math.max(START_NS, machine.lastTimestampNs());
        int known = accounts;
        if (machine.lastSequence() == 0) {
            known = 0;
            nowNs += MS;
            machine.beginEntry(nowNs);
            journal.beginEntry(1, nowNs);
            new ConfigureEncoder().wrap(body, 0).correlationId(0).accountCapacity(100_000_000).idCapacity(64_000_000).idGuaranteedWindowMs(300_000)
                .idFutureToleranceMs(60_000).holdCapacity(1 << 20).transfersRetained(1 << 20).historyRetained(1 << 20).sweepLimit(1_024).maxChain(256);
            apply(machine, journal, ConfigureEncoder.TEMPLATE_ID, Participants.SYSTEM, body, ConfigureEncoder.BLOCK_LENGTH, outcome);
            body.setMemory(0, body.capacity(), (byte) 0);
            new PutParticipantEncoder().wrap(body, 0).idCapacity(20_000_000).participantId(OPERATOR).keyId(1)
                .roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR).participantCode("OPERATOR");
            apply(machine, journal, PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, body, PutParticipantEncoder.BLOCK_LENGTH, outcome);
            journal.endEntry(machine.digest());
        }
        while (known < accounts) {
            nowNs += MS;
            machine.beginEntry(nowNs);
            journal.beginEntry(machine.lastSequence() + 1, nowNs);
            for (int i = 0; i < ACCOUNTS_PER_ENTRY && known < accounts; i++) {
                body.setMemory(0, AccountEncoder.BLOCK_LENGTH, (byte) 0);
                new AccountEncoder().wrap(body, 0).id(++known).ledger(156).code(1);
                apply(machine, journal, AccountEncoder.TEMPLATE_ID, OPERATOR, body, AccountEncoder.BLOCK_LENGTH, outcome);
            }
            journal.endEntry(machine.digest());
            journal.sync();
        }
        final TransferEncoder transfer = new TransferEncoder();
        for (long left = transfers; left > 0; left -= ENTRY) {
            // 51,200 a second of command time, so that the window of ids moves on.
            nowNs += 10 * MS;
            machine.beginEntry(nowNs);
            journal.beginEntry(machine.lastSequence() + 1, nowNs);
            for (int i = 0; i < ENTRY; i++) {
                body.setMemory(0, TransferEncoder.BLOCK_LENGTH, (byte) 0);
                transfer.wrap(body, 0).amountMinor(1 + random.nextInt(1_000)).debitAccountId(1 + random.nextInt(accounts))
                    .creditAccountId(1 + random.nextInt(accounts)).ledger(156).code(1);
                transfer.id().hi(nowNs / MS << 16).lo(random.nextLong());
                apply(machine, journal, TransferEncoder.TEMPLATE_ID, OPERATOR, body, TransferEncoder.BLOCK_LENGTH, outcome);
            }
            journal.endEntry(machine.digest());
            journal.sync();
        }
        System.out.println("sequence " + machine.lastSequence() + ", journal "
            + Files.walk(directory.resolve("journal/queue")).mapToLong(path -> path.toFile().length()).sum() + " bytes");
        journal.close();
    }

    private static void apply(final StateMachine machine, final Journal journal, final int templateId, final int participant, final UnsafeBuffer body,
                              final int length, final Outcome outcome) {
        machine.apply(templateId, participant, body, 0, length, outcome);
        if (Result.isDecided(outcome.result) && outcome.flags == 0) {
            journal.add(templateId, participant, body, 0, length, outcome.result);
        }
    }
}
