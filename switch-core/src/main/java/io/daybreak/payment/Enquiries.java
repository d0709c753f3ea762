package io.daybreak.payment;

import io.daybreak.ledger.Legs;
import io.daybreak.protocol.Result;

/**
 * Balance enquiries: run the checks of a payment, move nothing, and are not remembered. Rule: docs/iso8583.md, chapter 5. An
 * enquiry takes a place in the order only where a PIN leaves a trace. Ledger thread only.
 */
final class Enquiries {
    private final Checks checks;
    private final Legs legs;
    private final RoutedPayments routed;

    Enquiries(final Checks checks, final Legs legs, final RoutedPayments routed) {
        this.checks = checks;
        this.legs = legs;
        this.routed = routed;
    }

    /** Answers an enquiry, or sends it to its issuer. */
    int decide(final Decision decision) {
        decision.isJournaled = false;
        int result = checks.merchantAndTerminal(decision);
        if (result == Result.OK) {
            result = checks.cardIsKnown(decision);
        }
        if (result == Result.OK) {
            result = checks.cardIsGood(decision);
        }
        if (result == Result.OK) {
            result = checks.operationIsGranted(decision);
        }
        if (result != Result.OK) {
            return result;
        }
        if (decision.isRouted()) {
            result = routed.request(decision, Legs.NO_ACCOUNT);
            decision.isJournaled = result == Result.AWAITING_ISSUER;
            return result;
        }
        result = checks.currencyIsTheWallets(decision);
        if (result == Result.OK) {
            decision.isJournaled = checks.pinLeavesATrace(decision);
            result = checks.pin(decision);
        }
        if (result == Result.OK) {
            decision.balancesTold = true;
            decision.ledgerBalance = legs.postedBalance(decision.walletAccount);
            decision.availableBalance = legs.availableBalance(decision.walletAccount);
            decision.balanceCurrency = legs.currency(decision.walletAccount);
        }
        return result;
    }
}
