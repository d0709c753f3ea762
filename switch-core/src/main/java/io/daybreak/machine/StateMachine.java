package io.daybreak.machine;

import io.daybreak.ledger.LedgerView;
import io.daybreak.ledger.TransferCommand;
import io.daybreak.ledger.Transfers;
import io.daybreak.matching.IdMemory;
import io.daybreak.memory.Hashing;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.memory.UndoLog;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.payment.PaymentQueries;
import io.daybreak.payment.Payments;
import io.daybreak.payment.Reference;
import io.daybreak.port.EffectEmitter;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.AccountActionDecoder;
import io.daybreak.protocol.codec.AccountDecoder;
import io.daybreak.protocol.codec.ConfigureDecoder;
import io.daybreak.protocol.codec.CutOverDecoder;
import io.daybreak.protocol.codec.FileUpdateDecoder;
import io.daybreak.protocol.codec.PaymentAnswerDecoder;
import io.daybreak.protocol.codec.PaymentDecoder;
import io.daybreak.protocol.codec.TickDecoder;
import io.daybreak.protocol.codec.TransferDecoder;
import io.daybreak.state.StateFormatException;
import io.daybreak.state.StateImage;
import io.daybreak.state.StateReader;
import io.daybreak.state.StateSections;
import io.daybreak.state.StateWriter;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.util.List;

/**
 * All state that decides about money, changed by one command at a time: (state, command, sequence, timestamp) gives
 * (state, outcome). The same commands give the same state, bit for bit, on any machine.
 * <p>
 * Commands come in entries that share a timestamp: {@link #beginEntry}, then {@link #apply} or a chain for each. A
 * command that is decided takes the next sequence, whether it is applied or refused; one that is not decided changes
 * nothing and takes none. A repeat gets its first outcome and takes none either.
 * <p>
 * Owned by the ledger thread. Allocates nothing once its tables stand.
 */
public final class StateMachine {
    /** Version of the rules that a new journal starts with. */
    public static final int FIRST_RULES_VERSION = 1;
    /** Newest version of the rules that this code knows. */
    public static final int LAST_RULES_VERSION = 1;

    /** Most transfers that are worth reading ahead together; more are not read. */
    public static final int MAX_READ_AHEAD = ReadAhead.MAX_RUN;

    private static final long NS_PER_MS = 1_000_000L;
    /**
     * Deadlines of issuers that one sweep lets fall due, at most. Each may answer a request and eight repeats and send up to
     * eight messages; a tick sweeps twice, and the pipeline has room for 4,096 effects of a command.
     */
    private static final int MAX_ISSUER_DEADLINES = 100;
    /**
     * Business days that one sweep opens one by one besides, at most: of one group nearly three years. Groups that are behind still
     * skip to the date of now, since the pipeline has room for so many effects only.
     */
    private static final int MAX_CUT_OVERS = 1_000;
    private static final int PAYMENT_ANSWER_BYTES = PaymentAnswerDecoder.BLOCK_LENGTH;

    private final ParticipantTable participants = new ParticipantTable();
    private final IdMemory ids;
    private final Transfers transfers;
    private final AccountCommands accountCommands;
    private final Administration administration;
    private final ReferenceData reference;
    private final PaymentAdministration paymentAdministration;
    private final Payments payments;
    private final IssuerCommands issuerCommands;
    private final Queries queries;
    private final Chain chain;
    private final ReadAhead readAhead;
    private final StateSections sections = new StateSections();
    private final TransferCommand single = new TransferCommand();
    private long lastSequence;
    private long nowNs;
    private long nowMs;
    /** Time of the last entry that changed anything; others are not journaled, and must not show in the digest. */
    private long changedNs;
    private int sweptInEntry;
    private int refusal = Result.OK;
    private EffectEmitter effects = EffectEmitter.NONE;

    public StateMachine(final SlabAllocator allocator) {
        this.ids = new IdMemory(allocator);
        this.transfers = new Transfers(allocator, participants, ids);
        this.administration = new Administration(participants, ids, transfers);
        this.accountCommands = new AccountCommands(transfers, administration);
        this.reference = new ReferenceData(allocator, new UndoLog());
        this.paymentAdministration = new PaymentAdministration(administration, participants, transfers, reference);
        final Reference tables = reference.forPayments();
        this.payments = new Payments(allocator, transfers, participants, tables);
        this.issuerCommands = new IssuerCommands(administration, payments);
        paymentAdministration.tell(payments);
        this.queries = new Queries(this, participants, ids, transfers,
            new ReferenceQueries(this, participants, transfers.accounts(), reference, payments.issuing()), payments,
            new PaymentQueries(payments, tables));
        this.chain = new Chain(this, participants, ids, transfers, administration);
        this.readAhead = new ReadAhead(transfers.accounts(), ids);
        sections.add("machine", 1, this::image);
        sections.add("administration", 1, administration);
        sections.add("membership", 1, administration.membership());
        sections.add("participants", 1, participants);
        sections.add("ids", 1, ids);
        transfers.addTo(sections);
        reference.addTo(sections);
        payments.addTo(sections);
    }

