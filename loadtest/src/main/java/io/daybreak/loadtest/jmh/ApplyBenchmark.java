package io.daybreak.loadtest.jmh;

import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.protocol.codec.TransferEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * The state machine alone: single-phase transfers between two accounts drawn uniformly, as the ledger stage applies
 * them (runs of {@link #RUN} read ahead, then applied; a new entry for each {@link #ENTRY}). Each has a new id, is checked,
 * posted, remembered and logged; that each was applied is checked inside, and conservation and digest at the end.
 * <p>
 * The cost of writing the command into its slot is inside the measurement.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED", "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "-Dagrona.disable.bounds.checks=true"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class ApplyBenchmark {
    /** Transfers of a journal entry. */
    public static final int ENTRY = 2_048;
    /** Transfers that are read ahead together. */
    public static final int RUN = StateMachine.MAX_READ_AHEAD;

    private static final int LEDGER = 156;
    private static final int CODE = 1;
    private static final long NS_PER_MS = 1_000_000L;
    private static final long START_NS = 1_800_000_000_000L * NS_PER_MS;
    private static final int SLOT_BYTES = 128;

    /** Accounts of the table. */
    @Param({"10000", "1000000", "10000000"})
    public int accounts;

    private final UnsafeBuffer slots = new UnsafeBuffer(ByteBuffer.allocateDirect(RUN * SLOT_BYTES));
    private final Outcome outcome = new Outcome();
    private HugeSlabAllocator allocator;
    private StateMachine machine;
    private long nowNs = START_NS;
    private long random = 88_172_645_463_325_252L;

    /** Builds a ledger of {@link #accounts} accounts. */
    @Setup(Level.Trial)
    public void setUp() {
        allocator = new HugeSlabAllocator(64);
        machine = new StateMachine(allocator);
        final UnsafeBuffer body = new UnsafeBuffer(new byte[256]);
        machine.beginEntry(++nowNs);
        new ConfigureEncoder().wrap(body, 0).correlationId(0).accountCapacity(Integer.MAX_VALUE - 1L).idCapacity(64_000_000)
            .idGuaranteedWindowMs(0).idFutureToleranceMs(60_000).holdCapacity(1_000_000).transfersRetained(4_000_000)
            .historyRetained(1_024).sweepLimit(1_024).maxChain(256);
        applySetUp(ConfigureEncoder.TEMPLATE_ID, Participants.SYSTEM, body, ConfigureEncoder.BLOCK_LENGTH);
        body.setMemory(0, 256, (byte) 0);
        new PutParticipantEncoder().wrap(body, 0).correlationId(0).idCapacity(16_000_000).participantId(1).keyId(1)
            .roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR).burstMs(0).requestsPerSecond(0).participantCode("OPERATOR");
        applySetUp(PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, body, PutParticipantEncoder.BLOCK_LENGTH);
        final AccountEncoder account = new AccountEncoder();
        body.setMemory(0, 256, (byte) 0);
        for (int id = 1; id <= accounts; id++) {
            account.wrap(body, 0).id(id).ledger(LEDGER).code(CODE).flags(0);
            applySetUp(AccountEncoder.TEMPLATE_ID, 1, body, AccountEncoder.BLOCK_LENGTH);
        }
    }

    private void applySetUp(final int templateId, final int participantId, final UnsafeBuffer body, final int length) {
        machine.apply(templateId, participantId, body, 0, length, outcome);
        requireOk();
    }

    private void requireOk() {
        if (outcome.result != Result.OK || outcome.flags != 0) {
            throw new IllegalStateException(Result.name(outcome.result));
        }
    }

    /** One entry of transfers. */
    @Benchmark
    @OperationsPerInvocation(ENTRY)
    public long apply() {
        nowNs += NS_PER_MS;
        machine.beginEntry(nowNs);
        for (int done = 0; done < ENTRY; done += RUN) {
            for (int i = 0; i < RUN; i++) {
                write(i * SLOT_BYTES);
            }
            for (int i = 0; i < RUN; i++) {
                machine.addToReadAhead(1, slots, i * SLOT_BYTES);
            }
            machine.readAhead();
            for (int i = 0; i < RUN; i++) {
                machine.apply(TransferDecoder.TEMPLATE_ID, 1, slots, i * SLOT_BYTES, TransferDecoder.BLOCK_LENGTH, outcome);
                requireOk();
            }
        }
        return machine.lastSequence();
    }

    private void write(final int offset) {
        final long first = next();
        final long second = next();
        final int debit = (int) ((first >>> 33) * accounts >>> 31);
        final int credit = (int) ((second >>> 33) * (accounts - 1) >>> 31);
        slots.putLong(offset, nowNs / NS_PER_MS << 16 | first & 0xFFFF);
        slots.putLong(offset + 8, second);
        slots.putLong(offset + TransferEncoder.debitAccountIdEncodingOffset(), debit + 1);
        slots.putLong(offset + TransferEncoder.creditAccountIdEncodingOffset(), (credit >= debit ? credit + 1 : credit) + 1);
        slots.putLong(offset + TransferEncoder.amountMinorEncodingOffset(), 1 + (first & 127));
        slots.putInt(offset + TransferEncoder.ledgerEncodingOffset(), LEDGER);
        slots.putShort(offset + TransferEncoder.codeEncodingOffset(), (short) CODE);
    }

    private long next() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return random;
    }

    /** Proves that the money is still whole. */
    @TearDown(Level.Trial)
    public void tearDown() {
        machine.checkConservation();
        if (machine.digest() != machine.computeDigest()) {
            throw new IllegalStateException("the digest of the tables differs from the running one");
        }
        allocator.close();
    }
}
