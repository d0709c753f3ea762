package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.ExceptionReason;
import io.daybreak.protocol.PaymentAnswerFlags;
import io.daybreak.protocol.PaymentOperation;
import io.daybreak.protocol.PaymentState;
import io.daybreak.protocol.Result;
import io.daybreak.routing.IssuerOutcomes;
import io.daybreak.routing.IssuerReply;
import io.daybreak.routing.Issuing;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Payments that an issuer decides: what is checked here before the request goes out, and what the issuer's answer, its silence or a
 * refused advice means. Rules: docs/iso8583.md, chapters 17 to 19. Money moves when the issuer has approved, between the issuer's
 * settlement account and whoever is paid; an authorisation moves nothing here.
 * <p>
 * Called by the families and, for outcomes, by {@link Issuing}. Ledger thread only.
 */
final class RoutedPayments implements IssuerOutcomes {
    private static final int MTI_AUTHORISATION_ADVICE = 120;
    private static final int MTI_FINANCIAL_ADVICE = 220;

    private final Reference reference;
    private Checks checks;
    private final Postings postings;
    private final Legs legs;
    private final PaymentTable payments;
    private final Totals totals;
    private final Exceptions exceptions;
    private final ApprovalCodes approvalCodes;
    private final Originals originals;
    private final Answers answers = new Answers();
    private final UnsafeBuffer answer = new UnsafeBuffer(new byte[Answers.BYTES]);
    private Issuing issuing;

    RoutedPayments(final Reference reference, final Originals originals, final Postings postings,
                   final PaymentTable payments, final Totals totals, final Exceptions exceptions, final ApprovalCodes approvalCodes) {
        this.reference = reference;
        this.checks = checks;
        this.originals = originals;
        this.postings = postings;
        this.legs = postings.legs();
        this.payments = payments;
        this.totals = totals;
        this.exceptions = exceptions;
        this.approvalCodes = approvalCodes;
    }

    /** To be called once, before the first command: issuing and checks need this first. */
    void sendBy(final Issuing newIssuing, final Checks newChecks) {
        issuing = newIssuing;
        checks = newChecks;
    }

    // ---- Requests ----

    /**
     * Sends a request to its issuer.
     *
     * @param otherAccount who is paid, or of a top-up or refund who pays; {@link Legs#NO_ACCOUNT} for an enquiry
     */
    int request(final Decision decision, final int otherAccount) {
        final PaymentCommand command = decision.command;
        final int operation = command.operation();
        final int issuerAccount = legs.find(issuing.settlementAccountId(issuing.issuerOf(decision.route)));
        if (operation != PaymentOperation.BALANCE) {
            if (issuerAccount == Legs.NO_ACCOUNT || legs.currency(issuerAccount) != command.currency()
                || legs.currency(otherAccount) != command.currency()) {
                return Result.CURRENCY_DIFFERS;
            }
            if (command.amountMinor() <= 0 || operation == PaymentOperation.CASHBACK
                && (command.cashbackMinor() < 0 || command.cashbackMinor() > command.amountMinor())) {
                return Result.AMOUNT_INVALID;
            }
        }
        final int pin = checks.pin(decision);
        if (pin != Result.OK) {
            return pin;
        }
        prepare(decision, issuerAccount, otherAccount);
        final int result = issuing.request(decision.route, decision.place, decision.body, decision.bodyOffset,
            PaymentTable.rrn0(decision.payment), PaymentTable.rrn1(decision.payment), decision.businessDate, decision.linkId,
            decision.correlationId, decision.sequence, decision.nowNs);
        if (result == Result.AWAITING_ISSUER) {
            decision.state = PaymentState.AWAITING_ISSUER;
            decision.retention = PaymentTable.IN_WORK;
            decision.isDeferred = true;
        } else if (result == Result.ISSUER_NOT_REACHABLE && operation != PaymentOperation.BALANCE && issuing.hasRoomToStore()
            && issuing.mayStandIn(decision.route, decision.body, decision.bodyOffset, mcc(decision.payment),
            decision.nowNs)) {
            return standInAtOnce(decision);
        }
        return result;
    }