    /**
     * Begins an entry: sets the time of its commands, and sweeps deadlines that have passed, at most
     * {@code sweepLimit} of them; business days that are due are opened in any case.
     *
     * @param timestampNs epoch nanoseconds, above those of the entry before
     */
    public void beginEntry(final long timestampNs) {
        if (timestampNs <= nowNs) {
            throw new IllegalStateException("command time would not advance: " + timestampNs + " after " + nowNs);
        }
        nowNs = timestampNs;
        nowMs = timestampNs / NS_PER_MS;
        sweptInEntry = 0;
        sweep();
    }

    private void sweep() {
        int swept = 0;
        int sweptOfIssuers = 0;
        while (swept < administration.sweepLimit() && sweptOfIssuers < MAX_ISSUER_DEADLINES && nextDeadlineNs() <= nowNs) {
            sweptOfIssuers += fallDue() ? 1 : 0;
            swept++;
        }
        // What comes next has the date that is open now, whatever else is late.
        for (int days = 0; days < MAX_CUT_OVERS && reference.businessDays.nextCutOverNs() <= nowNs; days++) {
            dayOpened(reference.businessDays.cutOverNext(nowNs), lastSequence);
            swept++;
        }
        while (reference.businessDays.nextCutOverNs() <= nowNs) {
            dayOpened(reference.businessDays.cutOverToNow(nowNs), lastSequence);
            swept++;
        }
        if (swept > 0) {
            changedNs = nowNs;
        }
        sweptInEntry += swept;
    }

    /**
     * Carries out the earliest deadline; of several at one instant, holds before issuers' before business days. Returns true
     * for one of an issuer.
     */
    private boolean fallDue() {
        final long holdNs = transfers.nextDeadlineNs();
        final long issuerNs = payments.issuing().nextDeadlineNs();
        final long dayNs = reference.businessDays.nextCutOverNs();
        if (holdNs <= issuerNs && holdNs <= dayNs) {
            transfers.expireNext(lastSequence);
            payments.onHoldExpired(transfers.expiredOwner(), transfers.expiredId(), transfers.expiredAmount());
            transfers.trim();
        } else if (issuerNs <= dayNs) {
            payments.issuing().expireNext(nowNs, lastSequence);
            transfers.trim();
            return true;
        } else {
            dayOpened(reference.businessDays.cutOverNext(nowNs), lastSequence);
        }
        return false;
    }

    /** Deadlines swept since the entry began. */
    public int sweptInEntry() {
        return sweptInEntry;
    }

    /**
     * Applies one command that is not a member of a chain.
     *
     * @param templateId    of the body
     * @param participantId who sent it; the gateway vouches for it
     * @param command       holds the body at {@code offset}, {@code length} bytes
     * @param outcome       takes the outcome
     */
    public void apply(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                      final int length, final Outcome outcome) {
        if (templateId == TransferDecoder.TEMPLATE_ID) {
            applyTransfer(participantId, command, offset, length, outcome);
        } else {
            applyOther(templateId, participantId, command, offset, length, outcome);
        }
    }

    private void applyTransfer(final int participantId, final DirectBuffer command, final int offset, final int length,
                               final Outcome outcome) {
        if (length != TransferCommand.BYTES) {
            undecided(outcome, Result.MALFORMED_COMMAND);
            return;
        }
        single.wrap(command, offset);
        int result = checkBeforeIdentity(single, participantId);
        if (result != Result.OK) {
            undecided(outcome, result);
            return;
        }
        final long known = ids.find(participantId, single.idHi(), single.idLo());
        if (known != IdMemory.NOT_FOUND) {
            repeat(known, single, outcome);
            return;
        }
        int admission = ids.admit(participantId, single.idHi(), nowMs);
        if (admission == Result.OK) {
            admission = refusalOf(single);
        }
        if (admission == Result.ID_EXPIRED) {
            undecided(outcome, admission);
            return;
        }
        result = transfers.decide(single, participants.find(participantId), participantId, admission, nowNs);
        if (!Result.isDecided(result)) {
            undecided(outcome, result);
            return;
        }
        final long sequence = takeSequence();
        long amount = 0;
        if (result == Result.OK) {
            amount = transfers.decidedAmount();
            transfers.post(single, participantId, sequence, nowNs);
        }
        ids.insert(participantId, single.idHi(), single.idLo(), single.fingerprint(), result, sequence, nowNs, amount, nowMs);
        transfers.trim();
        outcome.set(sequence, nowNs, amount, result, 0);
    }

