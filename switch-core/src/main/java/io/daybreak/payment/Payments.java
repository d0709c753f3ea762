package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.ledger.Transfers;
import io.daybreak.memory.Hashing;
import io.daybreak.memory.SlabAllocator;
import io.daybreak.participant.ParticipantTable;
import io.daybreak.protocol.OutcomeFlags;
import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.PaymentFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.RecordStatus;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.ResolveExceptionDecoder;
import io.daybreak.reference.PaymentSettings;
import io.daybreak.routing.Issuing;
import io.daybreak.state.StateImage;
import io.daybreak.state.StateSections;
import io.daybreak.state.Stateful;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * The way of one payment message: may the sender speak, is the message known, is there room; then the family of its operation decides,
 * and what it decided is remembered, counted and answered. Rules: docs/iso8583.md, chapters 5 to 16.
 * <p>
 * A message that is not decided leaves nothing behind. Forgetting is bounded: at most {@value #FORGOTTEN_AT_ONCE} payments a
 * decided message. Part of the state machine; ledger thread only; allocates nothing in steady state.
 */
public final class Payments implements PaymentSettings.Listener, Stateful {
    /** Payments that one message can make the table forget. */
    static final int FORGOTTEN_AT_ONCE = 8;

    /** Of DE 11 and of DE 3. */
    private static final int MAX_SIX_DIGITS = 999_999;
    private static final long MAX_INSTITUTION = 99_999_999_999L;
    /** Cards that stand-in counts for in a day: as many as there are routed payments, at most this. */
    private static final long MAX_SIX_DIGITSD_IN_CARDS = 1L << 20;

    private final ParticipantTable participants;
    private final Reference reference;
    private final Legs legs;
    private final PaymentTable table;
    private final Windows windows = new Windows();
    private final Totals totals;
    private final Exceptions exceptions;
    private final ApprovalCodes approvalCodes;
    private final Originals originals;
    private final Checks checks;
    private final Requests requests;
    private final Refunds refunds;
    private final Advices advices;
    private final Reversals reversals;
    private final Enquiries enquiries;
    private final RoutedPayments routed;
    private final PaymentReadAhead readAhead;
    private final Issuing issuing;
    private final Answers answers = new Answers();
    private final Decision decision = new Decision();
    private final FileUpdates fileUpdates;
    private final Reconciliations reconciliations;
    private final IssuerTotals issuerTotals;

    // What apply() found, for the machine's outcome.
    private long outcomeSequence;
    private long outcomeTimestampNs;
    private long outcomeAmount;
    private int outcomeFlags;
    private boolean isConfigured;

    public Payments(final SlabAllocator allocator, final Transfers transfers, final ParticipantTable participants,
                    final Reference reference) {
        this.participants = participants;
        this.reference = reference;
        this.legs = new Legs(transfers);
        this.table = new PaymentTable(allocator);
        this.totals = new Totals(allocator);
        this.exceptions = new Exceptions(allocator);
        this.approvalCodes = new ApprovalCodes(allocator);
        this.originals = new Originals(table, windows);
        final Postings postings = new Postings(legs, reference, table);
        this.routed = new RoutedPayments(reference, originals, postings, table, totals, exceptions, approvalCodes);
        this.issuing = new Issuing(allocator, this::currencyOf);
        issuing.tell(routed);
        this.checks = new Checks(reference, issuing, legs);
        routed.sendBy(issuing, checks);
        this.requests = new Requests(reference, checks, originals, postings, table, windows, routed);
        this.refunds = new Refunds(reference, checks, originals, postings, table, routed, exceptions);
        final ForcePost forcePost = new ForcePost(reference, checks, postings, exceptions);
        final Completions completions = new Completions(reference, checks, originals, postings, table, forcePost, routed);
        this.advices = new Advices(reference, checks, originals, postings, table, windows, forcePost, requests, refunds, completions,
            routed);
        this.reversals = new Reversals(reference, checks, originals, postings, table, routed, totals, exceptions);
        this.enquiries = new Enquiries(checks, legs, routed);
        this.fileUpdates = new FileUpdates(reference, checks);
        this.reconciliations = new Reconciliations(allocator, reference, totals, windows);
        this.issuerTotals = new IssuerTotals(totals, issuing, reference);
        this.readAhead = new PaymentReadAhead(table, reference, legs);
    }

    private int currencyOf(final long accountId) {
        final int account = legs.find(accountId);
        return account == Legs.NO_ACCOUNT ? Issuing.NO_ACCOUNT : legs.currency(account);
    }

    @Override
    public void onPaymentSettings(final PaymentSettings settings) {
        windows.configure(settings.identityWindowMs(), settings.reversalWindowMs(), settings.holdWindowMs(),
            settings.refundWindowMs(), settings.futureToleranceMs(), settings.reserveForFinishing());
        table.configure(settings.paymentCapacity());
        exceptions.configure(settings.exceptionCapacity());
        totals.configure();
        reconciliations.configure();
        issuing.configure(settings.paymentCapacity(), settings.issuerRequestCapacity(), settings.storeAndForwardCapacity(),
            Math.min(settings.paymentCapacity(), MAX_SIX_DIGITSD_IN_CARDS));
        isConfigured = true;
    }

    // ---- Reading ahead ----

    /** As {@link io.daybreak.machine.StateMachine#addToReadAhead}, for a Payment's body. */
    public void addToReadAhead(final DirectBuffer command, final int offset) {
        if (isConfigured) {
            readAhead.add(command, offset);
        }
    }

    /** Reads what the noted payments will need. */
    public void readAhead() {
        readAhead.fetch();
    }

    // ---- One payment ----

    /**
     * Applies a payment message.
     *
     * @param sequence the one that the message takes if it is decided
     * @param refusal  what new messages are refused with for reasons outside the state, or OK
     * @return its result; {@link #outcomeFlags} says whether it is decided now
     */
    public int apply(final int participantId, final DirectBuffer command, final int offset, final int length, final long linkId,
                     final long correlationId, final long sequence, final long nowNs, final int refusal,
                     final MutableDirectBuffer answer, final int answerOffset) {
        outcome(sequence - 1, nowNs, 0, 0);
        if (length != PaymentCommand.BYTES) {
            answers.ofNothing(Result.MALFORMED_COMMAND, answer, answerOffset);
            return Result.MALFORMED_COMMAND;
        }
        decision.begin(command, offset, sequence, nowNs, linkId, correlationId);
        int result = admit(participantId);
        if (result != Result.OK) {
            answers.ofMessage(decision, result, answer, answerOffset);
            return result;
        }
        final int first = originals.first(decision.command);
        if (first != Originals.NOT_FOUND) {
            return repeat(first, answer, answerOffset);
        }
        result = room(refusal);
        if (result == Result.OK) {
            result = decideNew(answer, answerOffset);
        } else {
            answers.ofMessage(decision, result, answer, answerOffset);
        }
        return result;
    }

    /** Form, sender, institution, time: nothing is decided or remembered of a message that fails here. */
    private int admit(final int participantId) {
        final PaymentCommand command = decision.command;
        if (!isWellFormed(command)) {
            return Result.MALFORMED_COMMAND;
        }
        final int result = sender(participantId, command.institution());
        if (result != Result.OK) {
            return result;
        }
        decision.businessDate = reference.days().openDate(reference.institutions().dayGroup(decision.institution));
        final long sentNs = UtcTime.moment(command.year(), command.transmission(), decision.nowNs);
        if (sentNs == UtcTime.NO_TIME) {
            return Result.MALFORMED_COMMAND;
        }
        return sentNs > decision.nowNs + windows.futureNs() ? Result.TRANSMISSION_TIME_IN_THE_FUTURE : Result.OK;
    }

    private static boolean isWellFormed(final PaymentCommand command) {
        final int messageClass = command.messageClass();
        final boolean operationFits = (messageClass == PaymentCommand.CLASS_REVERSAL)
            == (command.operation() == PaymentOperation.REVERSAL);
        return operationFits && messageClass >= PaymentCommand.CLASS_AUTHORISATION && messageClass <= PaymentCommand.CLASS_REVERSAL
            && messageClass != PaymentCommand.CLASS_FILE && command.stan() >= 0 && command.stan() <= MAX_SIX_DIGITS
            && command.processingCode() >= 0 && command.processingCode() <= MAX_SIX_DIGITS
            && command.forwarding() >>> ForwardingMark.BITS == 0 && command.year() <= UtcTime.MAX_YEAR && command.originalYear() <= UtcTime.MAX_YEAR
            && command.amountMinor() >= 0 && command.institution() > 0 && command.institution() <= MAX_INSTITUTION;
    }

    /** The institution that speaks, and that it belongs to who sent the message. */
    private int sender(final int participantId, final long institution) {
        final int index = participants.find(participantId);
        if (index == ParticipantTable.NOT_FOUND) {
            return Result.PARTICIPANT_NOT_FOUND;
        }
        if (!participants.isActive(index)) {
            return Result.NOT_GRANTED;
        }
        final int slot = reference.institutions().find(institution);
        if (slot == Decision.NOT_FOUND || reference.institutions().status(slot) != RecordStatus.ACTIVE) {
            return Result.INSTITUTION_NOT_FOUND;
        }
        decision.institution = slot;
        return reference.institutions().participantId(slot) == participantId ? Result.OK : Result.NOT_GRANTED;
    }

    // ---- Known ----

    private int repeat(final int place, final MutableDirectBuffer answer, final int answerOffset) {
        final long payment = table.address(place);
        if (!Originals.hasSameContents(payment, decision.command)) {
            answers.ofMessage(decision, Result.DUPLICATE_WITH_DIFFERENT_CONTENTS, answer, answerOffset);
            return Result.DUPLICATE_WITH_DIFFERENT_CONTENTS;
        }
        if (PaymentTable.state(payment) == PaymentState.AWAITING_ISSUER) {
            final int result = issuing.waitAlso(place, decision.linkId, decision.correlationId);
            outcomeFlags = result == Result.WAITS_FOR_THE_FIRST ? OutcomeFlags.DEFERRED : 0;
            answers.ofMessage(decision, result, answer, answerOffset);
            return result;
        }
        final int result = PaymentTable.result(payment);
        final int pass = PaymentTable.issuerLink(payment) == 0 ? 0 : PaymentAnswerFlags.PASS_ISSUER_FIELDS;
        answers.ofPayment(payment, decision.command.responseMti(), PaymentAnswerFlags.REPEATED | PaymentAnswerFlags.HAS_AMOUNT | pass,
            answer, answerOffset);
        outcome(PaymentTable.paymentId(payment), PaymentTable.timestampNs(payment), PaymentTable.approved(payment),
            OutcomeFlags.REPEATED);
        return result;
    }

    // ---- New ----

    private boolean isBeforeWindow() {
        final PaymentCommand command = decision.command;
        return UtcTime.moment(command.year(), command.transmission(), decision.nowNs) < decision.nowNs - windows.identityNs();
    }

    /** Whether the message can be taken at all. Reversals, completions and other advices may use what is kept for them. */
    private int room(final int refusal) {
        final PaymentCommand command = decision.command;
        final boolean finishing = command.isAdvice() || command.operation() == PaymentOperation.REVERSAL;
        if (!finishing && isBeforeWindow()) {
            return Result.REQUEST_BEFORE_THE_WINDOW;
        }
        if (refusal != Result.OK && !(finishing && refusal == Result.STORAGE_RESERVE_REACHED)) {
            return refusal;
        }
        if (table.isFull(finishing ? 0 : windows.reserveForFinishing())) {
            return Result.PAYMENT_CAPACITY_REACHED;
        }
        return command.isAdvice() && exceptions.isFull() ? Result.RECORD_CAPACITY_REACHED : Result.OK;
    }

    private int decideNew(final MutableDirectBuffer answer, final int answerOffset) {
        decision.place = table.allocate();
        decision.payment = table.address(decision.place);
        writeIdentity();
        final int result = decide();
        if (!Result.isDecided(result) || !decision.isJournaled || isForgottenAtOnce(result)) {
            return answerWithoutRecord(result, answer, answerOffset);
        }
        checks.retoken(decision);
        remember(result);
        forget();
        answers.ofPayment(decision.payment, decision.command.responseMti(), 0, answer, answerOffset);
        outcome(decision.sequence, decision.nowNs, decision.approved, decision.isDeferred ? OutcomeFlags.DEFERRED : 0);
        return result;
    }

    /** A local enquiry whose PIN left a trace is a decision, and is not remembered all the same. */
    private boolean isForgottenAtOnce(final int result) {
        return decision.command.operation() == PaymentOperation.BALANCE && result != Result.AWAITING_ISSUER;
    }

    private int answerWithoutRecord(final int result, final MutableDirectBuffer answer, final int answerOffset) {
        table.giveUp(decision.place);
        answers.ofMessage(decision, result, answer, answerOffset);
        if (Result.isDecided(result)) {
            if (decision.isJournaled) {
                outcome(decision.sequence, decision.nowNs, 0, 0);
            } else {
                outcomeFlags = OutcomeFlags.NOT_JOURNALED;
            }
        }
        return result;
    }

    private void writeIdentity() {
        final long payment = decision.payment;
        final PaymentCommand command = decision.command;
        PaymentTable.paymentId(payment, decision.sequence);
        PaymentTable.tokenHi(payment, command.tokenHi());
        PaymentTable.tokenLo(payment, command.tokenLo());
        PaymentTable.institution(payment, command.institution());
        PaymentTable.terminal(payment, command.terminal());
        PaymentTable.mti(payment, command.mti() / 10 * 10);
        PaymentTable.currency(payment, command.currency());
        PaymentTable.stan(payment, command.stan());
        PaymentTable.transmission(payment, command.transmission());
        PaymentTable.amount(payment, command.amountMinor());
        PaymentTable.timestampNs(payment, decision.nowNs);
        PaymentTable.settlementDate(payment, decision.businessDate);
        PaymentTable.processingCode(payment, command.processingCode());
        PaymentTable.forwarding(payment, command.forwarding());
        PaymentTable.bin(payment, command.bin());
        PaymentTable.operation(payment, command.operation());
        PaymentTable.channel(payment, command.channel());
        PaymentTable.merchant0(payment, command.merchant0());
        PaymentTable.merchant1(payment, command.merchant1());
        PaymentTable.flags(payment, (command.isAdvice() ? PaymentTable.ADVICE : 0)
            | (command.has(PaymentFlags.REPEAT) ? PaymentTable.CAME_AS_REPEAT : 0));
        if (command.hasRrn()) {
            PaymentTable.rrn0(payment, command.rrn0());
            PaymentTable.rrn1(payment, command.rrn1());
        } else {
            makeRrn(payment);
        }
    }

    private void makeRrn(final long payment) {
        PaymentTable.rrn0(payment, MadeReference.head(decision.nowNs, decision.sequence));
        PaymentTable.rrn1(payment, MadeReference.tail(decision.sequence));
        PaymentTable.addFlag(payment, PaymentTable.RRN_IS_OURS);
    }

    /** Its reversal came first, or the family of the operation decides. */
    private int decide() {
        final PaymentCommand command = decision.command;
        if (originals.reversalBefore(command, decision.nowNs) != Originals.NOT_FOUND) {
            // An enquiry is not remembered, declined or not, and so takes no place in the journal.
            decision.isJournaled = command.operation() != PaymentOperation.BALANCE;
            return Result.REVERSED_BEFORE;
        }
        if (command.operation() == PaymentOperation.REVERSAL) {
            return reversals.decide(decision);
        }
        if (command.isAdvice()) {
            return advices.decide(decision, isBeforeWindow());
        }
        switch (command.operation()) {
            case PaymentOperation.REFUND:
                return refunds.decide(decision);
            case PaymentOperation.BALANCE:
                return enquiries.decide(decision);
            default:
                return requests.decide(decision);
        }
    }

    private void remember(final int result) {
        final long payment = decision.payment;
        PaymentTable.result(payment, result);
        PaymentTable.state(payment, decision.state);
        PaymentTable.approved(payment, decision.approved);
        if (decision.original >= 0) {
            PaymentTable.originalPlace(payment, decision.original);
            PaymentTable.originalId(payment, PaymentTable.paymentId(table.address(decision.original)));
        }
        if (decision.limitTold) {
            PaymentTable.aside(payment, decision.detailMinor);
            PaymentTable.addFlag(payment, PaymentTable.LIMIT_TOLD);
        }
        if (!PaymentTable.hasFlag(payment, PaymentTable.STOOD_IN) && Answers.isApproval(result)) {
            Answers.approvalCode(payment, decision.wantsApprovalCode
                ? approvalCodes.next(decision.wallet) : decision.command.approvalWord());
        }
        if (decision.totalsKind != Decision.NOT_FOUND) {
            PaymentTable.addFlag(payment, PaymentTable.COUNTED);
            totals.count(decision.command.institution(), decision.command.currency(), decision.businessDate, decision.totalsKind,
                decision.approved);
        }
        if (decision.retention != PaymentTable.IN_WORK) {
            // What moved nothing can still be named by a reversal; that is 00, and not 25.
            final boolean original = decision.retention == PaymentTable.REPEATABLE
                && decision.command.messageClass() <= PaymentCommand.CLASS_FINANCIAL;
            table.queue(decision.place, original ? PaymentTable.REVERSIBLE : decision.retention, decision.nowNs);
        }
        table.insert(decision.place);
    }

    // ---- Forgetting ----

    private void forget() {
        int left = FORGOTTEN_AT_ONCE;
        for (int retention = PaymentTable.REPEATABLE; retention < PaymentTable.RETENTIONS; retention++) {
            final long beforeNs = decision.nowNs - windows.keptNs(retention);
            int place = table.oldest(retention);
            while (left > 0 && place != PaymentTable.NOT_FOUND && PaymentTable.queuedNs(table.address(place)) < beforeNs) {
                table.dequeue(retention);
                forget(place, retention);
                left--;
                place = table.oldest(retention);
            }
        }
    }

    private void forget(final int place, final int retention) {
        final long payment = table.address(place);
        if (retention == PaymentTable.COMPLETABLE && PaymentTable.captured(payment) != 0) {
            // Its hold is over, but its completions can still be refunded, and it alone knows what all of them together have left.
            table.beforeChange(payment);
            table.queue(place, PaymentTable.REFUNDABLE, decision.nowNs);
            table.afterChange(payment);
            return;
        }
        if (PaymentTable.hasFlag(payment, PaymentTable.ROUTED)) {
            issuing.forget(place);
        }
        table.remove(place);
    }

    // ---- Deadlines ----

    /** A hold fell due: the money is free, the payment expired, and its limits are given back. */
    public void onHoldExpired(final long place, final long paymentId, final long releasedMinor) {
        if (place < 0) {
            return;
        }
        final long payment = table.address((int) place);
        if (PaymentTable.paymentId(payment) != paymentId) {
            return;
        }
        table.beforeChange(payment);
        final boolean captured = PaymentTable.captured(payment) != 0;
        PaymentTable.state(payment, captured ? PaymentState.COMPLETED : PaymentState.EXPIRED);
        PaymentTable.held(payment, PaymentTable.held(payment) - releasedMinor);
        table.afterChange(payment);
        if (PaymentTable.wallet(payment) != Decision.NOT_FOUND) {
            reference.limits().giveBack(PaymentTable.wallet(payment), PaymentTable.channel(payment), releasedMinor, captured ? 0 : 1,
                PaymentTable.timestampNs(payment));
        }
    }

    /** A business date was opened: issuers that ask for it get the totals of the date before. */
    public void onDayOpened(final int dayGroup, final int dateBefore, final long nowNs, final long sequence) {
        issuerTotals.send(dayGroup, dateBefore, nowNs, sequence);
    }

    // ---- Totals, files, items ----

    /** Applies a reconciliation message; the answer is a ReconciliationAnswer block. */
    public int reconcile(final int participantId, final DirectBuffer command, final int offset, final int length, final long sequence,
                         final long nowNs, final int refusal, final MutableDirectBuffer answer, final int answerOffset) {
        outcome(sequence - 1, nowNs, 0, 0);
        decision.nowNs = nowNs;
        int result = reconciliations.wrap(command, offset, length);
        if (result == Result.OK) {
            result = sender(participantId, reconciliations.institution());
        }
        if (result == Result.OK) {
            result = reconciliations.apply(decision.institution, sequence, nowNs, refusal);
            if (reconciliations.isRepeated()) {
                outcome(reconciliations.firstSequence(), reconciliations.firstTimestampNs(), 0, OutcomeFlags.REPEATED);
            } else if (Result.isDecided(result)) {
                outcome(sequence, nowNs, 0, 0);
            }
        }
        reconciliations.answer(result, answer, answerOffset);
        return result;
    }

    /** Applies a file update; the answer is a PaymentAnswer block. */
    public int updateFile(final int participantId, final DirectBuffer command, final int offset, final int length, final long sequence,
                          final long nowNs, final int refusal, final MutableDirectBuffer answer, final int answerOffset) {
        outcome(sequence - 1, nowNs, 0, 0);
        int result = fileUpdates.wrap(command, offset, length);
        if (result == Result.OK) {
            result = sender(participantId, fileUpdates.institution());
        }
        if (result == Result.OK) {
            result = refusal == Result.OK ? fileUpdates.apply(decision.institution) : refusal;
        }
        if (fileUpdates.changedNothing(result)) {
            outcome(sequence - 1, nowNs, 0, OutcomeFlags.NOT_JOURNALED);
        } else if (Result.isDecided(result)) {
            outcome(sequence, nowNs, 0, 0);
        }
        answers.ofFileUpdate(result, fileUpdates.mti(), fileUpdates.stan(), fileUpdates.transmission(),
            result == Result.OK ? reference.days().openDate(reference.institutions().dayGroup(decision.institution)) : 0, answer,
            answerOffset);
        return result;
    }

    /** A person has settled an item: OK, MALFORMED_COMMAND, RECORD_NOT_FOUND. The same again is OK and changes nothing more. */
    public int resolve(final DirectBuffer command, final int offset, final int length, final long nowNs) {
        if (length != ResolveExceptionDecoder.BLOCK_LENGTH) {
            return Result.MALFORMED_COMMAND;
        }
        final int slot = exceptions.find(command.getLong(offset + ResolveExceptionDecoder.itemIdEncodingOffset(), ByteOrder.LITTLE_ENDIAN));
        if (slot == Decision.NOT_FOUND) {
            return Result.RECORD_NOT_FOUND;
        }
        if (exceptions.isOpen(slot)) {
            final int note = offset + ResolveExceptionDecoder.noteEncodingOffset();
            exceptions.resolve(slot, command.getLong(note), command.getLong(note + 8), command.getLong(note + 16),
                command.getLong(note + 24), nowNs);
        }
        return Result.OK;
    }

    private void outcome(final long sequence, final long timestampNs, final long amountMinor, final int flags) {
        outcomeSequence = sequence;
        outcomeTimestampNs = timestampNs;
        outcomeAmount = amountMinor;
        outcomeFlags = flags;
    }

    /** Sequence of the outcome: of the first one for a repeat. */
    public long outcomeSequence() {
        return outcomeSequence;
    }

    /** Command time of the outcome: of the first one for a repeat. */
    public long outcomeTimestampNs() {
        return outcomeTimestampNs;
    }

    /** What was approved, in minor units. */
    public long outcomeAmount() {
        return outcomeAmount;
    }

    /** Bits of {@link OutcomeFlags}. */
    public int outcomeFlags() {
        return outcomeFlags;
    }

    /** The ways to issuers. */
    public Issuing issuing() {
        return issuing;
    }

    /** Adds what is state here to the list. */
    public void addTo(final StateSections sections) {
        sections.add("payments-configured", 1, this);
        sections.add("payment-windows", 1, windows);
        sections.add("payments", PaymentTable.WITH_FORWARDING, table);
        sections.add("payment-totals", 1, totals);
        sections.add("items", 1, exceptions);
        sections.add("approval-codes", 1, approvalCodes);
        sections.add("reconciliations", 1, reconciliations);
        issuing.addTo(sections);
    }

    /** What is no part of a table. */
    @Override
    public void image(final StateImage image) {
        isConfigured = image.flag(isConfigured);
    }

    PaymentTable table() {
        return table;
    }

    Exceptions exceptions() {
        return exceptions;
    }

    Totals totals() {
        return totals;
    }

    /** Running digest of all of it; 0 before the first settings. */
    public long digest() {
        return !isConfigured ? 0 : combine(table.digest(), totals.digest(), exceptions.digest(), approvalCodes.digest())
            + Hashing.mix(reconciliations.digest(), issuing.digest());
    }

    /** The same, computed from the tables. */
    public long computeDigest() {
        return !isConfigured ? 0 : combine(table.computeDigest(), totals.computeDigest(), exceptions.computeDigest(),
            approvalCodes.computeDigest())
            + Hashing.mix(reconciliations.computeDigest(), issuing.computeDigest());
    }

    private long combine(final long payments, final long counted, final long items, final long codes) {
        return Hashing.mix(Hashing.mix(payments, counted), Hashing.mix(items, codes)) + windows.digest();
    }
}