    /** The category that the merchant's record says, or 0: DE 18 is the acquirer's word only. */
    private int mcc(final long payment) {
        final int merchant = reference.merchants().find(PaymentTable.merchant0(payment), PaymentTable.merchant1(payment));
        return merchant == Decision.NOT_FOUND ? 0 : reference.merchants().mcc(merchant);
    }

    private void prepare(final Decision decision, final int issuerAccount, final int otherAccount) {
        final long payment = decision.payment;
        final int operation = decision.command.operation();
        final boolean issuerIsPaid = operation == PaymentOperation.TOP_UP || operation == PaymentOperation.REFUND;
        PaymentTable.addFlag(payment, PaymentTable.ROUTED);
        PaymentTable.route(payment, decision.route);
        PaymentTable.debitAccount(payment, issuerIsPaid ? otherAccount : issuerAccount);
        PaymentTable.creditAccount(payment, issuerIsPaid ? issuerAccount : otherAccount);
        if (operation == PaymentOperation.CASHBACK) {
            PaymentTable.cashback(payment, decision.command.cashbackMinor());
        }
        if (operation == PaymentOperation.AUTHORISE && decision.original != Decision.NOT_FOUND) {
            PaymentTable.addFlag(payment, PaymentTable.INCREMENT);
            // Now, since stand-in may approve it before it is remembered.
            PaymentTable.originalPlace(payment, decision.original);
            PaymentTable.originalId(payment, PaymentTable.paymentId(payments.address(decision.original)));
        }
    }

    /** No byte has left: the advice alone goes out. */
    private int standInAtOnce(final Decision decision) {
        final long code = approvalCodes.next(ApprovalCodes.NO_WALLET);
        final long payment = decision.payment;
        Answers.approvalCode(payment, code);
        PaymentTable.addFlag(payment, PaymentTable.STOOD_IN);
        issuing.adviseStandIn(decision.place, decision.route, adviceMti(payment), decision.body, decision.bodyOffset,
            PaymentTable.rrn0(payment), PaymentTable.rrn1(payment), decision.businessDate, decision.command.amountMinor(), IssuerReply.CODE_00, code, decision.nowNs, decision.sequence);
        decision.approved = decision.command.amountMinor();
        decision.wantsApprovalCode = false;
        settle(payment, decision.approved, decision.nowNs, decision.sequence);
        decision.state = PaymentTable.operation(payment) == PaymentOperation.AUTHORISE ? PaymentState.AUTHORISED : PaymentState.POSTED;
        decision.retention = retention(payment);
        return Result.APPROVED_BY_STAND_IN;
    }

    private static int adviceMti(final long payment) {
        return PaymentTable.messageClass(payment) == PaymentCommand.CLASS_AUTHORISATION ? MTI_AUTHORISATION_ADVICE : MTI_FINANCIAL_ADVICE;
    }

    // ---- Money of an approved payment ----

    /** Moves what the issuer, or stand-in, approved, and counts it. */
    private void settle(final long payment, final long approvedMinor, final long nowNs, final long sequence) {
        final int operation = PaymentTable.operation(payment);
        legs.begin(sequence, nowNs, operation, PaymentTable.paymentId(payment));
        if (operation == PaymentOperation.AUTHORISE) {
            authorised(payment, approvedMinor);
            return;
        }
        final int debit = PaymentTable.debitAccount(payment);
        final int credit = PaymentTable.creditAccount(payment);
        final long lacking = Math.max(0, approvedMinor - legs.debitable(debit));
        if (lacking > 0 && !coverShort(payment, debit, lacking, nowNs)) {
            PaymentTable.addFlag(payment, PaymentTable.NOT_BOOKED);
            return;
        }
        postings.pay(payment, debit, credit, approvedMinor);
        if (Requests.paysAFee(operation)) {
            final int merchant = reference.merchants().find(PaymentTable.merchant0(payment), PaymentTable.merchant1(payment));
            postings.takeFee(payment, merchant, credit, approvedMinor - Math.min(approvedMinor, PaymentTable.cashback(payment)));
        }
        count(payment, operation == PaymentOperation.TOP_UP || operation == PaymentOperation.REFUND ? Totals.CREDIT : Totals.DEBIT,
            approvedMinor);
    }

