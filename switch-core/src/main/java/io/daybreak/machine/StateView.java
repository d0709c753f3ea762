package io.daybreak.machine;

import io.daybreak.ledger.LedgerView;
import io.daybreak.payment.PaymentView;
import io.daybreak.payment.Payments;
import io.daybreak.payment.Reference;
import io.daybreak.reference.PaymentSettings;

/**
 * A state to look at: accounts and movements, payments, and the records that the operator put. Whoever executes a journal again reads here what
 * the next command will see, and what it left. Reads only; the thread that owns the state.
 */
public final class StateView {
    private final LedgerView ledger;
    private final PaymentView payments;
    private final Reference reference;
    private final PaymentSettings settings;

    StateView(final LedgerView ledger, final Payments payments, final Reference reference, final PaymentSettings settings) {
        this.ledger = ledger;
        this.payments = new PaymentView(payments);
        this.reference = reference;
        this.settings = settings;
    }

    /** Accounts, holds, movements. */
    public LedgerView ledger() {
        return ledger;
    }

    /** Payments as they are remembered. */
    public PaymentView payments() {
        return payments;
    }

    /** Records that the operator put; to be looked at, not to be changed. */
    public Reference reference() {
        return reference;
    }

    /** True once payments are configured; before that the reference tables are not there. */
    public boolean knowsPayments() {
        return settings.isConfigured();
    }
}
