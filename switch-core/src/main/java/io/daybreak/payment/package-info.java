/**
 * Payments as acquirers ask for them, built from the ledger's transfers: docs/iso8583.md, chapters 5 to 16.
 * <p>
 * {@link io.daybreak.payment.Payments} takes a message: who sent it, is it known, is there room. What is new goes to the family of
 * its operation: {@code Requests} (purchase, authorisation, cash-out, top-up, transfer, bill), {@code Refunds},
 * {@code Completions} and {@code Advices} (what has happened already), {@code Reversals}, {@code Enquiries},
 * {@code RoutedPayments} (what an issuer decides). {@code PaymentTable} remembers, {@code Originals} finds,
 * {@code Postings} moves money, {@code Totals} counts, {@code Exceptions} keeps what a person must settle.
 * <p>
 * Part of the state machine: pure, ledger thread only, nothing allocated in steady state.
 */
package io.daybreak.payment;