    private void authorised(final long payment, final long approvedMinor) {
        final int root = PaymentTable.hasFlag(payment, PaymentTable.INCREMENT) ? originals.originalOf(payment) : PaymentTable.NOT_FOUND;
        if (root == PaymentTable.NOT_FOUND) {
            PaymentTable.held(payment, approvedMinor);
        } else {
            final long first = payments.address(root);
            payments.beforeChange(first);
            PaymentTable.held(first, PaymentTable.held(first) + approvedMinor);
            payments.afterChange(first);
        }
    }

    /** Who should pay lost its money while the issuer was asked: its acquirer's exception account pays, as an item. */
    private boolean coverShort(final long payment, final int debit, final long lackingMinor, final long nowNs) {
        final int institution = reference.institutions().find(PaymentTable.institution(payment));
        if (PaymentTable.operation(payment) == PaymentOperation.REFUND && institution != Decision.NOT_FOUND
            && lackingMinor <= reference.institutions().refundFundingLimitMinor(institution)
            && legs.debitable(reference.institutions().settlementSlot(institution)) >= lackingMinor) {
            // As for a refund to a wallet of ours.
            postings.fund(payment, reference.institutions().settlementSlot(institution), debit, lackingMinor);
            return true;
        }
        final int cover = institution == Decision.NOT_FOUND ? Legs.NO_ACCOUNT : reference.institutions().exceptionSlot(institution);
        final boolean covered = cover != Legs.NO_ACCOUNT && legs.debitable(cover) >= lackingMinor;
        exceptions.add(covered ? ExceptionReason.FORCED_SHORT_WALLET : ExceptionReason.ADVICE_NOT_BOOKABLE, payment, lackingMinor,
            issuerOf(payment), 0, nowNs);
        if (covered) {
            postings.fund(payment, cover, debit, lackingMinor);
        }
        return covered;
    }

    /** Counts for the acquirer on the payment's own date, and for the issuer on the date that is open for it. */
    void count(final long payment, final int kind, final long amountMinor) {
        if (amountMinor == 0) {
            return;
        }
        PaymentTable.addFlag(payment, PaymentTable.COUNTED);
        totals.count(PaymentTable.institution(payment), PaymentTable.currency(payment), PaymentTable.settlementDate(payment), kind,
            amountMinor);
        countForIssuer(payment, kind, amountMinor);
    }

    void countForIssuer(final long payment, final int kind, final long amountMinor) {
        final int issuer = issuerOf(payment);
        if (issuer != 0 && issuing.wantsTotals(issuer)) {
            totals.count(Totals.ISSUER | issuer, PaymentTable.currency(payment), reference.days().openDate(issuing.dayGroupOf(issuer)),
                kind, amountMinor);
        }
    }

    int issuerOf(final long payment) {
        final int route = PaymentTable.route(payment);
        return route == Decision.NOT_FOUND ? 0 : issuing.issuerOf(route);
    }

    private static int retention(final long payment) {
        switch (PaymentTable.operation(payment)) {
            case PaymentOperation.AUTHORISE:
                return PaymentTable.COMPLETABLE;
            case PaymentOperation.PURCHASE:
            case PaymentOperation.CASHBACK:
            case PaymentOperation.COMPLETION:
                return PaymentTable.REFUNDABLE;
            default:
                return PaymentTable.REVERSIBLE;
        }
    }

    // ---- What became of requests ----