    /** True for commands that {@link #applyPayment} takes: payments, reconciliations and file updates. */
    public static boolean isPayment(final int templateId) {
        return templateId >= PaymentDecoder.TEMPLATE_ID && templateId <= FileUpdateDecoder.TEMPLATE_ID;
    }

    /** From now on the effects of commands go to {@code emitter}; before that they go nowhere, as a replay wants it. */
    public void emitTo(final EffectEmitter emitter) {
        effects = emitter;
        reference.businessDays.emitTo(emitter);
        payments.issuing().emitTo(emitter);
        administration.membership().emitTo(emitter);
    }

    /**
     * Applies a payment, a reconciliation or a file update.
     *
     * @param linkId        with {@code correlationId}: where a deferred answer goes; not part of the state, 0 at replay
     * @param outcome       takes the outcome; with DEFERRED the answer comes as an effect
     * @param answer        takes what the response says: a PaymentAnswer block, for a reconciliation a ReconciliationAnswer
     *                      block
     */
    public void applyPayment(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                             final int length, final long linkId, final long correlationId, final Outcome outcome,
                             final MutableDirectBuffer answer, final int answerOffset) {
        if (!reference.settings.isConfigured()) {
            undecided(outcome, Result.NOT_CONFIGURED);
            answer.setMemory(answerOffset, PAYMENT_ANSWER_BYTES, (byte) 0);
            return;
        }
        final long sequence = lastSequence + 1;
        final int result;
        switch (templateId) {
            case PaymentDecoder.TEMPLATE_ID:
                result = payments.apply(participantId, command, offset, length, linkId, correlationId, sequence, nowNs, refusal,
                    answer, answerOffset);
                break;
            case FileUpdateDecoder.TEMPLATE_ID:
                result = payments.updateFile(participantId, command, offset, length, sequence, nowNs, refusal, answer, answerOffset);
                break;
            default:
                result = payments.reconcile(participantId, command, offset, length, sequence, nowNs, refusal, answer, answerOffset);
                break;
        }
        final int flags = payments.outcomeFlags();
        if (Result.isDecided(result) && (flags & (OutcomeFlags.REPEATED | OutcomeFlags.NOT_JOURNALED)) == 0) {
            takeSequence();
            transfers.trim();
        }
        outcome.set(payments.outcomeSequence(), payments.outcomeTimestampNs(), payments.outcomeAmount(), result, flags);
    }

    /** Parts A to C of the precedence: contents, participant, an id from the future. */
    int checkBeforeIdentity(final TransferCommand transfer, final int participantId) {
        if (!administration.isConfigured()) {
            return Result.NOT_CONFIGURED;
        }
        final int contents = transfer.checkContents();
        if (contents != Result.OK) {
            return contents;
        }
        final int index = participants.find(participantId);
        if (index == ParticipantTable.NOT_FOUND) {
            return Result.PARTICIPANT_NOT_FOUND;
        }
        if (!participants.isActive(index)) {
            return Result.NOT_GRANTED;
        }
        return ids.isFuture(transfer.idHi(), nowMs) ? Result.ID_IN_THE_FUTURE : Result.OK;
    }

    void repeat(final long known, final TransferCommand transfer, final Outcome outcome) {
        if (ids.fingerprintOf(known) == transfer.fingerprint()) {
            outcome.set(ids.sequence(known), ids.timestampNs(known), ids.amount(known), ids.result(known), OutcomeFlags.REPEATED);
        } else {
            undecided(outcome, Result.EXISTS_WITH_DIFFERENT_CONTENTS);
        }
    }

