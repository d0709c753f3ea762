package io.daybreak.payment;

import io.daybreak.protocol.codec.ReconciliationAnswerEncoder;
import io.daybreak.routing.Issuing;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends an issuer that asks for it our totals of a business date when the next one is opened. Rule: docs/iso8583.md, chapter 16, "We send
 * 0500 to issuers that ask for it". Ledger thread only; looks at every issuer, at most 1,023.
 */
final class IssuerTotals {
    private final Totals totals;
    private final Issuing issuing;
    private final Reference reference;
    private final ReconciliationAnswerEncoder encoder = new ReconciliationAnswerEncoder();
    private final UnsafeBuffer block = new UnsafeBuffer(new byte[ReconciliationAnswerEncoder.BLOCK_LENGTH]);

    IssuerTotals(final Totals totals, final Issuing issuing, final Reference reference) {
        this.totals = totals;
        this.issuing = issuing;
        this.reference = reference;
    }

    void send(final int dayGroup, final int date, final long nowNs, final long sequence) {
        for (int issuer = 1; issuer <= issuing.lastIssuerId(); issuer++) {
            if (issuing.wantsTotals(issuer) && issuing.dayGroupOf(issuer) == dayGroup
                && reference.days().openDate(dayGroup) != date) {
                final int currency = issuing.currencyOf(issuer);
                encode(totals.find(Totals.ISSUER | issuer, currency, date), currency, date);
                issuing.reconcile(issuer, date, block, 0, ReconciliationAnswerEncoder.BLOCK_LENGTH, nowNs, sequence);
            }
        }
    }

    private void encode(final int row, final int currency, final int date) {
        encoder.wrap(block, 0)
            .creditAmount(totals.dayAmount(row, Totals.CREDIT))
            .creditReversalAmount(totals.dayAmount(row, Totals.CREDIT_REVERSAL))
            .debitAmount(totals.dayAmount(row, Totals.DEBIT))
            .debitReversalAmount(totals.dayAmount(row, Totals.DEBIT_REVERSAL))
            .netAmount(totals.dayNet(row))
            .creditCount(totals.dayCount(row, Totals.CREDIT))
            .creditReversalCount(totals.dayCount(row, Totals.CREDIT_REVERSAL))
            .debitCount(totals.dayCount(row, Totals.DEBIT))
            .debitReversalCount(totals.dayCount(row, Totals.DEBIT_REVERSAL))
            .settlementDate(date).currency(currency).settlementCode(0).result(0).mti(500).reserved(0);
    }
}