    @Override
    public void onApproved(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        final long payment = payments.address(place);
        final long approved = reply.isPartialApproval() ? reply.amountMinor() : PaymentTable.amount(payment);
        payments.beforeChange(payment);
        noteReply(payment, reply);
        PaymentTable.approved(payment, approved);
        PaymentTable.result(payment, reply.isPartialApproval() ? Result.APPROVED_IN_PART : Result.OK);
        PaymentTable.state(payment, PaymentTable.operation(payment) == PaymentOperation.AUTHORISE
            ? PaymentState.AUTHORISED : PaymentState.POSTED);
        if (PaymentTable.operation(payment) != PaymentOperation.BALANCE) {
            settle(payment, approved, nowNs, sequence);
        }
        end(place, payment, nowNs);
    }

    private static void noteReply(final long payment, final IssuerReply reply) {
        Answers.approvalCode(payment, reply.approvalCode());
        Answers.issuerCode(payment, reply.responseCode());
        PaymentTable.issuerLink(payment, reply.linkId());
        if (reply.balanceCurrency() == PaymentTable.currency(payment) && !PaymentTable.hasFlag(payment, PaymentTable.PAID_ASIDE)) {
            PaymentTable.aside(payment, reply.ledgerBalanceMinor());
            PaymentTable.available(payment, reply.availableBalanceMinor());
            PaymentTable.addFlag(payment, PaymentTable.BALANCES_TOLD);
        }
    }

    @Override
    public void onDeclined(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        final long payment = payments.address(place);
        payments.beforeChange(payment);
        noteReply(payment, reply);
        decline(place, payment, Result.DECLINED_BY_ISSUER, nowNs);
    }

    @Override
    public void onInvalid(final int place, final long paymentId, final IssuerReply reply, final long nowNs, final long sequence) {
        final long payment = payments.address(place);
        payments.beforeChange(payment);
        // A part that is a part, but was not wanted: the acquirer is told that the card has not got the whole.
        final boolean isUnwantedPart = reply.isPartialApproval() && reply.amountMinor() > 0
            && reply.amountMinor() <= PaymentTable.amount(payment);
        decline(place, payment, isUnwantedPart ? Result.INSUFFICIENT_FUNDS : Result.ISSUER_ANSWER_INVALID, nowNs);
    }

    @Override
    public int originalOf(final int place) {
        final long payment = payments.address(place);
        final int original = PaymentTable.hasFlag(payment, PaymentTable.INCREMENT) ? originals.originalOf(payment) : PaymentTable.NOT_FOUND;
        return original == PaymentTable.NOT_FOUND ? Issuing.NO_PLACE : original;
    }

    @Override
    public void onTimedOut(final int place, final long paymentId, final long nowNs, final long sequence) {
        unanswered(place, Result.ISSUER_TIMED_OUT, nowNs, sequence);
    }

    @Override
    public void onNotSent(final int place, final long paymentId, final long nowNs, final long sequence) {
        unanswered(place, Result.ISSUER_NOT_REACHABLE, nowNs, sequence);
    }

    private void unanswered(final int place, final int result, final long nowNs, final long sequence) {
        final long payment = payments.address(place);
        payments.beforeChange(payment);
        if (PaymentTable.operation(payment) == PaymentOperation.BALANCE || !issuing.hasRoomToStore()
            || !issuing.mayStandInAfterTimeOut(place, mcc(payment), nowNs)) {
            decline(place, payment, result, nowNs);
            return;
        }
        final long code = approvalCodes.next(ApprovalCodes.NO_WALLET);
        final long amount = PaymentTable.amount(payment);
        issuing.adviseStandInAfterTimeOut(place, adviceMti(payment), amount, IssuerReply.CODE_00, code, nowNs);
        Answers.approvalCode(payment, code);
        PaymentTable.addFlag(payment, PaymentTable.STOOD_IN);
        PaymentTable.approved(payment, amount);
        PaymentTable.result(payment, Result.APPROVED_BY_STAND_IN);
        PaymentTable.state(payment, PaymentTable.operation(payment) == PaymentOperation.AUTHORISE
            ? PaymentState.AUTHORISED : PaymentState.POSTED);
        settle(payment, amount, nowNs, sequence);
        end(place, payment, nowNs);
    }

