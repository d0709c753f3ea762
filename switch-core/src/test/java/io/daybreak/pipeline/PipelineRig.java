package io.daybreak.pipeline;

import io.daybreak.machine.StateMachine;
import io.daybreak.memory.CollectedSlabs;
import io.daybreak.port.EffectSink;
import io.daybreak.port.EpochClock;
import io.daybreak.port.Journal;
import io.daybreak.port.ReplySink;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AcceptClockEncoder;
import io.daybreak.protocol.codec.AccountEncoder;
import io.daybreak.protocol.codec.ConfigureEncoder;
import io.daybreak.protocol.codec.PutGrantEncoder;
import io.daybreak.protocol.codec.PutParticipantEncoder;
import io.daybreak.protocol.codec.TransferEncoder;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;

import static org.assertj.core.api.Assertions.assertThat;

/** A pipeline with the real state machine, a journal in memory, and a way to publish. */
final class PipelineRig implements AutoCloseable {
    static final int OPERATOR = Participants.FIRST_OPERATOR;
    static final int LEDGER = 156;
    static final long LINK = 77;

    final SettableClock clock;
    final MemoryJournal journal;
    final RecordingSink sink;
    final StateMachine machine = new StateMachine(new CollectedSlabs());
    final AtomicInteger fatals = new AtomicInteger();
    final AtomicReference<FatalHandler.Reason> fatalReason = new AtomicReference<>();
    final AtomicReference<String> fatalMessage = new AtomicReference<>();
    final Pipeline pipeline;
    final CommandPublisher publisher;
    private final long setUpHi = SettableClock.START_NS / 1_000_000L << 16;
    private long correlationId = 1_000_000_000L;

    PipelineRig(final PipelineContext context) {
        this(context, new MemoryJournal());
    }

    PipelineRig(final PipelineContext context, final MemoryJournal journal) {
        this(context, journal, new SettableClock());
    }

    PipelineRig(final PipelineContext context, final MemoryJournal journal, final SettableClock clock) {
        this.clock = clock;
        this.journal = journal;
        sink = new RecordingSink(journal);
        pipeline = new Pipeline(context, machine, journal, sink, EffectSink.NONE, clock, this::onFatal);
        publisher = pipeline.newPublisher();
    }

    PipelineRig(final PipelineContext context, final Journal journal, final ReplySink sink, final EpochClock clock) {
        this.clock = null;
        this.journal = null;
        this.sink = null;
        pipeline = new Pipeline(context, machine, journal, sink, EffectSink.NONE, clock, this::onFatal);
        publisher = pipeline.newPublisher();
    }

    static PipelineContext smallContext() {
        return new PipelineContext().ringCapacity(1_024).reserve(128).maxClaim(64).maxChain(32).maxPublishers(4).maxBatch(64)
            .tickerMaxParkMs(2).closeTimeoutMs(15_000);
    }

    private void onFatal(final FatalHandler.Reason reason, final String message, final Throwable cause) {
        fatalMessage.set(message);
        fatalReason.set(reason);
        fatals.incrementAndGet();
    }

    /** Starts, and provisions limits, an operator, accounts 1 to {@code accounts}. */
    PipelineRig start(final int accounts) {
        pipeline.start();
        provision(accounts, 1_024);
        return this;
    }

    void provision(final int accounts, final int sweepLimit) {
        provision(accounts, sweepLimit, 4_000_000, 1_000);
    }

    /** With as many ids remembered, and for at least as long. */
    void provision(final int accounts, final int sweepLimit, final long ids, final long windowMs) {
        configure(sweepLimit, windowMs);
        putOperator(ids);
        long last = 0;
        for (int account = 1; account <= accounts; account++) {
            last = account(account);
        }
        if (accounts > 0 && sink != null) {
            assertThat(sink.awaitReply(last).result).isEqualTo(Result.OK);
        }
    }

    private void configure(final int sweepLimit, final long windowMs) {
        submit(Participants.SYSTEM, ConfigureEncoder.TEMPLATE_ID, slot -> {
            new ConfigureEncoder().wrap(slot.command, 0).correlationId(0).accountCapacity(100_000).idCapacity(8_000_000)
                .idGuaranteedWindowMs(windowMs).idFutureToleranceMs(3_600_000).holdCapacity(2_000_000)
                .transfersRetained(1_024).historyRetained(1_024).sweepLimit(sweepLimit).maxChain(256);
            return ConfigureEncoder.BLOCK_LENGTH;
        });
    }

