package io.daybreak.payment;

import io.daybreak.memory.RecordTable;
import io.daybreak.protocol.Limits;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.codec.DayTotalsAnswerEncoder;
import io.daybreak.protocol.codec.ExceptionsAnswerEncoder;
import io.daybreak.protocol.codec.MessageHeaderEncoder;
import io.daybreak.protocol.codec.PaymentRecordAnswerEncoder;
import io.daybreak.protocol.codec.PaymentStatusAnswerEncoder;
import io.daybreak.protocol.codec.QueryDayTotalsDecoder;
import io.daybreak.protocol.codec.QueryExceptionsDecoder;
import io.daybreak.protocol.codec.QueryPaymentDecoder;
import io.daybreak.protocol.codec.QueryPaymentStatusDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;

/**
 * Answers questions about payments as of the last sequence: one payment, items for a person, sizes and ages, totals of a day.
 * docs/native-protocol.md, "Queries of payments". Changes nothing. The work of a query is bounded by a page.
 * <p>
 * Ledger thread only. The question is read before the answer is written: both may be the same memory.
 */
public final class PaymentQueries {
    /** Item numbers that one query looks at, found or not. */
    private static final int ITEMS_LOOKED_AT = 4_096;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private final Payments payments;
    private final PaymentTable table;
    private final Exceptions exceptions;
    private final Totals totals;
    private final Reference reference;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final QueryPaymentDecoder queryPayment = new QueryPaymentDecoder();
    private final QueryExceptionsDecoder queryExceptions = new QueryExceptionsDecoder();
    private final QueryPaymentStatusDecoder queryStatus = new QueryPaymentStatusDecoder();
    private final QueryDayTotalsDecoder queryDayTotals = new QueryDayTotalsDecoder();
    private final PaymentRecordAnswerEncoder paymentAnswer = new PaymentRecordAnswerEncoder();
    private final ExceptionsAnswerEncoder exceptionsAnswer = new ExceptionsAnswerEncoder();
    private final PaymentStatusAnswerEncoder statusAnswer = new PaymentStatusAnswerEncoder();
    private final DayTotalsAnswerEncoder dayTotalsAnswer = new DayTotalsAnswerEncoder();
    private final int[] page = new int[Limits.MAX_PAGE];

    public PaymentQueries(final Payments payments, final Reference reference) {
        this.payments = payments;
        this.table = payments.table();
        this.exceptions = payments.exceptions();
        this.totals = payments.totals();
        this.reference = reference;
    }

    /** True for the templates that {@link #answer} takes. */
    public static boolean isQuery(final int templateId) {
        return templateId == QueryPaymentDecoder.TEMPLATE_ID || templateId == QueryExceptionsDecoder.TEMPLATE_ID
            || templateId == QueryPaymentStatusDecoder.TEMPLATE_ID || templateId == QueryDayTotalsDecoder.TEMPLATE_ID;
    }

    /**
     * Answers a query of payments with a whole message.
     *
     * @param isActive   the asker may ask for sizes and ages
     * @param isOperator the asker may ask for everything
     * @return bytes of the answer
     */
    public int answer(final int templateId, final boolean isActive, final boolean isOperator, final long asOfSequence,
                      final DirectBuffer query, final int offset, final MutableDirectBuffer answer, final int answerOffset) {
        switch (templateId) {
            case QueryPaymentDecoder.TEMPLATE_ID:
                return payment(isOperator, asOfSequence, query, offset, answer, answerOffset);
            case QueryExceptionsDecoder.TEMPLATE_ID:
                return exceptions(isOperator, asOfSequence, query, offset, answer, answerOffset);
            case QueryPaymentStatusDecoder.TEMPLATE_ID:
                return status(isActive, asOfSequence, query, offset, answer, answerOffset);
            default:
                return dayTotals(isOperator, asOfSequence, query, offset, answer, answerOffset);
        }
    }

    // ---- One payment ----