    /** Between beforeChange and the end: no money moved. What a refund had taken of its original's captured amount is free again. */
    private void decline(final int place, final long payment, final int result, final long nowNs) {
        PaymentTable.result(payment, result);
        PaymentTable.state(payment, PaymentState.DECLINED);
        releaseRefund(payment);
        end(place, payment, nowNs);
    }

    private void releaseRefund(final long payment) {
        if (PaymentTable.operation(payment) == PaymentOperation.REFUND) {
            int place = originals.originalOf(payment);
            while (place != PaymentTable.NOT_FOUND) {
                final long original = payments.address(place);
                payments.beforeChange(original);
                PaymentTable.refunded(original, PaymentTable.refunded(original) - PaymentTable.amount(payment));
                payments.afterChange(original);
                place = originals.originalOf(original);
            }
        }
    }

    /** The request is over: it can be forgotten in time, and who waits is answered. An enquiry is forgotten at once. */
    private void end(final int place, final long payment, final long nowNs) {
        final boolean enquiry = PaymentTable.operation(payment) == PaymentOperation.BALANCE;
        if (!enquiry) {
            payments.queue(place, PaymentTable.state(payment) == PaymentState.DECLINED ? retentionOfDeclined(payment) : retention(payment),
                nowNs);
        }
        payments.afterChange(payment);
        answerWaiting(place, payment);
        if (enquiry) {
            issuing.forget(place);
            payments.remove(place);
        }
    }

    /** What a completion captured of it before its issuer declined is kept for as long as the completion. */
    private static int retentionOfDeclined(final long payment) {
        return PaymentTable.captured(payment) == 0 ? PaymentTable.REVERSIBLE : PaymentTable.COMPLETABLE;
    }

    private void answerWaiting(final int place, final long payment) {
        final int mti = PaymentTable.mti(payment) / 10 * 10 + 10;
        answers.ofPayment(payment, mti, passFlag(payment), answer, 0);
        issuing.answer(place, answer, 0, Answers.BYTES, PaymentTable.paymentId(payment), PaymentTable.timestampNs(payment));
    }

    private static int passFlag(final long payment) {
        return PaymentTable.issuerLink(payment) == 0 ? 0 : PaymentAnswerFlags.PASS_ISSUER_FIELDS;
    }

    /** The acquirer reversed it while it was with its issuer. */
    void cancel(final int place, final long payment, final long nowNs) {
        payments.beforeChange(payment);
        PaymentTable.result(payment, Result.CANCELLED_BY_REVERSAL);
        PaymentTable.state(payment, PaymentState.REVERSED);
        releaseRefund(payment);
        payments.queue(place, retentionOfDeclined(payment), nowNs);
        payments.afterChange(payment);
        issuing.cancel(place, nowNs);
        answerWaiting(place, payment);
    }

    // ---- Advices of ours, and what became of them ----

    /**
     * Books an acquirer's advice that concerns an issuer, and passes it on: completion, refund, offline purchase.
     *
     * @param otherAccount   who is paid, or of a refund who pays
     * @param originalPlace  of the routed payment that it refers to, or {@link Issuing#NO_PLACE}
     * @param reason         an {@link ExceptionReason} for an item; 0 for none
     */
    int advise(final Decision decision, final int otherAccount, final int originalPlace, final int reason) {
        final int route = originalPlace == Issuing.NO_PLACE ? decision.route : PaymentTable.route(payments.address(originalPlace));
        final int issuerAccount = legs.find(issuing.settlementAccountId(issuing.issuerOf(route)));
        if (!issuing.hasRoomToStore()) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        decision.route = route;
        prepare(decision, issuerAccount, otherAccount);
        final long payment = decision.payment;
        final PaymentCommand command = decision.command;
        int sent = pass(decision, originalPlace);
        if (sent == Result.ORIGINAL_NOT_FOUND && originalPlace != Issuing.NO_PLACE) {
            sent = pass(decision, Issuing.NO_PLACE);
        }
        if (sent == Result.RECORD_CAPACITY_REACHED) {
            return Result.ISSUER_REQUEST_CAPACITY_REACHED;
        }
        decision.approved = command.amountMinor();
        settle(payment, decision.approved, decision.nowNs, decision.sequence);
        decision.state = PaymentTable.operation(payment) == PaymentOperation.AUTHORISE ? PaymentState.AUTHORISED : PaymentState.POSTED;
        decision.retention = retention(payment);
        final int itemReason = sent == Result.ROUTE_NEEDS_CARD_DATA ? ExceptionReason.CARD_DATA_GONE : reason;
        if (itemReason == 0) {
            return Result.OK;
        }
        exceptions.add(itemReason, payment, decision.approved, issuing.issuerOf(route), 0, decision.nowNs);
        return Result.TAKEN_AS_AN_ITEM;
    }