    private void putOperator(final long ids) {
        submit(Participants.SYSTEM, PutParticipantEncoder.TEMPLATE_ID, slot -> {
            new PutParticipantEncoder().wrap(slot.command, 0).correlationId(0).idCapacity(ids).participantId(OPERATOR)
                .keyId(1).roles(Participants.ROLE_ACTIVE | Participants.ROLE_OPERATOR).burstMs(0).requestsPerSecond(0)
                .participantCode("OPERATOR");
            return PutParticipantEncoder.BLOCK_LENGTH;
        });
    }

    long putGrant() {
        return submit(OPERATOR, PutGrantEncoder.TEMPLATE_ID, slot -> {
            new PutGrantEncoder().wrap(slot.command, 0).correlationId(0).fromValue(1).toValue(100).participantId(OPERATOR)
                .ledger(0).kind(Participants.GRANT_RANGE).rights(Participants.RIGHT_DEBIT).reserved(0);
            return PutGrantEncoder.BLOCK_LENGTH;
        });
    }

    long account(final long id) {
        return submit(OPERATOR, AccountEncoder.TEMPLATE_ID, slot -> {
            final AccountEncoder account = new AccountEncoder().wrap(slot.command, 0);
            account.id(id).userData64(0).ledger(LEDGER).code(1).flags(0);
            account.userData128().hi(0).lo(0);
            return AccountEncoder.BLOCK_LENGTH;
        });
    }

    long acceptClock(final long acceptedNs) {
        return submit(OPERATOR, AcceptClockEncoder.TEMPLATE_ID, slot -> {
            new AcceptClockEncoder().wrap(slot.command, 0).correlationId(0).acceptedEpochNs(acceptedNs);
            return AcceptClockEncoder.BLOCK_LENGTH;
        });
    }

    /** Publishes one command from the rig's own publisher; returns its correlation id. */
    long submit(final int participantId, final int templateId, final ToIntFunction<CommandSlot> body) {
        final long[] sequence = {CommandPublisher.NOT_CLAIMED};
        Await.until("a free slot", () -> {
            sequence[0] = publisher.tryClaim(1, CommandPublisher.NEW_REQUESTS);
            return sequence[0] != CommandPublisher.NOT_CLAIMED;
        });
        final CommandSlot slot = publisher.slot(sequence[0]);
        final long id = ++correlationId;
        address(slot, participantId, templateId, LINK, id);
        slot.commandLength = body.applyAsInt(slot);
        publisher.publish(sequence[0], sequence[0]);
        return id;
    }

    static void address(final CommandSlot slot, final int participantId, final int templateId, final long linkId,
                        final long correlationId) {
        slot.templateId = templateId;
        slot.participantId = participantId;
        slot.linkId = linkId;
        slot.correlationId = correlationId;
        slot.index = 0;
        slot.requestCount = 1;
        slot.chainLength = 0;
        slot.answerBuffer = null;
    }

    long pay(final long idLo, final long debit, final long credit, final long amount) {
        return transfer(idLo, debit, credit, amount, 0, 0);
    }

    long transfer(final long idLo, final long debit, final long credit, final long amount, final int flags,
                  final long timeoutMs) {
        return submit(OPERATOR, TransferEncoder.TEMPLATE_ID,
            slot -> encodeTransfer(new TransferEncoder(), slot, setUpHi, idLo, debit, credit, amount, flags, timeoutMs));
    }

    long setUpHi() {
        return setUpHi;
    }

    static int encodeTransfer(final TransferEncoder encoder, final CommandSlot slot, final long idHi, final long idLo,
                              final long debit, final long credit, final long amount, final int flags,
                              final long timeoutMs) {
        encoder.wrap(slot.command, 0);
        encoder.id().hi(idHi).lo(idLo);
        encoder.debitAccountId(debit).creditAccountId(credit).amountMinor(amount);
        encoder.pendingId().hi(0).lo(0);
        encoder.userData128().hi(0).lo(0);
        encoder.userData64(0).timeoutMs(timeoutMs).ledger(LEDGER).code(7).flags(flags).reserved(0);
        return TransferEncoder.BLOCK_LENGTH;
    }

    void assertHealthy() {
        assertThat(fatalMessage.get()).isNull();
        assertThat(sink.violations()).isEmpty();
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