    private int payment(final boolean allowed, final long asOf, final DirectBuffer query, final int offset,
                        final MutableDirectBuffer answer, final int answerOffset) {
        queryPayment.wrap(query, offset, QueryPaymentDecoder.BLOCK_LENGTH, QueryPaymentDecoder.SCHEMA_VERSION);
        final int rrn = offset + QueryPaymentDecoder.rrnEncodingOffset();
        final long correlationId = queryPayment.correlationId();
        final int place = allowed && table.capacity() != 0
            ? find(queryPayment.institution(), queryPayment.paymentId(), query.getLong(rrn, ORDER), query.getInt(rrn + 8, ORDER))
            : PaymentTable.NOT_FOUND;
        paymentAnswer.wrapAndApplyHeader(answer, answerOffset, header);
        answer.setMemory(answerOffset + MessageHeaderEncoder.ENCODED_LENGTH, PaymentRecordAnswerEncoder.BLOCK_LENGTH, (byte) 0);
        paymentAnswer.correlationId(correlationId).asOfSequence(asOf)
            .result(!allowed ? Result.NOT_GRANTED : place == PaymentTable.NOT_FOUND ? Result.RECORD_NOT_FOUND : Result.OK);
        if (place != PaymentTable.NOT_FOUND) {
            tell(table.address(place), answer, answerOffset + MessageHeaderEncoder.ENCODED_LENGTH);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + PaymentRecordAnswerEncoder.BLOCK_LENGTH;
    }

    /** The payment of this reference, and with this id if one is given; of several the newest that is no reversal. */
    private int find(final long institution, final long paymentId, final long rrn0, final int rrn1) {
        int newest = PaymentTable.NOT_FOUND;
        int place = table.firstByReference(institution, rrn0, rrn1);
        while (place != PaymentTable.NOT_FOUND) {
            final long payment = table.address(place);
            if (PaymentTable.institution(payment) == institution && PaymentTable.rrn0(payment) == rrn0
                && PaymentTable.rrn1(payment) == rrn1 && (paymentId == 0 || PaymentTable.paymentId(payment) == paymentId)
                && (newest == PaymentTable.NOT_FOUND || isRather(payment, table.address(newest)))) {
                newest = place;
            }
            place = table.nextByReference(payment);
        }
        return newest;
    }

    /** A payment rather than a reversal of it, which has the same reference; then the newer one. */
    private static boolean isRather(final long payment, final long other) {
        final boolean reversal = PaymentTable.messageClass(payment) == PaymentCommand.CLASS_REVERSAL;
        final boolean otherIsReversal = PaymentTable.messageClass(other) == PaymentCommand.CLASS_REVERSAL;
        return reversal == otherIsReversal ? PaymentTable.paymentId(payment) > PaymentTable.paymentId(other) : otherIsReversal;
    }

    private void tell(final long payment, final MutableDirectBuffer answer, final int offset) {
        paymentAnswer.paymentId(PaymentTable.paymentId(payment))
            .timestampNs(PaymentTable.timestampNs(payment))
            .amountMinor(PaymentTable.amount(payment))
            .capturedMinor(PaymentTable.captured(payment))
            .refundedMinor(PaymentTable.refunded(payment))
            .reversedMinor(PaymentTable.reversed(payment))
            .feeMinor(PaymentTable.fee(payment))
            .institution(PaymentTable.institution(payment))
            .bin(PaymentTable.bin(payment))
            .stan(PaymentTable.stan(payment))
            .transmission(PaymentTable.transmission(payment))
            .settlementDate(PaymentTable.settlementDate(payment))
            .mti(PaymentTable.mti(payment))
            .currency(PaymentTable.currency(payment))
            .paymentResult(PaymentTable.result(payment))
            .state(PaymentTable.state(payment))
            .operation((short) PaymentTable.operation(payment))
            .channel((short) PaymentTable.channel(payment));
        final int rrn = offset + PaymentRecordAnswerEncoder.rrnEncodingOffset();
        answer.putLong(rrn, PaymentTable.rrn0(payment), ORDER);
        answer.putInt(rrn + 8, PaymentTable.rrn1(payment), ORDER);
        final int code = offset + PaymentRecordAnswerEncoder.approvalCodeEncodingOffset();
        answer.putInt(code, (int) PaymentTable.approvalWord(payment), ORDER);
        answer.putShort(code + 4, (short) (PaymentTable.approvalWord(payment) >>> 32), ORDER);
    }

    // ---- Items ----

    private int exceptions(final boolean allowed, final long asOf, final DirectBuffer query, final int offset,
                           final MutableDirectBuffer answer, final int answerOffset) {
        queryExceptions.wrap(query, offset, QueryExceptionsDecoder.BLOCK_LENGTH, QueryExceptionsDecoder.SCHEMA_VERSION);
        final long correlationId = queryExceptions.correlationId();
        final int wanted = Math.min(Math.max(1, queryExceptions.pageSize()), Limits.MAX_PAGE);
        final long from = Math.max(1, queryExceptions.cursor());
        final long end = Math.min(exceptions.lastItemId() + 1, from + ITEMS_LOOKED_AT);
        int count = 0;
        long itemId = from;
        while (allowed && itemId < end && count < wanted) {
            final int slot = exceptions.find(itemId);
            if (slot != RecordTable.NOT_FOUND) {
                page[count++] = slot;
            }
            itemId++;
        }
        final ExceptionsAnswerEncoder.ItemsEncoder items = exceptionsAnswer.wrapAndApplyHeader(answer, answerOffset, header)
            .correlationId(correlationId).asOfSequence(asOf).nextCursor(allowed && itemId <= exceptions.lastItemId() ? itemId : 0)
            .openCount(allowed ? exceptions.openCount() : 0).result(allowed ? Result.OK : Result.NOT_GRANTED).reserved1(0)
            .reserved2(0).itemsCount(count);
        for (int i = 0; i < count; i++) {
            tellItem(items.next(), exceptions.address(page[i]), answer);
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + exceptionsAnswer.encodedLength();
    }

    private static void tellItem(final ExceptionsAnswerEncoder.ItemsEncoder entry, final long item, final MutableDirectBuffer answer) {
        entry.itemId(Exceptions.itemId(item))
            .paymentId(Exceptions.paymentId(item))
            .timestampNs(Exceptions.timestampNs(item))
            .amountMinor(Exceptions.amount(item))
            .institution(Exceptions.institution(item))
            .stan(Exceptions.stan(item))
            .reason(Exceptions.reason(item))
            .state(Exceptions.state(item))
            .issuerId(Exceptions.issuerId(item))
            .issuerCode(Exceptions.issuerCode(item));
        for (int i = 0; i < ExceptionsAnswerEncoder.ItemsEncoder.rrnLength(); i++) {
            entry.rrn(i, (byte) (i < 8 ? Exceptions.rrn0(item) >>> 8 * i : Exceptions.rrn1(item) >>> 8 * (i - 8)));
        }
    }

    // ---- Sizes and totals ----

    private int status(final boolean allowed, final long asOf, final DirectBuffer query, final int offset,
                       final MutableDirectBuffer answer, final int answerOffset) {
        queryStatus.wrap(query, offset, QueryPaymentStatusDecoder.BLOCK_LENGTH, QueryPaymentStatusDecoder.SCHEMA_VERSION);
        final long correlationId = queryStatus.correlationId();
        statusAnswer.wrapAndApplyHeader(answer, answerOffset, header);
        answer.setMemory(answerOffset + MessageHeaderEncoder.ENCODED_LENGTH, PaymentStatusAnswerEncoder.BLOCK_LENGTH, (byte) 0);
        statusAnswer.correlationId(correlationId).asOfSequence(asOf).result(allowed ? Result.OK : Result.NOT_GRANTED);
        if (allowed) {
            statusAnswer.payments(table.count()).paymentCapacity(table.capacity()).oldestPaymentNs(table.oldestNs())
                .reversalsBeforeOriginal(table.awaitedCount())
                .issuerRequests(payments.issuing().pendingRequests()).oldestIssuerRequestNs(payments.issuing().oldestPendingNs())
                .storeAndForward(payments.issuing().storeAndForwardEntries())
                .oldestStoreAndForwardNs(payments.issuing().oldestEntryNs())
                .openExceptions(exceptions.openCount()).lateAnswers(payments.issuing().lateAnswers())
                .cards(reference.cards().count()).wallets(reference.wallets().count()).merchants(reference.merchants().count())
                .terminals(reference.terminals().count());
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + PaymentStatusAnswerEncoder.BLOCK_LENGTH;
    }

    private int dayTotals(final boolean allowed, final long asOf, final DirectBuffer query, final int offset,
                          final MutableDirectBuffer answer, final int answerOffset) {
        queryDayTotals.wrap(query, offset, QueryDayTotalsDecoder.BLOCK_LENGTH, QueryDayTotalsDecoder.SCHEMA_VERSION);
        final long correlationId = queryDayTotals.correlationId();
        final int institution = reference.institutions().find(queryDayTotals.institution());
        final int currency = queryDayTotals.currency();
        final boolean known = allowed && institution != Decision.NOT_FOUND;
        final int date = queryDayTotals.date() != 0 || !known ? (int) queryDayTotals.date()
            : reference.days().openDate(reference.institutions().dayGroup(institution));
        final int row = known ? totals.find(queryDayTotals.institution(), currency, date) : Totals.NO_ROW;
        dayTotalsAnswer.wrapAndApplyHeader(answer, answerOffset, header).correlationId(correlationId).asOfSequence(asOf)
            .creditAmount(totals.dayAmount(row, Totals.CREDIT))
            .creditReversalAmount(totals.dayAmount(row, Totals.CREDIT_REVERSAL))
            .debitAmount(totals.dayAmount(row, Totals.DEBIT))
            .debitReversalAmount(totals.dayAmount(row, Totals.DEBIT_REVERSAL))
            .netAmount(totals.dayNet(row))
            .creditCount(totals.dayCount(row, Totals.CREDIT))
            .creditReversalCount(totals.dayCount(row, Totals.CREDIT_REVERSAL))
            .debitCount(totals.dayCount(row, Totals.DEBIT))
            .debitReversalCount(totals.dayCount(row, Totals.DEBIT_REVERSAL))
            .date(date).currency(currency)
            .result(!allowed ? Result.NOT_GRANTED : known ? Result.OK : Result.INSTITUTION_NOT_FOUND);
        return MessageHeaderEncoder.ENCODED_LENGTH + DayTotalsAnswerEncoder.BLOCK_LENGTH;
    }
}