    /**
     * From now on new transfers are refused with {@code result}, which is not a decision; {@link Result#OK} takes them
     * again. For reasons outside the state: the device is nearly full, the switch is stopping. It stands here, and not at
     * the link, because a repeat of a decided transfer must get its first outcome all the same.
     * <p>
     * Not part of the state: nothing that is refused so is journaled.
     *
     * @param result STORAGE_RESERVE_REACHED lets posts and voids of holds, account actions and administration
     *               pass; any other refuses these as well
     */
    public void refuseNew(final int result) {
        assert result == Result.OK || !Result.isDecided(result);
        refusal = result;
    }

    int refusalOf(final TransferCommand transfer) {
        return refusal == Result.STORAGE_RESERVE_REACHED && transfer.isFinishing() ? Result.OK : refusal;
    }

    long takeSequence() {
        changedNs = nowNs;
        return ++lastSequence;
    }

    void undecided(final Outcome outcome, final int result) {
        outcome.set(lastSequence, nowNs, 0, result, 0);
    }

    /**
     * Begins a linked chain.
     *
     * @param count members, from 2 to the greatest chain; the caller has made sure of it
     */
    public void applyChainBegin(final int participantId, final int count) {
        chain.begin(participantId, count);
    }

    /** The next member of the chain, a transfer's body. Its outcome is set by {@link #applyChainEnd()}. */
    public void applyChainMember(final DirectBuffer command, final int offset, final Outcome outcome) {
        chain.add(command, offset, outcome);
    }

    /** Applies the chain: all of its members or none. */
    public void applyChainEnd() {
        chain.apply(nowNs, nowMs);
    }

    private void applyOther(final int templateId, final int participantId, final DirectBuffer command, final int offset,
                            final int length, final Outcome outcome) {
        if (!administration.isConfigured() && templateId != ConfigureDecoder.TEMPLATE_ID) {
            undecided(outcome, Result.NOT_CONFIGURED);
            return;
        }
        if (refusal != Result.OK && refusal != Result.STORAGE_RESERVE_REACHED && participantId != Participants.SYSTEM) {
            undecided(outcome, refusal);
            return;
        }
        int result;
        switch (templateId) {
            case TickDecoder.TEMPLATE_ID:
                result = participantId == Participants.SYSTEM ? Result.OK : Result.NOT_GRANTED;
                if (result == Result.OK) {
                    sweep();
                }
                break;
            case AccountDecoder.TEMPLATE_ID:
                result = accountCommands.create(participantId, command, offset, length, nowNs, refusal);
                break;
            case AccountActionDecoder.TEMPLATE_ID:
                result = accountCommands.act(participantId, command, offset, length);
                break;
            default:
                result = administer(templateId, participantId, command, offset, length);
                break;
        }
        if (result == AccountCommands.ALREADY_CREATED) {
            outcome.set(lastSequence, accountCommands.createdNs(), 0, Result.OK, OutcomeFlags.REPEATED);
        } else if (result == PaymentAdministration.UNCHANGED) {
            outcome.set(lastSequence, nowNs, 0, Result.OK, OutcomeFlags.REPEATED);
        } else if (Result.isDecided(result)) {
            outcome.set(takeSequence(), nowNs, 0, result, 0);
        } else {
            undecided(outcome, result);
        }
    }

    private int administer(final int templateId, final int participantId, final DirectBuffer command, final int offset, final int length) {
        if (IssuerCommands.isOfFamily(templateId)) {
            return reference.settings.isConfigured()
                ? issuerCommands.apply(templateId, participantId, command, offset, length, lastSequence + 1, nowNs) : Result.NOT_CONFIGURED;
        }
        if (!PaymentAdministration.isOfFamily(templateId)) {
            return administration.apply(templateId, participantId, command, offset, length, nowNs);
        }
        final int result = paymentAdministration.apply(templateId, participantId, command, offset, length, nowNs);
        if (templateId == CutOverDecoder.TEMPLATE_ID && result == Result.OK) {
            dayOpened(reference.businessDays.lastOpenedGroup(), lastSequence + 1);
        }
        return result;
    }

    private void dayOpened(final int group, final long sequence) {
        payments.onDayOpened(group, reference.businessDays.previousDate(group), nowNs, sequence);
    }

    /** True for templates that {@link #query} answers. */
    public static boolean isQuery(final int templateId) {
        return Queries.isQuery(templateId);
    }

    /**
     * Answers a query as of the last sequence. Changes nothing.
     *
     * @param query  holds the message's body at {@code offset}, {@code length} bytes
     * @param answer takes a whole message with its header; may be the same memory as {@code query}
     * @return bytes of the answer
     */
    public int query(final int templateId, final int participantId, final DirectBuffer query, final int offset, final int length,
                     final MutableDirectBuffer answer, final int answerOffset) {
        return queries.answer(templateId, participantId, query, offset, length, answer, answerOffset);
    }

