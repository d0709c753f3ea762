package io.daybreak.loadtest.jmh;

import io.daybreak.journal.memory.HugeSlabAllocator;
import io.daybreak.machine.Outcome;
import io.daybreak.machine.StateMachine;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.PaymentChannel;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.ConfigurePaymentsEncoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.PaymentEncoder;
import io.daybreak.protocol.codec.PutCardEncoder;
import io.daybreak.protocol.codec.PutDayGroupEncoder;
import io.daybreak.protocol.codec.PutInstitutionEncoder;
import io.daybreak.protocol.codec.PutMerchantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.PutWalletEncoder;
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
 * The state machine alone: purchases of wallets drawn uniformly, each with an identity and a reference of its own, as the ledger
 * stage applies them (runs of {@link #RUN} read ahead, then applied; a new entry for each {@link #ENTRY}). That each was
 * approved is checked inside, and conservation and digest at the end. Windows are a second, so that payments are forgotten as well.
 * <p>
 * The cost of writing the command into its slot is inside the measurement.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = {
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED", "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "-Dagrona.disable.bounds.checks=true"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
public class PaymentBenchmark {
    /** Payments of a journal entry. */
    public static final int ENTRY = 256;
    /** Payments that are read ahead together. */
    public static final int RUN = StateMachine.MAX_READ_AHEAD;

    private static final int CURRENCY = 156;
    private static final int MERCHANTS = 100;
    private static final int PARTICIPANT = 100;
    private static final int OPERATOR = Participants.FIRST_OPERATOR;
    private static final long INSTITUTION = 100_001;
    private static final long SETTLEMENT = 2;
    private static final long MERCHANT_ACCOUNTS = 1_000;
    private static final long WALLET_ACCOUNTS = 1_000_000;
    private static final long NS_PER_MS = 1_000_000L;
    private static final long ENTRY_NS = 256_000L;
    /** 2026-11-23 12:00 UTC. */
    private static final long START_NS = 1_795_435_200_000L * NS_PER_MS;
    private static final int TRANSMISSION = 1_123_120_000;
    private static final int SLOT_BYTES = 512;
    private static final int RRN_CHARS = 12;
    private static final int TOKEN_HI = PaymentEncoder.tokenEncodingOffset();
    private static final int TOKEN_LO = TOKEN_HI + Long.BYTES;

    /** Wallets, with a card each. */
    @Param({"10000", "1000000", "10000000"})
    public int wallets;

    private final UnsafeBuffer slots = new UnsafeBuffer(ByteBuffer.allocateDirect(RUN * SLOT_BYTES));
    private final UnsafeBuffer answer = new UnsafeBuffer(ByteBuffer.allocateDirect(128));
    private final UnsafeBuffer body = new UnsafeBuffer(ByteBuffer.allocateDirect(1_024));
    private final Outcome outcome = new Outcome();
    private HugeSlabAllocator allocator;
    private StateMachine machine;
    private long nowNs = START_NS;
    private long random = 88_172_645_463_325_252L;
    private long next;

    /** Builds the wallets, and a body in each slot of which only the numbers change. */
    @Setup(Level.Trial)
    public void setUp() {
        allocator = new HugeSlabAllocator(64);
        machine = new StateMachine(allocator);
        machine.beginEntry(++nowNs);
        new ConfigureEncoder().wrap(clear(), 0).correlationId(0).accountCapacity(Integer.MAX_VALUE - 1L).idCapacity(64_000_000)
            .idGuaranteedWindowMs(0).idFutureToleranceMs(60_000).holdCapacity(1_000_000).transfersRetained(4_000_000)
            .historyRetained(1_024).sweepLimit(1_024).maxChain(256);
        put(ConfigureEncoder.TEMPLATE_ID, Participants.SYSTEM, ConfigureEncoder.BLOCK_LENGTH);
        participant(OPERATOR, "OPERATOR", Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR);
        participant(PARTICIPANT, "ACQ001", Participants.ROLE_ACTIVE);
        new ConfigurePaymentsEncoder().wrap(clear(), 0).correlationId(0).paymentCapacity(16_000_000).cardCapacity(wallets)
            .walletCapacity(wallets).merchantCapacity(1_000).terminalCapacity(1_000).issuerRequestCapacity(100)
            .storeAndForwardCapacity(1_000).exceptionCapacity(1_000).identityWindowMs(1_000).reversalWindowMs(1_000)
            .holdWindowMs(1_000).refundWindowMs(1_000).futureToleranceMs(1_000).reserveForFinishing(100);
        put(ConfigurePaymentsEncoder.TEMPLATE_ID, OPERATOR, ConfigurePaymentsEncoder.BLOCK_LENGTH);
        account(SETTLEMENT);
        acquirer();
        for (int i = 0; i < MERCHANTS; i++) {
            account(MERCHANT_ACCOUNTS + i);
            new PutMerchantEncoder().wrap(clear(), 0).correlationId(0).merchant(merchantName(i)).accountId(MERCHANT_ACCOUNTS + i).institution(0).mcc(5411).status(RecordStatus.ACTIVE).billerNumber(0);
            put(PutMerchantEncoder.TEMPLATE_ID, OPERATOR, PutMerchantEncoder.BLOCK_LENGTH);
        }
        for (int i = 0; i < wallets; i++) {
            wallet(i);
        }
        for (int i = 0; i < RUN; i++) {
            new PaymentEncoder().wrap(slots, i * SLOT_BYTES).institution(INSTITUTION).merchant(merchantName(i)).mti(200).currency(CURRENCY)
                .operation((short) PaymentOperation.PURCHASE).channel((short) PaymentChannel.CHIP);
        }
    }

    private UnsafeBuffer clear() {
        body.setMemory(0, body.capacity(), (byte) 0);
        return body;
    }

    private void put(final int templateId, final int participantId, final int length) {
        machine.apply(templateId, participantId, body, 0, length, outcome);
        requireOk();
    }

    private void requireOk() {
        if (outcome.result != Result.OK || outcome.flags != 0) {
            throw new IllegalStateException(Result.name(outcome.result));
        }
    }

    private static String merchantName(final int number) {
        return String.format("M%014d", number);
    }

    private void participant(final int id, final String code, final int roles) {
        new PutParticipantEncoder().wrap(clear(), 0).correlationId(0).idCapacity(16_000_000).participantId(id).keyId(1).roles(roles)
            .participantCode(code);
        put(PutParticipantEncoder.TEMPLATE_ID, Participants.SYSTEM, PutParticipantEncoder.BLOCK_LENGTH);
    }

    private void account(final long id) {
        new AccountEncoder().wrap(clear(), 0).id(id).ledger(CURRENCY).code(1).flags(0);
        put(AccountEncoder.TEMPLATE_ID, OPERATOR, AccountEncoder.BLOCK_LENGTH);
    }

    private void acquirer() {
        new PutDayGroupEncoder().wrap(clear(), 0).correlationId(0).graceMs(3_600_000).firstDate(20_261_123).dayGroup(1).zoneId(0)
            .cutOverMinute(0).status(RecordStatus.ACTIVE);
        put(PutDayGroupEncoder.TEMPLATE_ID, OPERATOR, PutDayGroupEncoder.BLOCK_LENGTH);
        new PutInstitutionEncoder().wrap(clear(), 0).correlationId(0).institution(INSTITUTION).settlementAccountId(SETTLEMENT)
            .exceptionAccountId(SETTLEMENT).operations(1L << PaymentOperation.PURCHASE).participantId(PARTICIPANT).dayGroup(1)
            .status(RecordStatus.ACTIVE).currency(CURRENCY);
        put(PutInstitutionEncoder.TEMPLATE_ID, OPERATOR, PutInstitutionEncoder.BLOCK_LENGTH);
    }

    private void wallet(final int number) {
        account(WALLET_ACCOUNTS + number);
        new PutWalletEncoder().wrap(clear(), 0).correlationId(0).walletId(number + 1).accountId(WALLET_ACCOUNTS + number).tierId(0)
            .zoneId(0).status(RecordStatus.ACTIVE);
        put(PutWalletEncoder.TEMPLATE_ID, OPERATOR, PutWalletEncoder.BLOCK_LENGTH);
        final PutCardEncoder card = new PutCardEncoder().wrap(clear(), 0).correlationId(0);
        card.token().hi(token(number)).lo(number + 1);
        card.walletId(number + 1).bin(99_000_100).tokenKeyId(1).expiry(3_012).status(CardStatus.ACTIVE);
        put(PutCardEncoder.TEMPLATE_ID, OPERATOR, PutCardEncoder.BLOCK_LENGTH);
    }

    private static long token(final int number) {
        return (number + 1) * 0x9E3779B97F4A7C15L;
    }

    /** One entry of purchases. */
    @Benchmark
    @OperationsPerInvocation(ENTRY)
    public long purchase() {
        nowNs += ENTRY_NS;
        machine.beginEntry(nowNs);
        final int second = (int) (nowNs / (1_000 * NS_PER_MS) % 3_600);
        final int transmission = TRANSMISSION + second / 60 * 100 + second % 60;
        for (int done = 0; done < ENTRY; done += RUN) {
            for (int i = 0; i < RUN; i++) {
                write(i * SLOT_BYTES, transmission);
            }
            for (int i = 0; i < RUN; i++) {
                machine.addPaymentToReadAhead(slots, i * SLOT_BYTES);
            }
            machine.readAhead();
            for (int i = 0; i < RUN; i++) {
                machine.applyPayment(PaymentDecoder.TEMPLATE_ID, PARTICIPANT, slots, i * SLOT_BYTES, PaymentDecoder.BLOCK_LENGTH, 1, 2, outcome,
                    answer, 0);
                requireOk();
            }
        }
        return machine.lastSequence();
    }

    private void write(final int offset, final int transmission) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        final int wallet = (int) ((random >>> 33) * wallets >>> 31);
        slots.putLong(offset + TOKEN_HI, token(wallet));
        slots.putLong(offset + TOKEN_LO, wallet + 1);
        slots.putLong(offset + PaymentEncoder.amountMinorEncodingOffset(), 1 + (random & 127));
        slots.putInt(offset + PaymentEncoder.stanEncodingOffset(), (int) (next % 1_000_000));
        slots.putInt(offset + PaymentEncoder.transmissionEncodingOffset(), transmission);
        long rest = next++;
        for (int i = RRN_CHARS - 1; i >= 0; i--) {
            slots.putByte(offset + PaymentEncoder.rrnEncodingOffset() + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
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