    private int pass(final Decision decision, final int originalPlace) {
        return issuing.advise(decision.place, originalPlace, decision.route, adviceMti(decision.payment), decision.body,
            decision.bodyOffset, PaymentTable.rrn0(decision.payment), PaymentTable.rrn1(decision.payment), decision.businessDate, decision.command.amountMinor(), IssuerReply.CODE_00,
            decision.command.approvalWord(), decision.linkId, decision.correlationId, decision.nowNs, decision.sequence);
    }

    /** True if the issuer can be sent one more reversal or advice. */
    boolean hasRoomToStore() {
        return issuing.hasRoomToStore();
    }

    /** Tells the issuer of a reversal of {@code backMinor}; of a further one, when the first has left, a person has to. */
    void reverse(final int place, final long amountMinor, final long remainingMinor, final long backMinor, final long nowNs) {
        final int told = issuing.reverse(place, amountMinor, remainingMinor == 0 ? Issuing.NOTHING_REMAINS_TOLD : remainingMinor, nowNs);
        if (told == Result.NOTHING_LEFT_TO_REVERSE) {
            final long payment = payments.address(place);
            exceptions.add(ExceptionReason.ISSUER_REFUSED_REVERSAL, payment, backMinor, issuerOf(payment), 0, nowNs);
        }
    }

    @Override
    public void onEntryEnded(final int place, final long paymentId, final int issuerId, final int mti, final long amountMinor,
                             final int responseCode, final int how, final long nowNs, final long sequence) {
        final int reason = reason(how, mti);
        if (reason == 0) {
            return;
        }
        if (place == Issuing.NO_PLACE) {
            exceptions.addForgotten(reason, paymentId, amountMinor, issuerId, responseCode, nowNs);
        } else {
            exceptions.add(reason, payments.address(place), amountMinor, issuerId, responseCode, nowNs);
        }
    }

    private static int reason(final int how, final int mti) {
        switch (how) {
            case REFUSED:
                return mti / 100 == PaymentCommand.CLASS_REVERSAL
                    ? ExceptionReason.ISSUER_REFUSED_REVERSAL : ExceptionReason.ISSUER_REFUSED_ADVICE;
            case TOO_OLD:
                return ExceptionReason.STORE_AND_FORWARD_TOO_OLD;
            case TOO_MANY_TRIES:
                return ExceptionReason.STORE_AND_FORWARD_TOO_MANY_TRIES;
            case GIVEN_UP:
                return ExceptionReason.GIVEN_UP_BY_OPERATOR;
            case CARD_DATA_GONE:
                return ExceptionReason.CARD_DATA_GONE;
            default:
                return 0;
        }
    }

    @Override
    public void onReconciled(final int issuerId, final int date, final int responseCode, final long nowNs, final long sequence) {
        if (responseCode != IssuerReply.CODE_00) {
            exceptions.addForgotten(ExceptionReason.ISSUER_TOTALS_DIFFER, 0, date, issuerId, responseCode, nowNs);
        }
    }
}