    /**
     * Notes a transfer whose accounts and id {@link #readAhead} shall read. To be called for a run of at most
     * {@link #MAX_READ_AHEAD} transfers, before the first of them is applied. Changes nothing of the state.
     */
    public void addToReadAhead(final int participantId, final DirectBuffer command, final int offset) {
        readAhead.add(participantId, command.getLong(offset, ByteOrder.LITTLE_ENDIAN),
            command.getLong(offset + Long.BYTES, ByteOrder.LITTLE_ENDIAN),
            command.getLong(offset + TransferDecoder.debitAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN),
            command.getLong(offset + TransferDecoder.creditAccountIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN));
    }

    /** As {@link #addToReadAhead}, for the body of a Payment. */
    public void addPaymentToReadAhead(final DirectBuffer command, final int offset) {
        payments.addToReadAhead(command, offset);
    }

    /** Reads what the noted transfers and payments will need, all of it at once; then they are to be applied. */
    public void readAhead() {
        readAhead.fetch();
        payments.readAhead();
    }

    /** Takes memory for the accounts that the configuration allows, ahead of need. */
    public void reserve(final int accounts) {
        transfers.accounts().reserve(accounts);
    }

    /** Sequence of the last decided command; 0 before the first. */
    public long lastSequence() {
        return lastSequence;
    }

    /** Timestamp of the last entry in epoch nanoseconds; 0 before the first. */
    public long lastTimestampNs() {
        return nowNs;
    }

    /** Earliest open deadline in epoch nanoseconds; {@link Long#MAX_VALUE} if there is none. */
    public long nextDeadlineNs() {
        return Math.min(Math.min(transfers.nextDeadlineNs(), payments.issuing().nextDeadlineNs()),
            reference.businessDays.nextCutOverNs());
    }

    /** True once the first Configure was applied. */
    public boolean isConfigured() {
        return administration.isConfigured();
    }

    /** The nodes of this switch; ledger thread, or nobody's yet. */
    public Membership membership() {
        return administration.membership();
    }

    /** Version of the rules in force. */
    public int rulesVersion() {
        return administration.rulesVersion();
    }

    /** True if the limits in force are those of a Configure body: there is nothing to journal. */
    public boolean hasLimits(final DirectBuffer configure, final int offset) {
        return administration.hasLimits(configure, offset);
    }

    /** Eyes for those who execute a journal again. Changes nothing; nothing here knows that it is looked at. */
    public StateView view() {
        return new StateView(new LedgerView(transfers), payments, reference.forPayments(), reference.settings);
    }

    /** Running digest of the whole state. Cheap. */
    public long digest() {
        return combine(transfers.digest(), ids.digest(), participants.digest()) + reference.digest()
            + payments.digest();
    }

    /** The digest, computed from all tables; equal to {@link #digest()}, or the state is damaged. Slow: reads everything. */
    public long computeDigest() {
        return combine(transfers.computeDigest(), ids.computeDigest(), participants.computeDigest()) + reference.computeDigest()
            + payments.computeDigest();
    }

    private long combine(final long transfersDigest, final long idsDigest, final long participantsDigest) {
        return Hashing.mix(Hashing.mix(transfersDigest, idsDigest), Hashing.mix(participantsDigest, administration.digest()))
            + Hashing.mix(lastSequence, changedNs);
    }

    /** Parts of the state, by the names that their sections in an image have. */
    public List<String> stateNames() {
        return sections.names();
    }

    /** Writes all of the state; what this machine is asked next, one that reads it answers alike. Between two entries only. */
    public void save(final StateWriter writer) {
        sections.write(writer);
    }

    /**
     * Reads all of the state into this machine, which must be new.
     *
     * @throws StateFormatException if the image is damaged or of a form that is not known; this machine is good for nothing then
     */
    public void load(final StateReader reader) {
        if (nowNs != 0 || administration.isConfigured()) {
            throw new IllegalStateException("the machine has a state");
        }
        sections.read(reader);
    }

    private void image(final StateImage image) {
        lastSequence = image.word(lastSequence);
        nowNs = image.word(nowNs);
        nowMs = nowNs / NS_PER_MS;
        changedNs = image.word(changedNs);
    }

    /**
     * Adds up all balances.
     *
     * @throws IllegalStateException if money was made or lost; a defect
     */
    public void checkConservation() {
        transfers.checkConservation();
    }
}
